"""Texts in a WebP: its chunks EXIF and XMP (RFC 9649, 2.7.1.5), and C2PA (C2PA 2.1, A.3.5)."""

from __future__ import annotations

import struct

from gen_ip.generation.containers.exif import read_exif
from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.limits import MAX_CHUNKS, MAX_TEXT_BYTES

_START = 12


def read_webp(data: bytes, contents: Contents) -> None:
    """Adds what the chunks hold."""
    at = _START
    for _ in range(MAX_CHUNKS):
        if at + 8 > len(data):
            return
        name, size = struct.unpack_from("<4sI", data, at)
        if size > len(data) - at - 8:
            contents.problem(f"WebP chunk {name!r}", "its length is beyond the file's end")
            return
        if name in (b"EXIF", b"XMP ") and size > MAX_TEXT_BYTES:
            contents.problem(f"WebP chunk {name!r}", f"it has {size:,} bytes")
        elif name == b"EXIF":
            read_exif(data[at + 8 : at + 8 + size], contents, "WebP Exif")
        elif name == b"XMP ":
            contents.add_xmp(data[at + 8 : at + 8 + size], "WebP XMP")
        elif name == b"C2PA":
            contents.c2pa = "WebP C2PA"
        # Chunks begin at even places.
        at += 8 + size + (size & 1)
