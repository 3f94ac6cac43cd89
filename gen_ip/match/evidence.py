"""Pictures that show a person why a work was recognized, as PNG files.

`overlay` lays the work on the picture that was asked about and shows where both differ; `matches`
joins the places that were recognized. The same input gives the same bytes, without any metadata.
"""

from __future__ import annotations

import colorsys
import io
from typing import TYPE_CHECKING, Any

from gen_ip.match.geometry import Alignment, mapped, scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float64, uint8
    from numpy.typing import NDArray
    from PIL.Image import Image

#: No evidence is wider, in pixels.
WIDTH = 1_600

# Everything is drawn twice as large, then reduced: lines become smooth.
_FINER = 2
_GAP = 24
_LABEL = 30
_CAPTION = 34
_FONT = 17
_TALLEST = 560
# Small pictures are enlarged at most so many times.
_ENLARGED = 4
_PAPER = (250, 250, 248)
_INK = (38, 40, 46)
_SOFT_INK = (110, 114, 122)
_HAIRLINE = (205, 207, 212)
_ACCENT = (255, 0, 110)
_WHITE = (255, 255, 255)
_COLORS = 256
#: Pairs of points that are drawn; more would hide each other.
_PAIRS = 48
# A difference in brightness, of 255, that is shown in full color, and one that noise makes.
_LOUD = 80
_QUIET = 12
_HOT = (230, 30, 20)
# How often brightness is matched anew.
_ROUNDS = 5


