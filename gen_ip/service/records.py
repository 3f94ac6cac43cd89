"""The operator's database: a SQLite file with API keys and hidden works, for several processes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gen_ip.service.errors import RecordsUnavailable

#: The file's name in the service's folder.
NAME = "service.sqlite"
_BUSY_SECONDS = 10.0
_TABLES = """
CREATE TABLE IF NOT EXISTS api_keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL, created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hidden (
    work TEXT PRIMARY KEY, reason TEXT NOT NULL, since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
"""


class Records:
    """The database in a folder; may be used from several threads.

    Args:
        folder: where it lies.
        make: make it where it is missing.

    Raises:
        RecordsUnavailable: it is missing, the system refuses, or the file is no such database.
    """

    def __init__(self, folder: Path, *, make: bool = True) -> None:
        self.path = folder / NAME
        if not make and not self.path.exists():
            raise RecordsUnavailable(self.path, "it is not there; `gen-ip serve` makes it")
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise RecordsUnavailable(self.path, error.strerror or str(error)) from None
        with self.open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(_TABLES)
        # Hashes of keys are nobody else's to read.
        try:
            self.path.chmod(0o600)
        except OSError as error:
            raise RecordsUnavailable(self.path, error.strerror or str(error)) from None

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """One transaction: whole, or not at all where the block raises.

        Raises:
            RecordsUnavailable: the system refuses, or the file is no such database.
        """
        try:
            with closing(sqlite3.connect(self.path, timeout=_BUSY_SECONDS)) as database, database:
                yield database
        except sqlite3.Error as error:
            raise RecordsUnavailable(self.path, str(error)) from None

    def backup(self, target: Path) -> None:
        """Copies the database as it is at one moment, while others use it (SQLite's online backup).

        Raises:
            RecordsUnavailable: either cannot be used, or something is at `target`.
        """
        if target.exists():
            raise RecordsUnavailable(target, "something is there")
        try:
            with self.open() as database, closing(sqlite3.connect(target)) as copy:
                database.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")
            target.chmod(0o600)
        except OSError as error:
            raise RecordsUnavailable(target, error.strerror or str(error)) from None
