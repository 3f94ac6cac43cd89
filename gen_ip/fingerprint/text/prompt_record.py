"""All that an index keeps of a prompt's file: `prompt-1`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.form import Rest, check_bytes
from gen_ip.fingerprint.text.normalizing import Normalized, normalized
from gen_ip.fingerprint.text.prompts import Prompt, plain
from gen_ip.fingerprint.text.shingles import grams, sketch, words
from gen_ip.nesting import parse

if TYPE_CHECKING:
    from numpy import uint32, uint64
    from numpy.typing import NDArray

#: A prompt's record, and the hash of its two parts normalized.
PROMPT = "prompt-1"
CHARS = "chars-5"
#: Characters in a row that are compared as a whole.
SHINGLE = 5
#: Nearly all prompts have fewer different ones.
SKETCH = 512

_MAGIC = b"GIR\x01"
_HASH_BYTES = 32
_DEPTH = 4


@dataclass(frozen=True, eq=False)
class PromptRecord:
    """A prompt's fingerprint.

    Attributes:
        sha256: of the file, 32 bytes.
        form: of the file: `a1111`, `prompt-json`, `plain` or `markdown`.
        prompt: its parts.

    Raises:
        MalformedFingerprint: a value is out of form.
    """

    sha256: bytes
    form: str
    prompt: Prompt

    def __post_init__(self) -> None:
        check_bytes("sha256", self.sha256, _HASH_BYTES)

    @cached_property
    def positive(self) -> Normalized:
        """What is wished for, normalized, without how much words count."""
        return normalized(plain(self.prompt.positive))

    @cached_property
    def negative(self) -> Normalized:
        """What is not wished for, likewise."""
        return normalized(plain(self.prompt.negative))

    @cached_property
    def content(self) -> bytes:
        """SHA-256 of both normalized texts, a line feed between them, 32 bytes; the settings do
        not count."""
        both = f"{self.positive.text()}\n{self.negative.text()}"
        return hashlib.sha256(both.encode()).digest()

    @cached_property
    def shingles(self) -> NDArray[uint64]:
        """A number for each five characters in a row that are wished for, rising."""
        return _shingles(self.positive)

    @cached_property
    def unwished(self) -> NDArray[uint64]:
        """The same of what is not wished for."""
        return _shingles(self.negative)

    @cached_property
    def words(self) -> NDArray[uint32]:
        """A number for each different word that is wished for, rising."""
        import numpy

        found: NDArray[uint32] = numpy.unique(words(self.positive))
        return found

    @cached_property
    def minhash(self) -> NDArray[uint64]:
        """The 512 smallest of the shingles, rising."""
        return sketch(self.shingles, SKETCH)

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "format": PROMPT,
            "sha256": self.sha256.hex(),
            "form": self.form,
            "positive": self.prompt.positive,
            "negative": self.prompt.negative,
            "settings": dict(self.prompt.settings),
            PROMPT: self.content.hex(),
            CHARS: [f"{each:016x}" for each in self.minhash.tolist()],
        }

    def lines(self) -> dict[str, str]:
        """What people are shown of it."""
        return {
            "positive": self.prompt.positive[:200],
            "negative": self.prompt.negative[:200] or "none",
            "settings": ", ".join(f"{name}: {each}" for name, each in self.prompt.settings)[:200]
            or "none",
            "sha256": self.sha256.hex(),
            PROMPT: self.content.hex(),
            CHARS: f"{len(self.minhash):,} of {len(self.shingles):,} rows of five characters",
        }

    def to_bytes(self) -> bytes:
        """`GIR` and the version 1, sha256, then JSON after its length of 4 bytes."""
        parts = [self.form, self.prompt.positive, self.prompt.negative, self.prompt.settings]
        data = json.dumps(parts).encode()
        return _MAGIC + self.sha256 + len(data).to_bytes(4) + data

    @classmethod
    def from_bytes(cls, data: bytes) -> PromptRecord:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another version, cut off or too long, or a part out of form.
        """
        rest = Rest(PROMPT, data)
        if rest.take(len(_MAGIC)) != _MAGIC:
            raise MalformedFingerprint(PROMPT, data[: len(_MAGIC)], f"{_MAGIC!r} at the start")
        sha256, parts = rest.take(_HASH_BYTES), rest.take_sized()
        rest.end()
        try:
            form, positive, negative, settings = parse(parts, _DEPTH)
            pairs = tuple((name, each) for name, each in settings)
        except (ValueError, TypeError):
            raise MalformedFingerprint(PROMPT, parts[:40], "its parts as JSON") from None
        texts = [form, positive, negative, *(each for pair in pairs for each in pair)]
        if not all(isinstance(each, str) for each in texts):
            raise MalformedFingerprint(PROMPT, parts[:40], "its parts as texts")
        return cls(sha256, form, Prompt(positive, negative, pairs))


def _shingles(text: Normalized) -> NDArray[uint64]:
    import numpy

    found: NDArray[uint64] = numpy.unique(grams(text.spaced(), SHINGLE))
    return found
