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
_PICTURE_COLUMNS = 26
_PICTURE_ROWS = 10
_ROOM_FOR_PICTURE = 70


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
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="ellipsis", no_wrap=True)
    for label, value in facts:
        table.add_row(label, Text(plain(value)))
    body: RenderableType = table
    drawn = None
    if picture is not None and console.color_system and console.width >= _ROOM_FOR_PICTURE:
        drawn = half_blocks(picture, _PICTURE_COLUMNS, max(_PICTURE_ROWS, len(facts)))
    if drawn is not None:
        beside = Table.grid(padding=(0, 2))
        beside.add_column(width=_PICTURE_COLUMNS, no_wrap=True)
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
