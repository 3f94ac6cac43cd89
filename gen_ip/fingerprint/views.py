"""Parts of a picture that may be somebody's whole work: without its frame, out of its page.

Looked at on the side of the question only: a work is known by its whole picture. A part that is
found wrongly costs a search and matches nothing. Integers alone decide, so every machine sees the
same parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

# By how much a channel may differ within a frame or a page: JPEG's noise around sharp edges.
_TOLERANCE = 20
# Percent of a line's pixels that must be a frame's for the line to belong to it.
_FRAME_SHARE = 97
# Percent of a line's pixels that must not be the page's for the line to belong to what lies on it.
_INSET_SHARE = 20
#: A frame within a frame within a frame.
FRAMES = 3
_LEAST_SIDE = 32
# Parts that share all but this percentage of their area with a view at hand tell nothing new.
_SAME_PERCENT = 4
# Page and picture are told apart in squares of so many pixels, so that thin gaps do not matter.
_SQUARE = 4
# Lines looked at in one go.
_BLOCK = 16


class Box(NamedTuple):
    """A part of a picture in its pixels; right and bottom lie outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    @property
    def shorter(self) -> int:
        """The shorter side in pixels."""
        return min(self.right - self.left, self.bottom - self.top)

    def of(self, pixels: NDArray[uint8]) -> NDArray[uint8]:
        """The pixels inside, a view on `pixels`."""
        return pixels[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, eq=False)
class View:
    """A part to ask about.

    Attributes:
        name: `whole`, `unframed` (without its outermost plain frame), `bare` (without all of up to
            three), `inset` (the largest rectangle that is not background).
        box: where it lies in the picture asked about.
        pixels: RGB, shape (height, width, 3), a view on the picture's.
    """

    name: str
    box: Box
    pixels: NDArray[uint8]


def views(pixels: NDArray[uint8]) -> list[View]:
    """The whole picture, then the parts that differ from it: one to four views.

    Args:
        pixels: 8-bit RGB, shape (height, width, 3); made for the sizes `reduced_copy` gives.
    """
    whole = Box(0, 0, pixels.shape[1], pixels.shape[0])
    found = [View("whole", whole, pixels)]
    for name, box in _parts(pixels):
        if all(_differ(box, view.box) for view in found):
            found.append(View(name, box, box.of(pixels)))
    return found


def trim(pixels: NDArray[uint8], frames: int = FRAMES) -> Box:
    """What is left without the plain lines along the edges; everything, if too little is left.

    A line belongs to a frame when 97 % of its pixels are near the color of the outermost line on
    that side. At most `frames` are taken off, one out of the other: a picture may have an edge as
    plain as its frame, so the innermost is not always what was asked for.
    """
    height, width, _ = pixels.shape
    box = Box(0, 0, width, height)
    for _ in range(frames):
        before = box
        top, bottom = _plain(box.of(pixels))
        box = Box(box.left, box.top + top, box.right, box.bottom - bottom)
        if box.area:
            left, right = _plain(box.of(pixels).swapaxes(0, 1))
            box = Box(box.left + left, box.top, box.right - right, box.bottom)
        if box.shorter < _LEAST_SIDE:
            return Box(0, 0, width, height) if before.shorter < _LEAST_SIDE else before
        if box == before:
            break
    return box


