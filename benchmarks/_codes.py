"""Made-up codes with what matters of real ones, and questions whose answers are known.

Real PDQ hashes of different pictures differ like random bits do (`real_pairs` measures it), so the
stored ones are random bits. A question is a stored code with bits flipped, evenly from none to the
radius; `turned` ones ask beside it for codes of nothing, as the other orientations and views of a
picture do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy

if TYPE_CHECKING:
    from numpy import int64, uint8
    from numpy.typing import NDArray

BITS = 256
#: Eight orientations of up to four views: the codes that one picture asks with.
CODES_A_PICTURE = 32
_SEED = 20260101


@dataclass(frozen=True, eq=False)
class Questions:
    """Codes to ask with: uint8 (n, 32), and which stored row each was made from."""

    codes: NDArray[uint8]
    rows: NDArray[int64]


def stored(count: int) -> NDArray[uint8]:
    """So many codes, (count, 32), the same in every run."""
    return numpy.frombuffer(numpy.random.default_rng(_SEED).bytes(count * 32), numpy.uint8).reshape(
        -1, 32
    )


def questions(codes: NDArray[uint8], radius: int, count: int) -> Questions:
    """So many questions, every one with an answer within `radius` bits."""
    random = numpy.random.default_rng(_SEED + 1)
    rows = random.integers(0, len(codes), count)
    flips = numpy.zeros((count, BITS), numpy.uint8)
    for flipped, bits in zip(flips, random.integers(0, radius + 1, count), strict=True):
        flipped[random.choice(BITS, bits, replace=False)] = 1
    return Questions(codes[rows] ^ numpy.packbits(flips, axis=1), rows)


def turned(asked: NDArray[uint8]) -> NDArray[uint8]:
    """For each question the codes of one picture: itself, and 31 that nothing stored is near."""
    random = numpy.random.default_rng(_SEED + 2)
    every = random.integers(0, 256, (len(asked), CODES_A_PICTURE, 32), numpy.uint8)
    every[:, 0] = asked
    return every.reshape(-1, 32)


def real_pairs(hashes: NDArray[uint8]) -> dict[str, Any]:
    """How far apart the hashes of different pictures are: to be held against 128 and 8, what
    random bits have.
    """
    bits = numpy.unpackbits(hashes, axis=1).astype(numpy.int16)
    apart = bits @ (1 - bits).T
    apart = (apart + apart.T)[numpy.triu_indices(len(bits), 1)]
    return {
        "pictures": len(hashes),
        "pairs": len(apart),
        "mean": round(float(apart.mean()), 1),
        "deviation": round(float(apart.std()), 2),
        "least": int(apart.min()),
    }
