"""Rectangles in a picture that may be pictures themselves: tiles of a collage, one laid into
another, a photograph in a window.

Their sides are straight lines along rows and columns on which brightness or color changes, or the
picture's own edges. Integers alone decide, so every machine sees the same rectangles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.views import Box

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

#: As many are told at most.
RECTANGLES = 8
# Of 255, in any channel: a smaller change across two pixels is no edge.
_LEAST_CHANGE = 10
# An edge changes more than what lies so many pixels beside it.
_BESIDE = 3
# In pixels: shorter sides are no picture's, and lines with less of an edge are not looked at.
_LEAST_SIDE = 40
_LEAST_LINE = 24
_LINES = 20
# Lines nearer to each other than this many pixels count as one.
_APART = 2
# Percent of each side, and of all sides within the picture together, that must be an edge.
_LEAST_SIDE_SHARE = 35
_LEAST_SHARE = 60
# A rectangle that shares so many percent with a better one, or with the whole, is left out.
_SAME_PERCENT = 85


def rectangles(pixels: NDArray[uint8]) -> list[Box]:
    """At most 8 rectangles within a copy (8-bit RGB, shape (height, width, 3)), surest first.

    None that is nearly the whole picture, or has a side of less than 40 pixels.
    """
    import numpy

    height, width, _ = pixels.shape
    if min(height, width) < _LEAST_SIDE:
        return []
    # Lines between columns, then between rows.
    upright, level = _edges(pixels), _edges(pixels.swapaxes(0, 1))
    columns, rows = _lines(upright), _lines(level)
    x, y = _pairs(columns), _pairs(rows)
    # How much of an edge each column has between each pair of rows, and the other way round.
    down, across = _lengths(upright, columns, rows[y]), _lengths(level, rows, columns[x])
    # By pair of columns, and pair of rows.
    sides = [down[x[0]], down[x[1]], across[y[0]].T, across[y[1]].T]
    wide = (columns[x[1]] - columns[x[0]])[:, None]
    high = (rows[y[1]] - rows[y[0]])[None, :]
    lengths = [
        numpy.where(outer[:, None], 0, high)
        for outer in (columns[x[0]] == 0, columns[x[1]] == width)
    ]
    lengths += [
        numpy.where(outer[None, :], 0, wide) for outer in (rows[y[0]] == 0, rows[y[1]] == height)
    ]
    found, total = numpy.zeros((2, wide.shape[0], high.shape[1]), numpy.int64)
    good = numpy.ones(found.shape, bool)
    for side, length in zip(sides, lengths, strict=True):
        part = numpy.where(length > 0, side, 0)
        good &= 100 * part >= _LEAST_SIDE_SHARE * length
        found += part
        total += length
    good &= (100 * found >= _LEAST_SHARE * total) & (total > 0)
    at = numpy.argwhere(good)
    surest = at[numpy.argsort(-(2 * found - total)[good], kind="stable")]
    told = [Box(0, 0, width, height)]
    for across_, down_ in surest.tolist():
        left, right = columns[x[:, across_]].tolist()
        top, bottom = rows[y[:, down_]].tolist()
        box = Box(left, top, right, bottom)
        if all(100 * _shared(box, other) < _SAME_PERCENT * _either(box, other) for other in told):
            told.append(box)
            if len(told) > RECTANGLES:
                break
    return told[1:]


def _edges(pixels: NDArray[uint8]) -> NDArray[bool_]:
    """Whether there is an edge between the columns x - 1 and x, shape (height, width + 1)."""
    import numpy

    height, width, _ = pixels.shape
    planes = numpy.ascontiguousarray(pixels.transpose(2, 0, 1))
    change = numpy.zeros((height, width + 1 + 2 * _BESIDE), numpy.uint8)
    inner = change[:, _BESIDE + 1 : _BESIDE + width]
    inner[:] = _changes(planes, 1)
    if width > 2:
        # Across two pixels: an edge in a reduced copy may lie within one.
        wider = _changes(planes, 2)
        numpy.maximum(inner[:, :-1], wider, out=inner[:, :-1])
        numpy.maximum(inner[:, 1:], wider, out=inner[:, 1:])
    here = change[:, _BESIDE:-_BESIDE]
    edges: NDArray[bool_] = here >= _LEAST_CHANGE
    edges &= here > change[:, : -2 * _BESIDE]
    edges &= here > change[:, 2 * _BESIDE :]
    return edges


def _changes(planes: NDArray[uint8], across: int) -> NDArray[uint8]:
    """By how much pixels and those so many columns further differ, in the channel that does most.

    Args:
        planes: (3, height, width).
    """
    import numpy

    one, other = planes[..., across:], planes[..., :-across]
    # Twice as fast as in a type that holds negative numbers.
    changes: NDArray[uint8] = (numpy.maximum(one, other) - numpy.minimum(one, other)).max(axis=0)
    return changes


def _lines(edges: NDArray[bool_]) -> NDArray[int64]:
    """The columns with the longest edges, and both ends, rising."""
    import numpy

    # The most that edges outnumber the other pixels by, in any stretch of the column.
    gained = numpy.cumsum(numpy.where(edges, 1, -1), axis=0, dtype=numpy.int32)
    before = numpy.minimum(numpy.minimum.accumulate(gained, axis=0), 0)
    before[1:] = before[:-1]
    before[0] = 0
    longest = (gained - before).max(axis=0)
    taken: list[int] = [0, edges.shape[1] - 1]
    for at in numpy.argsort(-longest, kind="stable").tolist():
        if longest[at] < _LEAST_LINE or len(taken) == _LINES + 2:
            break
        if all(abs(at - other) > _APART for other in taken):
            taken.append(at)
    return numpy.array(sorted(taken), numpy.int64)


def _pairs(lines: NDArray[int64]) -> NDArray[Any]:
    """Numbers of two lines that are far enough apart, shape (2, pairs)."""
    import numpy

    pairs = numpy.array(numpy.triu_indices(len(lines), 1))
    return pairs[:, lines[pairs[1]] - lines[pairs[0]] >= _LEAST_SIDE]


def _lengths(
    edges: NDArray[bool_], lines: NDArray[int64], between: NDArray[int64]
) -> NDArray[int64]:
    """How many pixels of each line are an edge, between each pair, shape (lines, pairs)."""
    import numpy

    sums = numpy.zeros((len(edges) + 1, len(lines)), numpy.int64)
    numpy.cumsum(edges[:, lines], axis=0, out=sums[1:])
    counts: NDArray[int64] = (sums[between[1]] - sums[between[0]]).T
    return counts


def _shared(one: Box, other: Box) -> int:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(0, width) * max(0, height)


def _either(one: Box, other: Box) -> int:
    return one.area + other.area - _shared(one, other)