def inset(pixels: NDArray[uint8]) -> Box | None:
    """The largest rectangle that differs from the background, such as a picture on a page.

    The background is the commonest color along the edges. Of the connected areas of another color
    the one with the largest bounding box is taken, at least half of it filled, which text is not;
    then its edges are moved in until they cross more than captions and tails. None without a
    background or such an area.
    """
    import numpy
    from scipy import ndimage

    other = _off_background(pixels)
    if other is None:
        return None
    rows, columns = (side // _SQUARE for side in other.shape)
    if not rows or not columns:
        return None
    squares = other[: rows * _SQUARE, : columns * _SQUARE]
    squares = squares.reshape(rows, _SQUARE, columns, _SQUARE)
    counts = squares.sum(axis=(1, 3), dtype=numpy.int64)
    areas, found = ndimage.label(counts)
    # Exact: the sums of whole numbers stay far below 2**53.
    filled = numpy.bincount(areas.ravel(), counts.ravel(), found + 1)
    best: Box | None = None
    for number, (down, across) in enumerate(ndimage.find_objects(areas), 1):
        box = Box(*(_SQUARE * at for at in (across.start, down.start, across.stop, down.stop)))
        if 2 * filled[number] >= box.area and (best is None or box.area > best.area):
            best = box
    return None if best is None else _tightened(other, best)


def _parts(pixels: NDArray[uint8]) -> Iterator[tuple[str, Box]]:
    yield "unframed", trim(pixels, 1)
    yield "bare", trim(pixels)
    box = inset(pixels)
    if box is not None:
        yield "inset", box


def _differ(a: Box, b: Box) -> bool:
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    common = max(0, width) * max(0, height)
    return 100 * common < (100 - _SAME_PERCENT) * max(a.area, b.area)


def _plain(pixels: NDArray[uint8]) -> tuple[int, int]:
    """How many lines from the first on, and from the last on, are plain."""
    import numpy

    def lines(pixels: NDArray[uint8]) -> int:
        color = _middle(pixels[0])
        for start in range(0, len(pixels), _BLOCK):
            near = _near(pixels[start : start + _BLOCK], color).sum(axis=1)
            other = numpy.flatnonzero(near * 100 < _FRAME_SHARE * pixels.shape[1])
            if len(other):
                return start + int(other[0])
        return len(pixels)

    first = lines(pixels)
    rest = pixels[first:]
    return first, lines(rest[::-1]) if len(rest) else 0


def _off_background(pixels: NDArray[uint8]) -> NDArray[bool_] | None:
    """Which pixels are not near the commonest color along the edges; None if none is common."""
    import numpy

    edges = numpy.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    coarse = (edges >> 4).astype(numpy.int64) @ numpy.array([256, 16, 1])
    counts = numpy.bincount(coarse, minlength=4096)
    commonest = int(counts.argmax())
    if 4 * counts[commonest] < len(edges):
        return None
    return ~_near(pixels, _middle(edges[coarse == commonest]))


def _tightened(other: NDArray[bool_], box: Box) -> Box | None:
    """The box without outer lines of which less than 20 % is not background."""
    import numpy

    def kept(lines: NDArray[bool_]) -> tuple[int, int] | None:
        full = numpy.flatnonzero(lines.sum(axis=1) * 100 >= _INSET_SHARE * lines.shape[1])
        return (int(full[0]), int(full[-1]) + 1) if len(full) else None

    for _ in range(2):
        down = kept(other[box.top : box.bottom, box.left : box.right])
        if down is None:
            return None
        box = Box(box.left, box.top + down[0], box.right, box.top + down[1])
        across = kept(other[box.top : box.bottom, box.left : box.right].T)
        if across is None:
            return None
        box = Box(box.left + across[0], box.top, box.left + across[1], box.bottom)
    return None if box.shorter < _LEAST_SIDE else box


def _middle(colors: NDArray[uint8]) -> NDArray[int64]:
    """The median of each channel, the lower of two, shape (3,)."""
    import numpy

    middle = (len(colors) - 1) // 2
    color: NDArray[int64] = numpy.partition(colors, middle, axis=0)[middle].astype(numpy.int64)
    return color


def _near(pixels: NDArray[uint8], color: NDArray[int64]) -> NDArray[bool_]:
    import numpy

    low = numpy.clip(color - _TOLERANCE, 0, 255).astype(numpy.uint8)
    high = numpy.clip(color + _TOLERANCE, 0, 255).astype(numpy.uint8)
    # Channel by channel: four times as fast as reducing an axis of three.
    near: NDArray[bool_] = numpy.ones(pixels.shape[:2], bool)
    for channel, (least, most) in enumerate(zip(low, high, strict=True)):
        values = pixels[..., channel]
        near &= (values >= least) & (values <= most)
    return near
