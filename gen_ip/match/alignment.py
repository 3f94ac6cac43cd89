"""Laying a work on a picture by their local features: where, how large, how turned.

Features that are each other's nearest make pairs; every pair says roughly how the work would lie,
and the placement on which most agree is refined to an affine map (`pairing`). Unlike RANSAC (M.
Fischler and R. Bolles, 1981) this tries every pair, so nothing depends on chance. A picture and a
work that have nothing in common are rarely laid on each other by 8 pairs or more; those that share
a logo, lettering or a template are, so what both show is then compared (`agreement`).
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.match.agreement import agreement, compared
from gen_ip.match.errors import MatchingUnavailable
from gen_ip.match.geometry import Alignment, align_by_box

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

__all__ = ["Alignment", "agreement", "align", "align_by_box", "compared"]

# From so many pairs on a picture is not tried mirrored as well; what is symmetric has some.
_SURE = 60
_LEAST_PAIRS = 4


def align(
    query: LocalFeatures, work: LocalFeatures, mirrored: LocalFeatures | None = None
) -> Alignment | None:
    """How a work lies in a query, by 4 pairs of features or more; None where it is not found.

    Args:
        query: of the query's copy, best from `asked_features`.
        work: of the work's copy, from `local_features`.
        mirrored: of the query's copy with left and right changed over; without, only the upright
            query is looked at. Points and map of the result are those of the upright one.

    Raises:
        MatchingUnavailable: numba is not installed.
    """
    found = _laid(query, work)
    if mirrored is None or (found is not None and found.inliers >= _SURE):
        return found
    other = _laid(mirrored, work)
    if other is None or (found is not None and found.inliers >= other.inliers):
        return found
    return _mirrored(other)


def _laid(query: LocalFeatures, work: LocalFeatures) -> Alignment | None:
    import numpy

    if min(len(query), len(work)) < _LEAST_PAIRS:
        return None
    kernels = _kernels()
    of_work = numpy.ascontiguousarray(work.codes.view("<u8").T)
    pairs = kernels.pairs(numpy.ascontiguousarray(query.codes).view("<u8"), of_work)
    if len(pairs) < _LEAST_PAIRS:
        return None
    asked, kept = pairs.T
    scales = numpy.log(query.scales[asked].astype(float) / work.scales[kept])
    turns = numpy.radians(query.angles[asked].astype(float) - work.angles[kept])
    turns = (turns + math.pi) % math.tau - math.pi
    used = numpy.zeros(len(pairs), bool)
    affine = numpy.zeros((2, 3))
    places = query.points[asked].astype(float), work.points[kept].astype(float)
    inliers = int(kernels.place(*places, scales, turns, used, affine))
    if not inliers:
        return None
    query_points, work_points = query.points[asked[used]], work.points[kept[used]]
    spread = _part(work_points, work.points), _part(query_points, query.points)
    return Alignment(
        affine, query.size, work.size, inliers, query_points, work_points, spread=spread
    )


def _mirrored(found: Alignment) -> Alignment:
    """The same in the upright query."""
    import numpy

    right = found.query_size[0] - 1
    back = numpy.array([[-1.0, 0.0], [0.0, 1.0]])
    affine = back @ found.affine
    affine[0, 2] += right
    points = found.query_points.copy()
    points[:, 0] = right - points[:, 0]
    return Alignment(
        affine,
        found.query_size,
        found.work_size,
        found.inliers,
        points,
        found.work_points,
        spread=found.spread,
    )


def _part(some: NDArray[float32], every: NDArray[float32]) -> float:
    """The area of the rectangle around some points, of that around all."""
    whole = float(math.prod((every.max(axis=0) - every.min(axis=0)).tolist()))
    part = float(math.prod((some.max(axis=0) - some.min(axis=0)).tolist()))
    return part / whole if whole else 0.0


@functools.cache
def _kernels() -> Any:
    try:
        from gen_ip.match import pairing
    except ModuleNotFoundError as error:
        if error.name not in ("numba", "llvmlite"):
            raise
        raise MatchingUnavailable("numba") from None
    return pairing
