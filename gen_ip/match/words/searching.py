"""Ranking works by the postings that a picture's features find."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.match.errors import InvalidQuery
from gen_ip.match.loops import loops
from gen_ip.match.words.postings import Postings, shape
from gen_ip.match.words.vocabulary import STEMS, Vocabulary

if TYPE_CHECKING:
    from numpy import int32, int64, uint8, uint16, uint32, uint64
    from numpy.typing import NDArray

#: Words that a picture's feature looks into.
PROBES = 3
#: Signatures that differ in more of 64 bits are of different features.
RADIUS = 10
#: Rows with the heaviest votes whose votes are then held against each other.
CONSIDERED = 8_000
#: Steps of angle (of 64) and of scale (half octaves) within which votes agree.
ANGLE_WINDOW = 5
SCALE_WINDOW = 3

_RARITY_STEPS = 16
_NEARNESS_STEPS = 64
# Standard deviation of the bits in which signatures of one feature differ.
_SPREAD = 6.0
_VOTES = 1 << 20
_MOST = 2**40


class Ranked(NamedTuple):
    """Works, heaviest first, equally heavy ones by handle; both int64 of the same length."""

    handles: NDArray[int64]
    scores: NDArray[int64]

    @classmethod
    def none(cls) -> Ranked:
        """No works."""
        import numpy

        return cls(numpy.zeros(0, numpy.int64), numpy.zeros(0, numpy.int64))


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Postings to be searched.

    Attributes:
        vocabulary: that they were filed with.
        parts: handles rise from part to part.
        dead: for each part a bit a row as in `gen_ip.match.codes.Blocks`, or None.
    """

    vocabulary: Vocabulary
    parts: tuple[Postings, ...]
    dead: tuple[NDArray[uint8] | None, ...] | None = None

    def search(self, asked: Sequence[LocalFeatures], limit: int, probes: int = PROBES) -> Ranked:
        """The works that share most with any of `asked`, such as a picture and its mirror image.

        A feature of the picture votes for the works that have a feature of nearly the same
        signature under one of its words; the nearer and the rarer the word, the more. Of a work's
        votes those count that agree in how the picture is turned and scaled, each feature once.

        Args:
            asked: features, asked about one by one.
            limit: at least 1.
            probes: words a feature looks into, 1 to 256: more find more and take longer.

        Raises:
            InvalidQuery: `limit` or `probes` is out of its range.
            MatchingUnavailable: numba is not installed.
        """
        import numpy

        check_limit(limit)
        if type(probes) is not int or not 1 <= probes <= STEMS:
            raise InvalidQuery("probes", probes, f"a whole number from 1 to {STEMS}")
        best: dict[int, int] = {}
        for features in asked:
            rows, scores = self._scores(features, probes)
            # Of these no more can be among the first; rows rise as handles do.
            first = numpy.lexsort((rows, -scores))[:limit]
            rows, scores = rows[first], scores[first]
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True):
                best[row] = max(score, best.get(row, 0))
        order = sorted((-score, row) for row, score in best.items() if score)[:limit]
        found: NDArray[int64] = numpy.array([row for _, row in order], numpy.int64)
        weights: NDArray[int64] = numpy.array([-score for score, _ in order], numpy.int64)
        return Ranked(self._handles(found), weights)

    @functools.cached_property
    def _firsts(self) -> NDArray[int64]:
        """The first row of each part, and how many there are."""
        import numpy

        counts = [0, *(part.rows for part in self.parts)]
        return numpy.cumsum(counts, dtype=numpy.int64)

    def _handles(self, rows: NDArray[int64]) -> NDArray[int64]:
        import numpy

        numbers = numpy.searchsorted(self._firsts, rows, side="right") - 1
        handles: NDArray[int64] = numpy.zeros(len(rows), numpy.int64)
        for number in numpy.unique(numbers):
            own = numbers == number
            handles[own] = self.parts[number].handles[rows[own] - self._firsts[number]]
        return handles

    def _scores(
        self, features: LocalFeatures, probes: int
    ) -> tuple[NDArray[int64], NDArray[int64]]:
        """Rows worth considering, and their scores."""
        import numpy

        looks = _looks(self.vocabulary, self.parts, features, probes)
        totals = numpy.zeros(int(self._firsts[-1]), numpy.int32)
        votes = [
            _votes(part, looks, totals[self._firsts[number] : self._firsts[number + 1]])
            for number, part in enumerate(self.parts)
        ]
        self._bury(totals)
        rows = heaviest(totals, CONSIDERED)
        scores = numpy.zeros(len(rows), numpy.int64)
        for number, part in enumerate(self.parts):
            first, end = self._firsts[number], self._firsts[number + 1]
            own = numpy.flatnonzero((rows >= first) & (rows < end))
            if not len(own):
                continue
            slots = numpy.full(part.rows, -1, numpy.int32)
            slots[rows[own] - first] = numpy.arange(len(own), dtype=numpy.int32)
            found = numpy.zeros(len(own), numpy.int64)
            loops("words.kernels").weigh(
                part.signatures, looks.signatures, looks.rarity, nearness(), looks.features,
                len(features), looks.shapes, votes[number], slots, len(own),
                ANGLE_WINDOW, SCALE_WINDOW, found,
            )  # fmt: skip
            scores[own] = found
        return rows, scores

    def _bury(self, totals: NDArray[int32]) -> None:
        import numpy

        for number, dead in enumerate(self.dead or ()):
            if dead is not None:
                count = self.parts[number].rows
                gone = numpy.flatnonzero(numpy.unpackbits(dead, bitorder="little", count=count))
                totals[self._firsts[number] + gone] = 0


