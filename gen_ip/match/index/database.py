"""An SQLite database in an index's folder: how it is made, changed, read and copied.

Written ahead (WAL) and synchronized at every commit: a committed change survives `kill -9` and a
loss of power, and any number of processes read while one writes. Every public method is one
transaction, or part of the caller's.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from gen_ip.match.index.errors import (
    DamagedIndex,
    ForeignIndex,
    IndexClosed,
    IndexReadOnly,
    IndexUnavailable,
    NewerIndex,
    NoIndex,
)

_BUSY_SECONDS = 60.0
_UNREADABLE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}


class Database:
    """A database in an index's folder, open; what it holds is a subclass's to say.

    Args:
        folder: the index's.
        write: whether changes will be made; the caller holds the writer's lock. A missing database
            is then made.

    Raises:
        NoIndex, ForeignIndex, NewerIndex, DamagedIndex, IndexUnavailable.
    """

    #: The file's name, whose it is (in its head), and the version of its form.
    name: ClassVar[str]
    application: ClassVar[int]
    form: ClassVar[int]
    #: Statements that make it, the table `state` with its column `change` among them.
    schema: ClassVar[str]

    def __init__(self, folder: Path, write: bool) -> None:
        self.folder, self.write = folder, write
        self._lock = threading.RLock()
        path = folder / self.name
        if not write and not path.exists():
            raise NoIndex(folder)
        with self._told():
            self._connection = _connect(path, write)
            try:
                self._begin_to_use(made=write)
            except BaseException:
                self._connection.close()
                raise

    def _first_state(self) -> tuple[object, ...]:
        """The row of `state` in a new database."""
        raise NotImplementedError

    def _begin_to_use(self, made: bool) -> None:
        (application,) = self._row("PRAGMA application_id")
        (version,) = self._row("PRAGMA user_version")
        (tables,) = self._row("SELECT count(*) FROM sqlite_schema")
        if made and not tables and not application:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            # Whole or not at all: a process may die between two statements.
            ends = (
                f"PRAGMA application_id = {self.application}",
                f"PRAGMA user_version = {self.form}",
            )
            for statement in ("BEGIN IMMEDIATE", *self.schema.split(";\n"), *ends):
                self._connection.execute(statement)
            first = self._first_state()
            values = ", ".join("?" * len(first))
            self._connection.execute(f"INSERT INTO state VALUES ({values})", first)  # noqa: S608
            self._connection.execute("COMMIT")
            return
        if application != self.application:
            raise ForeignIndex(self.folder, f"{self.name} has the application id {application:#x}")
        if version > self.form:
            raise NewerIndex(self.folder, version, self.form)
        if made:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
        else:
            self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Lets the database go, once no thread reads it: SQLite would read what is freed."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def changing(self) -> Iterator[None]:
        """A transaction: committed at the end, undone by any exception."""
        if not self.write:
            raise IndexReadOnly(self.folder)
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("UPDATE state SET change = change + 1")
                self._connection.execute("COMMIT")
            except BaseException:
                # SQLite ends the transaction by itself where the disk is full.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """A transaction in which all reads see the same state."""
        with self._told():
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN")
            try:
                yield
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("COMMIT")

    def change(self) -> int:
        """How often the index was changed."""
        with self._told():
            (change,) = self._row("SELECT change FROM state")
        return int(change)

    def problems(self) -> list[str]:
        """What SQLite finds wrong with the database."""
        with self._told():
            found = self._connection.execute("PRAGMA integrity_check").fetchall()
        return [text for (text,) in found if text != "ok"]

    def copy(self, target: Path) -> None:
        """The database as it is now, in another file, without stopping the writer."""
        with self._told():
            copy = sqlite3.connect(target, isolation_level=None)
            try:
                self._connection.backup(copy)
                # A copy in a single file can be read where nothing may be written.
                copy.execute("PRAGMA journal_mode = DELETE")
            finally:
                copy.close()

    def _row(self, statement: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._connection.execute(statement).fetchone()
        return row

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """One thread at a time; SQLite's and the system's errors as this package's."""
        self._lock.acquire()
        try:
            yield
        except sqlite3.ProgrammingError as error:
            if "closed" in str(error):
                raise IndexClosed(self.folder) from None
            raise
        except sqlite3.OperationalError as error:
            raise IndexUnavailable(self.folder, str(error)) from error
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _UNREADABLE:
                raise DamagedIndex(self.folder, str(error)) from error
            raise
        except OSError as error:
            raise IndexUnavailable(self.folder, error.strerror or str(error)) from error
        finally:
            self._lock.release()


def _connect(path: Path, write: bool) -> sqlite3.Connection:
    # Readers, too, write beside a database in WAL mode, where they may: that they are reading.
    writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    mode = "rwc" if write else "rw" if writable else "ro"
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
