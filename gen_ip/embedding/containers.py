"""Where a PNG, a JPEG or a WebP holds its XMP packet; everything else stays byte for byte.

Standards: XMP part 3 (ISO 16684-1 annex; storage in files), PNG (ISO 15948), JPEG (ISO 10918-1),
WebP container (RFC 9649).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_PNG = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD = b"XML:com.adobe.xmp"
_XMP_APP1 = b"http://ns.adobe.com/xap/1.0/\0"
# Markers of JPEG that stand alone, and those that begin the picture's data.
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_SOS, _EOI, _APP0, _APP1 = 0xDA, 0xD9, 0xE0, 0xE1
_LARGEST_SEGMENT = 0xFFFF - 2
# Flags of a WebP's VP8X chunk.
_ALPHA, _XMP_FLAG = 0x10, 0x04

MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")


class Malformed(ValueError):  # noqa: N818, says what happened
    """The parts do not follow each other as the format wants; the message says where."""


def packet_of(data: bytes, media_type: str) -> bytes | None:
    """The XMP packet in a file, None without one.

    Raises:
        Malformed: the file cannot be taken apart.
    """
    if media_type == "image/png":
        for kind, body in _chunks(data):
            if _is_xmp_text(kind, body):
                return _png_text(body)
    elif media_type == "image/jpeg":
        for marker, body in _segments(data)[0]:
            if marker == _APP1 and body.startswith(_XMP_APP1):
                return body[len(_XMP_APP1) :]
    else:
        for kind, body in _riff(data):
            if kind == b"XMP ":
                return body
    return None


def with_packet(data: bytes, media_type: str, packet: bytes) -> bytes:
    """The file with this packet in place of what it had; its pixels are not touched.

    Raises:
        Malformed: the file cannot be taken apart, or the packet is too long for a JPEG.
    """
    return {"image/png": _into_png, "image/jpeg": _into_jpeg, "image/webp": _into_webp}[media_type](
        data, packet
    )


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not data.startswith(_PNG):
        raise Malformed("no PNG signature")
    at = len(_PNG)
    while at < len(data):
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if len(data) < at + 12 + size:
            raise Malformed(f"a PNG chunk at byte {at:,} reaches past the end")
        yield kind, data[at + 8 : at + 8 + size]
        if kind == b"IEND":
            return
        at += 12 + size
    raise Malformed("a PNG without its last chunk")


def _is_xmp_text(kind: bytes, body: bytes) -> bool:
    return kind == b"iTXt" and body.startswith(_XMP_KEYWORD + b"\0")


def _png_text(body: bytes) -> bytes:
    """The text of an iTXt chunk: after keyword, compression flag and method, language, translation.

    XMP wants it uncompressed; inflating a stranger's text is not worth the danger.
    """
    rest = body[len(_XMP_KEYWORD) + 1 :]
    if rest[:1] != b"\0":
        raise Malformed("a compressed XMP packet")
    fields = rest[2:].split(b"\0", 2)
    if len(fields) < 3:
        raise Malformed("an iTXt chunk without its fields")
    return fields[2]


def _into_png(data: bytes, packet: bytes) -> bytes:
    made = bytearray(_PNG)
    for number, (kind, body) in enumerate(_chunks(data)):
        if number == 0 and kind != b"IHDR":
            raise Malformed("a PNG that does not begin with its header")
        if not _is_xmp_text(kind, body):
            made += _chunk(kind, body)
        if number == 0:
            made += _chunk(b"iTXt", _XMP_KEYWORD + b"\0\0\0\0\0" + packet)
    return bytes(made)


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + check


def _segments(data: bytes) -> tuple[list[tuple[int, bytes]], int]:
    """Markers and bodies up to the picture's data, and where that begins."""
    if data[:2] != b"\xff\xd8":
        raise Malformed("no JPEG signature")
    found: list[tuple[int, bytes]] = []
    at = 2
    while True:
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            raise Malformed(f"no JPEG marker at byte {at:,}")
        marker = data[at + 1]
        if marker in (_SOS, _EOI):
            return found, at
        if marker in _ALONE:
            found.append((marker, b""))
            at += 2
            continue
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if size < 2 or len(data) < at + 2 + size:
            raise Malformed(f"a JPEG segment at byte {at:,} reaches past the end")
        found.append((marker, data[at + 4 : at + 2 + size]))
        at += 2 + size


def _into_jpeg(data: bytes, packet: bytes) -> bytes:
    body = _XMP_APP1 + packet
    if len(body) > _LARGEST_SEGMENT:
        raise Malformed(f"with {len(packet):,} bytes the XMP packet is too long for a JPEG")
    segments, begins = _segments(data)
    kept = [each for each in segments if each[0] != _APP1 or not each[1].startswith(_XMP_APP1)]
    # After JFIF and Exif, which readers want first.
    at = 0
    while at < len(kept) and kept[at][0] in (_APP0, _APP1):
        at += 1
    kept.insert(at, (_APP1, body))
    made = bytearray(b"\xff\xd8")
    for marker, each in kept:
        made += bytes((0xFF, marker))
        if marker not in _ALONE:
            made += (len(each) + 2).to_bytes(2, "big") + each
    return bytes(made + data[begins:])


def _riff(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise Malformed("no WebP signature")
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    at = 12
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > end:
            raise Malformed(f"a WebP chunk at byte {at:,} reaches past the end")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _into_webp(data: bytes, packet: bytes) -> bytes:
    chunks = [each for each in _riff(data) if each[0] != b"XMP "]
    if not chunks:
        raise Malformed("a WebP without a picture")
    kind, body = chunks[0]
    if kind == b"VP8X":
        if len(body) < 10:
            raise Malformed("a WebP with a short header")
        chunks[0] = kind, bytes((body[0] | _XMP_FLAG,)) + body[1:]
    else:
        width, height, alpha = _canvas(kind, body)
        flags = _XMP_FLAG | (_ALPHA if alpha else 0)
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        chunks.insert(0, (b"VP8X", bytes((flags, 0, 0, 0)) + sides))
    chunks.append((b"XMP ", packet))
    inner = b"".join(
        kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) % 2)
        for kind, body in chunks
    )
    return b"RIFF" + (4 + len(inner)).to_bytes(4, "little") + b"WEBP" + inner


def _canvas(kind: bytes, body: bytes) -> tuple[int, int, bool]:
    """Width, height and whether there is transparency, of a simple WebP's only chunk."""
    if kind == b"VP8 " and len(body) >= 10 and body[3:6] == b"\x9d\x01\x2a":
        sides = (int.from_bytes(body[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return next(sides), next(sides), False
    if kind == b"VP8L" and len(body) >= 5 and body[0] == 0x2F:
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    raise Malformed("a WebP without a picture")
