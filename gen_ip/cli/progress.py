"""How far a long command has come: a bar, or a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gen_ip.cli.output import Output
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from gen_ip.content.files import OnBytes
    from gen_ip.folders.report import OnProgress

# Between two lines where no bar can be drawn, as in the log of a server.
_SECONDS = 10.0
# What has fewer bytes is done before a bar of them can be read.
_LARGE = 32 * 2**20


@dataclass
class Reached:
    """How far a run has come: what is being done, how many are done, and of how many; `on_bytes` is
    told the same of bytes, where there are some. `paused` takes the bar away for as long as its
    block asks something."""

    stage: str = ""
    done: int = 0
    total: int = 0
    bytes: str = ""
    on_bytes: OnBytes = field(default=lambda done, total: None, repr=False)
    paused: Callable[[], AbstractContextManager[None]] = field(default=nullcontext, repr=False)

    def __str__(self) -> str:
        more = f", {self.bytes}" if self.bytes else ""
        return f"{self.stage}: {self.done:,} of {self.total:,} done{more}"

    def now(self, stage: str, done: int, total: int) -> None:
        """Takes what a run tells."""
        if stage != self.stage:
            self.bytes = ""
        self.stage, self.done, self.total = stage, done, total


@contextmanager
def progress(output: Output, reached: Reached) -> Iterator[OnProgress]:
    """A bar on a terminal's stderr, elsewhere a line now and then; neither after --json."""
    from rich.console import Console

    screen, told_at = Console(stderr=True), time.monotonic()

    def note(stage: str, done: int, total: int) -> None:
        nonlocal told_at
        reached.now(stage, done, total)
        if not output.as_json and time.monotonic() - told_at >= _SECONDS:
            told_at = time.monotonic()
            output.note(str(reached))

    if output.as_json or not screen.is_terminal:

        def note_bytes(done: int, total: int) -> None:
            if total < _LARGE:
                return
            reached.bytes = _of_bytes(done, total)
            note(reached.stage, reached.done, reached.total)

        reached.on_bytes = note_bytes
        yield note
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    more = (TextColumn("{task.fields[bytes]}"), TimeElapsedColumn())
    with Progress(*columns, *more, console=screen, transient=True) as bars:
        tasks = {}

        @contextmanager
        def paused() -> Iterator[None]:
            bars.stop()
            yield
            bars.start()

        reached.paused = paused

        def tell(stage: str, done: int, total: int) -> None:
            reached.now(stage, done, total)
            if stage not in tasks:
                tasks[stage] = bars.add_task(plain(stage), total=total, bytes="")
            bars.update(tasks[stage], completed=done, total=total)

        def tell_bytes(done: int, total: int) -> None:
            if reached.stage in tasks and total >= _LARGE:
                reached.bytes = _of_bytes(done, total)
                bars.update(tasks[reached.stage], bytes=reached.bytes)

        reached.on_bytes = tell_bytes
        yield tell


@contextmanager
def working_bytes(output: Output, text: str) -> Iterator[OnBytes]:
    """A spinner on a terminal's stderr, as `Output.working` has it; in its place a bar for as long
    as the bytes of a large file are told of. No bar after --json."""
    with output.working(text) as spinner, ExitStack() as shown:
        bar: OnBytes | None = None

        def tell(done: int, total: int) -> None:
            nonlocal bar
            if bar is None and not output.as_json and done < total and total >= _LARGE:
                shown.enter_context(spinner.hidden())
                bar = shown.enter_context(byte_progress(output, text))
            if bar is not None:
                bar(done, total)
            if done >= total:
                bar = None
                shown.close()

        yield tell


@contextmanager
def byte_progress(output: Output, text: str) -> Iterator[OnBytes]:
    """A bar of bytes with their rate on a terminal's stderr; nothing elsewhere, or after --json.

    The text may name files: it is shown escaped.
    """
    from rich.console import Console

    screen = Console(stderr=True)
    if output.as_json or not screen.is_terminal:
        yield lambda done, total: None
        return
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    rates = (TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, *rates, console=screen, transient=True) as bars:
        task = bars.add_task(escape(plain(text)), total=None)

        def tell(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield tell


def _of_bytes(done: int, total: int) -> str:
    return f"{done / 1e6:,.1f} of {total / 1e6:,.1f} MB"
