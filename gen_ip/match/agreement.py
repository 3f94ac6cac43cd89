"""Whether two pictures that were laid on each other show the same, and how much of each that is.

Pairs of features find a shared logo as well as a shared picture. Here the work is drawn into the
query's place, both small and gray, and compared cell by cell: how far brightness rises and falls
together in a cell (normalized cross-correlation) does not depend on tone and contrast, and a cell
that is lettered over costs no other. Cells without structure in either say nothing. Pictures made
from one template agree in its lettering and lines, so what agrees beside these is told by itself.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from gen_ip.match.errors import MatchingUnavailable
from gen_ip.match.geometry import Alignment, Size
from gen_ip.match.gray import luminance, opencv, reduced
from gen_ip.match.lettering import papered

if TYPE_CHECKING:
    from numpy import bool_, float32, float64, uint8
    from numpy.typing import NDArray

# Longer side of the overlap as it is compared, in pixels: first to correct the map, then to judge.
_ROUGH = 64
_FINE = 96
# Cells and their distances, and by how much they may be shifted each time.
_SIDE = 12
_STEP = 6
_ROUGH_REACH = 3
_FINE_REACH = 1
# An overlap in which fewer pixels lie along the shorter side is not judged, nor is a map that
# enlarges or reduces more times.
_LEAST_PIXELS = 14
_MAGNIFIED = 32
# The outermost pixels of what is compared are left out: what lies beside the work bleeds into them.
_BORDER = 1
# Correlation from which on a cell agrees, and from which on it helps to correct the map.
_AGREES = 0.6
_TELLS = 0.7
# From this mean correlation down one picture is the other's negative.
_INVERTED = 0.4
# A map is corrected when so many cells agree better elsewhere.
_MOVED = 0.35
# Fewer cells tell no shift, or no more than one; how far off a cell that tells more may be.
_LEAST_TELLING = 6
_TELLING_MUCH = 12
_OFF = 1.5
# A cell has structure from this standard deviation of luminance on, of 255, and from this share
# of the picture's most structured tenth on: so a darkened copy has as much as the original.
_LEAST_DEVIATION = 1.5
_LEAST_SHARE = 0.12
_LIVELY = 90
# How many times as much as a cell with the least structure a lively one weighs at most.
_WEIGHTIEST = 4.0
# A cell of which so much is plain paper in both pictures shows lettering or lines on it.
_LETTERED = 0.25


class _Frame(NamedTuple):
    """The overlap as both pictures show it, drawn with `scale` pixels for one of the query's copy.

    Attributes:
        query, work: the overlap's rectangle, luminance, shape (h, w).
        both: where both pictures show something.
        scale, left, top: of the rectangle, in the query's copy.
        whole_query, whole_work: the whole pictures at the same scale.
    """

    query: NDArray[float32]
    work: NDArray[float32]
    both: NDArray[bool_]
    scale: float
    left: float
    top: float
    whole_query: NDArray[float32]
    whole_work: NDArray[float32]


def agreement(query: NDArray[uint8], work: NDArray[uint8], alignment: Alignment) -> float:
    """How far two pictures agree where they overlap, -1 to 1; 0 where nothing is told.

    Raises:
        MatchingUnavailable: OpenCV or numba is not installed.
    """
    return compared(query, work, alignment).agreement


def compared(query: NDArray[uint8], work: NDArray[uint8], alignment: Alignment) -> Alignment:
    """The alignment with its map corrected and its numbers of agreement filled in.

    Args:
        query, work: the copies, RGB, shape (h, w, 3), or smaller pictures of them (`glimpse`).
        alignment: of the copies.

    Raises:
        MatchingUnavailable: OpenCV or numba is not installed.
    """
    asked, kept = luminance(query), luminance(work)
    frame = _drawn(asked, kept, alignment, _ROUGH)
    if frame is not None and _inverted(frame):
        alignment = dataclasses.replace(alignment, inverted=True)
        kept = 255 - kept
        frame = _drawn(asked, kept, alignment, _ROUGH)
    if frame is not None:
        alignment = _corrected(frame, alignment)
        frame = _drawn(asked, kept, alignment, _FINE)
    return alignment if frame is None else _judged(frame, alignment)


def _judged(frame: _Frame, alignment: Alignment) -> Alignment:
    import numpy

    cells = _cells(frame, _FINE_REACH)
    (of_query, query_area), (of_work, work_area) = (
        _structure(whole) for whole in (frame.whole_query, frame.whole_work)
    )
    lively = numpy.maximum(cells[:, 5] / of_query, cells[:, 6] / of_work)
    cells, lively = cells[lively > 1], lively[lively > 1]
    if not len(cells):
        return alignment
    agree = cells[:, 2] >= _AGREES
    weights = numpy.minimum(lively, _WEIGHTIEST)
    plain = numpy.minimum(
        *(papered(each, frame.both, cells[:, :2], _SIDE) for each in (frame.query, frame.work))
    )
    pictured = weights * (plain < _LETTERED)
    # Cells overlap, so each stands for as much as lies between it and the next.
    area = float(agree.sum()) * _STEP * _STEP
    return dataclasses.replace(
        alignment,
        agreement=float((weights * cells[:, 2]).sum() / weights.sum()),
        agreeing=float(agree.mean()),
        work_part=min(1.0, area / work_area) if work_area else 0.0,
        query_part=min(1.0, area / query_area) if query_area else 0.0,
        cells=len(cells),
        pictured=float((pictured * cells[:, 2]).sum() / pictured.sum()) if pictured.any() else 0.0,
        pictured_cells=int((pictured > 0).sum()),
    )


def _inverted(frame: _Frame) -> bool:
    """Whether most is dark in one picture where it is bright in the other."""
    cells = _cells(frame, 0)
    lively = cells[cells[:, 5:].min(axis=1) > _LEAST_DEVIATION]
    return len(lively) >= _LEAST_TELLING and float(lively[:, 2].mean()) < -_INVERTED


def _corrected(frame: _Frame, alignment: Alignment) -> Alignment:
    """With the map moved so that most cells agree without a shift."""
    import numpy

    cells = _cells(frame, _ROUGH_REACH)
    telling = cells[(cells[:, 2] >= _TELLS) & (cells[:, 5] > _LEAST_DEVIATION)]
    shifts = telling[:, 3:5]
    # Pairs of features are more exact than a shift by whole pixels.
    moved = shifts.any(axis=1)
    if len(telling) < _LEAST_TELLING or moved.mean() < _MOVED:
        return alignment
    corner = numpy.array([frame.left, frame.top])
    right = (telling[:, :2] + _SIDE / 2) / frame.scale + corner - 0.5
    wrong = right + shifts / frame.scale
    usual = numpy.median(shifts, axis=0)
    if len(telling) < _TELLING_MUCH:
        affine = alignment.affine.copy()
        affine[:, 2] -= usual / frame.scale
        return dataclasses.replace(alignment, affine=affine)
    near = numpy.ones(len(telling), bool)
    for _ in range(3):
        known = numpy.column_stack([wrong[near], numpy.ones(near.sum())])
        solution, _, rank, _ = numpy.linalg.lstsq(known, right[near], rcond=None)
        if rank < 3:
            return alignment
        off = numpy.column_stack([wrong, numpy.ones(len(wrong))]) @ solution - right
        now = numpy.hypot(*off.T) * frame.scale < _OFF
        if now.sum() < _TELLING_MUCH:
            return alignment
        near = now
    linear, move = solution[:2].T, solution[2]
    affine = numpy.column_stack([linear @ alignment.affine[:, :2], linear @ alignment.affine[:, 2]])
    affine[:, 2] += move
    return dataclasses.replace(alignment, affine=affine)


def _cells(frame: _Frame, reach: int) -> NDArray[float64]:
    cells: NDArray[float64] = _kernels().compare(
        frame.query, frame.work, frame.both, _SIDE, _STEP, reach
    )
    return cells


def _structure(picture: NDArray[float32]) -> tuple[float, float]:
    """From which deviation on a cell of a picture has structure, and the area that has, pixels."""
    import numpy

    cv2 = opencv()
    side = (_SIDE, _SIDE)
    mean = cv2.blur(picture, side)
    deviations = numpy.sqrt(numpy.maximum(cv2.blur(picture * picture, side) - mean * mean, 0))
    lively = _LEAST_SHARE * float(numpy.percentile(deviations, _LIVELY))
    least = max(_LEAST_DEVIATION, lively)
    # Cells lie within the picture, so the border half a cell wide is in the middle of none.
    border = _SIDE // 2
    inner = deviations[border:-border, border:-border]
    return least, float(((inner if inner.size else deviations) > least).sum())


def _drawn(
    query: NDArray[float32], work: NDArray[float32], alignment: Alignment, longer: int
) -> _Frame | None:
    """The overlap with at most `longer` pixels a side, none of them finer than either picture's."""
    import numpy

    outline = alignment.outline
    if not len(outline):
        return None
    left, top = outline.min(axis=0) + 0.5
    sides = outline.max(axis=0) + 0.5 - (left, top)
    (wide, high), (work_wide, work_high) = alignment.query_size, alignment.work_size
    magnified = math.sqrt(abs(float(numpy.linalg.det(alignment.affine[:, :2]))))
    if not 1 / _MAGNIFIED < magnified < _MAGNIFIED:
        return None
    finest = query.shape[1] / wide, work.shape[1] / work_wide / magnified
    scale = float(min(longer / sides.max(), *finest))
    width, height = (math.floor(side * scale) - 2 * _BORDER for side in sides)
    if min(width, height) < _LEAST_PIXELS:
        return None
    left, top = left + _BORDER / scale, top + _BORDER / scale
    whole_query = reduced(query, scale * wide, scale * high)
    whole_work = reduced(work, scale * magnified * work_wide, scale * magnified * work_high)
    # From pixels drawn to places in the query's and the work's copy.
    there = numpy.array(
        [[1 / scale, 0, left + 0.5 / scale - 0.5], [0, 1 / scale, top + 0.5 / scale - 0.5]]
    )
    back = numpy.linalg.inv(numpy.vstack([alignment.affine, [0, 0, 1]]))
    from_work = back[:2] @ numpy.vstack([there, [0, 0, 1]])
    rows, columns = numpy.mgrid[:height, :width]
    x, y = (row[0] * columns + row[1] * rows + row[2] for row in from_work)
    border = _BORDER / (scale * magnified) - 0.5
    both = (x >= border) & (x <= work_wide - 1 - border)
    both &= (y >= border) & (y <= work_high - 1 - border)
    return _Frame(
        _taken(whole_query, there, alignment.query_size, (width, height)),
        _taken(whole_work, from_work, alignment.work_size, (width, height)),
        both,
        scale,
        left,
        top,
        whole_query,
        whole_work,
    )


def _taken(
    picture: NDArray[float32], places: NDArray[float64], size: Size, drawn: Size
) -> NDArray[float32]:
    """The pixels of a reduced picture at places of its copy, which has `size`."""
    import numpy

    cv2 = opencv()
    factors = numpy.array([[picture.shape[1] / size[0]], [picture.shape[0] / size[1]]])
    moved = places * factors
    moved[:, 2:] += 0.5 * factors - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    pixels: NDArray[float32] = cv2.warpAffine(
        picture, moved, drawn, flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return pixels


@functools.cache
def _kernels() -> Any:
    try:
        from gen_ip.match import cells
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise MatchingUnavailable("numba") from None
    return cells
