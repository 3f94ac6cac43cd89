"""What each character of a text is compared as: the frozen table `folding-1`.

`benchmarks/text_folding.py` makes it and says from what. Letters are compared without case, accents
and compatibility forms (Unicode NFKD), and as the Latin letters that they look like (Unicode TR39);
format characters count for nothing; all else separates words.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy import int64, uint32
    from numpy.typing import NDArray

TABLE = Path(__file__).parent / "folding-1.bin"
#: A target of the table: between words; a character that is a word by itself; several characters.
SEPARATOR = 0x20
ALONE = 0x8000_0000
LONGER = 0x4000_0000
_CODES = 0x110000
_COUNT = struct.Struct("<I")


class Folding(NamedTuple):
    """The table.

    Attributes:
        targets: of each code point: 0 for nothing, SEPARATOR, a code point that may have the flag
            ALONE, or LONGER and a number of several, shape (0x110000,).
        starts: where each of several begins in `longer`, and where the last one ends.
        longer: their code points, with flags.
    """

    targets: NDArray[uint32]
    starts: NDArray[int64]
    longer: NDArray[uint32]


def packed(targets: NDArray[uint32], longer: Sequence[Sequence[int]]) -> bytes:
    """The table in binary: how many several there are, their lengths, their code points, and the
    differences of targets from their code points; all little endian, 32 bits."""
    import numpy

    lengths = numpy.array([len(each) for each in longer], "<u4")
    codes = numpy.array([code for each in longer for code in each], "<u4")
    apart = (targets - numpy.arange(_CODES, dtype=numpy.uint32)).astype("<u4")
    return b"".join((_COUNT.pack(len(longer)), lengths.tobytes(), codes.tobytes(), apart.tobytes()))


@functools.cache
def folding() -> Folding:
    """The table that ships."""
    import numpy

    data = zlib.decompress(TABLE.read_bytes())
    (count,) = _COUNT.unpack_from(data)
    lengths = numpy.frombuffer(data, "<u4", count, _COUNT.size).astype(numpy.int64)
    starts = numpy.concatenate((numpy.zeros(1, numpy.int64), numpy.cumsum(lengths)))
    at = _COUNT.size + 4 * count
    longer = numpy.frombuffer(data, "<u4", int(starts[-1]), at).astype(numpy.uint32)
    apart = numpy.frombuffer(data, "<u4", _CODES, at + 4 * int(starts[-1]))
    targets = apart.astype(numpy.uint32) + numpy.arange(_CODES, dtype=numpy.uint32)
    return Folding(targets, starts, longer)
