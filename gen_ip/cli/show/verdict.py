"""What a comparison with the certified works found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import counted, moment, plain, till
from gen_ip.fingerprint.image import Level
from gen_ip.fingerprint.pdq import Orientation
from gen_ip.works.documents import Limit

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.works.recognition import Match, Verdict

_HEADS = {
    Level.EXACT: ("Certified: exactly these bytes.", "bold green"),
    Level.PIXELS: ("The same pixels as a certified work, in another file.", "bold green"),
    Level.CONTENT: ("The same content as a certified work, in another file.", "bold green"),
    Level.COPY: ("Named as a copy by a certificate.", "bold yellow"),
    Level.SIMILAR: ("Like a certified work: a reason to look closer.", "bold yellow"),
    Level.DIFFERENT: ("No certified work is like this file.", "bold"),
}
_NOT_THE_BYTES = ("No certified work has exactly these bytes.", "bold")
_NOT_THE_CONTENT = ("No certified work has exactly these bytes or this content.", "bold")
_NOT_THE_PIXELS = ("No certified work has exactly these bytes or these pixels.", "bold")
_ONLY_CLAIMS = (
    "Nothing confirmed: certificates only claim to be of such a file.",
    "bold yellow",
)
_NOTHING = {
    Limit.BYTES: _NOT_THE_BYTES,
    Limit.CONTENT: _NOT_THE_CONTENT,
    Limit.PIXELS: _NOT_THE_PIXELS,
}
_CLAIMS = "Claims of their creators, not checked against the certified files:"
# What has been done to the work, which is undone by what made the file fit it.
_TURNED = {
    Orientation.ROTATE_90.value: "turned by 90° to the right",
    Orientation.ROTATE_180.value: "turned by 180°",
    Orientation.ROTATE_270.value: "turned by 90° to the left",
    Orientation.FLIP_LEFT_RIGHT.value: "mirrored",
    Orientation.FLIP_TOP_BOTTOM.value: "mirrored top to bottom",
    Orientation.TRANSPOSE.value: "turned by 90° and mirrored",
    Orientation.TRANSVERSE.value: "turned by 90° and mirrored",
}
# Anyone can make claims and broken metadata by the thousand.
_LINES = 20


def show_verdict(console: Console, verdict: Verdict) -> None:
    """The verdict, its matches from the surest down, and what could not be compared."""
    confirmed = [found for found in verdict.matches if found.confirmed]
    claimed = [found for found in verdict.matches if not found.confirmed]
    head, style = _HEADS[verdict.level] if confirmed or not claimed else _ONLY_CLAIMS
    if not verdict.matches and verdict.limit is not None:
        head, style = _NOTHING[verdict.limit]
    console.print(head, style=style)
    for found in confirmed:
        _show_match(console, found)
    if claimed:
        console.print(_CLAIMS, style="yellow")
    for found in claimed[:_LINES]:
        _show_match(console, found)
    _show_rest(console, claimed)
    if verdict.compared:
        works = counted(verdict.compared, "certified work")
        console.print(f"Compared with {works}.", style="dim")
    if verdict.missing:
        console.print(
            f"{len(verdict.missing):,} could not be compared: this store has no metadata of them.",
            style="yellow",
        )
        console.print(f"  the first: {plain(verdict.missing[0][1])}", style="dim")
    for work, why in verdict.untrusted[:_LINES]:
        console.print(f"Not to be trusted, {till(work)}: {plain(why)}", style="yellow")
    _show_rest(console, verdict.untrusted)
    if verdict.limit is not None:
        console.print(limit_in_words(verdict.limit), style="yellow")


def _show_match(console: Console, found: Match) -> None:
    name = f"“{plain(found.name, 50)}”  " if found.name else ""
    console.print(f"  {name}{likeness(found)}")
    console.print(f"  work {till(found.work)}", soft_wrap=True)
    by = f"claimed {moment(found.claim_time)} by {found.creator}"
    console.print(f"  {by}", style="dim", soft_wrap=True)


def _show_rest(console: Console, entries: Sequence[object]) -> None:
    if len(entries) > _LINES:
        console.print(f"  and {len(entries) - _LINES:,} more; --json lists all", style="dim")


def limit_in_words(limit: Limit) -> str:
    """Why a file cannot be found by its likeness."""
    if limit is Limit.PIXELS:
        return (
            "The picture is too plain for a likeness hash: only copies of exactly its bytes or "
            "its pixels can be recognized."
        )
    if limit is Limit.CONTENT:
        return (
            "By `verify` such a file is recognized by its bytes and its content alone; "
            "`gen-ip match` finds parts and altered ones."
        )
    return (
        "Gen-IP does not look into files of this format: only exact copies, byte for byte, can "
        "be recognized."
    )


def likeness(found: Match) -> str:
    """How sure a match is, in words."""
    if found.level is not Level.SIMILAR:
        listed = found.listed and found.level is not Level.COPY
        return f"{found.level.value}, a copy that its owner names" if listed else found.level.value
    turned = f" ({_TURNED[found.orientation]})" if found.orientation else ""
    return f"{found.distance} of {found.bits} bits differ{turned}"
