"""Values in the form JSON carries without loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def jsonable(value: Any) -> Any:
    """`value` with bytes as 0x-hex, integers as decimal strings, tuples as lists.

    Every integer, however small: a reader must not meet another type when a value grows.
    """
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    if hasattr(value, "to_json"):
        return value.to_json()
    return value
