"""How one picture lies in another: an affine map and what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.pdq import Orientation
from gen_ip.fingerprint.views import Box

if TYPE_CHECKING:
    from numpy import float32, float64
    from numpy.typing import NDArray

Size = tuple[int, int]

#: With so many cells compared, agreement is no accident.
MANY_CELLS = 32

# Where a point (x, y) of the turned unit square lies in the square as it was: the rows of
# (x, y, 1) -> x and (x, y, 1) -> y.
_BACK: dict[Orientation, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    Orientation.UPRIGHT: ((1, 0, 0), (0, 1, 0)),
    Orientation.ROTATE_90: ((0, -1, 1), (1, 0, 0)),
    Orientation.ROTATE_180: ((-1, 0, 1), (0, -1, 1)),
    Orientation.ROTATE_270: ((0, 1, 0), (-1, 0, 1)),
    Orientation.FLIP_LEFT_RIGHT: ((-1, 0, 1), (0, 1, 0)),
    Orientation.FLIP_TOP_BOTTOM: ((1, 0, 0), (0, -1, 1)),
    Orientation.TRANSPOSE: ((0, 1, 0), (1, 0, 0)),
    Orientation.TRANSVERSE: ((0, -1, 1), (-1, 0, 1)),
}


@dataclass(frozen=True, eq=False)
class Alignment:
    """Where a work lies in a picture that is asked about.

    Pixels are those of the two copies, x to the right, y down; a pixel's middle has whole numbers.

    Attributes:
        affine: float64 (2, 3), maps points of the work's copy into the query's copy.
        query_size, work_size: width and height of the two copies.
        inliers: how many pairs of features the map fits within 4 pixels; 0 for a map that was not
            found by features.
        query_points, work_points: float32 (inliers, 2), those pairs.
        spread: which share of the rectangle that holds all features of the work, and of the
            query, the rectangle holds that the pairs fill.
        agreement: how far the pictures agree where they overlap, -1 to 1; this and the next seven
            are 0 until the pictures are compared (`compared`).
        agreeing: the share of the overlap, of what has structure there, that agrees.
        work_part, query_part: the share of all structure in the work, and in the query, that lies
            in what agrees. A shared logo is a small part of both, a crop is all of the query, a
            collage holds all of the work.
        inverted: whether the query shows the work's negative.
        cells: of how many cells with structure these are told; few say little.
        pictured, pictured_cells: how far what is more than lettering and lines on plain paper
            agrees, -1 to 1, and how many cells that is: pages of one template share the rest.
    """

    affine: NDArray[float64]
    query_size: Size
    work_size: Size
    inliers: int
    query_points: NDArray[float32]
    work_points: NDArray[float32]
    spread: tuple[float, float] = (0.0, 0.0)
    agreement: float = 0.0
    agreeing: float = 0.0
    work_part: float = 0.0
    query_part: float = 0.0
    inverted: bool = False
    cells: int = 0
    pictured: float = 0.0
    pictured_cells: int = 0

    @property
    def told(self) -> float:
        """The agreement, less if few cells tell it."""
        return self.agreement * min(1.0, self.cells / MANY_CELLS)

    @property
    def mirrored(self) -> bool:
        """Whether the query shows the work mirrored."""
        return self._magnification < 0

    @property
    def work_share(self) -> float:
        """Which share of the work's area, 0 to 1, lies in the query."""
        width, height = self.work_size
        area = abs(self._magnification) * width * height
        return min(1.0, self._overlap / area) if area else 0.0

    @property
    def query_share(self) -> float:
        """Which share of the query's area, 0 to 1, the work covers."""
        width, height = self.query_size
        return min(1.0, self._overlap / (width * height))

    @property
    def corners(self) -> NDArray[float64]:
        """Where the work's corners lie in the query, shape (4, 2), in turn from its upper left."""
        return mapped(self.affine, _corners(self.work_size))

    @property
    def outline(self) -> NDArray[float64]:
        """The corners of what both show, in the query, shape (n, 2); n is 0 where nothing is."""
        return _clipped(self.corners, self.query_size)

    @property
    def _magnification(self) -> float:
        (a, b, _), (c, d, _) = self.affine
        return float(a * d - b * c)

    @property
    def _overlap(self) -> float:
        return _area(self.outline)


