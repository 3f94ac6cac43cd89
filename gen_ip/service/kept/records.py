"""The operator's database: API keys, the hide list, and what was handed in to be kept.

SQLite in the service's folder, or PostgreSQL where several processes answer. Nothing in it can be
rebuilt from a chain: `gen-ip service backup` copies it, and for PostgreSQL `pg_dump`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from gen_ip.arguments import InvalidArgument
from gen_ip.service.errors import RecordsUnavailable
from gen_ip.service.kept.tables import TABLES

NAME = "service.sqlite"
_BUSY_SECONDS = 10.0
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")


class Records:
    """The database in a folder, or at a URL; may be used from several threads.

    Args:
        where: the folder, or `postgresql://USER:PASSWORD@HOST/DATABASE`.
        make: make it where it is missing.

    Raises:
        RecordsUnavailable: it is missing, the system refuses, or the file is no such database.
        InvalidArgument: the URL is of another kind.
    """

    def __init__(self, where: Path | str, *, make: bool = True) -> None:
        self.path: Path | None = None
        if isinstance(where, Path):
            self.path = where / NAME
            self.name = str(self.path)
            self._engine = self._file(where, make)
        else:
            self._engine = _server(where)
            # Never the password.
            self.name = self._engine.url.render_as_string(hide_password=True)
        with self.open() as database:
            TABLES.create_all(database)
        if self.path is not None:
            # Hashes of keys are nobody else's to read.
            try:
                self.path.chmod(0o600)
            except OSError as error:
                raise RecordsUnavailable(self.name, error.strerror or str(error)) from None

    def _file(self, folder: Path, make: bool) -> sql.Engine:
        path = folder / NAME
        if not make and not path.exists():
            raise RecordsUnavailable(path, "it is not there; `gen-ip serve` makes it")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordsUnavailable(path, error.strerror or str(error)) from None
        engine = sql.create_engine(
            sql.URL.create("sqlite", database=str(path)), connect_args={"timeout": _BUSY_SECONDS}
        )
        sql.event.listen(engine, "connect", _begin_to_use)
        return engine

    @contextmanager
    def open(self) -> Iterator[sql.Connection]:
        """One transaction: whole, or not at all where the block raises.

        Raises:
            RecordsUnavailable: the system refuses, or the file is no such database.
        """
        try:
            with self._engine.begin() as database:
                yield database
        except SQLAlchemyError as error:
            raise RecordsUnavailable(self.name, _reason(error)) from None

    def put(self, database: sql.Connection, table: sql.Table, row: Mapping[str, Any]) -> None:
        """Writes a row, in place of the one of its key where there is one."""
        keys = [column.name for column in table.primary_key]
        values = {name: value for name, value in row.items() if name not in keys}
        insert = postgresql.insert if database.dialect.name == "postgresql" else sqlite.insert
        statement = insert(table).values(**row)
        if values:
            database.execute(statement.on_conflict_do_update(index_elements=keys, set_=values))
        else:
            database.execute(statement.on_conflict_do_nothing(index_elements=keys))

    def close(self) -> None:
        """Lets the connections go."""
        self._engine.dispose()

    def backup(self, target: Path) -> None:
        """Copies the file as it is at one moment, while others use it (SQLite's online backup).

        Raises:
            RecordsUnavailable: either cannot be used, or something is at `target`; PostgreSQL is
                copied by its own `pg_dump`.
        """
        if self.path is None:
            raise RecordsUnavailable(self.name, "copy a PostgreSQL database with pg_dump")
        if target.exists():
            raise RecordsUnavailable(target, "something is there")
        try:
            with (
                closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as database,
                closing(sqlite3.connect(target)) as copy,
            ):
                database.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            target.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise RecordsUnavailable(target, getattr(error, "strerror", "") or str(error)) from None


def _server(url: str) -> sql.Engine:
    prefix = next((each for each in _POSTGRESQL if url.startswith(each)), None)
    if prefix is None:
        raise InvalidArgument("database", url.split("@")[-1], "postgresql://USER@HOST/DATABASE")
    try:
        parsed = sql.make_url(f"postgresql+psycopg://{url.removeprefix(prefix)}")
        return sql.create_engine(parsed, pool_pre_ping=True)
    except ArgumentError:
        raise InvalidArgument(
            "database", url.split("@")[-1], "postgresql://USER@HOST/DATABASE"
        ) from None


def _begin_to_use(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _reason(error: SQLAlchemyError) -> str:
    """What the database says, without the statement and its values."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]
