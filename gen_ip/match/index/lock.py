"""One writer at a time, and no file removed that is being copied: locks that die with processes."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from gen_ip.match.index.errors import IndexInUse

NAME = "writer.lock"
_COPYING = "copying.lock"
_PID_BYTES = 20


class WriterLock:
    """Holds an index's lock from when it is made until `release`.

    Raises:
        IndexInUse: another writer holds it, in this process or another.
        OSError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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
