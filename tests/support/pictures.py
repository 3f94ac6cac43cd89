"""Files that are no usable pictures, with the error each must cause.

Each function makes one in a folder and returns its path, the error's type and words of its line.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from gen_ip.content.files import MAX_FILE_BYTES

GOOD = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures" / "cat.png"

Made = tuple[Path, str, str]


def missing(folder: Path) -> Made:
    return folder / "missing.png", "MissingFile", "does not exist"


def directory(folder: Path) -> Made:
    path = folder / "directory.png"
    path.mkdir()
    return path, "NotAFile", "a directory"


def unreadable(folder: Path) -> Made:
    # A link to itself: refused to root as well, whom permissions do not stop.
    path = folder / "unreadable.png"
    path.symlink_to(path)
    return path, "UnreadableFile", "cannot be read"


def pipe(folder: Path) -> Made:
    path = folder / "pipe.png"
    os.mkfifo(path)
    return path, "NotAFile", "a pipe"


def empty(folder: Path) -> Made:
    path = folder / "empty.png"
    path.touch()
    return path, "EmptyFile", "is empty"


def truncated(folder: Path) -> Made:
    path = folder / "truncated.png"
    path.write_bytes(GOOD.read_bytes()[:20_000])
    return path, "UnreadableImage", "intact copy"


def bomb(folder: Path) -> Made:
    """A PNG of a few kilobytes that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    path = folder / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return path, "ImageTooLarge", "pixels"


def over_the_cap(folder: Path) -> Made:
    path = folder / "huge.png"
    with path.open("wb") as file:
        # Sparse: takes no room.
        file.truncate(MAX_FILE_BYTES + 1)
    return path, "FileTooLarge", "the cap for such files is"


BAD_FILES: tuple[Callable[[Path], Made], ...] = (
    missing,
    directory,
    unreadable,
    pipe,
    empty,
    truncated,
    bomb,
    over_the_cap,
)
