"""A card: a picture on the left where the terminal has room and color, facts on the right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.show.picture import half_blocks
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.panel import Panel

CARD_COLUMNS = 100
_PICTURE_ROWS = 10
# Beside the picture an address must fit: label, gaps and frame take 18 columns, it takes 42.
_FACTS_COLUMNS = 60
_PICTURE_COLUMNS = range(16, 31)


def card(
    console: Console,
    title: str,
    facts: Sequence[tuple[str, str]],
    *,
    picture: Path | None = None,
    subtitle: str = "",
    style: str = "cyan",
) -> Panel:
    """A panel with `facts` (label, value); `picture` names a file that is drawn if it fits."""
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(style="dim", no_wrap=True, width=max(len(label) for label, _ in facts))
    table.add_column(overflow="fold")
    for label, value in facts:
        table.add_row(label, Text(plain(value)))
    body: RenderableType = table
    drawn = None
    room = min(console.width - _FACTS_COLUMNS, _PICTURE_COLUMNS[-1])
    if picture is not None and console.color_system and room in _PICTURE_COLUMNS:
        drawn = half_blocks(picture, room, max(_PICTURE_ROWS, len(facts)))
    if drawn is not None:
        beside = Table.grid(padding=(0, 2))
        beside.add_column(width=room, no_wrap=True)
        beside.add_column(vertical="middle")
        beside.add_row(drawn, table)
        body = beside
    return Panel(
        body,
        title=Text(plain(title), style=f"bold {style}"),
        title_align="left",
        subtitle=Text(plain(subtitle), style="dim") if subtitle else None,
        subtitle_align="right",
        border_style=style,
        width=min(console.width, CARD_COLUMNS),
        padding=(0, 1),
    )
