"""Opening a file a user named: checked before it is read, and read a chunk at a time.

The checks are made on the open file, not on its path, so nothing can be swapped in between.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple, TypeAlias

from gen_ip.content.detection.detect import detect
from gen_ip.content.detection.found import Detected
from gen_ip.content.unixfs import CHUNK_BYTES, UnixFSHasher
from gen_ip.errors import EmptyFile, FileTooLarge, MissingFile, NotAFile, UnreadableFile

MAX_FILE_BYTES = 100 * 1024 * 1024
"""Of files that may be read whole, into memory."""
MAX_MODEL_BYTES = 2**40
"""Of models' files, which are read a piece at a time alone."""

StrPath: TypeAlias = str | os.PathLike[str]
OnBytes: TypeAlias = Callable[[int, int], None]
"""Called with how many bytes are done, and of how many."""

# Without O_NONBLOCK, opening a pipe waits for ever. Neither flag exists on every system.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class Identity(NamedTuple):
    """Which file it is, by device and inode; both 0 where a system tells none."""

    device: int = 0
    inode: int = 0


class FileSummary(NamedTuple):
    """What identifies a file's bytes: UnixFS CID, sha2-256 as hex, size, media type (RFC 6838)."""

    cid: str
    sha256: str
    size: int
    media_type: str


@contextmanager
def open_file(
    path: StrPath, max_bytes: int = MAX_FILE_BYTES, is_: Identity | None = None
) -> Iterator[BinaryIO]:
    """Open a regular, non-empty file of at most `max_bytes` bytes for reading; with `is_` no other
    one that was put in its place, such as a link.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
    """
    descriptor = _open(path)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise NotAFile(path, _kind(status.st_mode))
        if is_ is not None and is_.inode and is_ != (status.st_dev, status.st_ino):
            raise NotAFile(path, "another file than the one that was found there")
        if status.st_size == 0:
            raise EmptyFile(path)
        if status.st_size > max_bytes:
            raise FileTooLarge(path, status.st_size, max_bytes)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def read_chunks(
    path: StrPath,
    max_bytes: int = MAX_FILE_BYTES,
    is_: Identity | None = None,
    on_bytes: OnBytes | None = None,
) -> Iterator[bytes]:
    """The bytes of a file in pieces of at most 256 KiB, never more than `max_bytes` in all; `is_`
    as in `open_file`. `on_bytes` is told of each piece when the next one is asked for.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
    """
    with open_file(path, max_bytes, is_) as file:
        size, total = 0, os.fstat(file.fileno()).st_size
        while True:
            try:
                chunk = file.read(CHUNK_BYTES)
            except OSError as error:
                raise UnreadableFile(path, error.strerror or str(error)) from None
            if not chunk:
                return
            size += len(chunk)
            # The file may have grown since it was opened.
            if size > max_bytes:
                raise FileTooLarge(path, size, max_bytes)
            yield chunk
            if on_bytes is not None:
                on_bytes(size, max(size, total))


def cap_of(found: Detected, others: int = MAX_FILE_BYTES) -> int:
    """The most bytes that a file of this format may have: models are read a piece at a time alone,
    `others` may be read whole."""
    return MAX_MODEL_BYTES if found.kind == "model" else others


def detect_open(file: BinaryIO, path: StrPath, others: int = MAX_FILE_BYTES) -> Detected:
    """What an open file is by its bytes; `path` names it, `others` as in `cap_of`.

    Raises:
        FileTooLarge: it has more bytes than its format may have.
        OSError: the system cannot read it.
    """
    found, size = detect(file), os.fstat(file.fileno()).st_size
    if size > (cap := cap_of(found, others)):
        raise FileTooLarge(path, size, cap)
    return found


def summarize_file(
    path: StrPath,
    max_bytes: int | None = None,
    is_: Identity | None = None,
    on_bytes: OnBytes | None = None,
) -> FileSummary:
    """CID, sha2-256, size in bytes and media type of a file, from one reading in constant memory.
    `max_bytes` is by default what `cap_of` says of its format; `is_` as in `open_file`, `on_bytes`
    as in `read_chunks`.

    The media type is that of what the bytes are found to be; a name says nothing.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
    """
    found = detect_file(path, max_bytes, is_)
    tree, sha256, size = UnixFSHasher(), hashlib.sha256(), 0
    cap = cap_of(found) if max_bytes is None else max_bytes
    for chunk in read_chunks(path, cap, is_, on_bytes):
        tree.update(chunk)
        sha256.update(chunk)
        size += len(chunk)
    return FileSummary(tree.cid(), sha256.hexdigest(), size, found.media_type)


def detect_file(
    path: StrPath, max_bytes: int | None = None, is_: Identity | None = None
) -> Detected:
    """What a file is by its bytes, see `gen_ip.content.detection.detect`; `max_bytes` and `is_` as
    in `summarize_file`.

    Raises:
        MissingFile, NotAFile, UnreadableFile, EmptyFile, FileTooLarge: as their names say.
    """
    with open_file(path, MAX_MODEL_BYTES if max_bytes is None else max_bytes, is_) as file:
        try:
            return detect_open(file, path) if max_bytes is None else detect(file)
        except OSError as error:
            raise UnreadableFile(path, error.strerror or str(error)) from None


def _open(path: StrPath) -> int:
    try:
        return os.open(path, _FLAGS)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFile(path) from None
    except OSError as error:
        reason = error.strerror or str(error)
    except ValueError as error:
        raise UnreadableFile(path, str(error)) from None
    try:
        mode = os.stat(path).st_mode
    except OSError:
        raise UnreadableFile(path, reason) from None
    # Opening a socket fails, and so does a directory on some systems.
    if not stat.S_ISREG(mode):
        raise NotAFile(path, _kind(mode))
    raise UnreadableFile(path, reason)


def _kind(mode: int) -> str:
    return next((name for test, name in _KINDS if test(mode)), "not a regular file")
