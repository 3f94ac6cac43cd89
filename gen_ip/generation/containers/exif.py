"""Texts in Exif data: a TIFF file of tags (TIFF 6.0, section 2; Exif 3.0, 4.6).

Only the first directory and the Exif one below it are read, whatever others they point to.
"""

from __future__ import annotations

import struct

from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.limits import MAX_TEXT_BYTES

_NAMES = {
    0x010E: "ImageDescription",
    0x010F: "Make",
    0x0110: "Model",
    0x0131: "Software",
    0x927C: "MakerNote",
    0x9286: "UserComment",
    0x9C9C: "XPComment",
}
_XMP_TAG, _EXIF_TAG = 0x02BC, 0x8769
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 129: 1}
_MAX_TAGS = 1_024


def read_exif(data: bytes, contents: Contents, place: str) -> None:
    """Adds the texts of Exif data, which begins with its byte order."""
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        contents.problem(place, "it has no TIFF header")
        return
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    inner = _directory(data, order, first, contents, place)
    if inner is not None:
        _directory(data, order, inner, contents, place)


def _directory(data: bytes, order: str, at: int, contents: Contents, place: str) -> int | None:
    """Adds the texts of one directory; where the Exif one lies."""
    if at + 2 > len(data):
        contents.problem(place, "a directory of it lies beyond its end")
        return None
    (count,) = struct.unpack_from(f"{order}H", data, at)
    inner = None
    for entry in range(at + 2, at + 2 + 12 * min(count, _MAX_TAGS), 12):
        if entry + 12 > len(data):
            contents.problem(place, "a directory of it is cut off")
            break
        tag, type_, length, value = struct.unpack_from(f"{order}HHII", data, entry)
        if tag == _EXIF_TAG:
            inner = value
        if tag not in _NAMES and tag != _XMP_TAG:
            continue
        size = length * _WIDTHS.get(type_, MAX_TEXT_BYTES)
        start = entry + 8 if size <= 4 else value
        if size > MAX_TEXT_BYTES or start + size > len(data):
            contents.problem(f"{place} tag {tag:#06x}", "its length is beyond the data's end")
            continue
        found = data[start : start + size]
        if tag == _XMP_TAG:
            contents.add_xmp(found, place)
        elif text := _text(tag, found, order):
            contents.add(_NAMES[tag], text, place)
    return inner


def _text(tag: int, data: bytes, order: str) -> str:
    """The text of a tag; a comment begins with eight bytes that say how it is written."""
    if tag == 0x9C9C:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    if tag == 0x9286 and data[:8] == b"UNICODE\0":
        return _utf16(data[8:], order).rstrip("\0")
    if tag == 0x9286 and data[:8] in (b"ASCII\0\0\0", bytes(8)):
        data = data[8:]
    return data.decode("utf-8", "replace").strip("\0")


def _utf16(data: bytes, order: str) -> str:
    """As its byte order mark says; else as most of its zeros do, for writers do not agree whether
    it is that of the data around it."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    high, low = data[0::2].count(0), data[1::2].count(0)
    little = low > high if low != high else order == "<"
    return data.decode("utf-16-le" if little else "utf-16-be", "replace")
