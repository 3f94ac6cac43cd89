"""`fingerprint`: what pictures are known by, without a chain."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, local
from gen_ip.cli.pictures import WithSscd
from gen_ip.cli.progress import Reached, progress

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.fingerprint.batch import Outcome


@local
def fingerprint(
    use: Invocation,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Pictures.")],
    sscd: WithSscd = False,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="By default one for each processor.")
    ] = None,
) -> None:
    """Print all fingerprints of pictures. Exit code 1: a file is no usable picture.

    Files are decoded in processes of little memory, time and rights. Local features (orb-1) need
    "gen-ip[match]". With --json everything an index keeps of them is printed.
    """
    from gen_ip.fingerprint.batch import Recorder, Wanted

    wanted = Wanted(features=find_spec("cv2") is not None, descriptor=sscd)
    with (
        Recorder(wanted, processes=processes) as recorder,
        progress(use.output, Reached()) as tell,
    ):
        outcomes = list(
            recorder.records(files, lambda done: tell("Fingerprints", done, len(files)))
        )
    use.output.result(
        {"pictures": [each.to_json() for each in outcomes]},
        lambda console: _show(console, outcomes),
    )
    for each in outcomes:
        if each.problem is not None and not use.output.as_json:
            use.output.note(f"error: {each.problem}")
    if any(each.problem for each in outcomes):
        raise typer.Exit(1)


def _show(console: Console, outcomes: list[Outcome]) -> None:
    from gen_ip.cli.show.text import plain

    for each in outcomes:
        if (record := each.record) is None:
            continue
        console.print(plain(each.path), style="bold", soft_wrap=True)
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
        for name, value in lines.items():
            if value is not None:
                console.print(f"  {name:10}{value}", soft_wrap=True)
