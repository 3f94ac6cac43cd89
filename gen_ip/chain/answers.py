"""Reading what a node answers: it may be anything.

Quantities and data are hex strings (https://ethereum.github.io/execution-apis); a chain inside
the process gives ints and bytes instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gen_ip.chain.errors import NodeError

MAX_BYTES = 1 << 28
"""An answer with many logs is long; what is longer is no answer to any request made here."""

MAX_NESTING = 64
"""No honest answer is nested deeper."""


@contextmanager
def reading(method: str) -> Iterator[None]:
    """Raises `NodeError` where the block stumbles over an answer that has not the right form."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError):
        raise NodeError(method, "an answer that cannot be read") from None


def number(value: Any) -> int:
    """A quantity. Raises `TypeError` or `ValueError` for anything but 0 to 2**256 - 1."""
    found = value if isinstance(value, int) else int(value, 16)
    if isinstance(value, bool) or not 0 <= found < 1 << 256:
        raise ValueError("no quantity")
    return found


def data(value: Any) -> bytes:
    """Bytes. Raises `TypeError` or `ValueError` for anything else."""
    if isinstance(value, bytes | bytearray):
        return bytes(value)
    # Not bytes(value): of a number that would be as many zeros.
    if not isinstance(value, str):
        raise TypeError("no data")
    return bytes.fromhex(value.removeprefix("0x"))
