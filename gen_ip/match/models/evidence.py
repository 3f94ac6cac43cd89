"""A picture that shows a person which modules of two models do the same, as a PNG file."""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gen_ip.match.models.likeness import ModelLikeness
    from gen_ip.match.models.pairing import Pair

# Everything is drawn twice as large, then reduced: text becomes smooth.
_FINER = 2
_MARGIN = 24
_FONT = 15
_LINE = 24
_COLUMNS = 48
_CELL = 22
_BAR = 16
_PAPER = (250, 250, 248)
_INK = (38, 40, 46)
_SOFT_INK = (110, 114, 122)
# Of agreement: 1/2 as by chance, then what a merge leaves, then all.
_STEPS = (
    (0.50, (236, 236, 232)),
    (0.65, (253, 212, 158)),
    (0.75, (252, 141, 89)),
    (0.90, (215, 48, 31)),
    (1.00, (127, 0, 0)),
)


def strip(found: ModelLikeness) -> bytes:
    """A cell for every pair of modules, in the order of the work's names: pale where they agree as
    unrelated ones do, dark red where they do the same. With a scale below."""
    from PIL import Image as PillowImage
    from PIL import ImageDraw, ImageFont

    pairs = found.pairing.pairs
    columns = min(_COLUMNS, max(24, len(pairs)))
    rows = -(-len(pairs) // columns)
    font = ImageFont.load_default(_FONT * _FINER)
    width = 2 * _MARGIN + _COLUMNS * _CELL
    height = 2 * _MARGIN + 3 * _LINE + rows * _CELL + _BAR + 2 * _LINE
    image = PillowImage.new("RGB", (width * _FINER, height * _FINER), _PAPER)
    draw = ImageDraw.Draw(image)

    def write(
        left: int, top: int, text: str, ink: tuple[int, int, int], anchor: str = "la"
    ) -> None:
        draw.text((left * _FINER, top * _FINER), text, ink, font, anchor)

    how = "by name" if found.pairing.named else "by what they do"
    title = f"{len(pairs):,} of the work's {found.work_modules:,} modules, paired {how}"
    write(_MARGIN, _MARGIN, title, _INK)
    told = f"{found.pairing.agreement:.1%} of the bits agree; {found.same:,} modules do the same"
    write(_MARGIN, _MARGIN + _LINE, told, _SOFT_INK)
    top = _MARGIN + 2 * _LINE + _LINE // 2
    for at, pair in enumerate(pairs):
        row, column = divmod(at, columns)
        x, y = (_MARGIN + column * _CELL) * _FINER, (top + row * _CELL) * _FINER
        side = (_CELL - 2) * _FINER
        draw.rectangle((x, y, x + side, y + side), _color(pair))
    top += rows * _CELL + _LINE // 2
    wide = columns * _CELL - 2
    for x in range(wide):
        shade = _shade(0.5 + 0.5 * x / wide)
        left = (_MARGIN + x) * _FINER
        draw.rectangle((left, top * _FINER, left + _FINER, (top + _BAR) * _FINER), shade)
    for part, text in ((0.5, "50 %, as unrelated"), (0.75, "75 %, even merge"), (1.0, "100 %")):
        x = _MARGIN + round((part - 0.5) * 2 * wide)
        write(x, top + _BAR + 6, text, _SOFT_INK, {0.5: "la", 1.0: "ra"}.get(part, "ma"))
    data = io.BytesIO()
    image.reduce(_FINER).save(data, "PNG", optimize=True)
    return data.getvalue()


def _color(pair: Pair) -> tuple[int, int, int]:
    return _shade(pair.agreement)


def _shade(agreement: float) -> tuple[int, int, int]:
    """The color of an agreement, between those of the steps around it."""
    value = min(1.0, max(_STEPS[0][0], agreement))
    for (low, one), (high, other) in itertools.pairwise(_STEPS):
        if value <= high:
            part = (value - low) / (high - low)
            red, green, blue = (round(a + part * (b - a)) for a, b in zip(one, other, strict=True))
            return red, green, blue
    return _STEPS[-1][1]
