"""A model's file read once, from front to back, with all its hashes and sketches made on the way.

The hashes are each others' equals in cost, so each has a thread of its own: Python's hashes leave
the interpreter to others while they work. A few buffers go round, so memory does not grow with the
file.
"""

from __future__ import annotations

import hashlib
import os
import sys
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, BinaryIO

from gen_ip.content.files import StrPath, open_file
from gen_ip.content.safetensors import BadSafetensors, header_bytes, parse_header
from gen_ip.errors import UnreadableFile
from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.model.record import ModelRecord
from gen_ip.fingerprint.model.tensors import TensorReader

#: Told how many of how many bytes are read.
Progress = Callable[[int, int], None]

_BUFFER_BYTES = 2**20
_BUFFERS = 16
# AutoV1 looks at 64 KiB behind the first MiB.
_AUTOV1_START, _AUTOV1_END = 2**20, 2**20 + 2**16


def read_model(
    path: StrPath, *, max_bytes: int = sys.maxsize, progress: Progress | None = None
) -> ModelRecord:
    """Everything that is kept of a .safetensors file, from one reading in constant memory.

    Args:
        path: of the file.
        max_bytes: of it.
        progress: told after every few MiB.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
        UnreadableModel: it is no safetensors file, or its header says what is not true of it.
    """
    with open_file(path, max_bytes) as file:
        size = os.fstat(file.fileno()).st_size
        try:
            return read_open(file, size, progress)
        except BadSafetensors as error:
            raise UnreadableModel(path, error.reason) from None
        except OSError as error:
            raise UnreadableFile(path, error.strerror or str(error)) from None


def read_open(file: BinaryIO, size: int, progress: Progress | None = None) -> ModelRecord:
    """The same of an open file of `size` bytes, from where it is read next, its beginning.

    Raises:
        BadSafetensors: as `UnreadableModel`.
        OSError: the system cannot read it.
    """
    head = header_bytes(file, size)
    hashes, tensors = _Hashes(), TensorReader(parse_header(head, size).tensors)
    hashes.head(head)
    at = len(head)
    del head
    with _lanes(4) as send:
        for buffer in _buffers(file, size - at, send.free):
            send(
                buffer,
                (hashes.file.update, buffer),
                (hashes.data.update, buffer),
                (tensors.feed, buffer),
                (hashes.others, buffer, at),
            )
            at += len(buffer)
            if progress is not None:
                progress(at, size)
    return _record(size, hashes, tensors)


class _Hashes:
    """All hashes of the whole file, and that of what follows the header."""

    def __init__(self) -> None:
        from blake3 import blake3

        self.file, self.data = hashlib.sha256(), hashlib.sha256()
        self.blake3 = blake3()
        self.autov1 = hashlib.sha256()
        self.crc32 = 0

    def head(self, data: bytes) -> None:
        """The length and the header."""
        self.file.update(data)
        self.others(memoryview(data), 0)

    def others(self, data: memoryview, at: int) -> None:
        """Those that cost little; `at` says where in the file the data lie."""
        self.blake3.update(data)
        self.crc32 = zlib.crc32(data, self.crc32)
        if at < _AUTOV1_END and at + len(data) > _AUTOV1_START:
            self.autov1.update(data[max(0, _AUTOV1_START - at) : _AUTOV1_END - at])


class _Lanes:
    """Threads that each do their own work on one buffer after the other, in order."""

    def __init__(self, count: int) -> None:
        self._threads = [ThreadPoolExecutor(1, thread_name_prefix="model") for _ in range(count)]
        self._waiting: deque[tuple[Any, list[Future[Any]]]] = deque()

    def __call__(self, buffer: memoryview, *work: tuple[Any, ...]) -> None:
        """Hands a buffer to every thread."""
        pairs = zip(self._threads, work, strict=True)
        self._waiting.append((buffer.obj, [thread.submit(*each) for thread, each in pairs]))

    def free(self) -> bytearray:
        """A buffer that nobody reads any more."""
        if len(self._waiting) < _BUFFERS:
            return bytearray(_BUFFER_BYTES)
        buffer: bytearray = self._finished()
        return buffer

    def end(self) -> None:
        """Waits until all is done."""
        while self._waiting:
            self._finished()

    def close(self) -> None:
        """Lets the threads go."""
        for thread in self._threads:
            thread.shutdown(cancel_futures=True)

    def _finished(self) -> Any:
        buffer, futures = self._waiting.popleft()
        for each in futures:
            each.result()
        return buffer


@contextmanager
def _lanes(count: int) -> Iterator[_Lanes]:
    lanes = _Lanes(count)
    try:
        yield lanes
        lanes.end()
    finally:
        lanes.close()


def _buffers(file: BinaryIO, size: int, free: Callable[[], bytearray]) -> Iterator[memoryview]:
    """The file's rest, which has `size` bytes."""
    left = size
    while left:
        buffer = memoryview(free())
        wanted = buffer[: min(left, len(buffer))]
        # A BufferedReader's readinto fills it unless the file ends.
        count = file.readinto(wanted)  # type: ignore[attr-defined]  # BinaryIO knows none
        if count != len(wanted):
            raise BadSafetensors("the file was cut off while it was read")
        left -= count
        yield wanted


def _record(size: int, hashes: _Hashes, tensors: TensorReader) -> ModelRecord:
    return ModelRecord(
        sha256=hashes.file.digest(),
        size=size,
        autov3=hashes.data.digest(),
        blake3=hashes.blake3.digest(),
        # What is shorter than a MiB has none; the look-up's value would be that of no bytes.
        autov1=hashes.autov1.digest()[:4] if size > _AUTOV1_START else None,
        crc32=hashes.crc32,
        tensors=tuple(sorted(tensors.digests)),
        modules=tuple(sorted(tensors.sketcher.modules)),
        products=tensors.sketcher.products,
    )