def overlay(query: NDArray[uint8], work: NDArray[uint8], alignment: Alignment) -> bytes:
    """Three views as one PNG: the picture with the region outlined, the work laid there, and red
    where the two differ once their brightness is matched.

    Args:
        query, work: the copies, RGB, shape (h, w, 3), or smaller pictures of them.
        alignment: of the copies.

    Raises:
        ValueError: a picture is not uint8 RGB.
    """
    import numpy
    from PIL import Image as PillowImage

    _check(query, work)
    size = _panel(alignment.query_size, 3)
    asked = numpy.asarray(_resized(query, size))
    laid, covered = _laid(work, alignment, size)
    pale = (asked // 3 + 165).astype(numpy.uint8)
    inside = covered[..., None]
    views = (
        asked,
        numpy.where(inside, laid, pale),
        numpy.where(inside, _difference(asked, laid, covered), pale),
    )
    outline = _at(alignment.outline, alignment, size)
    sheet = _Sheet([size] * 3, _told(alignment))
    labels = "The picture asked about", "The work, laid on it", "Red where the two differ"
    for number, (label, view) in enumerate(zip(labels, views, strict=True)):
        sheet.put(number, label, PillowImage.fromarray(view))
        sheet.outline(number, outline)
    return sheet.png()


def matches(query: NDArray[uint8], work: NDArray[uint8], alignment: Alignment) -> bytes:
    """The picture and the work side by side as one PNG, the pairs of points joined by lines.

    Without pairs, in a map that was not found by features, the corners of the region are joined.

    Args:
        query, work: the copies, RGB, shape (h, w, 3), or smaller pictures of them.
        alignment: of the copies.

    Raises:
        ValueError: a picture is not uint8 RGB.
    """
    import numpy

    _check(query, work)
    sizes = [_panel(alignment.query_size, 2), _panel(alignment.work_size, 2)]
    sheet = _Sheet(sizes, _told(alignment))
    sheet.put(0, "The picture asked about", _resized(query, sizes[0]))
    sheet.put(1, "The work", _resized(work, sizes[1]))
    sheet.outline(0, _at(alignment.outline, alignment, sizes[0]))
    asked: NDArray[Any] = alignment.query_points
    kept: NDArray[Any] = alignment.work_points
    if not alignment.inliers and alignment.query_share:
        asked = alignment.outline
        back = numpy.linalg.inv(numpy.vstack([alignment.affine, [0, 0, 1]]))
        kept = mapped(back[:2], alignment.outline)
    # From left to right, evenly: neighbors get like colors.
    order = numpy.argsort(asked[:, 0], kind="stable")
    shown = order[numpy.linspace(0, len(order) - 1, min(len(order), _PAIRS)).astype(int)]
    left = _enlarged(asked[shown], alignment.query_size, sizes[0])
    right = _enlarged(kept[shown], alignment.work_size, sizes[1])
    sheet.join(left, right)
    return sheet.png()


class _Sheet:
    """A white sheet with labeled pictures in a row and a line of numbers below them."""

    def __init__(self, sizes: Sequence[tuple[int, int]], caption: str) -> None:
        from PIL import Image as PillowImage
        from PIL import ImageDraw, ImageFont

        self._sizes = sizes
        self._lefts = [_GAP + sum(w + _GAP for w, _ in sizes[:n]) for n in range(len(sizes))]
        self._font = ImageFont.load_default(_FONT * _FINER)
        needed = int(self._font.getlength(caption)) // _FINER + 2 * _GAP
        width = max(needed, self._lefts[-1] + sizes[-1][0] + _GAP)
        height = _LABEL + max(h for _, h in sizes) + _CAPTION + _GAP
        self._image = PillowImage.new("RGB", (width * _FINER, height * _FINER), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._write(_GAP, height - _CAPTION - _GAP // 2, caption, _SOFT_INK, _CAPTION)

    def put(self, number: int, label: str, picture: Image) -> None:
        """A picture of the size that was announced, and its label above it."""
        left = self._lefts[number]
        self._write(left, _GAP // 3, label, _INK, _LABEL - _GAP // 3)
        wide, high = self._sizes[number]
        fine = picture.resize((wide * _FINER, high * _FINER))
        x, y = left * _FINER, (_LABEL + _GAP // 3) * _FINER
        # A hairline, so that white pictures have an edge.
        self._draw.rectangle((x - 2, y - 2, x + fine.width + 1, y + fine.height + 1), _HAIRLINE)
        self._image.paste(fine, (x, y))

    def outline(self, number: int, corners: NDArray[float64]) -> None:
        """A closed line in a picture; none where there are no corners."""
        if len(corners):
            points = self._places(number, corners)
            points += points[:2]
            self._draw.line(points, _WHITE, 5 * _FINER, joint="curve")
            self._draw.line(points, _ACCENT, 2 * _FINER, joint="curve")

    def join(self, left: NDArray[float64], right: NDArray[float64]) -> None:
        """Lines from points of the first picture to those of the second."""
        lines = list(zip(self._places(0, left), self._places(1, right), strict=True))
        colors = [_rainbow(number / max(1, len(lines))) for number in range(len(lines))]
        for line, color in zip(lines, colors, strict=True):
            self._draw.line(line, color, _FINER)
        for line, color in zip(lines, colors, strict=True):
            for x, y in line:
                around = 3.5 * _FINER
                box = (x - around, y - around, x + around, y + around)
                self._draw.ellipse(box, color, _WHITE, _FINER)

    def png(self) -> bytes:
        """The sheet at its size, in 256 colors."""
        from PIL import Image as PillowImage

        full = self._image.reduce(_FINER)
        # Pillow dithers only into a palette that it is given.
        palette = full.quantize(_COLORS, PillowImage.Quantize.MEDIANCUT)
        plain = full.quantize(palette=palette, dither=PillowImage.Dither.FLOYDSTEINBERG)
        data = io.BytesIO()
        plain.save(data, "PNG", optimize=True)
        return data.getvalue()

    def _places(self, number: int, points: NDArray[Any]) -> list[tuple[float, float]]:
        left, top = self._lefts[number], _LABEL + _GAP // 3
        places = (points + 0.5 + (left, top)) * _FINER
        return [(float(x), float(y)) for x, y in places]

    def _write(self, left: int, top: int, text: str, ink: tuple[int, ...], high: int) -> None:
        middle = (top + high / 2) * _FINER
        self._draw.text((left * _FINER, middle), text, ink, self._font, anchor="lm")


def _told(alignment: Alignment) -> str:
    parts = [f"{alignment.inliers} points in place"] if alignment.inliers else []
    parts.append(
        f"{alignment.work_share:.0%} of the work lies in {alignment.query_share:.0%} of the picture"
    )
    if alignment.cells:
        parts.append(f"{alignment.agreeing:.0%} of what both show agrees")
    if alignment.mirrored:
        parts.append("mirrored")
    return "   ·   ".join(parts)


def _panel(size: tuple[int, int], panels: int) -> tuple[int, int]:
    """The size at which a picture is shown as one of several in a row."""
    widest = (WIDTH - (panels + 1) * _GAP) // panels
    factor = min(_ENLARGED, widest / size[0], _TALLEST / size[1])
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _laid(
    work: NDArray[uint8], alignment: Alignment, size: tuple[int, int]
) -> tuple[NDArray[uint8], NDArray[Any]]:
    """The work as it lies in a query drawn at a size, and which of its pixels the work covers."""
    import numpy
    from PIL import Image as PillowImage

    covered = numpy.zeros(size[::-1], bool)
    blank = numpy.zeros((*size[::-1], 3), numpy.uint8)
    if not alignment.query_share:
        return blank, covered
    asked = size[0] / alignment.query_size[0]
    kept = work.shape[1] / alignment.work_size[0]
    affine = numpy.vstack([scaled(alignment.affine, asked, kept), [0, 0, 1]])
    # Pillow counts from a pixel's corner, and asks where each pixel comes from.
    corner = numpy.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    back = (corner @ numpy.linalg.inv(affine) @ numpy.linalg.inv(corner))[:2].ravel()
    how = PillowImage.Transform.AFFINE, tuple(back), PillowImage.Resampling.BILINEAR
    laid = PillowImage.fromarray(work).transform(size, *how)
    whole = PillowImage.new("L", (work.shape[1], work.shape[0]), 255)
    covered = numpy.asarray(whole.transform(size, *how)) > 0
    return numpy.asarray(laid), covered


def _difference(
    asked: NDArray[uint8], laid: NDArray[uint8], covered: NDArray[Any]
) -> NDArray[uint8]:
    """The picture in pale gray, red where the work's brightness is another after matching both."""
    import numpy
    from PIL import Image as PillowImage
    from PIL import ImageFilter

    def brightness(pixels: NDArray[uint8]) -> NDArray[float64]:
        soft = PillowImage.fromarray(pixels).convert("L").filter(ImageFilter.BoxBlur(2))
        return numpy.asarray(soft).astype(float)

    one, other = brightness(asked), brightness(laid)
    pale = 150 + one[..., None] * 0.4
    if not covered.any():
        gray: NDArray[uint8] = pale.repeat(3, axis=2).astype(numpy.uint8)
        return gray
    a, b = one[covered], other[covered]
    near = numpy.ones(len(a), bool)
    # What fits worse than most, such as what was laid over, has no say in the next round.
    for _ in range(_ROUNDS):
        gain, offset = numpy.polyfit(b[near], a[near], 1) if numpy.ptp(b[near]) else (0, a.mean())
        apart = numpy.abs(a - gain * b - offset)
        near = apart <= max(_QUIET, 1.5 * float(numpy.median(apart)))
    apart = numpy.abs(one - gain * other - offset)
    loud = numpy.clip((apart - _QUIET) / (_LOUD - _QUIET), 0, 1)[..., None]
    heat: NDArray[uint8] = (pale * (1 - loud) + numpy.array(_HOT) * loud).astype(numpy.uint8)
    return heat


def _resized(picture: NDArray[uint8], size: tuple[int, int]) -> Image:
    from PIL import Image as PillowImage

    return PillowImage.fromarray(picture).resize(size, PillowImage.Resampling.BICUBIC)


def _at(points: NDArray[float64], alignment: Alignment, size: tuple[int, int]) -> NDArray[float64]:
    return _enlarged(points, alignment.query_size, size)


def _enlarged(
    points: NDArray[Any], size: tuple[int, int], shown: tuple[int, int]
) -> NDArray[float64]:
    """Points of a copy of one size where they lie in it shown at another."""
    import numpy

    factors = numpy.array(shown) / numpy.array(size)
    places: NDArray[float64] = (points + 0.5) * factors - 0.5
    return places


def _rainbow(part: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(part * 0.85, 0.85, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)


def _check(*pictures: NDArray[uint8]) -> None:
    for picture in pictures:
        if picture.dtype != "uint8" or picture.ndim != 3 or picture.shape[2] != 3:
            found = f"{picture.dtype} of shape {picture.shape}"
            raise ValueError(f"the picture is {found}; give uint8 RGB of shape (height, width, 3)")
