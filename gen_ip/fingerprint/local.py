"""Local features of a picture: corners that are found again in crops, collages and turned copies.

`orb-1` is ORB (E. Rublee and others, "ORB: an efficient alternative to SIFT or SURF", 2011) as
OpenCV has it, with the parameters below, on the luminance of a reduced copy. ORB's strongest
corners crowd where the contrast is: on a logo, on lettering. So four times as many are found as are
kept, again in squares that had few, and kept in turns from squares all over the picture and from
small, middle and large scales.

OpenCV computes in 32-bit floats, so another machine may place a corner elsewhere or turn a bit of
a code: features are compared with a tolerance, never for equality. On one machine the same copy
gives the same bytes. A mirrored picture has other codes: ask with the mirrored copy as well.
"""

from __future__ import annotations

import functools
import math
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gen_ip.errors import MalformedFingerprint, MissingLibrary
from gen_ip.fingerprint.reduced import FINE_SIDE, SIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float32, float64, int64, uint8
    from numpy.typing import NDArray

ORB = "orb-1"
#: Of a work, as it is kept.
FEATURES = 500
#: Of a picture that is asked about: it may hold several works, each with a share of them.
ASKED_FEATURES = 1_000
#: Of its finer copy.
FINE_FEATURES = 2_000
#: No picture has more.
MAX_FEATURES = 2_000
CODE_BYTES = 32

# ORB itself: eight levels over two and a half octaves, corners of faint pictures too (5 of 255), as
# near to the border as the patch can be mirrored there.
_LEVELS = 8
_LEVEL_SCALE = 1.3
_FAST_THRESHOLD = 5
_EDGE = 8
_PATCH = 31
_SURPLUS = 4
# Smaller copies are enlarged first, at most so many times: their corners would be too few. One
# that is asked about more than that, since a work may be a small part of it.
_WORK_SIDE = SIDE
_ASKED_SIDE = 640
_ENLARGEMENT = 4
# A side in which no patch fits.
_LEAST_SIDE = 32
# Squares along the longer side for the finest two levels; a quarter larger every two levels. In a
# finer copy a work may be as small a part as a quarter of the side.
_SQUARES = 8
_FINE_SQUARES = 14
_GROUP = 2
_GROUP_SCALE = 1.25
# Squares with less than twice their part of what is wanted are poor; where more than a tenth of
# them are, their corners are looked for alone.
_POOR = 2
_POOR_SHARE = 0.1

# The binary form: pixels in 64ths, scales in 16ths of an octave, angles in 256ths of a turn,
# strengths in 8ths of an octave from 2**-31.
_MAGIC = b"ORB\x01"
_HEADER = struct.Struct("<4sHHH")
_PLACES = 64
_SCALE_STEPS = 16
_ANGLES = 256
_STRENGTH_STEPS = 8
_FAINTEST = -31
_FEATURE_BYTES = 2 * 2 + 1 + 1 + 1 + CODE_BYTES
_DEGREES = 360
#: No features take more in binary form.
MAX_FEATURES_BYTES = _HEADER.size + MAX_FEATURES * _FEATURE_BYTES


