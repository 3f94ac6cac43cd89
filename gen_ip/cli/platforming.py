"""`platform`: what a platform's uploads wait in, brought on chain."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.chain_index import IndexLibraryMissing
from gen_ip.cli.group import INTERRUPTED
from gen_ip.cli.invocation import Invocation, local, signs
from gen_ip.cli.show.text import counted, plain
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from gen_ip.platform.entries import Entry
    from gen_ip.platform.queue import Queue
    from gen_ip.platform.submitting import Round

platform_app = group("platform", "Bring the uploads of a platform's users on chain, for them.")

_POLL_SECONDS = 2.0

Where = Annotated[
    str | None,
    typer.Option(
        "--queue",
        metavar="WHERE",
        envvar="GENIP_QUEUE",
        help="A file, or postgresql://USER@HOST/DATABASE; by default in your data folder.",
    ),
]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The platform's name for the upload.")]


@signs
def _run(
    use: Invocation,
    queue: Where = None,
    once: Annotated[bool, typer.Option("--once", help="End when nothing more is due.")] = False,
    seconds: Annotated[
        int,
        typer.Option("--wait", min=0, help="Seconds that an upload waits for others, at most."),
    ] = 60,
    most: Annotated[
        int, typer.Option("--most", min=1, max=100_000, help="Uploads under one anchor, at most.")
    ] = 10_000,
) -> None:
    """Send what is due, and look after what was sent, until Ctrl-C. Several may run, each with an
    account of its own."""
    from gen_ip.platform.errors import QueueUnavailable
    from gen_ip.platform.policy import Policy
    from gen_ip.platform.submitting import Submitter

    opened = _queue(queue, new=True)
    submitter = Submitter(use.signer(), opened, Policy(seconds=seconds, most=most))
    stop, done = threading.Event(), 0

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.is_set():
            try:
                made = submitter.round()
            except QueueUnavailable as error:
                if once:
                    raise
                # As while the database is started again: what was begun is in it.
                use.output.note(f"trying again: {error}")
                stop.wait(_POLL_SECONDS)
                continue
            done += made.done
            _tell(use, made)
            if once and not made.sent and made.waits is None:
                break
            if not made.sent:
                stop.wait(_POLL_SECONDS)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        counts = opened.counts()
        opened.close()
    document = {"done": done, **{state.value: count for state, count in counts.items()}}
    use.output.result(document, lambda console: console.print(f"{counted(done, 'upload')} sent."))
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)


@local
def _status(
    use: Invocation,
    key: Annotated[
        str | None, typer.Argument(metavar="KEY", help="Of one upload; else of all.")
    ] = None,
    queue: Where = None,
) -> None:
    """Say how far an upload has come, or how many are how far, and which are set aside."""
    opened = _queue(queue)
    if key is not None:
        _show(use, opened.get(key))
        return
    counts, aside = opened.counts(), opened.set_aside()

    def show(console: Console) -> None:
        for state, count in counts.items():
            console.print(f"{state.value:<10} {count:,}")
        for each in aside:
            problem = plain(f"{each.key}: {each.problem}", 700)
            console.print(problem, style="yellow", soft_wrap=True)

    use.output.result(
        {
            "queue": opened.name,
            "counts": {state.value: count for state, count in counts.items()},
            "set_aside": [each.to_json() for each in aside],
        },
        show,
    )


@local
def _mint(use: Invocation, key: Key, queue: Where = None) -> None:
    """Have an anchored work minted, as for its first sale."""
    _show(use, _queue(queue).mint(key, int(time.time())))


@local
def _retry(use: Invocation, key: Key, queue: Where = None) -> None:
    """Try again what the contracts refused and was set aside."""
    _show(use, _queue(queue).retry(key, int(time.time())))


def _show(use: Invocation, entry: Entry) -> None:
    def show(console: Console) -> None:
        final = ", final" if entry.final else ""
        console.print(plain(f"{entry.key}  {entry.state.value}{final}", 400), soft_wrap=True)
        console.print(f"work  {entry.work}", soft_wrap=True)
        console.print(f"till  {entry.till}", soft_wrap=True)
        if entry.problem is not None:
            console.print(plain(entry.problem, 700), style="yellow", soft_wrap=True)

    use.output.result(entry.to_json(), show)


def _tell(use: Invocation, made: Round) -> None:
    if made.waits is not None:
        use.output.note(f"trying again: {made.waits}")
    elif (made.done or made.refused) and not use.output.as_json:
        use.output.note(f"{counted(made.done, 'upload')} on chain, {made.refused:,} set aside")


def _queue(where: str | None, *, new: bool = False) -> Queue:
    """The queue that an option names, by default the one in the user's data folder; where there is
    none, a new one or an error.

    Raises:
        IndexLibraryMissing, InvalidArgument, NoQueue, QueueUnavailable.
    """
    from importlib.util import find_spec

    import platformdirs

    for library in ("sqlalchemy", "psycopg"):
        if find_spec(library) is None:
            raise IndexLibraryMissing(library)

    from gen_ip.arguments import InvalidArgument
    from gen_ip.databases import is_url
    from gen_ip.platform.errors import NoQueue
    from gen_ip.platform.queue import Queue

    if where is not None and not where.strip():
        raise InvalidArgument("queue", where, "a file, or postgresql://USER@HOST/DATABASE")
    place: str | Path = where or platformdirs.user_data_path("gen-ip") / "platform.sqlite"
    if not is_url(place):
        if not new and not os.path.exists(place):
            raise NoQueue(place)
        if where is None:
            Path(place).parent.mkdir(parents=True, exist_ok=True)
    return Queue(place)


for _name, _command in (("run", _run), ("status", _status), ("mint", _mint), ("retry", _retry)):
    platform_app.command(_name)(_command)
