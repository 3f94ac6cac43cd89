"""Writing files of an engine so that they are on the disk."""

from __future__ import annotations

import os
from pathlib import Path

from gen_ip.match.index.engine import BadFile


def opened(path: Path) -> int:
    """A descriptor of an engine's file, for writing too where that is allowed.

    Raises:
        BadFile: there is none.
        OSError: it cannot be opened.
    """
    flags = os.O_RDWR if os.access(path, os.W_OK) else os.O_RDONLY
    try:
        return os.open(path, flags | os.O_CLOEXEC)
    except FileNotFoundError:
        raise BadFile(path.name, "it is missing") from None


def write(file: int, data: bytes | memoryview, start: int) -> None:
    """All of `data`: the system may write less at once."""
    view = memoryview(data)
    while view:
        written = os.pwrite(file, view, start)
        view, start = view[written:], start + written


def keep_name(folder: Path) -> None:
    """Has a new file's name survive a power failure."""
    directory = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
