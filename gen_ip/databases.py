"""SQL databases by path or URL: SQLite in a file, PostgreSQL on a server."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
_BEGUN = "gen_ip_begun"
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


class Reading:
    """Transactions that only read, all of whose reads see the same state.

    Connections to a file stay open between them: to take one out of a pool and to begin costs many
    times what a read does. May be used from several threads.
    """

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._idle: deque[sql.Connection] = deque()
        self._file = engine.dialect.name == "sqlite"
        self._closed = False

    @contextmanager
    def __call__(self) -> Iterator[sql.Connection]:
        """One of them.

        Raises:
            SQLAlchemyError, or the driver's own error: the database refuses.
        """
        if not self._file:
            with self._engine.connect() as connection:
                repeatable = connection.execution_options(isolation_level="REPEATABLE READ")
                with repeatable.begin():
                    yield repeatable
            return
        connection = self._taken()
        usable = False
        try:
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN")
            try:
                yield connection
                usable = True
            except refusals(self._engine):
                raise
            except BaseException:
                usable = True
                raise
            finally:
                if connection.in_transaction():
                    connection.rollback()
                else:
                    driver.rollback()
        finally:
            if usable and not self._closed:
                self._idle.append(connection)
            else:
                connection.close()

    def _taken(self) -> sql.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect().execution_options(**{_BEGUN: True})

    def close(self) -> None:
        """Lets the connections go; those that are read from, once that ends."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()


class Watch:
    """Tells when a file was changed, by whatever process, for less than a read of it costs."""

    def __init__(self, engine: sql.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._connection: sql.Connection | None = None

    def version(self) -> int | None:
        """Another number after every commit to the file (SQLite's `data_version`); None where the
        database is on a server, which has nothing of the kind.

        Raises:
            SQLAlchemyError, or the driver's own error: the database refuses.
        """
        if self._engine.dialect.name != "sqlite":
            return None
        with self._lock:
            if self._connection is None:
                self._connection = self._engine.connect()
            driver: Any = self._connection.connection.driver_connection
            return int(driver.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Lets its connection go."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def refusals(engine: sql.Engine) -> tuple[type[Exception], ...]:
    """What is raised where a database refuses: by the library, and by the driver below it."""
    return (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)


def named(engine: sql.Engine) -> str:
    """A database for messages, without its password."""
    url = engine.url
    sqlite_file = url.get_backend_name() == "sqlite"
    return str(url.database) if sqlite_file else url.render_as_string(hide_password=True)


def reason(error: Exception) -> str:
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


def insert_missing(connection: sql.Connection, table: sql.Table) -> sql.Executable:
    """The statement that writes rows of a table whose keys are not there yet, and no others."""
    keys = [column.name for column in table.primary_key]
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing(index_elements=keys)


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
    options = connection.get_execution_options()
    if not options.get(_BEGUN):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")
