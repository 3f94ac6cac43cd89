"""What is kept of works' features: 12 bytes each, ordered by word.

A posting is a signature (64 bits) and a place: the work's row in 22 bits, the feature's angle in 64
steps, its scale in 16 half octaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.match.loops import loops
from gen_ip.match.words.vocabulary import SIZE, Vocabulary

if TYPE_CHECKING:
    from numpy import int64, uint32, uint64
    from numpy.typing import NDArray

#: Of a work's features the best so many are kept as postings.
FEATURES_A_WORK = 128
ANGLES = 64
SCALES = 16
ANGLE_SHIFT = 4
ROW_SHIFT = 10
#: Rows that one `Postings` may have.
MAX_ROWS = 1 << 32 - ROW_SHIFT
#: Postings that one `Postings` may have.
MAX_POSTINGS = 2**31

_DEGREES = 360
# Scales from 2.8 pixels on.
_LEAST_SCALE = 1.5
_SCALES_AN_OCTAVE = 2


@dataclass(frozen=True, eq=False)
class Postings:
    """Works' postings.

    Attributes:
        handles: int64 (rows,), rising.
        starts: uint32 (65537,): the postings of word n are those from `starts[n]` to before
            `starts[n + 1]`, by row, then in the order of the work's features.
        signatures: uint64 (n,).
        places: uint32 (n,): row << 10 | angle << 4 | scale.
    """

    handles: NDArray[int64]
    starts: NDArray[uint32]
    signatures: NDArray[uint64]
    places: NDArray[uint32]

    @property
    def rows(self) -> int:
        """How many works there are."""
        return len(self.handles)

    def __len__(self) -> int:
        return len(self.places)


def file_features(
    works: Sequence[tuple[int, LocalFeatures]],
    vocabulary: Vocabulary,
    limit: int = FEATURES_A_WORK,
) -> Postings:
    """The postings of works, given as handle and features, handles rising.

    Raises:
        ValueError: more works or features than one `Postings` holds, or handles that do not rise.
        MatchingUnavailable: numba is not installed.
    """
    import numpy

    handles: NDArray[int64] = numpy.array([handle for handle, _ in works], numpy.int64)
    if len(works) > MAX_ROWS or (numpy.diff(handles) <= 0).any():
        raise ValueError(f"{len(works)} works; give at most {MAX_ROWS:,} by rising handle")
    counts = [min(limit, len(features)) for _, features in works]
    if sum(counts) > MAX_POSTINGS:
        raise ValueError(f"{sum(counts):,} features; give at most {MAX_POSTINGS:,}")
    none = numpy.zeros((0, 32), numpy.uint8)
    codes = numpy.concatenate([none] + [each.codes[:limit] for _, each in works])
    shapes = numpy.concatenate(
        [numpy.zeros(0, numpy.uint32)] + [shape(each)[:limit] for _, each in works]
    )
    rows = numpy.repeat(numpy.arange(len(works), dtype=numpy.uint32), counts)
    words = vocabulary.nearest(codes, 1)[:, 0]
    order = numpy.argsort(words, kind="stable")
    return Postings(
        handles,
        _starts(numpy.bincount(words, minlength=SIZE)),
        vocabulary.signatures(codes)[order],
        (rows << ROW_SHIFT | shapes)[order],
    )


def merge(parts: Sequence[Postings]) -> Postings:
    """The postings of all parts in one; handles rise from part to part.

    Raises:
        ValueError: more works or features than one `Postings` holds.
        MatchingUnavailable: numba is not installed.
    """
    import numpy

    rows, count = sum(part.rows for part in parts), sum(len(part) for part in parts)
    if rows > MAX_ROWS or count > MAX_POSTINGS:
        raise ValueError(f"{rows:,} works with {count:,} features are too many for one file")
    counts: NDArray[int64] = numpy.zeros(SIZE, numpy.int64)
    for part in parts:
        counts += numpy.diff(part.starts.astype(numpy.int64))
    starts = _starts(counts)
    filled = starts[:-1].copy()
    signatures, places = numpy.empty(count, numpy.uint64), numpy.empty(count, numpy.uint32)
    first = 0
    for part in parts:
        loops("words.kernels").lay(
            part.starts, part.signatures, part.places, first << ROW_SHIFT,
            filled, signatures, places,
        )  # fmt: skip
        first += part.rows
    none: NDArray[int64] = numpy.zeros(0, numpy.int64)
    return Postings(
        numpy.concatenate([none] + [part.handles for part in parts]), starts, signatures, places
    )


def shape(features: LocalFeatures) -> NDArray[uint32]:
    """Angle and scale as a posting's place has them: uint32 (n,)."""
    import numpy

    angles = (
        numpy.rint(features.angles.astype(numpy.float64) * (ANGLES / _DEGREES)).astype(numpy.int64)
        % ANGLES
    )
    # In double precision: the sizes of coarse levels lie next to where one step ends.
    octaves = numpy.log2(features.scales.astype(numpy.float64)) - _LEAST_SCALE
    scales = numpy.clip(numpy.rint(octaves * _SCALES_AN_OCTAVE), 0, SCALES - 1).astype(numpy.int64)
    shapes: NDArray[uint32] = (angles << ANGLE_SHIFT | scales).astype(numpy.uint32)
    return shapes


def _starts(counts: NDArray[int64]) -> NDArray[uint32]:
    import numpy

    starts: NDArray[uint32] = numpy.zeros(SIZE + 1, numpy.uint32)
    starts[1:] = numpy.cumsum(counts)
    return starts
