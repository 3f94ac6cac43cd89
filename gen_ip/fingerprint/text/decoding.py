"""Bytes of a text that says little about its encoding, as characters; the same on every machine."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Where a page or an XML document names its encoding.
_NAMED = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})")
_NAMED_WITHIN = 1024


def decoded(content: bytes, *, named: bool = False) -> str:
    """Characters by the byte order mark, else as UTF-8, else as Windows-1252 like browsers do;
    never fails.

    Args:
        content: of a file.
        named: whether it may name its encoding near its beginning, as HTML does.
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = _NAMED.search(content[:_NAMED_WITHIN]) if named else None
    try:
        encoding = codecs.lookup(found[1].decode()).name if found else "cp1252"
        text = content.decode(encoding, "replace")
    except (LookupError, UnicodeError):
        # No encoding at all, or one of bytes to bytes.
        return content.decode("cp1252", "replace")
    return text
