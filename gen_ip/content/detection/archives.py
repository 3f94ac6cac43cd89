"""Formats that are ZIP archives: documents, books, and checkpoints of PyTorch.

Only the list of an archive's entries is read (APPNOTE.TXT 4.3.12 and following), nothing is
unpacked; and the list counts only where it ends as the file does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.pickles import PICKLED
from gen_ip.content.detection.window import Window

MAX_LIST_BYTES = 4 * 1024 * 1024
MAX_ENTRIES = 20_000

_END, _END_BYTES = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_BYTES = b"PK\x06\x07", 20
_END64, _END64_BYTES = b"PK\x06\x06", 56
_ENTRY, _ENTRY_BYTES = b"PK\x01\x02", 46
_ZIP = Detected("other", "zip", "application/zip")
_EPUB = Detected("text", "epub", "application/epub+zip")
_ODT = Detected("text", "odt", "application/vnd.oasis.opendocument.text")
_DOCX = Detected(
    "text", "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
)
# Where a first entry named "mimetype", stored as it is, has its bytes (EPUB OCF 3.3, 4.2.4).
_TYPE_AT = 38


def by_archive(window: Window) -> Detected | None:
    """What the archive is; None where the file is none."""
    if not window.head.startswith(b"PK\x03\x04"):
        return None
    names = frozenset(entries(window))
    if not names:
        return None
    # First, for it is what must not pass for something else.
    if any(name.rpartition("/")[2] == "data.pkl" for name in names):
        return PICKLED
    stored = window.head[_TYPE_AT:] if window.head[30:_TYPE_AT] == b"mimetype" else b""
    if stored.startswith(_ODT.media_type.encode() + b"PK"):
        return _ODT
    if (
        stored.startswith(_EPUB.media_type.encode())
        or {
            "mimetype",
            "META-INF/container.xml",
        }
        <= names
    ):
        return _EPUB
    if {"[Content_Types].xml", "word/document.xml"} <= names:
        return _DOCX
    return _ZIP


def entries(window: Window) -> Iterator[str]:
    """The names in the list of the archive that the file ends with, at most 20,000; none where it
    is no archive, or where its list is damaged or has more than 4 MiB."""
    at = window.tail.rfind(_END)
    if at < 0 or len(window.tail) - at < _END_BYTES:
        return
    size, _, comment = struct.unpack_from("<IIH", window.tail, at + 12)
    if at + _END_BYTES + comment != len(window.tail):
        return
    end = window.size - len(window.tail) + at
    if size == 0xFFFF_FFFF or window.tail[at - _LOCATOR_BYTES : at].startswith(_LOCATOR):
        end -= _LOCATOR_BYTES + _END64_BYTES
        record = window.read(end, _END64_BYTES) if end >= 0 else b""
        if len(record) < _END64_BYTES or not record.startswith(_END64):
            return
        (size,) = struct.unpack_from("<Q", record, 40)
    if not _ENTRY_BYTES <= size <= min(MAX_LIST_BYTES, end):
        return
    # Counted back from its end: what it says of its beginning is wrong behind other bytes.
    yield from _names(window.read(end - size, size))


def _names(listed: bytes) -> Iterator[str]:
    at = 0
    for _ in range(MAX_ENTRIES):
        if len(listed) - at < _ENTRY_BYTES or not listed.startswith(_ENTRY, at):
            return
        name, extra, comment = struct.unpack_from("<HHH", listed, at + 28)
        yield listed[at + _ENTRY_BYTES : at + _ENTRY_BYTES + name].decode("utf-8", "replace")
        at += _ENTRY_BYTES + name + extra + comment
