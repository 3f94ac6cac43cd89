"""Options of commands that know works again, and of which kind a file is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

Stated = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="image, text, prompt, model or workflow; by default what the file's bytes say.",
    ),
]
Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="DIR", help="The index; by default one in your data folder."),
]
WithSscd = Annotated[
    bool,
    typer.Option(
        "--sscd/--no-sscd",
        help="With the learned descriptor of pictures, which finds more and takes longer; see "
        "docs/attribution.md for its weights.",
    ),
]
WithTranslations = Annotated[
    bool,
    typer.Option(
        "--translations/--no-translations",
        help="With the learned encoder of sentences, which finds texts in other languages; needs "
        '"gen-ip[translation]".',
    ),
]


def kind_of_file(path: Path, stated: str | None) -> str:
    """The kind of a file's work.

    Raises:
        FileProblem: the file is not usable, or is no work of the kind that was stated.
        InvalidArgument: there is no such kind.
    """
    from gen_ip.content.detection.settling import settled
    from gen_ip.content.files import detect_file

    # As large as it may be: what reads the kind has a cap of its own.
    return settled(path, detect_file(path, sys.maxsize), stated)
