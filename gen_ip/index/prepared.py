"""Statements that are asked all the time, compiled once: what the general way costs each time is
many times what the database takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sql

_Process = Callable[[Any], Any]


class Prepared:
    """A `select` with named `bindparam`s; none of them a list.

    Rows come as tuples of Python values, in the order of the columns.
    """

    def __init__(self, statement: sql.Select[Any]) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Compiled] = {}

    def __call__(self, connection: sql.Connection, **values: Any) -> list[tuple[Any, ...]]:
        """All rows for these values."""
        dialect = connection.dialect
        compiled = self._by_dialect.get(dialect.name)
        if compiled is None:
            compiled = self._by_dialect[dialect.name] = _Compiled(self._statement, dialect)
        return compiled(connection, values)

    def one(self, connection: sql.Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row; None where there is none."""
        return next(iter(self(connection, **values)), None)


class _Compiled:
    def __init__(self, statement: sql.Select[Any], dialect: sql.Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._order: Sequence[str] | None = compiled.positiontup
        self._fixed = {
            name: _bind(each.type, dialect)(each.value)
            for name, each in compiled.binds.items()
            if not each.required
        }
        self._binds = {
            name: _bind(each.type, dialect)
            for name, each in compiled.binds.items()
            if each.required
        }
        reads = [
            _in(column.type, dialect).result_processor(dialect, None)
            for column in statement.selected_columns
        ]
        self._reads = [(place, read) for place, read in enumerate(reads) if read is not None]

    def __call__(self, connection: sql.Connection, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        bound = self._fixed | {name: bind(values[name]) for name, bind in self._binds.items()}
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        try:
            wanted = bound if self._order is None else [bound[name] for name in self._order]
            cursor.execute(self._text, wanted)
            found = cursor.fetchall()
        finally:
            cursor.close()
        return [self._read(row) for row in found] if found else []

    def _read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, read in self._reads:
            values[place] = read(values[place])
        return tuple(values)


def _bind(kind: Any, dialect: sql.Dialect) -> _Process:
    return _in(kind, dialect).bind_processor(dialect) or _same


def _in(kind: Any, dialect: sql.Dialect) -> Any:
    """A type as a dialect has it."""
    return kind.dialect_impl(dialect)


def _same(value: Any) -> Any:
    return value
