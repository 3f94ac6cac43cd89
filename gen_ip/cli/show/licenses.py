"""Licenses in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.cli.show.text import moment, till
from gen_ip.cli.terms import in_words, name_of

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.works.licenses import License


def show_license(console: Console, entry: License, time: int | None = None) -> None:
    """Four lines about a license; at a `time` (seconds since the epoch) also whether it ended."""
    ended = time is not None and not entry.active(time)
    state = "ended" if ended else f"until {moment(entry.end)}" if entry.end else "no end"
    console.print(
        f"license {entry.id} · {name_of(entry.terms)} · {state}",
        style="dim" if ended else "green",
    )
    console.print(f"  of work {till(entry.work)}", style="dim", soft_wrap=True)
    console.print(f"  {in_words(entry.terms)}", style="dim")
    units = "" if not entry.terms.units else f" · derivatives left: {_left(entry)}"
    console.print(f"  held by {entry.holder}{units}", style="dim", soft_wrap=True)


def _left(entry: License) -> str:
    from gen_ip.terms import UNLIMITED

    return "any number" if entry.units == UNLIMITED else f"{entry.units:,}"
