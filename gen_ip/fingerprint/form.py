"""What the records of all kinds of works are read with: strictly, one spelling of everything."""

from __future__ import annotations

import re
from typing import Any

from gen_ip.errors import MalformedFingerprint

_HEX = re.compile(r"(?:[0-9a-f]{2})+")


class Rest:
    """Bytes taken from the start, one part after the other; `name` is the record's format."""

    def __init__(self, name: str, data: bytes) -> None:
        self._name, self._data, self._at = name, data, 0

    def take(self, size: int) -> bytes:
        """The next `size` bytes.

        Raises:
            MalformedFingerprint: there are fewer.
        """
        part = bytes(self._data[self._at : self._at + size])
        if len(part) != size:
            raise MalformedFingerprint(self._name, self._data, "more bytes")
        self._at += size
        return part

    def number(self, size: int) -> int:
        """The next `size` bytes as a number, big endian; raises as `take`."""
        return int.from_bytes(self.take(size))

    def take_sized(self) -> bytes:
        """What follows its own length of 4 bytes; raises as `take`."""
        return self.take(self.number(4))

    def end(self) -> None:
        """Nothing may be left.

        Raises:
            MalformedFingerprint: something is.
        """
        if self._at != len(self._data):
            raise MalformedFingerprint(self._name, self._data, f"{self._at} bytes")


def check_bytes(name: str, value: object, size: int) -> None:
    """Whether `value` is `size` bytes.

    Raises:
        MalformedFingerprint: it is not.
    """
    if not isinstance(value, bytes) or len(value) != size:
        raise MalformedFingerprint(name, value, f"{size} bytes")


def from_hex(name: str, value: Any, size: int) -> bytes:
    """`size` bytes from lower-case hex digits.

    Raises:
        MalformedFingerprint: it is something else.
    """
    if not isinstance(value, str) or len(value) != 2 * size or not _HEX.fullmatch(value):
        raise MalformedFingerprint(name, value, f"{2 * size} lower-case hex digits")
    return bytes.fromhex(value)
