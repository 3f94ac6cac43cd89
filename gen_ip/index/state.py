"""What reducers read and write: rows of tables by their keys, and nothing else.

A row is a mapping of all columns of its table; its key the values of the primary key in the
table's order.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Key = tuple[Any, ...]
Row = Mapping[str, Any]


class State(Protocol):
    """The state after the last event that was applied."""

    def get(self, table: str, key: Key) -> Row | None:
        """A row; None where there is none. It must not be changed."""

    def put(self, table: str, key: Key, row: Row) -> None:
        """Writes a whole row, in place of the one before."""

    def add(self, table: str, key: Key, row: Row) -> None:
        """Writes a row that was never there: whatever keeps rows elsewhere need not look."""

    def delete(self, table: str, key: Key) -> None:
        """Takes a row out, if it is there."""


class MemoryState:
    """A state in memory: what is rebuilt to be compared."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[Key, Row]] = {}

    def get(self, table: str, key: Key) -> Row | None:
        """See `State`."""
        return self.tables.get(table, {}).get(key)

    def put(self, table: str, key: Key, row: Row) -> None:
        """See `State`."""
        self.tables.setdefault(table, {})[key] = row

    def add(self, table: str, key: Key, row: Row) -> None:
        """See `State`."""
        self.put(table, key, row)

    def delete(self, table: str, key: Key) -> None:
        """See `State`."""
        self.tables.get(table, {}).pop(key, None)
