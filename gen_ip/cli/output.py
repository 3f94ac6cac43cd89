"""Where a command's words go: the result to stdout, everything else to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gen_ip.cli.planning import planning
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class Output:
    """One command's output: for people, or one JSON document for machines (`as_json`)."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json

    @property
    def is_planning(self) -> bool:
        """Whether the command only builds what it would send."""
        return planning() is not None

    def result(self, document: Mapping[str, Any], show: Callable[[Console], None]) -> None:
        """Prints the result: `document` as JSON, or what `show` draws. Nothing, where a command
        shall send nothing: its transactions are printed instead."""
        if self.is_planning:
            return
        if self.as_json:
            print_json(document)
        else:
            show(console())

    def line(self, document: Mapping[str, Any]) -> None:
        """Prints one of many documents, on a line of its own."""
        print_json(document, one_line=True)

    def note(self, text: str) -> None:
        """A line for people beside the result."""
        print(text, file=sys.stderr, flush=True)

    @contextmanager
    def working(self, text: str) -> Iterator[Spinner]:
        """A spinner on a terminal's stderr, for as long as the block runs.

        The text may name files and tokens: it is shown escaped.
        """
        from rich.console import Console
        from rich.text import Text

        screen = Console(stderr=True)
        if not screen.is_terminal:
            yield Spinner(None)
            return
        with screen.status(Text(plain(text))) as status:
            yield Spinner(status)


class Spinner:
    """What turns while something takes time; does nothing where stderr is no terminal."""

    def __init__(self, status: Status | None) -> None:
        self._status = status

    def say(self, text: str) -> None:
        """Changes the text beside it."""
        from rich.text import Text

        if self._status is not None:
            self._status.update(Text(plain(text)))

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Takes the spinner off the screen, so that the block can write to stdout."""
        if self._status is None:
            yield
            return
        self._status.stop()
        try:
            yield
        finally:
            self._status.start()


def console() -> Console:
    """The console of results. `NO_COLOR`, `COLUMNS` and the terminal decide how it draws."""
    from rich.console import Console

    return Console(highlight=False, emoji=False, markup=False)


def print_json(document: Mapping[str, Any], *, one_line: bool = False) -> None:
    """One JSON document on stdout."""
    print(json.dumps(document, indent=None if one_line else 2, ensure_ascii=True), flush=True)


def print_error(kind: str, message: str, as_json: bool) -> None:
    """One line on stderr, or an error document on stdout; the line, too, if stdout is full."""
    line = " ".join(message.split())
    if as_json:
        try:
            # One line, since it may end a list of documents that have one each.
            print_json({"error": {"type": kind, "message": line}}, one_line=True)
            return
        except OSError:
            # What stdout did not take is dropped, or it would be tried again at the exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    print(f"error: {line}", file=sys.stderr)
