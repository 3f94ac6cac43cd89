"""What a comparison with the certified works found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.cli.show.text import moment, plain, short_hex
from gen_ip.fingerprint.image import PHASH_BITS, Level

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.recognition import Match, Verdict

_HEADS = {
    Level.EXACT: ("Certified: exactly these bytes.", "bold green"),
    Level.PIXELS: ("The same pixels as a certified work, in another file.", "bold green"),
    Level.SIMILAR: ("Like a certified work: a reason to look closer.", "bold yellow"),
    Level.DIFFERENT: ("No certified work is like this file.", "bold"),
}


def show_verdict(console: Console, verdict: Verdict) -> None:
    """The verdict, its matches from the surest down, and what could not be compared."""
    head, style = _HEADS[verdict.level]
    console.print(head, style=style)
    for found in verdict.matches:
        name = f"“{plain(found.name, 50)}”  " if found.name else ""
        console.print(f"  {name}work {short_hex(found.work)}  {likeness(found)}")
        by = f"claimed {moment(found.claim_time)} by {found.creator}"
        console.print(f"  {by}", style="dim", soft_wrap=True)
    if verdict.compared:
        console.print(f"Compared with {verdict.compared:,} certified pictures.", style="dim")
    if verdict.missing:
        console.print(
            f"{len(verdict.missing):,} could not be compared: this store lacks their metadata.",
            style="yellow",
        )
    for work, why in verdict.untrusted:
        console.print(f"Not to be trusted, {short_hex(work)}: {plain(why)}", style="yellow")


def likeness(found: Match) -> str:
    """How sure a match is, in words."""
    if found.level is not Level.SIMILAR:
        return str(found.level.value)
    return f"{found.distance} of {PHASH_BITS} bits differ"
