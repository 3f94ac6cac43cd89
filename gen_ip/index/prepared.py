"""Statements that are asked all the time, compiled once: what the general way costs each time is
many times what the database takes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, Generic, TypeVar

import sqlalchemy as sql

V = TypeVar("V")
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


class Among(Generic[V]):
    """A `select` that asks for any number of values of one column; each row comes once.

    Args:
        statement: which columns.
        column: in which the values are.
        most: values in one question to the database.
    """

    def __init__(
        self, statement: sql.Select[Any], column: sql.ColumnElement[V], most: int = 512
    ) -> None:
        self._statement, self._column, self._most = statement, column, most
        self._by_size: dict[int, Prepared] = {}

    def __call__(self, connection: sql.Connection, values: Collection[V]) -> list[tuple[Any, ...]]:
        """All rows of these values, in no order."""
        every, rows = list(dict.fromkeys(values)), []
        for start in range(0, len(every), self._most):
            part = every[start : start + self._most]
            # Few sizes, so that few statements are compiled: the last value is asked for again.
            size = 1 << (len(part) - 1).bit_length()
            part += [part[-1]] * (size - len(part))
            bound = {f"value_{place}": value for place, value in enumerate(part)}
            rows += self._of(size)(connection, **bound)
        return rows

    def _of(self, size: int) -> Prepared:
        if size not in self._by_size:
            kind = self._column.type
            wanted = [sql.bindparam(f"value_{place}", type_=kind) for place in range(size)]
            self._by_size[size] = Prepared(self._statement.where(self._column.in_(wanted)))
        return self._by_size[size]


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