def mapped(affine: NDArray[float64], points: NDArray[float64]) -> NDArray[float64]:
    """Points, shape (n, 2), under an affine map, shape (2, 3)."""
    image: NDArray[float64] = points @ affine[:, :2].T + affine[:, 2]
    return image


def scaled(affine: NDArray[float64], asked: float, kept: float) -> NDArray[float64]:
    """The map between two pictures enlarged by `asked` (the query) and `kept` (the work)."""
    import numpy

    # Pixels are squares: the upper left corner, not the middle of the first, stays where it is.
    into = numpy.array(
        [[1 / kept, 0, 0.5 / kept - 0.5], [0, 1 / kept, 0.5 / kept - 0.5], [0, 0, 1]]
    )
    out_of = numpy.array([[asked, 0, 0.5 * asked - 0.5], [0, asked, 0.5 * asked - 0.5], [0, 0, 1]])
    whole = numpy.vstack([affine, [0, 0, 1]])
    product: NDArray[float64] = (out_of @ whole @ into)[:2]
    return product


def align_by_box(
    orientation: Orientation, box: Box, query_size: Size, work_size: Size
) -> Alignment:
    """How a work lies in a query when a part of the query, turned, looks like the whole work.

    Args:
        orientation: how the part is turned to look like the work, as in `oriented`.
        box: the part, in the query's copy.
        query_size, work_size: width and height of the two copies.
    """
    import numpy

    width, height = work_size
    turned = numpy.array(_BACK[orientation], float)
    unit = numpy.array([[1 / width, 0, 0.5 / width], [0, 1 / height, 0.5 / height], [0, 0, 1]])
    wide, high = box.right - box.left, box.bottom - box.top
    place = numpy.array([[wide, 0, box.left - 0.5], [0, high, box.top - 0.5]])
    affine = place @ numpy.vstack([turned, [0, 0, 1]]) @ unit
    none = numpy.zeros((0, 2), numpy.float32)
    return Alignment(affine, query_size, work_size, 0, none, none)


def _corners(size: Size) -> NDArray[float64]:
    import numpy

    right, bottom = size[0] - 0.5, size[1] - 0.5
    return numpy.array([[-0.5, -0.5], [right, -0.5], [right, bottom], [-0.5, bottom]])


def _clipped(polygon: NDArray[float64], size: Size) -> NDArray[float64]:
    """What of a convex polygon lies in a picture (Sutherland and Hodgman, 1974)."""
    import numpy

    corners = [(float(x), float(y)) for x, y in polygon]
    bounds = ((0, -1, 0.5), (0, 1, size[0] - 0.5), (1, -1, 0.5), (1, 1, size[1] - 0.5))
    for axis, sign, limit in bounds:
        kept: list[tuple[float, float]] = []
        for here, there in zip(corners, corners[1:] + corners[:1], strict=True):
            inside, next_inside = limit - sign * here[axis], limit - sign * there[axis]
            if inside >= 0:
                kept.append(here)
            if inside * next_inside < 0:
                part = inside / (inside - next_inside)
                x, y = (a + part * (b - a) for a, b in zip(here, there, strict=True))
                kept.append((x, y))
        corners = kept
    return numpy.array(corners, float).reshape(-1, 2)


def _area(polygon: NDArray[float64]) -> float:
    import numpy

    if len(polygon) < 3:
        return 0.0
    x, y = polygon.T
    return float(abs(x @ numpy.roll(y, -1) - y @ numpy.roll(x, -1)) / 2)
