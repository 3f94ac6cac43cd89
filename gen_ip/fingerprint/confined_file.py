"""A file that a limited process reads without opening it.

The process asks over its pipes for pieces of the one file it is to read; the caller, who has
opened it, hands them over. So a file of any size is read in little memory, from any place, and a
process taken over reads no other.
"""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from gen_ip.content.files import StrPath
from gen_ip.errors import UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Of a piece: where it starts, and how many bytes it has.
PLACE = struct.Struct(">QI")
MOST_BYTES = 2**20
# A file's beginning and its end are read in such parts.
_BUFFER_BYTES = 2**16


class Served:
    """The caller's side.

    Args:
        path: for messages.
        file: open for reading.
    """

    def __init__(self, path: StrPath, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._buffer = bytearray(MOST_BYTES)
        self.size = os.fstat(file.fileno()).st_size

    def piece(self, place: bytes) -> memoryview | None:
        """What lies at a `PLACE`, fewer bytes where the file was cut off meanwhile, to be used
        before the next is asked for; None for a place that no honest process asks for.

        Raises:
            UnreadableFile: the system cannot read it.
        """
        start, count = PLACE.unpack(place)
        if not 0 < count <= MOST_BYTES or start + count > self.size:
            return None
        piece = memoryview(self._buffer)[:count]
        try:
            self._file.seek(start)
            read: int = self._file.readinto(piece)  # type: ignore[attr-defined]  # BinaryIO knows none
        except OSError as error:
            raise UnreadableFile(self._path, error.strerror or str(error)) from None
        return piece[:read]


def distant(ask: Callable[[int, memoryview], int], size: int) -> io.BufferedReader:
    """The process's side: the file, to be read and sought in.

    Args:
        ask: fills a view with what lies from a place on, and says how many bytes came.
        size: of the file.
    """
    return io.BufferedReader(_Distant(ask, size), _BUFFER_BYTES)


class _Distant(io.RawIOBase):
    def __init__(self, ask: Callable[[int, memoryview], int], size: int) -> None:
        self._ask, self._size, self._at = ask, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("a place before the file's beginning")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer).cast("B")
        count = min(len(view), self._size - self._at, MOST_BYTES)
        if count <= 0:
            return 0
        read = self._ask(self._at, view[:count])
        self._at += read
        return read
