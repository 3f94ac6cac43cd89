"""Texts in a JPEG: Exif and XMP in APP1 segments (Exif 3.0, 4.7.2; XMP part 3, 1.1.3), comments,
and C2PA's JUMBF boxes in APP11 (C2PA 2.1, A.3.1)."""

from __future__ import annotations

import struct

from gen_ip.generation.containers.exif import read_exif
from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.limits import MAX_CHUNKS

_APP1, _APP11, _COMMENT, _SCAN, _END = 0xE1, 0xEB, 0xFE, 0xDA, 0xD9
_EXIF, _XMP = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_ALONE = {0x01, *range(0xD0, 0xD8)}


def read_jpeg(data: bytes, contents: Contents) -> None:
    """Adds what the segments before the picture hold."""
    at = 2
    for _ in range(MAX_CHUNKS):
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if at + 4 > len(data) or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker in _ALONE:
            at += 2
            continue
        if marker in (_SCAN, _END):
            return
        (size,) = struct.unpack_from(">H", data, at + 2)
        if size < 2 or at + 2 + size > len(data):
            contents.problem(f"JPEG segment {marker:#04x}", "its length is beyond the file's end")
            return
        _segment(marker, data[at + 4 : at + 2 + size], contents)
        at += 2 + size


def _segment(marker: int, data: bytes, contents: Contents) -> None:
    if marker == _APP1 and data.startswith(_EXIF):
        read_exif(data, contents, "JPEG Exif")
    elif marker == _APP1 and data.startswith(_XMP):
        contents.add_xmp(data[len(_XMP) :], "JPEG XMP")
    elif marker == _APP11 and data.startswith(b"JP") and b"c2pa" in data[:128]:
        contents.c2pa = "JPEG APP11"
    elif marker == _COMMENT:
        contents.add("comment", data.decode("utf-8", "replace").strip("\0"), "JPEG")
