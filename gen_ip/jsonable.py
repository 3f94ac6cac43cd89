"""Values in the form JSON carries without loss."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def jsonable(value: Any) -> Any:
    """`value` with bytes as 0x-hex, integers as decimal strings, tuples as lists, those
    with names (and whatever has a `to_json`) as objects.

    Every integer, however small: a reader must not meet another type when a value grows.
    """
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if hasattr(value, "to_json"):
        return value.to_json()
    if hasattr(value, "_asdict"):
        return jsonable(value._asdict())
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: jsonable(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, list | tuple | set | frozenset):
        return [jsonable(item) for item in value]
    return value
