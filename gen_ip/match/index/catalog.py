"""An index's truth: an SQLite database of what was added, and of which derived files count."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.pdq import PDQ, Pdq
from gen_ip.match.index.database import Database
from gen_ip.match.index.errors import DamagedIndex
from gen_ip.match.index.lock import CATALOGS
from gen_ip.match.index.records import Entry, Record, checksum

NAME = CATALOGS[0]
FORMAT = 1
#: "GIPX", in the database's head: whose it is.
_APPLICATION = 0x47495058

_SCHEMA = """
CREATE TABLE works (
    handle INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    sha256 BLOB NOT NULL,
    pixels BLOB,
    pdq BLOB NOT NULL,
    checksum INTEGER NOT NULL
);
CREATE INDEX works_by_sha256 ON works (sha256);
CREATE INDEX works_by_pixels ON works (pixels) WHERE pixels IS NOT NULL;
CREATE TABLE codes (
    handle INTEGER NOT NULL, name TEXT NOT NULL, code BLOB NOT NULL, PRIMARY KEY (handle, name)
) WITHOUT ROWID;
CREATE TABLE features (handle INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE glimpses (handle INTEGER PRIMARY KEY, data BLOB NOT NULL);
-- Handles of removed works that engines' files still hold, and with which change that was.
CREATE TABLE removed (handle INTEGER PRIMARY KEY, change INTEGER NOT NULL);
CREATE INDEX removed_by_change ON removed (change);
CREATE TABLE engines (name TEXT PRIMARY KEY, mark TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    change INTEGER NOT NULL,
    -- How often removed handles were forgotten, once no file held them any more.
    swept INTEGER NOT NULL
)
"""
_ENTRY = "SELECT handle, key, sha256, pixels, pdq FROM works"
_PAGE = 1000


class State(NamedTuple):
    """What of an index is committed: its number of changes, and the engines' marks by name."""

    change: int
    swept: int
    marks: dict[str, str]


class Catalog(Database):
    """The database of pictures in an index's folder, open; see `Database`."""

    name, application, form, schema = NAME, _APPLICATION, FORMAT, _SCHEMA

    def __init__(self, folder: Path, write: bool) -> None:
        super().__init__(folder, write)
        with self._told():
            (self.id,) = self._row("SELECT id FROM state")

    def _first_state(self) -> tuple[object, ...]:
        return 1, secrets.token_hex(16), 0, 0

    # Within `changing`.

    def insert(self, records: Sequence[Record]) -> list[int]:
        """Adds records whose keys are new; their handles, rising."""
        execute = self._connection.execute
        handles = []
        for record in records:
            values = (record.key, record.sha256, record.pixels, record.pdq.to_bytes())
            handle = execute(
                "INSERT INTO works (key, sha256, pixels, pdq, checksum) VALUES (?, ?, ?, ?, ?)",
                (*values, checksum(record)),
            ).lastrowid
            assert handle is not None  # noqa: S101  (for the types: an INSERT has one)
            for name, code in record.codes.items():
                execute("INSERT INTO codes VALUES (?, ?, ?)", (handle, name, code))
            if record.features is not None:
                execute("INSERT INTO features VALUES (?, ?)", (handle, record.features))
            if record.glimpse is not None:
                execute("INSERT INTO glimpses VALUES (?, ?)", (handle, record.glimpse))
            handles.append(handle)
        return handles

    def delete(self, handles: Iterable[int]) -> None:
        """Takes works out; engines' files still hold them."""
        execute = self._connection.execute
        for handle in handles:
            execute("DELETE FROM works WHERE handle = ?", (handle,))
            execute("DELETE FROM codes WHERE handle = ?", (handle,))
            execute("DELETE FROM features WHERE handle = ?", (handle,))
            execute("DELETE FROM glimpses WHERE handle = ?", (handle,))
            execute("INSERT INTO removed SELECT ?, change + 1 FROM state", (handle,))

    def set_marks(self, marks: dict[str, str]) -> None:
        """Has these of engines' files count from the commit on."""
        self._connection.executemany(
            "INSERT INTO engines VALUES (?, ?) ON CONFLICT DO UPDATE SET mark = excluded.mark",
            marks.items(),
        )

    def forget_removed(self) -> None:
        """No file holds removed works any more."""
        self._connection.execute("DELETE FROM removed")
        self._connection.execute("UPDATE state SET swept = swept + 1")

    # Reading.

    def state(self) -> State:
        """What is committed."""
        with self.reading():
            change, swept = self._row("SELECT change, swept FROM state")
            marks = dict(self._connection.execute("SELECT name, mark FROM engines"))
        return State(change, swept, marks)

    def removed(self, after: int = 0) -> list[int]:
        """Rising handles of works removed by later changes than `after`, that files still hold."""
        with self._told():
            found = self._connection.execute(
                "SELECT handle FROM removed WHERE change > ? ORDER BY handle", (after,)
            )
            return [handle for (handle,) in found]

    def count(self) -> int:
        """How many works there are."""
        with self._told():
            (count,) = self._row("SELECT count(*) FROM works")
        return int(count)

    def entry(self, handle: int) -> Entry | None:
        """The work of a handle."""
        return next(iter(self._entries("WHERE handle = ?", handle)), None)

    def by_key(self, key: str) -> Entry | None:
        """The work of a key."""
        return next(iter(self._entries("WHERE key = ?", key)), None)

    def by_sha256(self, sha256: bytes) -> list[Entry]:
        """The works of a file, by handle."""
        return self._entries("WHERE sha256 = ? ORDER BY handle", sha256)

    def by_pixels(self, pixels: bytes) -> list[Entry]:
        """The works of the same decoded pixels, by handle."""
        return self._entries("WHERE pixels = ? ORDER BY handle", pixels)

    def features(self, handle: int) -> bytes | None:
        """The local features of a handle's work, where it has any."""
        with self._told():
            row = self._connection.execute(
                "SELECT data FROM features WHERE handle = ?", (handle,)
            ).fetchone()
        return None if row is None else row[0]

    def glimpse(self, handle: int) -> bytes | None:
        """The small picture of a handle's work, where it has one."""
        with self._told():
            row = self._connection.execute(
                "SELECT data FROM glimpses WHERE handle = ?", (handle,)
            ).fetchone()
        return None if row is None else row[0]

    def codes(self, handle: int) -> dict[str, bytes]:
        """The codes of a handle's work, other than its Pdq."""
        with self._told():
            return dict(
                self._connection.execute(
                    "SELECT name, code FROM codes WHERE handle = ? ORDER BY name", (handle,)
                )
            )

    def pages(self) -> Iterator[list[tuple[Entry, int]]]:
        """All works and their checksums by rising handle, in pages of at most 1,000.

        Each page is as things are when it is read.
        """
        last = 0
        while True:
            with self._told():
                found = self._connection.execute(
                    "SELECT handle, key, sha256, pixels, pdq, checksum FROM works "
                    "WHERE handle > ? ORDER BY handle LIMIT ?",
                    (last, _PAGE),
                ).fetchall()
                page = [(self._entry(row[:-1]), row[-1]) for row in found]
            if not page:
                return
            yield page
            last = page[-1][0].handle

    def contents(
        self, handles: Sequence[int]
    ) -> tuple[dict[int, dict[str, bytes]], dict[int, bytes]]:
        """Codes and features of works whose handles rise, by handle."""
        codes: dict[int, dict[str, bytes]] = {handle: {} for handle in handles}
        span = (handles[0], handles[-1])
        with self._told():
            for handle, name, code in self._connection.execute(
                "SELECT handle, name, code FROM codes WHERE handle BETWEEN ? AND ?", span
            ):
                codes[handle][name] = code
            features = dict(
                self._connection.execute(
                    "SELECT handle, data FROM features WHERE handle BETWEEN ? AND ?", span
                )
            )
        return codes, features

    def set_codes(self, name: str, first: int, last: int) -> dict[int, bytes]:
        """The codes of a set of the works from one handle to another, by rising handle."""
        span = (first, last)
        with self._told():
            if name == PDQ:
                found = self._connection.execute(
                    "SELECT handle, pdq FROM works WHERE handle BETWEEN ? AND ? ORDER BY handle",
                    span,
                )
                return {handle: Pdq.from_bytes(pdq).hash for handle, pdq in found}
            return dict(
                self._connection.execute(
                    "SELECT handle, code FROM codes WHERE handle BETWEEN ? AND ? AND name = ? "
                    "ORDER BY handle",
                    (*span, name),
                )
            )

    def count_codes(self, name: str) -> int:
        """How many works have a code in a set."""
        if name == PDQ:
            return self.count()
        with self._told():
            (count,) = self._connection.execute(
                "SELECT count(*) FROM codes WHERE name = ?", (name,)
            ).fetchone()
        return int(count)

    def with_features(self) -> list[int]:
        """Rising handles of the works that have local features."""
        with self._told():
            found = self._connection.execute("SELECT handle FROM features ORDER BY handle")
            return [handle for (handle,) in found]

    def _entries(self, where: str, value: object) -> list[Entry]:
        with self._told():
            found = self._connection.execute(f"{_ENTRY} {where}", (value,))
            return [self._entry(row) for row in found]

    def _entry(self, row: Any) -> Entry:
        handle, key, sha256, pixels, pdq = row
        try:
            return Entry(handle, key, sha256, pixels, Pdq.from_bytes(pdq))
        except MalformedFingerprint as error:
            raise DamagedIndex(self.folder, f"work {handle}: {error}") from None