def check_limit(limit: object) -> None:
    """Raises InvalidQuery for what no search takes."""
    if type(limit) is not int or not 1 <= limit <= _MOST:
        raise InvalidQuery("limit", limit, f"a whole number from 1 to {_MOST:,}")


class Looks(NamedTuple):
    """Where a picture's features look, one entry for each feature and word, all (m,).

    `shapes` is (features,): angle and scale of each.
    """

    words: NDArray[uint16]
    signatures: NDArray[uint64]
    rarity: NDArray[int32]
    features: NDArray[int32]
    shapes: NDArray[uint32]


def _looks(
    vocabulary: Vocabulary, parts: Sequence[Postings], features: LocalFeatures, probes: int
) -> Looks:
    import numpy

    words = vocabulary.nearest(features.codes, probes).reshape(-1)
    counts = numpy.zeros(len(words), numpy.int64)
    for part in parts:
        places = words.astype(numpy.int64)
        counts += part.starts[places + 1].astype(numpy.int64) - part.starts[places]
    return Looks(
        words,
        numpy.repeat(vocabulary.signatures(features.codes), probes),
        rarity(counts, sum(len(part) for part in parts)),
        numpy.repeat(numpy.arange(len(features), dtype=numpy.int32), probes),
        shape(features),
    )


def _votes(part: Postings, looks: Looks, totals: NDArray[int32]) -> NDArray[uint32]:
    import numpy

    longest = int(numpy.diff(part.starts).max(initial=0))
    votes = numpy.empty((max(_VOTES, longest), 3), numpy.uint32)
    counts, done = numpy.zeros(1, numpy.int64), 0
    while True:
        done = loops("words.kernels").vote(
            part.starts, part.signatures, part.places, looks.words, looks.signatures,
            looks.rarity, nearness(), done, totals, votes, counts,
        )  # fmt: skip
        if done == len(looks.words):
            return votes[: counts[0]]
        votes = numpy.concatenate([votes, numpy.empty_like(votes)])


def heaviest(totals: NDArray[int32], limit: int) -> NDArray[int64]:
    """The rows of the `limit` largest totals above 0, rising; of equal ones the first."""
    import numpy

    rows = numpy.flatnonzero(totals)
    if len(rows) > limit:
        held = totals[rows]
        least = numpy.partition(held, len(held) - limit)[len(held) - limit]
        above = held > least
        level = numpy.flatnonzero(held == least)[: limit - int(above.sum())]
        above[level] = True
        rows = rows[above]
    return rows


def rarity(counts: NDArray[int64], total: int) -> NDArray[int32]:
    """Weights of words that have `counts` of `total` postings: 16 log2(1 + total / count)."""
    import numpy

    shares = total / numpy.maximum(counts, 1)
    weights: NDArray[int32] = numpy.rint(_RARITY_STEPS * numpy.log2(1 + shares)).astype(numpy.int32)
    return weights


@functools.cache
def nearness() -> NDArray[int32]:
    """Weights by how many of 64 bits of two signatures differ, up to `RADIUS`."""
    import numpy

    far = numpy.arange(RADIUS + 1)
    shares = numpy.exp(-(far**2) / (2 * _SPREAD**2))
    weights: NDArray[int32] = numpy.rint(_NEARNESS_STEPS * shares).astype(numpy.int32)
    return weights
