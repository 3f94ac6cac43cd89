"""`gen-ip demo`: the whole story on a local chain, as one would like to see it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from gen_ip.cli.options import AsJson
from gen_ip.cli.output import Output, console
from gen_ip.demo.chain import ChainKind


def demo(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="Your own picture; else one that is shipped."),
    ] = None,
    chain: Annotated[
        ChainKind, typer.Option("--chain", help="auto takes anvil, or py-evm without it.")
    ] = ChainKind.AUTO,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Folder for the pictures that are made.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Watch a picture become a licensed, earning work, and check every balance to the wei."""
    from gen_ip.cli.show.story import Stage
    from gen_ip.demo.chain import local_chain
    from gen_ip.demo.events import Doing
    from gen_ip.demo.library import DEFAULT
    from gen_ip.demo.report import Report
    from gen_ip.demo.story import Story
    from gen_ip.fingerprint.image import perceptual_hash

    output = Output(as_json)
    picture = file or DEFAULT
    with output.working("Looking at the picture …") as spinner, _folder(keep) as folder:
        # A picture that cannot be used is told before a chain is started for it.
        perceptual_hash(picture)
        spinner.say("Starting a chain …")
        with local_chain(chain) as local:
            stage = None if as_json else Stage(console())
            report: Report | None = None
            story = Story(local, picture, folder, sure=file is None)
            for event in story.tell():
                if isinstance(event, Report):
                    report = event
                if isinstance(event, Doing):
                    spinner.say(f"{event.text} …")
                elif stage is not None:
                    with spinner.hidden():
                        stage.show(event)
    if report is not None and stage is None:
        output.result({"chain": local.name, **report.to_json()}, lambda _: None)
    elif stage is not None:
        stage.end(keep)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="gen-ip-demo-") as folder:
            yield Path(folder)
        return
    from gen_ip.errors import StoreUnavailable

    try:
        keep.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreUnavailable(keep, reason, "name a folder that can be made") from None
    yield keep
