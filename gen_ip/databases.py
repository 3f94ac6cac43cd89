"""SQL databases by path or URL: SQLite in a file, PostgreSQL on a server."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gen_ip.arguments import InvalidArgument

_BUSY_SECONDS = 30.0
_SERVERS = ("postgresql://", "postgres://", "postgresql+psycopg://")
_FORM = "a path, or postgresql://USER@HOST/DATABASE"
_WRITES = "gen_ip_writes"
# Any number; all versions of this package use the same.
_MAKING = 0x67656E6970

#: Execution options of a connection that is going to write.
WRITING: Mapping[str, Any] = {_WRITES: True}


def is_url(where: str | Path) -> bool:
    """Whether a text is a URL and no path."""
    return isinstance(where, str) and "://" in where


def engine(where: str | Path, *, synchronous: str = "FULL") -> sql.Engine:
    """Connections to a database; a missing file is made by the first.

    Args:
        where: the path of an SQLite file, or `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`.
        synchronous: SQLite's; FULL keeps every commit through a loss of power, NORMAL the file.

    Raises:
        InvalidArgument: the URL is of another kind.
    """
    if is_url(where):
        return sql.create_engine(_server(str(where)), pool_pre_ping=True)
    found = sql.create_engine(
        sql.URL.create("sqlite", database=str(where)),
        # The driver would begin a transaction at the first change: what was read before could be
        # old by then.
        connect_args={"timeout": _BUSY_SECONDS, "isolation_level": None},
    )

    def begin_to_use(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")

    sql.event.listen(found, "connect", begin_to_use)
    sql.event.listen(found, "begin", _begin)
    return found


def named(engine: sql.Engine) -> str:
    """A database for messages, without its password."""
    url = engine.url
    sqlite_file = url.get_backend_name() == "sqlite"
    return str(url.database) if sqlite_file else url.render_as_string(hide_password=True)


def reason(error: SQLAlchemyError) -> str:
    """What the driver says, without the statement and its values."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def upsert(engine: sql.Engine, table: sql.Table) -> sql.Executable:
    """The statement that writes whole rows of a table, in place of those of the same keys."""
    keys = [column.name for column in table.primary_key]
    values = [column.name for column in table.columns if column.name not in keys]
    if engine.dialect.name == "postgresql":
        inserted = postgresql.insert(table)
        named_values = {name: inserted.excluded[name] for name in values}
        return (
            inserted.on_conflict_do_update(index_elements=keys, set_=named_values)
            if values
            else inserted.on_conflict_do_nothing(index_elements=keys)
        )
    return sqlite.insert(table).prefix_with("OR REPLACE")


def alone(connection: sql.Connection) -> None:
    """Waits until no other transaction makes tables, and keeps others from it until this one ends;
    a file's writers wait for each other anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MAKING})")


def _server(text: str) -> sql.URL:
    prefix = next((each for each in _SERVERS if text.startswith(each)), None)
    if prefix is None:
        raise InvalidArgument("database", text.split("@")[-1], _FORM)
    try:
        return sql.make_url(f"postgresql+psycopg://{text.removeprefix(prefix)}")
    except ArgumentError:
        raise InvalidArgument("database", text.split("@")[-1], _FORM) from None


def _begin(connection: sql.Connection) -> None:
    # Two that read and then write would each wait for the other's end.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
