"""Texts in a PNG: its chunks tEXt, zTXt, iTXt and eXIf (https://www.w3.org/TR/png-3/#11textinfo),
and caBX, in which C2PA lies (C2PA 2.1, A.3.2)."""

from __future__ import annotations

import struct

from gen_ip.generation.containers.exif import read_exif
from gen_ip.generation.containers.pieces import Contents
from gen_ip.generation.limits import MAX_CHUNKS, MAX_TEXT_BYTES, BadEmbedding, inflated

_START = 8
_XMP = "XML:com.adobe.xmp"


def read_png(data: bytes, contents: Contents) -> None:
    """Adds what the chunks hold. Check sums are not looked at: nor do the tools."""
    at, count = _START, 0
    while at + 12 <= len(data):
        count += 1
        size, name = struct.unpack_from(">I4s", data, at)
        if size > len(data) - at - 12 or count > MAX_CHUNKS:
            reason = "its length is beyond the file's end" if count <= MAX_CHUNKS else "too many"
            contents.problem(f"PNG chunk {name!r}", reason)
            return
        if name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf"):
            _chunk(name.decode(), data[at + 8 : at + 8 + size], contents)
        elif name == b"caBX":
            contents.c2pa = "PNG caBX"
        elif name == b"IEND":
            return
        at += 12 + size


def _chunk(name: str, data: bytes, contents: Contents) -> None:
    place = f"PNG {name}"
    if len(data) > MAX_TEXT_BYTES:
        contents.problem(place, f"it has {len(data):,} bytes, the cap is {MAX_TEXT_BYTES:,}")
        return
    if name == "eXIf":
        read_exif(data, contents, "PNG Exif")
        return
    keyword, _, rest = data.partition(b"\0")
    key = keyword[:79].decode("latin-1")
    try:
        text = _text(name, rest)
    except BadEmbedding as error:
        contents.problem(f"{place} {key}", error)
        return
    if name == "iTXt" and key == _XMP:
        contents.add_xmp(text.encode("utf-8", "replace"), place)
    else:
        contents.add(key, text, place)


def _text(name: str, rest: bytes) -> str:
    """The text behind a chunk's keyword.

    Raises:
        BadEmbedding: it cannot be unpacked.
    """
    if name == "tEXt":
        return _decoded(rest)
    if name == "zTXt":
        return _decoded(inflated(rest[1:]))
    packed = rest[:1] == b"\1"
    # Language and translated keyword, each ended by a zero.
    parts = rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        raise BadEmbedding("its language and keyword have no end")
    return (inflated(parts[2]) if packed else parts[2]).decode("utf-8", "replace")


def _decoded(data: bytes) -> str:
    """Latin-1 by the standard; but many tools write UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