@dataclass(frozen=True, eq=False)
class LocalFeatures:
    """A picture's local features, those first that say most of it: any first n are the best n.

    The numbers are rounded to what the binary form keeps, so features read back are equal.

    Attributes:
        size: width and height of the copy.
        points: float32 (n, 2), pixels of the copy, x to the right, y down, in 64ths.
        scales: float32 (n,), side of the patch that is described, in pixels.
        angles: float32 (n,), where its brightness lies from its middle, degrees from x to y.
        strengths: float32 (n,), Harris's measure of a corner.
        codes: uint8 (n, 32), which of 256 pairs of pixels rise in brightness.
    """

    size: tuple[int, int]
    points: NDArray[float32]
    scales: NDArray[float32]
    angles: NDArray[float32]
    strengths: NDArray[float32]
    codes: NDArray[uint8]

    def __len__(self) -> int:
        return len(self.codes)

    def to_bytes(self) -> bytes:
        """10 bytes and 39 a feature: `ORB` and the version 1, width, height, count, the columns."""
        import numpy

        places = numpy.rint(self.points * _PLACES).astype("<u2")
        scales = numpy.rint(numpy.log2(self.scales) * _SCALE_STEPS).astype(numpy.uint8)
        angles = numpy.rint(self.angles * (_ANGLES / _DEGREES)).astype(numpy.uint8)
        strengths = _steps_of_strength(self.strengths)
        columns = (places, scales, angles, strengths, self.codes)
        header = _HEADER.pack(_MAGIC, *self.size, len(self))
        return header + b"".join(column.tobytes() for column in columns)

    @classmethod
    def from_bytes(cls, data: bytes) -> LocalFeatures:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version or length, more than 2,000 features, a size above
                512 x 512, or a point outside of it.
        """
        import numpy

        if len(data) < _HEADER.size:
            raise MalformedFingerprint(ORB, data, f"{_HEADER.size} bytes or more")
        magic, width, height, count = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise MalformedFingerprint(ORB, data, f"{_MAGIC!r} at the start")
        if not (1 <= width <= SIDE and 1 <= height <= SIDE):
            found = f"{width} x {height}"
            raise MalformedFingerprint(ORB, found, f"a size of 1 to {SIDE} pixels a side")
        if count > MAX_FEATURES or len(data) != _HEADER.size + count * _FEATURE_BYTES:
            found = f"{count} features in {len(data)} bytes"
            expected = f"at most {MAX_FEATURES} of {_FEATURE_BYTES} bytes after the first 10"
            raise MalformedFingerprint(ORB, found, expected)
        columns, at = [], _HEADER.size
        for kind, each in (("<u2", 2), ("u1", 1), ("u1", 1), ("u1", 1), ("u1", CODE_BYTES)):
            column = numpy.frombuffer(data, kind, count * each, at)
            columns.append(column.reshape(count, each) if each > 1 else column)
            at += column.nbytes
        places, scales, angles, strengths, codes = columns
        if count and (places.max(axis=0) >= numpy.array([width, height]) * _PLACES).any():
            raise MalformedFingerprint(ORB, data, f"points within {width} x {height} pixels")
        return cls((width, height), *_numbers(places, scales, angles, strengths), codes)


def local_features(copy: NDArray[uint8], limit: int = FEATURES) -> LocalFeatures:
    """At most `limit` features of a copy (RGB, shape (h, w, 3), sides up to 512); maybe none.

    What a work is kept with.

    Raises:
        ValueError: another shape, sample type or size, or a limit outside of 0 to 2,000.
        MissingLibrary: OpenCV is not installed.
    """
    _check(copy, limit, SIDE)
    return _features(_corners_of(copy, limit, _WORK_SIDE))


def asked_features(copy: NDArray[uint8], limit: int = ASKED_FEATURES) -> LocalFeatures:
    """The same of a picture that is asked about: more of them, and finer ones.

    Raises:
        ValueError: another shape, sample type or size, or a limit outside of 0 to 2,000.
        MissingLibrary: OpenCV is not installed.
    """
    _check(copy, limit, SIDE)
    return _features(_corners_of(copy, limit, _ASKED_SIDE))


def both_ways(
    copy: NDArray[uint8], limit: int = ASKED_FEATURES
) -> tuple[LocalFeatures, LocalFeatures]:
    """What `asked_features` finds, and the same corners as the mirrored copy shows them.

    Raises:
        ValueError: another shape, sample type or size, or a limit outside of 0 to 2,000.
        MissingLibrary: OpenCV is not installed.
    """
    _check(copy, limit, SIDE)
    return _both(_corners_of(copy, limit, _ASKED_SIDE))


def fine_features(
    fine: NDArray[uint8], size: tuple[int, int], limit: int = FINE_FEATURES
) -> tuple[LocalFeatures, LocalFeatures]:
    """Those of a finer copy, sides up to 1,024, both ways, in pixels of the copy, which has `size`.

    A small part of a picture, such as another picture on a page, has few in the copy.

    Raises:
        ValueError: another shape, sample type or size, or a limit outside of 0 to 2,000.
        MissingLibrary: OpenCV is not installed.
    """
    _check(fine, limit, FINE_SIDE)
    return _both(_corners_of(fine, limit, FINE_SIDE, size, _FINE_SQUARES))


class _Corners(NamedTuple):
    """Where to describe a picture.

    Attributes:
        orb: that found them.
        gray: what they were found in, enlarged or not.
        chosen: OpenCV's key points.
        size: of the copy in whose pixels they are told.
        factors: how many pixels of `gray` one of the copy takes, across and down.
    """

    orb: Any
    gray: NDArray[uint8]
    chosen: Sequence[Any]
    size: tuple[int, int]
    factors: NDArray[float64]


def _corners_of(
    pixels: NDArray[uint8],
    limit: int,
    side: int,
    size: tuple[int, int] | None = None,
    squares: int = _SQUARES,
) -> _Corners:
    """Of a picture that is first enlarged to `side` a side where it has less."""
    import numpy

    cv2 = _opencv()
    height, width = pixels.shape[:2]
    gray = cv2.cvtColor(numpy.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    factor = min(_ENLARGEMENT, side / max(width, height))
    if factor > 1:
        large = max(1, round(width * factor)), max(1, round(height * factor))
        gray = cv2.resize(gray, large, interpolation=cv2.INTER_LINEAR)
    else:
        factor = 1.0
    size = size or (width, height)
    factors = factor * numpy.array([width, height]) / size
    orb = _orb(_SURPLUS * limit)
    chosen: Sequence[Any] = ()
    if limit and min(gray.shape) >= _LEAST_SIDE:
        found = _corners(orb, gray, limit, squares)
        chosen = _spread(found, max(gray.shape), limit, squares) if found else ()
    return _Corners(orb, gray, chosen, size, factors)


def _both(corners: _Corners) -> tuple[LocalFeatures, LocalFeatures]:
    return _features(corners), _features(_mirrored(corners))


def _mirrored(corners: _Corners) -> _Corners:
    """The same corners in the mirrored picture: to find them there takes ten times as long."""
    import cv2
    import numpy

    width = corners.gray.shape[1]
    chosen = []
    for each in corners.chosen:
        # Corners lie on pixels of their level, the last of which comes first.
        scale = _LEVEL_SCALE**each.octave
        right = (round(width / scale) - 1) * scale
        turned = (_DEGREES / 2 - each.angle) % _DEGREES
        chosen.append(
            cv2.KeyPoint(
                right - each.pt[0], each.pt[1], each.size, turned, each.response, each.octave
            )
        )
    return corners._replace(gray=numpy.ascontiguousarray(corners.gray[:, ::-1]), chosen=chosen)


def _features(corners: _Corners) -> LocalFeatures:
    import numpy

    size = corners.size
    if not corners.chosen:
        return _none(size)
    for number, corner in enumerate(corners.chosen):
        # OpenCV hands them back sorted by level.
        corner.class_id = number
    described, codes = corners.orb.compute(corners.gray, corners.chosen)
    order = numpy.argsort([corner.class_id for corner in described])
    rows = [(*each.pt, each.size, each.angle, each.response) for each in described]
    x, y, sizes, angles, strengths = numpy.array(rows)[order].T
    # Where a point lies in the copy, pixels being squares: OpenCV multiplies what it found in a
    # reduced level as if they were points, half a pixel of that level too far to the upper left.
    half = 0.5 * sizes[:, None] / _PATCH
    points = (numpy.stack([x, y], axis=1) + half) / corners.factors - 0.5
    numbers = _numbers(
        numpy.rint(numpy.clip(points, 0, numpy.array(size) - 1) * _PLACES),
        numpy.rint(numpy.log2(sizes / corners.factors.max()) * _SCALE_STEPS),
        numpy.rint(angles * (_ANGLES / _DEGREES)) % _ANGLES,
        _steps_of_strength(strengths),
    )
    return LocalFeatures(size, *numbers, codes[order])


def _numbers(
    places: NDArray[Any], scales: NDArray[Any], angles: NDArray[Any], strengths: NDArray[Any]
) -> tuple[NDArray[float32], NDArray[float32], NDArray[float32], NDArray[float32]]:
    """What the whole numbers of the binary form stand for."""
    import numpy

    kind = numpy.float32
    return (
        (places / _PLACES).astype(kind),
        numpy.exp2(scales / _SCALE_STEPS).astype(kind),
        (angles * (_DEGREES / _ANGLES)).astype(kind),
        numpy.exp2(strengths / _STRENGTH_STEPS + _FAINTEST).astype(kind),
    )


def _steps_of_strength(strengths: NDArray[Any]) -> NDArray[uint8]:
    import numpy

    octaves = numpy.log2(numpy.maximum(strengths, 2.0**_FAINTEST)) - _FAINTEST
    steps: NDArray[uint8] = numpy.clip(numpy.rint(octaves * _STRENGTH_STEPS), 0, 255).astype(
        numpy.uint8
    )
    return steps


def _check(copy: NDArray[uint8], limit: int, most: int) -> None:
    if copy.dtype != "uint8" or copy.ndim != 3 or copy.shape[2] != 3:
        found = f"{copy.dtype} of shape {copy.shape}"
        raise ValueError(f"the copy is {found}; give uint8 RGB of shape (height, width, 3)")
    if not 1 <= min(copy.shape[:2]) <= max(copy.shape[:2]) <= most:
        height, width, _ = copy.shape
        raise ValueError(f"a copy of {width} x {height} pixels; give 1 to {most:,} a side")
    if not 0 <= limit <= MAX_FEATURES:
        raise ValueError(f"limit is {limit}; give 0 to {MAX_FEATURES}")


def _opencv() -> Any:
    try:
        import cv2
    except ImportError:
        raise MissingLibrary("OpenCV", "match", "finding local features") from None
    return cv2


@functools.cache
def _orb(count: int) -> Any:
    cv2 = _opencv()
    return cv2.ORB_create(
        nfeatures=count,
        scaleFactor=_LEVEL_SCALE,
        nlevels=_LEVELS,
        edgeThreshold=_EDGE,
        firstLevel=0,
        WTA_K=2,
        scoreType=cv2.ORB_HARRIS_SCORE,
        patchSize=_PATCH,
        fastThreshold=_FAST_THRESHOLD,
    )


def _corners(orb: Any, gray: NDArray[uint8], limit: int, across: int) -> Sequence[Any]:
    """Several times as many as wanted, again among the squares that got few the first time."""
    import cv2
    import numpy

    found = orb.detect(gray, None)
    if not found:
        return ()
    side = max(gray.shape) / across
    rows, columns = (math.ceil(each / side) for each in gray.shape)

    def squares(corners: Sequence[Any]) -> NDArray[int64]:
        x, y = numpy.asarray(cv2.KeyPoint.convert(corners)).T // side
        numbers: NDArray[int64] = (y * columns + x).astype(numpy.int64)
        return numbers

    at = squares(found)
    counts = numpy.bincount(at, minlength=rows * columns)
    poor = counts * rows * columns < _POOR * limit
    if poor.sum() <= _POOR_SHARE * len(poor):
        return tuple(found)
    of_rows, of_columns = (numpy.arange(each) // side for each in gray.shape)
    number = (of_rows[:, None] * columns + of_columns).astype(numpy.int64)
    # ORB takes no other numbers for yes and no.
    more = orb.detect(gray, numpy.where(poor, 255, 0).astype(numpy.uint8)[number])
    # A poor square's first ones are among its second ones.
    kept = [corner for corner, few in zip(found, poor[at], strict=True) if not few]
    if more:
        few_of = poor[squares(more)]
        kept += [corner for corner, few in zip(more, few_of, strict=True) if few]
    return kept


def _spread(corners: Sequence[Any], side: int, limit: int, across: int) -> list[Any]:
    """The strongest of every square, then the second of every square, and so on."""
    import cv2
    import numpy

    x, y = numpy.asarray(cv2.KeyPoint.convert(corners)).T
    rows = [(each.response, each.octave) for each in corners]
    strengths, levels = numpy.array(rows).T
    groups = levels // _GROUP
    squares = side / across * _GROUP_SCALE**groups
    # Less than 16 squares along a side.
    square: NDArray[int64] = (groups * 256 + y // squares * 16 + x // squares).astype(numpy.int64)
    strongest = numpy.argsort(-strengths, kind="stable")
    by_square = strongest[numpy.argsort(square[strongest], kind="stable")]
    first = numpy.diff(square[by_square], prepend=-1) != 0
    index = numpy.arange(len(by_square))
    places = numpy.empty_like(index)
    places[by_square] = index - numpy.maximum.accumulate(numpy.where(first, index, 0))
    kept = strongest[numpy.argsort(places[strongest], kind="stable")][:limit]
    return [corners[each] for each in kept]


def _none(size: tuple[int, int]) -> LocalFeatures:
    import numpy

    empty = numpy.zeros(0, numpy.float32)
    codes = numpy.zeros((0, CODE_BYTES), numpy.uint8)
    return LocalFeatures(size, empty.reshape(0, 2), empty, empty, empty, codes)
