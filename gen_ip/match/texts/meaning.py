"""Numbers by which texts whose sentences say the same are found: sides of random planes.

Two rows on the same sides of some planes are likely to point the same way (Charikar, STOC 2002).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from gen_ip.fingerprint.text.sentences import WIDTH, Sentences

if TYPE_CHECKING:
    from numpy import float32, uint64
    from numpy.typing import NDArray

# Of each sentence so many numbers, each of so many planes: sentences at 40 degrees have one in six
# times in common, unrelated ones once in two thousand.
_TABLES, _PLANES = 48, 22
_SEED = 0x67656E6970


def near(sentences: Sentences) -> NDArray[uint64]:
    """The different numbers of all sentences; more of them in common, more alike."""
    import numpy

    if not len(sentences):
        return numpy.zeros(0, numpy.uint64)
    sides = (sentences.units() @ _planes() > 0).reshape(len(sentences), _TABLES, _PLANES)
    bits = numpy.uint64(1) << numpy.arange(_PLANES, dtype=numpy.uint64)
    numbers = (sides * bits).sum(axis=2, dtype=numpy.uint64)
    tables = numpy.arange(_TABLES, dtype=numpy.uint64) << numpy.uint64(_PLANES)
    found: NDArray[uint64] = numpy.unique(numbers + tables)
    return found


@functools.cache
def _planes() -> NDArray[float32]:
    import numpy

    # The same on every machine: PCG64 is, and no function is taken of its numbers.
    signs = numpy.random.Generator(numpy.random.PCG64(_SEED)).integers(
        0, 2, (WIDTH, _TABLES * _PLANES)
    )
    planes: NDArray[float32] = (2 * signs - 1).astype(numpy.float32)
    return planes
