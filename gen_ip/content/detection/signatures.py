"""Formats told by the bytes they begin with.

Short signatures are not believed alone: a text may begin with "BM" or "ID3", so the fields behind
them must hold what the format lets them hold.
"""

from __future__ import annotations

import struct

from gen_ip.content.detection.found import Detected

PICTURES = frozenset(("png", "jpeg", "gif", "tiff", "webp", "bmp", "avif"))
"""Formats of pictures that are decoded for their fingerprints."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Detected("image", "png", "image/png")),
    (b"\xff\xd8\xff", Detected("image", "jpeg", "image/jpeg")),
    (b"GIF87a", Detected("image", "gif", "image/gif")),
    (b"GIF89a", Detected("image", "gif", "image/gif")),
    (b"II*\x00", Detected("image", "tiff", "image/tiff")),
    (b"MM\x00*", Detected("image", "tiff", "image/tiff")),
    (b"II+\x00\x08\x00\x00\x00", Detected("image", "tiff", "image/tiff")),
    (b"MM\x00+\x00\x08\x00\x00", Detected("image", "tiff", "image/tiff")),
    (b"8BPS\x00\x01", Detected("image", "psd", "image/vnd.adobe.photoshop")),
    (b"8BPS\x00\x02", Detected("image", "psd", "image/vnd.adobe.photoshop")),
    (b"\xff\x0a", Detected("image", "jxl", "image/jxl")),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Detected("image", "jxl", "image/jxl")),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Detected("image", "jp2", "image/jp2")),
    (b"%PDF-", Detected("text", "pdf", "application/pdf")),
    (b"{\\rtf1", Detected("text", "rtf", "application/rtf")),
    (b"fLaC\x00", Detected("audio", "flac", "audio/flac")),
    (b"OggS\x00", Detected("audio", "ogg", "audio/ogg")),
    (b"\x1aE\xdf\xa3", Detected("video", "matroska", "video/x-matroska")),
)
_RIFF = {
    b"WEBP": Detected("image", "webp", "image/webp"),
    b"WAVE": Detected("audio", "wav", "audio/vnd.wave"),
    b"AVI ": Detected("video", "avi", "video/vnd.avi"),
}
# Brands of ISO base media files (https://mp4ra.org); all others are taken for video.
_BRANDS = {
    b"avif": Detected("image", "avif", "image/avif"),
    b"avis": Detected("image", "avif", "image/avif"),
    b"heic": Detected("image", "heif", "image/heic"),
    b"heix": Detected("image", "heif", "image/heic"),
    b"mif1": Detected("image", "heif", "image/heif"),
    b"msf1": Detected("image", "heif", "image/heif"),
    b"M4A ": Detected("audio", "mp4", "audio/mp4"),
    b"M4B ": Detected("audio", "mp4", "audio/mp4"),
    b"qt  ": Detected("video", "quicktime", "video/quicktime"),
}
_VIDEO = Detected("video", "mp4", "video/mp4")
_BMP = Detected("image", "bmp", "image/bmp")
_MP3 = Detected("audio", "mp3", "audio/mpeg")
_GGUF = Detected("model", "gguf", "application/octet-stream")
# Sizes of the headers that Windows and OS/2 have defined.
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)
_GGUF_VERSIONS = (1, 2, 3)
_ID3_VERSIONS = (2, 3, 4)


def by_signature(head: bytes) -> Detected | None:
    """What the first bytes say the file is; None where they say nothing."""
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp" and len(head) >= 16:
        return _media_file(head)
    if head[:2] == b"BM" and len(head) >= 18:
        reserved, _, header = struct.unpack_from("<III", head, 6)
        return _BMP if not reserved and header in _BMP_HEADERS else None
    if head[:4] == b"GGUF" and len(head) >= 24:
        return _GGUF if struct.unpack_from("<I", head, 4)[0] in _GGUF_VERSIONS else None
    if head[:3] == b"ID3" and len(head) >= 10:
        sizes = all(byte < 0x80 for byte in head[6:10])
        return _MP3 if head[3] in _ID3_VERSIONS and head[4] != 0xFF and sizes else None
    return _MP3 if _is_mpeg_frame(head) else None


def _media_file(head: bytes) -> Detected | None:
    """Of an ISO base media file (ISO/IEC 14496-12) by its brands: the major one decides, unless it
    is a general one and a compatible one says more."""
    (size,) = struct.unpack_from(">I", head)
    if not 16 <= size <= len(head):
        return None
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    if brands[0] in (b"mif1", b"msf1"):
        brands = [*brands[1:], brands[0]]
        return next((_BRANDS[brand] for brand in brands if brand in _BRANDS), None)
    return _BRANDS.get(brands[0], _VIDEO)


def _is_mpeg_frame(head: bytes) -> bool:
    """Whether an MPEG-1 or -2 layer III frame begins here (ISO/IEC 11172-3, 2.4.2.3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] & 0x18 == 0x08:
        return False
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return 0 < bitrate < 15 and rate < 3 and head[3] & 3 != 2
