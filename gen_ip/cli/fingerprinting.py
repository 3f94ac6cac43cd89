"""`fingerprint`: what works are known by, without a chain."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.kinds import Stated, WithSscd, WithTranslations, kind_of_file
from gen_ip.cli.progress import Reached, progress
from gen_ip.errors import FileProblem
from gen_ip.match.works.kind import kind_of, kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from gen_ip.fingerprint.batch import Outcome


@local
def fingerprint(
    use: Invocation,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Works.")],
    kind: Stated = None,
    sscd: WithSscd = False,
    translations: WithTranslations = False,
    processes: Annotated[
        int | None,
        typer.Option("--processes", min=1, help="For pictures; by default one a processor."),
    ] = None,
) -> None:
    """Print all fingerprints of pictures, texts and prompts. Exit code 1: a file is not usable.

    Files are decoded in processes of little memory, time and rights. Local features (orb-1) need
    "gen-ip[match]", texts in formats "gen-ip[text]". With --json everything an index keeps of them
    is printed, but texts.
    """
    told: dict[Path, Told] = {}
    with progress(use.output, Reached()) as tell:
        for name, named in _by_kind(files, kind, told).items():

            def count(done: int, before: int = len(told)) -> None:
                tell("Fingerprints", before + done, len(files))

            if name in kinds():
                told |= _of_works(name, named, translations, count)
            else:
                told |= _of_pictures(named, sscd, processes, count)
    outcomes = [(file, told[file]) for file in files]
    use.output.result(
        {
            "pictures": [each.document for _, each in outcomes if each.is_picture],
            "works": [each.document for _, each in outcomes if not each.is_picture],
        },
        lambda console: _show(console, outcomes),
    )
    for _, each in outcomes:
        if each.problem is not None and not use.output.as_json:
            use.output.note(f"error: {each.problem}")
    if any(each.problem for _, each in outcomes):
        raise typer.Exit(1)


class Told:
    """What is said of a file: its fingerprint for JSON and in lines, or what is wrong with it."""

    def __init__(
        self,
        document: dict[str, Any],
        lines: Mapping[str, str],
        problem: FileProblem | None,
        is_picture: bool = False,
    ) -> None:
        self.document, self.lines, self.problem = document, lines, problem
        self.is_picture = is_picture


def _by_kind(
    files: list[Path], stated: str | None, told: dict[Path, Told]
) -> dict[str, list[Path]]:
    """The usable files by their kinds; what is wrong with the others goes to `told`."""
    found: dict[str, list[Path]] = {}
    for file in dict.fromkeys(files):
        try:
            found.setdefault(kind_of_file(file, stated), []).append(file)
        except FileProblem as problem:
            told[file] = _wrong(file, problem)
    return found


def _of_works(
    name: str, files: list[Path], learned: bool, tell: Callable[[int], None]
) -> dict[Path, Told]:
    told = {}
    with kind_of(name).reader(learned=learned) as reader:
        for done, file in enumerate(files, 1):
            try:
                found = reader.fingerprint(file)
                document = {"file": str(file), "kind": name, "record": found.to_json()}
                told[file] = Told(document, found.lines(), None)
            except FileProblem as problem:
                told[file] = _wrong(file, problem)
            tell(done)
    return told


def _of_pictures(
    files: list[Path], sscd: bool, processes: int | None, tell: Callable[[int], None]
) -> dict[Path, Told]:
    from gen_ip.fingerprint.batch import Recorder, Wanted

    wanted = Wanted(features=find_spec("cv2") is not None, descriptor=sscd)
    with Recorder(wanted, processes=processes) as recorder:
        outcomes = list(recorder.records(files, tell))
    return {
        file: Told(each.to_json(), _lines(each), each.problem, is_picture=True)
        for file, each in zip(files, outcomes, strict=True)
    }


def _wrong(file: Path, problem: FileProblem) -> Told:
    about = {"type": type(problem).__name__, "message": str(problem)}
    return Told({"file": str(file), "problem": about}, {}, problem)


def _lines(each: Outcome) -> dict[str, str]:
    if (record := each.record) is None:
        return {}
    features = record.local_features()
    lines = {
        "size": f"{record.width:,} x {record.height:,} pixels",
        "sha256": record.sha256.hex(),
        "pixels-v1": record.pixels.hex(),
        "phash64": record.phash64.hex() if record.phash64 else "none: too little structure",
        "pdq-1": f"{record.pdq.hash.hex()}  quality {record.pdq.quality} of 100",
        "orb-1": None if features is None else f"{len(features):,} local features",
        "sscd-1": None if record.sscd is None else record.sscd.hex(),
    }
    return {name: value for name, value in lines.items() if value is not None}


def _show(console: Console, outcomes: list[tuple[Path, Told]]) -> None:
    from gen_ip.cli.show.text import plain

    for file, each in outcomes:
        if each.problem is not None:
            continue
        console.print(plain(str(file)), style="bold", soft_wrap=True)
        for name, value in each.lines.items():
            console.print(f"  {name:10}{plain(value)}", soft_wrap=True)
