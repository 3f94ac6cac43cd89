"""How much of a file's embedded texts is read, and how they are taken apart within that."""

from __future__ import annotations

import json
import zlib
from typing import Any

from gen_ip.errors import GenIPError, shown
from gen_ip.nesting import nested_deeper_than, parse

MAX_TEXT_BYTES = 4 * 1024 * 1024
"""Of one text, inflated."""
MAX_TEXTS = 64
MAX_JSON_DEPTH = 64
MAX_CHUNKS = 20_000
"""Of a file: pictures of some hundred megabytes have some thousand."""


class BadEmbedding(GenIPError):  # noqa: N818 - says what it is, as those in gen_ip.errors
    """A text in a file cannot be read; `reason` says why. A finding, not an end: others can be."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def inflated(data: bytes) -> bytes:
    """The bytes that zlib packed, at most `MAX_TEXT_BYTES`.

    Raises:
        BadEmbedding: they are more, or damaged.
    """
    unpacking = zlib.decompressobj()
    return _unpacked(unpacking, data)


def gunzipped(data: bytes) -> bytes:
    """The bytes that gzip packed, as `inflated`.

    Raises:
        BadEmbedding: they are more, or damaged.
    """
    return _unpacked(zlib.decompressobj(zlib.MAX_WBITS | 16), data)


def _unpacked(unpacking: Any, data: bytes) -> bytes:
    try:
        found: bytes = unpacking.decompress(data, MAX_TEXT_BYTES + 1)
    except zlib.error as error:
        raise BadEmbedding(f"its compressed text is damaged ({error})") from None
    if len(found) > MAX_TEXT_BYTES:
        raise BadEmbedding(f"it unpacks to more than {MAX_TEXT_BYTES:,} bytes")
    if not unpacking.eof:
        raise BadEmbedding("its compressed text is damaged (it has no end)")
    return found


def json_of(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        BadEmbedding: it is none, nested too deeply, or too long.
    """
    if len(text) > MAX_TEXT_BYTES:
        raise BadEmbedding(f"it has more than {MAX_TEXT_BYTES:,} characters")
    try:
        return parse(text, MAX_JSON_DEPTH)
    except ValueError as error:
        raise BadEmbedding(f"it is no JSON ({shown(str(error))})") from None


def json_at(text: str, start: int) -> tuple[Any, int] | None:
    """The JSON value that begins at a place in a text and where it ends; None where none does."""
    if nested_deeper_than(MAX_JSON_DEPTH, text[start:]):
        return None
    try:
        return json.JSONDecoder().raw_decode(text, start)
    except ValueError:
        return None


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is an object; {} elsewhere."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value where it is a list; [] elsewhere."""
    return value if isinstance(value, list) else []
