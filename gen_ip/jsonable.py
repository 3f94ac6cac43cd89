"""Values in the form JSON carries without loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Larger integers lose digits in JavaScript and many other readers.
_SAFE = 2**53


def jsonable(value: Any) -> Any:
    """`value` with bytes as 0x-hex, integers beyond 2**53 as decimal strings, tuples as lists."""
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value) if -_SAFE < value < _SAFE else str(int(value))
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if hasattr(value, "to_json"):
        return value.to_json()
    return value
