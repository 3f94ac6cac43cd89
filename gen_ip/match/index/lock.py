"""One writer at a time: a lock that dies with its process."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from gen_ip.match.index.errors import IndexInUse

NAME = "writer.lock"
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
