"""Texts as they are compared, `text-1`: words in folded letters, one space between them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.text.folding import ALONE, LONGER, SEPARATOR, folding

if TYPE_CHECKING:
    from numpy import bool_, int64, uint32
    from numpy.typing import NDArray

#: Normalization and the hash of what it gives.
TEXT = "text-1"


@dataclass(frozen=True, eq=False)
class Normalized:
    """A text as it is compared.

    Attributes:
        letters: the folded code points of all words, nothing between them, shape (n,).
        starts: where each word begins in `letters`, and where the last ends, shape (words + 1,).
        places: which character of the text each letter came from, shape (n,).
    """

    letters: NDArray[uint32]
    starts: NDArray[int64]
    places: NDArray[int64]

    def __len__(self) -> int:
        """How many words it has."""
        return len(self.starts) - 1

    def spaced(self) -> NDArray[uint32]:
        """Its code points with a space between words."""
        import numpy

        count = len(self)
        if count == 0:
            return self.letters
        # A letter stands as many places later as words began before its own.
        begins = numpy.zeros(len(self.letters), numpy.int64)
        begins[self.starts[1:-1]] = 1
        found = numpy.full(len(self.letters) + count - 1, SEPARATOR, numpy.uint32)
        found[numpy.arange(len(self.letters)) + numpy.cumsum(begins)] = self.letters
        return found

    def text(self) -> str:
        """The normalized text."""
        return self.spaced().astype("<u4").tobytes().decode("utf-32-le")

    def hash(self) -> bytes:
        """SHA-256 of the normalized text in UTF-8, 32 bytes."""
        return hashlib.sha256(self.text().encode()).digest()

    def span(self, first: int, end: int) -> tuple[int, int]:
        """From which character of the text to which the words from `first` to before `end` go."""
        low, high = int(self.starts[first]), int(self.starts[end]) - 1
        return int(self.places[low]), int(self.places[high]) + 1


def normalized(text: str) -> Normalized:
    """A text as it is compared; never fails."""
    import numpy

    table = folding()
    codes = numpy.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
    found = table.targets[codes]
    places = numpy.arange(len(found))
    several = (found & LONGER) != 0
    if several.any():
        found, places = _lengthened(found, places, several)
    kept = found != 0
    if not kept.all():
        found, places = found[kept], places[kept]
    word = found != SEPARATOR
    alone = (found & ALONE) != 0
    begins = word.copy()
    begins[1:] &= ~word[:-1] | alone[1:] | alone[:-1]
    # The words' beginnings among their letters.
    starts = (numpy.cumsum(word) - 1)[begins]
    letters = found[word] & ~numpy.uint32(ALONE)
    return Normalized(letters, numpy.append(starts, len(letters)), places[word])


def _lengthened(
    found: NDArray[uint32], places: NDArray[int64], several: NDArray[bool_]
) -> tuple[NDArray[uint32], NDArray[int64]]:
    """The same with each number of several code points replaced by them."""
    import numpy

    table = folding()
    numbers = (found[several] & (LONGER - 1)).astype(numpy.int64)
    lengths = numpy.ones(len(found), numpy.int64)
    lengths[several] = table.starts[numbers + 1] - table.starts[numbers]
    first = numpy.cumsum(lengths) - lengths
    longer = numpy.repeat(found, lengths)
    within = numpy.arange(len(longer)) - numpy.repeat(first, lengths)
    is_several = numpy.repeat(several, lengths)
    begin = numpy.zeros(len(found), numpy.int64)
    begin[several] = table.starts[numbers]
    at = (numpy.repeat(begin, lengths) + within)[is_several]
    longer[is_several] = table.longer[at]
    return longer, numpy.repeat(places, lengths)
