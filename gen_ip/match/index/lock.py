"""One writer at a time, and no file removed that is being copied: locks that die with processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from gen_ip.match.index.errors import ForeignIndex, IndexInUse, IndexUnavailable, NoIndex

#: The locks of who writes pictures, and of who writes works of other kinds.
PICTURES, WORKS = "writer.lock", "works.lock"
_COPYING = "copying.lock"
_LOCKS = {PICTURES, WORKS, _COPYING}
#: What is the truth about pictures, and about works of other kinds: a folder with one is an index.
CATALOGS = ("catalog.sqlite", "works.sqlite")
_PID_BYTES = 20


class WriterLock:
    """Holds a lock of an index, by its name, from when it is made until `release`.

    Raises:
        IndexInUse: another writer holds it, in this process or another.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path, name: str = PICTURES) -> None:
        self._file = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, _PID_BYTES, 0)
            os.close(self._file)
            raise IndexInUse(folder, int(holder) if holder.isdigit() else None) from None
        # A courtesy to whoever meets the lock; a full disk is no reason not to write.
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Lets another writer in. The file stays: removing it could remove the next one's lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def locked(path: Path, name: str) -> WriterLock:
    """A lock of an index's folder, which is made where it is missing.

    Raises:
        ForeignIndex: it holds something else.
        IndexInUse: another writer has it open.
        NoIndex, IndexUnavailable: the system refuses.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not any((path / each).exists() for each in CATALOGS) and any(
            each.name not in _LOCKS for each in path.iterdir()
        ):
            raise ForeignIndex(path, "it is not empty and has no catalog")
        return WriterLock(path, name)
    except FileExistsError:
        raise ForeignIndex(path, "it is no folder") from None
    except FileNotFoundError:
        raise NoIndex(path) from None
    except OSError as error:
        raise IndexUnavailable(path, error.strerror or str(error)) from None


@contextlib.contextmanager
def copying(folder: Path) -> Iterator[None]:
    """Has the writer keep files that nothing names any more, where the folder can be written."""
    try:
        file = os.open(folder / _COPYING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        # Then the copy is made again where a file is gone.
        yield
        return
    try:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield
    finally:
        os.close(file)


@contextlib.contextmanager
def uncopied(folder: Path) -> Iterator[bool]:
    """Whether nobody copies, and then nobody begins to before the end."""
    with contextlib.ExitStack() as stack:
        try:
            file = os.open(folder / _COPYING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            stack.callback(os.close, file)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except OSError:
            # Somebody copies, or the disk is too full to ask.
            free = False
        yield free
