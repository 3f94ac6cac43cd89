"""All that an index keeps of a text's file: `text-1`."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import Rest, check_bytes
from gen_ip.fingerprint.text.normalizing import TEXT, normalized
from gen_ip.fingerprint.text.sentences import SENTENCES, Sentences
from gen_ip.fingerprint.text.shingles import grams, sketch, winnowed, words

if TYPE_CHECKING:
    from numpy import uint32, uint64
    from numpy.typing import NDArray

MINHASH, WINNOW = "minhash-1", "winnow-1"
#: Words in a row that are compared as a whole, and that passages are found by.
SHORT_GRAM, LONG_GRAM = 3, 6
WINDOW = 8
SKETCH = 128

_MAGIC = b"GIT\x01"
_HASH_BYTES = 32
_NUMBER_BYTES = 4
_MOST_TEXT_BYTES = 2**27


@dataclass(frozen=True, eq=False)
class TextRecord:
    """A text's fingerprint.

    Attributes:
        sha256: of the file, 32 bytes.
        form: of the file, such as `docx`.
        text: what a reader sees.
        content: `text-1`, the hash of the normalized text, 32 bytes.
        words: a number for each word, shape (n,).
        sentences: what its sentences say, if the learned encoder was at hand.

    Raises:
        MalformedFingerprint: a value is out of form.
    """

    sha256: bytes
    form: str
    text: str
    content: bytes
    words: NDArray[uint32] = field(repr=False)
    sentences: Sentences | None = None

    def __post_init__(self) -> None:
        check_bytes("sha256", self.sha256, _HASH_BYTES)
        check_bytes(TEXT, self.content, _HASH_BYTES)

    @cached_property
    def short_grams(self) -> NDArray[uint64]:
        """A number for every three words in a row."""
        return grams(self.words, SHORT_GRAM)

    @cached_property
    def long_grams(self) -> NDArray[uint64]:
        """A number for every six words in a row."""
        return grams(self.words, LONG_GRAM)

    @cached_property
    def different_short(self) -> NDArray[uint64]:
        """The different ones of three words, rising."""
        return _different(self.short_grams)

    @cached_property
    def different_long(self) -> NDArray[uint64]:
        """The different ones of six words, rising."""
        return _different(self.long_grams)

    @cached_property
    def minhash(self) -> NDArray[uint64]:
        """`minhash-1`: the 128 smallest numbers of three words in a row, rising."""
        return sketch(self.short_grams, SKETCH)

    @cached_property
    def winnow(self) -> NDArray[uint64]:
        """`winnow-1`: the numbers of six words that winnowing chooses, rising."""
        return _different(self.long_grams[winnowed(self.long_grams, WINDOW)])

    def to_json(self) -> dict[str, Any]:
        """For JSON: hashes as hex, sketches as base64 of little-endian numbers of 64 bits; the
        text itself is left out."""
        found = {
            "format": TEXT,
            "sha256": self.sha256.hex(),
            "form": self.form,
            "characters": len(self.text),
            "words": len(self.words),
            TEXT: self.content.hex(),
            MINHASH: _base64(self.minhash),
            WINNOW: _base64(self.winnow),
        }
        if self.sentences is not None:
            found[SENTENCES] = base64.b64encode(self.sentences.to_bytes()).decode()
        return found

    def lines(self) -> dict[str, str]:
        """What people are shown of it."""
        found = {
            "text": f"{len(self.words):,} words, {len(self.text):,} characters, {self.form}",
            "sha256": self.sha256.hex(),
            TEXT: self.content.hex(),
            MINHASH: f"{len(self.minhash):,} of {len(self.short_grams):,} rows of three words",
            WINNOW: f"{len(self.winnow):,} of {len(self.long_grams):,} rows of six words",
        }
        if self.sentences is not None:
            found[SENTENCES] = f"{len(self.sentences):,} sentences"
        return found

    def to_bytes(self) -> bytes:
        """`GIT` and the version 1, sha256, content, then form, text (deflated UTF-8), words
        (deflated, 32 bits little endian) and sentences, each after its length of 4 bytes."""
        parts = (
            self.form.encode(),
            zlib.compress(self.text.encode("utf-8", "surrogatepass"), 6),
            zlib.compress(self.words.astype("<u4").tobytes(), 1),
            b"" if self.sentences is None else self.sentences.to_bytes(),
        )
        sized = b"".join(len(part).to_bytes(4) + part for part in parts)
        return _MAGIC + self.sha256 + self.content + sized

    @classmethod
    def from_bytes(cls, data: bytes) -> TextRecord:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version, cut off or too long, or a part out of form.
        """
        import numpy

        rest = Rest(TEXT, data)
        if rest.take(len(_MAGIC)) != _MAGIC:
            raise MalformedFingerprint(TEXT, data[: len(_MAGIC)], f"{_MAGIC!r} at the start")
        sha256, content = rest.take(_HASH_BYTES), rest.take(_HASH_BYTES)
        form, text = rest.take_sized(), _inflated(rest.take_sized())
        numbers, said = _inflated(rest.take_sized()), rest.take_sized()
        rest.end()
        if len(numbers) % _NUMBER_BYTES:
            raise MalformedFingerprint("words", len(numbers), "whole numbers of 32 bits")
        try:
            return cls(
                sha256,
                form.decode(),
                text.decode("utf-8", "surrogatepass"),
                content,
                numpy.frombuffer(numbers, "<u4").astype(numpy.uint32, copy=False),
                Sentences.from_bytes(said) if said else None,
            )
        except UnicodeDecodeError:
            raise MalformedFingerprint(TEXT, data[:40], "UTF-8") from None


def text_record(
    sha256: bytes, form: str, text: str, sentences: Sentences | None = None
) -> TextRecord:
    """The record of a text whose characters are known."""
    found = normalized(text)
    return TextRecord(sha256, form, text, found.hash(), words(found), sentences)


def _inflated(data: bytes) -> bytes:
    try:
        inflater = zlib.decompressobj()
        found = inflater.decompress(data, _MOST_TEXT_BYTES)
    except zlib.error:
        found, inflater = b"", None
    if inflater is None or not inflater.eof or inflater.unused_data:
        raise MalformedFingerprint(TEXT, data[:40], "deflated bytes, not too many")
    return found


def _different(numbers: NDArray[uint64]) -> NDArray[uint64]:
    import numpy

    found: NDArray[uint64] = numpy.unique(numbers)
    return found


def _base64(numbers: NDArray[uint64]) -> str:
    return base64.b64encode(numbers.astype("<u8").tobytes()).decode()
