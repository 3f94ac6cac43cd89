"""The words that local features are filed under, and the bits by which features of a word differ.

A word is a 256-bit code that stands for those near it. 256 *stems* have 256 words each; a code is
compared with the words of its nearest stems only. `python -m benchmarks.vocabulary` made the file,
by k-majority clustering of the features of real pictures; `vocabulary-1.json` says of which.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from gen_ip.errors import GenIPError
from gen_ip.fingerprint.local import CODE_BYTES
from gen_ip.match.codes import as_words
from gen_ip.match.loops import loops

if TYPE_CHECKING:
    from numpy import uint8, uint16, uint64
    from numpy.typing import NDArray

NAME = "vocabulary-1"
STEMS = 256
#: How many words there are.
SIZE = STEMS * 256
SIGNATURE_BITS = 64
#: Stems whose words a code is compared with: as many find the nearest word nine times of ten.
BRANCHES = 8

_BYTES = SIGNATURE_BITS + (STEMS + SIZE) * CODE_BYTES
_CODE_WORDS = CODE_BYTES // 8


class DamagedVocabulary(GenIPError):  # noqa: N818  (says what happened, as in gen_ip.errors)
    """The installed vocabulary is not the one that this version was made with."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the file {NAME}.bin of this installation is damaged ({reason}); "
            'pip install --force-reinstall "gen-ip[match]"'
        )


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Words, and which bits of a code are its signature.

    Attributes:
        bits: uint8 (64,), positions in a code as 256 bits, least significant of each byte first.
        stems: uint64 (256, 4).
        words: uint64 (65536, 4); those of stem n are 256 n to 256 n + 255.
    """

    bits: NDArray[uint8]
    stems: NDArray[uint64]
    words: NDArray[uint64]

    def nearest(self, codes: NDArray[uint8], count: int) -> NDArray[uint16]:
        """The numbers of the words nearest to each of `codes` (uint8 (n, 32)): (n, count).

        Nearest first, equally near ones by number; `count` is 1 to 256.

        Raises:
            MatchingUnavailable: numba is not installed.
        """
        import numpy

        found = numpy.empty((len(codes), count), numpy.uint16)
        nearest = loops("words.kernels").nearest_words
        nearest(as_words(codes), *self._planes, BRANCHES, found)
        return found

    @functools.cached_property
    def _planes(self) -> tuple[NDArray[uint64], NDArray[uint64]]:
        """Stems, (4, 256), and words, (256, 4, 256), as they are compared."""
        import numpy

        words = self.words.reshape(STEMS, -1, _CODE_WORDS).transpose(0, 2, 1)
        return numpy.ascontiguousarray(self.stems.T), numpy.ascontiguousarray(words)

    def signatures(self, codes: NDArray[uint8]) -> NDArray[uint64]:
        """The 64 bits of each of `codes` (uint8 (n, 32)) that are kept: (n,)."""
        import numpy

        every = numpy.unpackbits(codes, axis=1, bitorder="little")
        chosen = numpy.packbits(every[:, self.bits], axis=1, bitorder="little")
        return numpy.ascontiguousarray(chosen).view("<u8").astype(numpy.uint64).reshape(-1)

    def to_bytes(self) -> bytes:
        """The file: bits, stems, words, numbers little-endian."""
        codes = (self.stems.astype("<u8").tobytes(), self.words.astype("<u8").tobytes())
        return self.bits.tobytes() + b"".join(codes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Vocabulary:
        """What `to_bytes` made.

        Raises:
            DamagedVocabulary: of another length.
        """
        import numpy

        if len(data) != _BYTES:
            raise DamagedVocabulary(f"it has {len(data):,} bytes of {_BYTES:,}")
        codes = numpy.frombuffer(data, "<u8", offset=SIGNATURE_BITS).astype(numpy.uint64)
        codes = codes.reshape(-1, _CODE_WORDS)
        bits = numpy.frombuffer(data, numpy.uint8, SIGNATURE_BITS)
        return cls(bits, codes[:STEMS], codes[STEMS:])


@functools.cache
def vocabulary() -> Vocabulary:
    """The one that ships.

    Raises:
        DamagedVocabulary: its hash is another.
    """
    folder = files("gen_ip.match.words")
    data = (folder / f"{NAME}.bin").read_bytes()
    said = json.loads((folder / f"{NAME}.json").read_text("utf-8"))["sha256"]
    found = hashlib.sha256(data).hexdigest()
    if found != said:
        raise DamagedVocabulary(f"its SHA-256 is {found}, expected {said}")
    return Vocabulary.from_bytes(data)
