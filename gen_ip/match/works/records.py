"""What an index holds of a work that is no picture."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gen_ip.match.index.errors import BadRecord
from gen_ip.match.index.records import is_text

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

_HASH_BYTES = 32
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 32


@dataclass(frozen=True, eq=False)
class Record:
    """A work to be added.

    Attributes:
        kind: of work, such as `text`.
        key: what the caller knows it by, such as a work's id; unique in an index.
        sha256: of the file, 32 bytes.
        data: its fingerprint, as the kind writes it.
        content: the hash of its content alone, 32 bytes, where the kind knows one: equal for files
            that say the same in another form.
        tokens: what it is found by when it was changed: unsigned integers below 2^64 (or an array
            of uint64) by the name of their set, such as `winnow-1`; repeated ones count once.

    Raises:
        BadRecord: a value is out of form.
    """

    kind: str
    key: str
    sha256: bytes
    data: bytes
    content: bytes | None = None
    tokens: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or not _is_name(self.kind):
            raise BadRecord("kind", self.kind, "a name such as text")
        if not isinstance(self.key, str) or not self.key or not is_text(self.key):
            raise BadRecord("key", self.key, "text, not empty")
        for name, value in (("sha256", self.sha256), ("content", self.content)):
            wrong = not isinstance(value, bytes) or len(value) != _HASH_BYTES
            if wrong and (name == "sha256" or value is not None):
                raise BadRecord(name, value, f"{_HASH_BYTES} bytes")
        if not isinstance(self.data, bytes):
            raise BadRecord("data", self.data, "bytes")
        if not isinstance(self.tokens, Mapping):
            raise BadRecord("tokens", self.tokens, "tokens by the name of their set")
        packed = {}
        for name, tokens in self.tokens.items():
            if not isinstance(name, str) or not _is_name(name):
                raise BadRecord("tokens", name, "names of sets, such as winnow-1")
            packed[name] = as_rows(tokens, f"tokens[{name}]")
        object.__setattr__(self, "tokens", packed)


@dataclass(frozen=True)
class Entry:
    """A work in an index; `handle` is its number there, never given again."""

    handle: int
    kind: str
    key: str
    sha256: bytes
    content: bytes | None


def as_rows(tokens: Iterable[int] | NDArray[Any], name: str = "tokens") -> NDArray[int64]:
    """Different tokens, rising, as SQLite has integers: signed.

    Raises:
        BadRecord: not all are integers from 0 to 2^64 - 1; `name` says of what.
    """
    import numpy

    try:
        if isinstance(tokens, numpy.ndarray):
            right = tokens.dtype == numpy.uint64
            found = tokens
        else:
            given = list(tokens)
            right = all(type(each) is int and each >= 0 for each in given)
            found = numpy.array(given if right else (), numpy.uint64)
    except (TypeError, OverflowError):
        right = False
    if not right:
        raise BadRecord(name, tokens, "integers from 0 to 2^64 - 1")
    return numpy.unique(found.ravel().view(numpy.int64))


def checksum(record: Record) -> int:
    """CRC-32 of everything a record says, by which a flipped bit on the disk is seen."""
    parts = [record.kind.encode(), record.key.encode(), record.sha256, record.content or b""]
    parts.append(record.data)
    for name, tokens in sorted(record.tokens.items()):
        parts += [name.encode(), packed(tokens)]
    total = 0
    for part in parts:
        total = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "little"), total))
    return total


def packed(tokens: NDArray[int64]) -> bytes:
    """Eight bytes each, little endian."""
    return tokens.astype("<i8", copy=False).tobytes()


def unpacked(data: bytes) -> NDArray[int64]:
    """What `packed` made."""
    import numpy

    return numpy.frombuffer(data, "<i8").astype(numpy.int64, copy=False)


def _is_name(name: str) -> bool:
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None
