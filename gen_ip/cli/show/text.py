"""Strings from files, chains and strangers, made safe and short for a terminal."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

WIDE_COLUMNS = 78
"""In a narrower terminal tables drop columns or stand as lines."""


def plain(text: str, limit: int = 200) -> str:
    """`text` on one line, control and direction characters escaped, at most `limit` characters."""
    cut = text[: limit + 1]
    safe = "".join(
        char if unicodedata.category(char)[0] != "C" else char.encode("unicode_escape").decode()
        for char in cut
    )
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"


def short(text: str, head: int = 8, tail: int = 6) -> str:
    """The beginning and the end of a long id, hash or address."""
    return text if len(text) <= head + tail + 1 else f"{text[:head]}…{text[-tail:]}"


def short_hex(value: int | bytes | str) -> str:
    """An address (20 bytes), hash (32 bytes) or work id, as `0x12345678…abcdef`."""
    if isinstance(value, int):
        value = f"0x{value:040x}"
    elif isinstance(value, bytes):
        value = f"0x{value.hex()}"
    return short(value, 10, 6)


def till(work: int) -> str:
    """A work as every command takes it: its till's address, in full."""
    from gen_ip.work import till_of

    return till_of(work)


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 work`, `2 works`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def moment(seconds: int) -> str:
    """A time of the chain (seconds since the epoch) in UTC; dates beyond the calendar as given."""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} s after 1970"
