"""Licenses in words."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import moment, till
from gen_ip.cli.terms import in_words, name_of

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.works.licenses import License


def show_license(console: Console, entry: License, time: int | None = None) -> None:
    """Four lines about a license; at a `time` (seconds since the epoch) also whether it ended."""
    show_licenses(console, [entry], time)


def show_licenses(console: Console, entries: Sequence[License], time: int | None = None) -> None:
    """Four lines about each license, or about all in a row that differ in nothing but a number."""

    def kind(numbered: tuple[int, License]) -> tuple[object, ...]:
        place, entry = numbered
        what = (entry.work, entry.terms, entry.holder, entry.start, entry.end, entry.units)
        # Where numbers follow each other, this difference stays what it is.
        return (entry.id - place, *what)

    for _, alike in groupby(enumerate(entries), kind):
        _show(console, [entry for _, entry in alike], time)


def _show(console: Console, alike: Sequence[License], time: int | None) -> None:
    entry = alike[0]
    ended = time is not None and not entry.active(time)
    state = "ended" if ended else f"until {moment(entry.end)}" if entry.end else "no end"
    which, each = f"license {entry.id}", ""
    if len(alike) > 1:
        which, each = f"{len(alike):,} licenses, {entry.id} to {alike[-1].id}", " in each"
    console.print(
        f"{which} · {name_of(entry.terms)} · {state}",
        style="dim" if ended else "green",
    )
    console.print(f"  of work {till(entry.work)}", style="dim", soft_wrap=True)
    console.print(f"  {in_words(entry.terms)}", style="dim")
    units = "" if not entry.terms.units else f" · derivatives left{each}: {_left(entry)}"
    console.print(f"  held by {entry.holder}{units}", style="dim", soft_wrap=True)


def _left(entry: License) -> str:
    from gen_ip.terms import UNLIMITED

    return "any number" if entry.units == UNLIMITED else f"{entry.units:,}"
