"""The state in the database: rows read once, written once a batch, and remembered as they were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.index.prepared import Prepared
from gen_ip.index.schema import state_tables
from gen_ip.index.state import Key, Row

MOST_KEPT = 200_000
"""Rows kept in memory between batches."""

Place = tuple[str, Key]


class TableState:
    """`gen_ip.index.state.State` over the tables; one at a time, by the one writer.

    Between `begin` and `flush` all reads and writes are of one transaction. Whatever goes wrong in
    between, `forget` must be called: the rows in memory are then those of no state.
    """

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._tables = state_tables()
        self._reads = {name: _Read(table) for name, table in self._tables.items()}
        self._rows: dict[Place, Row | None] = {}
        self._changed: dict[Place, None] = {}
        self._before: dict[Place, Row | None] = {}
        self._connection: sql.Connection | None = None

    def begin(self, connection: sql.Connection) -> None:
        """Reads and writes go to this transaction from now on."""
        self._connection = connection

    def get(self, table: str, key: Key) -> Row | None:
        """See `State`."""
        place = table, key
        if place not in self._rows:
            self._rows[place] = self._read(table, key)
        return self._rows[place]

    def put(self, table: str, key: Key, row: Row) -> None:
        """See `State`."""
        self._change((table, key), row)

    def add(self, table: str, key: Key, row: Row) -> None:
        """See `State`."""
        self._rows.setdefault((table, key), None)
        self._change((table, key), row)

    def delete(self, table: str, key: Key) -> None:
        """See `State`."""
        self._change((table, key), None)

    def end_block(self) -> Mapping[Place, Row | None]:
        """What was changed since the block before ended, as it was then."""
        before, self._before = self._before, {}
        return before

    def flush(self) -> None:
        """Writes every row that was changed, once."""
        assert self._connection is not None  # noqa: S101 - `begin` comes first
        puts: dict[str, list[Row]] = {}
        gone: dict[str, list[Key]] = {}
        for table, key in self._changed:
            row = self._rows[table, key]
            if row is None:
                gone.setdefault(table, []).append(key)
            else:
                puts.setdefault(table, []).append(row)
        for name, rows in puts.items():
            self._connection.execute(databases.upsert(self._engine, self._tables[name]), rows)
        for name, keys in gone.items():
            statement = sql.delete(self._tables[name]).where(_is_key(self._tables[name]))
            self._connection.execute(statement, [_parameters(key) for key in keys])
        self._changed.clear()
        self._before.clear()
        self._connection = None
        if len(self._rows) > MOST_KEPT:
            self._rows.clear()

    def forget(self) -> None:
        """Drops all that is in memory."""
        for each in (self._rows, self._changed, self._before):
            each.clear()
        self._connection = None

    def _change(self, place: Place, row: Row | None) -> None:
        before = self.get(*place)
        self._before.setdefault(place, before)
        self._rows[place] = row
        self._changed[place] = None

    def _read(self, table: str, key: Key) -> Row | None:
        assert self._connection is not None  # noqa: S101 - `begin` comes first
        return self._reads[table](self._connection, key)


def written(row: Row | Key) -> str:
    """A row or a key as text, from which `read` makes it again."""
    values = dict(row) if isinstance(row, Mapping) else list(row)
    return json.dumps(values, default=_hex, separators=(",", ":"))


def read(text: str) -> Any:
    """What `written` wrote; keys as lists."""
    return json.loads(text, object_hook=_bytes)


def remembered(block: int, before: Mapping[Place, Row | None]) -> list[Row]:
    """Rows of `undo`: what a block changed, as it was before."""
    return [
        {
            "block": block,
            "place": place,
            "table": table,
            "key": written(key),
            "before": None if row is None else written(row),
        }
        for place, ((table, key), row) in enumerate(before.items())
    ]


def key_of(table: sql.Table, row: Row) -> Key:
    """A row's key."""
    return tuple(row[column.name] for column in table.primary_key)


class _Read:
    """Reads a row by its key."""

    def __init__(self, table: sql.Table) -> None:
        self._statement = Prepared(sql.select(table).where(_is_key(table)))
        self._names = [each.name for each in table.columns]

    def __call__(self, connection: sql.Connection, key: Key) -> Row | None:
        """The row; None where there is none."""
        found = self._statement.one(connection, **_parameters(key))
        return None if found is None else dict(zip(self._names, found, strict=True))


def _is_key(table: sql.Table) -> sql.ColumnElement[bool]:
    columns = enumerate(table.primary_key)
    return sql.and_(*(column == sql.bindparam(f"key_{place}") for place, column in columns))


def _parameters(key: Key) -> dict[str, Any]:
    return {f"key_{place}": value for place, value in enumerate(key)}


def _hex(value: object) -> dict[str, str]:
    if not isinstance(value, bytes):
        raise TypeError(f"no value of a row: {value!r}")
    return {"0x": value.hex()}


def _bytes(found: dict[str, Any]) -> Any:
    return bytes.fromhex(found["0x"]) if found.keys() == {"0x"} else found
