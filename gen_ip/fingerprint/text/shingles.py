"""Numbers for what stands in a row in a text: sequences of characters (`chars-5`) and of words.

Every number is of 64 bits, as good as random, and the same on every machine: sums of products
modulo 2^64, mixed by the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import int64, uint32, uint64
    from numpy.typing import NDArray

    from gen_ip.fingerprint.text.normalizing import Normalized

#: The odd constant of SplitMix64, 2^64 divided by the golden ratio.
_STEP = 0x9E3779B97F4A7C15
_MIX_1, _MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_MASK = 2**64 - 1


def words(text: Normalized) -> NDArray[uint32]:
    """A number of 32 bits for each word of a text, by its letters."""
    import numpy

    if not len(text):
        return numpy.zeros(0, numpy.uint32)
    mixed = _mixed(text.letters.astype(numpy.uint64))
    lengths = numpy.diff(text.starts)
    # A letter's place in its word decides by what it is multiplied.
    within = numpy.arange(len(mixed)) - numpy.repeat(text.starts[:-1], lengths)
    powers = _powers(int(lengths.max()))
    summed = numpy.add.reduceat(mixed * powers[within], text.starts[:-1])
    found: NDArray[uint32] = (_mixed(summed) >> numpy.uint64(32)).astype(numpy.uint32)
    return found


def grams(numbers: NDArray[uint32], size: int) -> NDArray[uint64]:
    """A number for each `size` in a row, in their order; of fewer, one for all of them together.

    Args:
        numbers: of words, from `words`, or code points of characters, shape (n,).
        size: at least 1.
    """
    import numpy

    if not len(numbers):
        return numpy.zeros(0, numpy.uint64)
    size = min(size, len(numbers))
    mixed = _mixed(numbers.astype(numpy.uint64))
    count = len(mixed) - size + 1
    powers = _powers(size)
    summed = mixed[:count] * powers[0]
    for place in range(1, size):
        summed += mixed[place : place + count] * powers[place]
    found: NDArray[uint64] = _mixed(summed)
    return found


def sketch(numbers: NDArray[uint64], size: int) -> NDArray[uint64]:
    """The `size` smallest different ones, rising (bottom-k MinHash: Broder, SEQUENCES 1997)."""
    import numpy

    if len(numbers) > 8 * size:
        # Most are far too large: no need to sort them.
        for share in (4, 2, 1):
            limit = numpy.uint64(min(_MASK, (_MASK // len(numbers)) * size * 8 // share))
            small: NDArray[uint64] = numpy.unique(numbers[numbers <= limit])
            if len(small) >= size:
                return small[:size]
    smallest: NDArray[uint64] = numpy.unique(numbers)[:size]
    return smallest


def winnowed(numbers: NDArray[uint64], window: int) -> NDArray[int64]:
    """Places of the numbers that winnowing chooses, rising: of every `window` in a row the
    smallest, the last of equal ones (Schleimer, Wilkerson and Aiken, SIGMOD 2003, section 2)."""
    import numpy

    if len(numbers) <= window:
        if not len(numbers):
            return numpy.zeros(0, numpy.int64)
        return numpy.array([len(numbers) - 1 - int(numpy.argmin(numbers[::-1]))])
    count = len(numbers) - window + 1
    smallest, places = numbers[:count].copy(), numpy.arange(count)
    for step in range(1, window):
        later = numbers[step : step + count]
        less = later <= smallest
        numpy.copyto(smallest, later, where=less)
        numpy.copyto(places, numpy.arange(step, step + count), where=less)
    chosen: NDArray[int64] = places[numpy.append(True, places[1:] != places[:-1])]
    return chosen


def _powers(count: int) -> NDArray[uint64]:
    import numpy

    steps = numpy.full(count, _STEP, numpy.uint64)
    return numpy.multiply.accumulate(steps)


def _mixed(numbers: NDArray[uint64]) -> NDArray[uint64]:
    import numpy

    found = numbers + numpy.uint64(_STEP)
    found ^= found >> numpy.uint64(30)
    found *= numpy.uint64(_MIX_1)
    found ^= found >> numpy.uint64(27)
    found *= numpy.uint64(_MIX_2)
    found ^= found >> numpy.uint64(31)
    return found
