"""Passages that a text and a work have in common, side by side in a picture for people."""

from __future__ import annotations

import io
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gen_ip.match.texts.passages import Passage

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

# Pieces of a line, and whether each is marked.
Line = list[tuple[str, bool]]

_WIDTH, _MARGIN, _GUTTER = 1400, 24, 28
_COLUMNS = 78
_FONT_SIZE, _LINE = 15, 22
#: At most so many passages, and lines of each.
_PASSAGES, _LINES = 6, 14
_AROUND = 90
_PAPER, _INK, _PALE, _MARKED = (255, 255, 255), (26, 26, 26), (130, 130, 130), (255, 236, 150)


def side_by_side(query: str, work: str, passages: Sequence[Passage]) -> bytes:
    """A PNG: on the left the text, on the right the work, what both have marked."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(_FONT_SIZE)
    shown = [
        (each, _lines(query, each.query), _lines(work, each.work)) for each in passages[:_PASSAGES]
    ]
    height = 2 * _MARGIN + _LINE
    for _, *both in shown:
        height += _LINE * (max(map(len, both)) + 2)
    image = Image.new("RGB", (_WIDTH, height), _PAPER)
    draw = ImageDraw.Draw(image)
    column = (_WIDTH - 2 * _MARGIN - _GUTTER) // 2
    lefts = (_MARGIN, _MARGIN + column + _GUTTER)
    for left, title in zip(lefts, ("This text", "The work"), strict=True):
        draw.text((left, _MARGIN), title, _PALE, font)
    top = _MARGIN + _LINE
    for passage, *sides in shown:
        draw.line((_MARGIN, top + 8, _WIDTH - _MARGIN, top + 8), _PALE)
        draw.text((_MARGIN, top + 12), f"{passage.words:,} words", _PALE, font)
        places = (passage.query, passage.work)
        for left, (start, end) in zip(lefts, places, strict=True):
            where = f"characters {start:,} to {end:,}"
            draw.text((left + column - draw.textlength(where, font), top + 12), where, _PALE, font)
        top += 2 * _LINE - 6
        for left, lines in zip(lefts, sides, strict=True):
            for number, line in enumerate(lines):
                _draw(draw, font, left, top + number * _LINE, line)
        top += _LINE * max(map(len, sides)) + 6
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


def _lines(text: str, span: tuple[int, int]) -> list[Line]:
    """A passage with a little around it, as lines of pieces, each marked or not."""
    start, end = span
    before = _visible(text[max(0, start - _AROUND) : start])
    within = _visible(text[start:end])
    after = _visible(text[end : end + _AROUND])
    whole = before + within + after
    lines: list[Line] = []
    at = 0
    for line in textwrap.wrap(whole, _COLUMNS, drop_whitespace=False, replace_whitespace=False):
        pieces = []
        for low, high, marked in _cuts(at, at + len(line), len(before), len(before) + len(within)):
            pieces.append((whole[low:high], marked))
        lines.append(pieces)
        at += len(line)
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], [("…", True)]]
    return lines


def _cuts(start: int, end: int, first: int, last: int) -> Iterator[tuple[int, int, bool]]:
    """A line's parts before, within and behind what is marked; empty ones left out."""
    for low, high, marked in (
        (start, min(end, first), False),
        (max(start, first), min(end, last), True),
        (max(start, last), end, False),
    ):
        if low < high:
            yield low, high, marked


def _draw(
    draw: ImageDraw, font: FreeTypeFont | ImageFont, left: int, top: int, pieces: Line
) -> None:
    for text, marked in pieces:
        width = draw.textlength(text, font)
        if marked:
            draw.rectangle((left, top, left + width, top + _LINE - 2), _MARKED)
        draw.text((left, top + 1), text, _INK if marked else _PALE, font)
        left += int(width)


def _visible(text: str) -> str:
    """Its characters with every space a blank, and none that control or turn direction."""
    kept = (" " if each.isspace() else each for each in text)
    return "".join(each for each in kept if unicodedata.category(each)[0] != "C")
