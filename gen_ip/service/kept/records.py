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

from gen_ip import databases
from gen_ip.service.errors import RecordsUnavailable
from gen_ip.service.kept.tables import TABLES

NAME = "service.sqlite"


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
        self.path = where / NAME if isinstance(where, Path) else None
        if self.path is not None:
            self._require_folder(self.path, make)
        self._engine = databases.engine(where if self.path is None else self.path)
        self.name = databases.named(self._engine)
        self._reading = databases.Reading(self._engine)
        self._watch = databases.Watch(self._engine)
        self._refusals = databases.refusals(self._engine)
        with self.open() as database:
            databases.alone(database)
            TABLES.create_all(database)
        if self.path is not None:
            # Hashes of keys are nobody else's to read.
            try:
                self.path.chmod(0o600)
            except OSError as error:
                raise RecordsUnavailable(self.name, error.strerror or str(error)) from None

    def _require_folder(self, path: Path, make: bool) -> None:
        if not make and not path.exists():
            raise RecordsUnavailable(path, "it is not there; `gen-ip serve` makes it")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordsUnavailable(path, error.strerror or str(error)) from None

    @contextmanager
    def open(self, *, write: bool = True) -> Iterator[sql.Connection]:
        """One transaction: whole, or not at all where the block raises. Those that write come one
        after the other.

        Raises:
            RecordsUnavailable: the system refuses, or the file is no such database.
        """
        try:
            if not write:
                with self._reading() as database:
                    yield database
                return
            with self._engine.connect() as plain:
                database = plain.execution_options(**databases.WRITING)
                with database.begin():
                    yield database
        except self._refusals as error:
            raise RecordsUnavailable(self.name, databases.reason(error)) from None

    def version(self) -> int | None:
        """Another number after every change by whatever process; None where nothing tells.

        Raises:
            RecordsUnavailable.
        """
        try:
            return self._watch.version()
        except self._refusals as error:
            raise RecordsUnavailable(self.name, databases.reason(error)) from None

    def put(self, database: sql.Connection, table: sql.Table, row: Mapping[str, Any]) -> None:
        """Writes a row, in place of the one of its key where there is one."""
        database.execute(databases.upsert(self._engine, table), row)

    def close(self) -> None:
        """Lets the connections go."""
        self._reading.close()
        self._watch.close()
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
                closing(sqlite3.connect(self.path)) as database,
                closing(sqlite3.connect(target)) as copy,
            ):
                database.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            target.chmod(0o600)
        except (OSError, sqlite3.Error) as error:
            raise RecordsUnavailable(target, getattr(error, "strerror", "") or str(error)) from None
