"""What is asked of a gallery of workflows: every edit of every work, and strangers."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks._kinds import Question
from benchmarks.workflows.edits import EDITS, edited
from benchmarks.workflows.sources import Templates


def questions(found: Templates, works: int | None = None) -> Iterator[Question]:
    """All edits of the works, of `works` at most, and the strangers."""
    strangers = list(found.strangers.values())
    for number, (name, path) in enumerate(list(found.works.items())[:works]):
        other = strangers[number % len(strangers)]
        for at, each in enumerate(EDITS):
            make = partial(_write_edited, path, other, at, 100 * number + at)
            yield Question(f"{name}, {each.name}", each.name, each.group, frozenset([name]), make)
    for name, path in found.strangers.items():
        yield Question(name, "stranger", "stranger", frozenset(), partial(shutil.copyfile, path))


def _write_edited(path: Path, other: Path, number: int, seed: int, target: Path) -> None:
    texts = (one.read_text("utf-8") for one in (path, other))
    target.write_text(edited(*texts, EDITS[number], seed), "utf-8")
