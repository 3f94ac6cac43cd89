"""What an index holds of a picture."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.fingerprint.pdq import PDQ, Pdq
from gen_ip.match.index.errors import BadRecord

CODE_BYTES = 32
#: The name of what is made of local features, which no set of codes has.
WORDS = "words-1"
_HASH_BYTES = 32
_SET_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SET_NAME = 32


@dataclass(frozen=True)
class Record:
    """A picture to be added.

    Attributes:
        key: what the caller knows it by, such as a work's id; unique in an index.
        sha256: of the file, 32 bytes.
        pdq: its PDQ hash; also its code in the set `pdq-1`.
        pixels: the hash of the decoded pixels, 32 bytes, where it is known.
        codes: its codes in further sets, 32 bytes each, such as `sscd-1`.
        features: its local features, from `LocalFeatures.to_bytes`.
        glimpse: its small picture, from `gen_ip.fingerprint.glimpse`.

    Raises:
        BadRecord: a value is out of form.
    """

    key: str
    sha256: bytes
    pdq: Pdq
    pixels: bytes | None = None
    codes: Mapping[str, bytes] = field(default_factory=dict)
    features: bytes | None = None
    glimpse: bytes | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not self.key or not is_text(self.key):
            raise BadRecord("key", self.key, "text, not empty")
        _check_bytes("sha256", self.sha256, _HASH_BYTES)
        if not isinstance(self.pdq, Pdq):
            raise BadRecord("pdq", self.pdq, "a Pdq")
        if self.pixels is not None:
            _check_bytes("pixels", self.pixels, _HASH_BYTES)
        if not isinstance(self.codes, Mapping):
            raise BadRecord("codes", self.codes, "codes by the name of their set")
        for name, code in self.codes.items():
            long = not isinstance(name, str) or len(name) > _LONGEST_SET_NAME
            if long or name in (PDQ, WORDS) or not _SET_NAME.fullmatch(name):
                raise BadRecord(
                    "codes", name, f"names such as sscd-1, other than {PDQ} and {WORDS}"
                )
            _check_bytes(f"codes[{name}]", code, CODE_BYTES)
        for name, blob in (("features", self.features), ("glimpse", self.glimpse)):
            if blob is not None and not isinstance(blob, bytes):
                raise BadRecord(name, blob, "bytes")
        if self.features is not None:
            try:
                LocalFeatures.from_bytes(self.features)
            except MalformedFingerprint:
                raise BadRecord("features", self.features, "what LocalFeatures writes") from None


@dataclass(frozen=True)
class Entry:
    """A picture in an index; `handle` is its number there, never given again."""

    handle: int
    key: str
    sha256: bytes
    pixels: bytes | None
    pdq: Pdq


class Row(NamedTuple):
    """What engines are fed with: a picture's codes by set, `pdq-1` among them, and features."""

    handle: int
    codes: Mapping[str, bytes]
    features: bytes | None


def row_of(handle: int, record: Record) -> Row:
    """What engines get of a record."""
    return Row(handle, {PDQ: record.pdq.hash, **record.codes}, record.features)


def checksum(record: Record) -> int:
    """CRC-32 of everything a record says, by which a flipped bit on the disk is seen."""
    parts = [record.key.encode(), record.sha256, record.pdq.to_bytes(), record.pixels or b""]
    for name, code in sorted(record.codes.items()):
        parts += [name.encode(), code]
    for blob in (record.features, record.glimpse):
        parts += [b"" if blob is None else b"\1" + blob]
    total = 0
    for part in parts:
        total = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "little"), total))
    return total


def is_text(value: str) -> bool:
    """Whether it can be stored: half a surrogate pair cannot, and a NUL ends text in SQLite."""
    return "\0" not in value and value.encode("utf-8", "replace").decode() == value


def _check_bytes(name: str, value: object, size: int) -> None:
    if not isinstance(value, bytes) or len(value) != size:
        raise BadRecord(name, value, f"{size} bytes")
