"""The parts of a file that are looked at: its beginning and its end, more only on request."""

from __future__ import annotations

import os
from typing import BinaryIO

HEAD_BYTES = 65_536
# The record that ends a ZIP archive, with the longest comment.
TAIL_BYTES = 22 + 65_535


class Window:
    """A file of which only bounded parts are read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)
        self.head = self.read(0, HEAD_BYTES)
        self.tail = self.read(max(0, self.size - TAIL_BYTES), TAIL_BYTES)

    @property
    def is_whole(self) -> bool:
        """Whether the head is all of the file."""
        return self.size <= HEAD_BYTES

    def read(self, start: int, count: int) -> bytes:
        """At most `count` bytes from `start` on.

        Raises:
            OSError: the system cannot read them.
        """
        self.file.seek(start)
        return self.file.read(count)
