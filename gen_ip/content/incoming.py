"""Files on their way into a folder store: under no CID before they are whole and on the disk.

Who writes one holds a lock on it, which dies with the process. What a large file's unfinished run
has written stays, under a name made of the file's beginning: the next run compares it with the
file, writes what differs, and so goes on where it stopped, whatever became of either meanwhile.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from gen_ip.content.unixfs import UnixFSHasher

try:
    import fcntl
except ImportError:  # pragma: no cover - of Windows: nothing is gone on with there
    fcntl = None  # type: ignore[assignment]

_PREFIX = ".incoming-"
# In the names of what can be gone on with; random names have none.
_MARK = "+"
_STALE_SECONDS, _RESUMABLE_SECONDS = 24 * 3600.0, 7 * 24 * 3600.0


class Unfinished(NamedTuple):
    """How many files nobody writes any more, and their bytes."""

    files: int
    size: int


def write(folder: Path, chunks: Iterable[bytes], key: str = "", cid: str | None = None) -> str:
    """Writes a file into a folder store and returns its name: `cid`, by default that of UnixFS.

    With `key` it goes on with what an earlier run of the same key wrote, if nobody else does, and
    what it has written itself stays when it is interrupted.

    Raises:
        OSError: the system refuses; nothing stays then.
    """
    hasher = UnixFSHasher()
    with _incoming(folder, key) as file:
        for chunk in chunks:
            if cid is None:
                hasher.update(chunk)
            file.add(chunk)
        name = cid or hasher.cid()
        # Replacing what is there already also mends a damaged copy.
        file.become(folder / name)
    sync_folder(folder)
    return name


def drop(folder: Path, older_than: float, dry_run: bool = False) -> Unfinished:
    """Removes what nobody writes any more and nobody wrote to for so many seconds.

    Raises:
        OSError: the system refuses.
    """
    return _drop(folder.glob(f"{_PREFIX}*"), older_than, dry_run)


def drop_stale(folder: Path) -> None:
    """Removes what nobody will go on with: after a day, or a week where that can be done.

    Raises:
        OSError: the system refuses.
    """
    found = list(folder.glob(f"{_PREFIX}*"))
    _drop((path for path in found if _MARK not in path.name), _STALE_SECONDS)
    _drop((path for path in found if _MARK in path.name), _RESUMABLE_SECONDS)


def sync_folder(path: Path) -> None:
    """Has the names in a folder on the disk, where the system can."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Incoming:
    """An open file that grows; what it holds before is kept as far as it is the same."""

    def __init__(self, path: Path, descriptor: int, *, locked: bool, begun: bool) -> None:
        self.path, self._descriptor, self._locked = path, descriptor, locked
        self._same, self._size = begun, 0

    def add(self, chunk: bytes) -> None:
        """Has the file go on with these bytes."""
        if self._same:
            # A short answer is the end of what was written, or nearly.
            if os.pread(self._descriptor, len(chunk), self._size) == chunk:
                self._size += len(chunk)
                return
            self._cut()
        view = memoryview(chunk)
        while view:
            view = view[os.write(self._descriptor, view) :]
        self._size += len(chunk)

    def become(self, path: Path) -> None:
        """Gives the file its name, once all of it is on the disk."""
        if self._same:
            self._cut()
        os.fsync(self._descriptor)
        if not self._locked:
            # Without locks, systems may refuse to rename what is open.
            self.close()
        os.replace(self.path, path)

    def close(self) -> None:
        """Closes the file, and lets go of its lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _cut(self) -> None:
        os.ftruncate(self._descriptor, self._size)
        os.lseek(self._descriptor, self._size, os.SEEK_SET)
        self._same = False


@contextmanager
def _incoming(folder: Path, key: str) -> Iterator[_Incoming]:
    file = (_begun(folder / f"{_PREFIX}{_MARK}{key}") if key else None) or _new(folder)
    try:
        yield file
    except BaseException as error:
        resumable = _MARK in file.path.name
        if not resumable:
            file.close()
        # A full disk is no better for what is left on it.
        if not resumable or isinstance(error, OSError):
            with suppress(FileNotFoundError):
                os.unlink(file.path)
        raise
    finally:
        file.close()


def _begun(path: Path) -> _Incoming | None:
    """The file of an earlier run, or a new one under its name; None while another run has it."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags, 0o600)
    except OSError:
        # Another user's, or no file: what is wrong with the folder itself is told of a new one.
        return None
    # It may have got its CID, or have been dropped, before the lock was had.
    if _lock(descriptor) and _is_at(path, descriptor):
        return _Incoming(path, descriptor, locked=True, begun=True)
    os.close(descriptor)
    return None


def _new(folder: Path) -> _Incoming:
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    return _Incoming(Path(name), descriptor, locked=bool(_lock(descriptor)), begun=False)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock was free, and is taken now; None where the system has no such locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        found = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(found, os.fstat(descriptor))


def _drop(paths: Iterable[Path], older_than: float, dry_run: bool = False) -> Unfinished:
    count = size = 0
    for path in paths:
        # What is another user's is theirs to remove.
        with suppress(FileNotFoundError, PermissionError):
            status = path.stat()
            if status.st_mtime > time.time() - older_than:
                continue
            descriptor = os.open(path, os.O_RDWR)
            try:
                if _lock(descriptor) is False or not _is_at(path, descriptor):
                    continue
                if not dry_run:
                    os.unlink(path)
            finally:
                os.close(descriptor)
            count, size = count + 1, size + status.st_size
    return Unfinished(count, size)
