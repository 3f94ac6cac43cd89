"""The database of works that are no pictures: what was added, and the tokens they are found by."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from gen_ip.match.index.database import Database
from gen_ip.match.index.lock import CATALOGS
from gen_ip.match.works.records import Entry, Record, checksum, packed, unpacked

if TYPE_CHECKING:
    from numpy import int64
    from numpy.typing import NDArray

NAME = CATALOGS[1]
FORMAT = 1
#: "GIPW", in the database's head: whose it is.
_APPLICATION = 0x47495057

_SCHEMA = """
CREATE TABLE works (
    handle INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    sha256 BLOB NOT NULL,
    content BLOB,
    checksum INTEGER NOT NULL
);
CREATE INDEX works_by_sha256 ON works (sha256);
CREATE INDEX works_by_content ON works (content) WHERE content IS NOT NULL;
CREATE INDEX works_by_kind ON works (kind);
CREATE TABLE data (handle INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE sets (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- A work's tokens together, and each token's works.
CREATE TABLE tokens (
    handle INTEGER NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (handle, number)
) WITHOUT ROWID;
CREATE TABLE postings (
    number INTEGER NOT NULL, token INTEGER NOT NULL, handle INTEGER NOT NULL,
    PRIMARY KEY (number, token, handle)
) WITHOUT ROWID;
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, change INTEGER NOT NULL
)
"""
_ENTRY = "SELECT handle, kind, key, sha256, content FROM works"
# A token that so many works have is passed over at first. Counting stops there.
_SHARED = """
SELECT posting.handle, count(*) AS shared FROM json_each(?) AS asked
CROSS JOIN postings AS posting ON posting.number = ? AND posting.token = asked.value
WHERE (SELECT count(*) FROM (
    SELECT 1 FROM postings AS other
    WHERE other.number = posting.number AND other.token = asked.value LIMIT ?
)) < ?
GROUP BY posting.handle ORDER BY shared DESC, posting.handle LIMIT ?
"""
_PAGE = 200


class Candidate(NamedTuple):
    """A work that shares tokens with what was asked about."""

    handle: int
    shared: int


class WorkCatalog(Database):
    """The database in an index's folder, open; see `Database`."""

    name, application, form, schema = NAME, _APPLICATION, FORMAT, _SCHEMA

    def _first_state(self) -> tuple[object, ...]:
        return 1, secrets.token_hex(16), 0

    # Within `changing`.

    def insert(self, records: Sequence[Record]) -> list[int]:
        """Adds works whose keys are new; their handles, rising."""
        execute, many = self._connection.execute, self._connection.executemany
        handles = []
        for record in records:
            handle = execute(
                "INSERT INTO works (kind, key, sha256, content, checksum) VALUES (?, ?, ?, ?, ?)",
                (record.kind, record.key, record.sha256, record.content, checksum(record)),
            ).lastrowid
            assert handle is not None  # noqa: S101  (for the types: an INSERT has one)
            execute("INSERT INTO data VALUES (?, ?)", (handle, record.data))
            for name, tokens in record.tokens.items():
                number = self._number(name)
                execute("INSERT INTO tokens VALUES (?, ?, ?)", (handle, number, packed(tokens)))
                rows = ((number, token, handle) for token in tokens.tolist())
                many("INSERT INTO postings VALUES (?, ?, ?)", rows)
            handles.append(handle)
        return handles

    def delete(self, handles: Iterable[int]) -> None:
        """Takes works out."""
        execute, many = self._connection.execute, self._connection.executemany
        for handle in handles:
            found = execute(
                "SELECT number, data FROM tokens WHERE handle = ?", (handle,)
            ).fetchall()
            for number, data in found:
                rows = ((number, token, handle) for token in unpacked(data).tolist())
                many("DELETE FROM postings WHERE number = ? AND token = ? AND handle = ?", rows)
            for table in ("works", "data", "tokens"):
                execute(f"DELETE FROM {table} WHERE handle = ?", (handle,))  # noqa: S608

    def _number(self, name: str) -> int:
        self._connection.execute("INSERT OR IGNORE INTO sets (name) VALUES (?)", (name,))
        row = self._connection.execute("SELECT number FROM sets WHERE name = ?", (name,)).fetchone()
        return int(row[0])

    # Reading.

    def counts(self) -> dict[str, int]:
        """How many works there are of each kind."""
        with self._told():
            found = "SELECT kind, count(*) FROM works GROUP BY kind ORDER BY kind"
            return dict(self._connection.execute(found))

    def entry(self, handle: int) -> Entry | None:
        """The work of a handle."""
        return next(iter(self._entries("WHERE handle = ?", handle)), None)

    def by_key(self, key: str) -> Entry | None:
        """The work of a key."""
        return next(iter(self._entries("WHERE key = ?", key)), None)

    def by_sha256(self, sha256: bytes) -> list[Entry]:
        """The works of a file, by handle."""
        return self._entries("WHERE sha256 = ? ORDER BY handle", sha256)

    def by_content(self, kind: str, content: bytes) -> list[Entry]:
        """The works of a kind with the same content, by handle."""
        return self._entries("WHERE kind = ? AND content = ? ORDER BY handle", kind, content)

    def data(self, handle: int) -> bytes | None:
        """The fingerprint of a handle's work."""
        with self._told():
            row = self._connection.execute(
                "SELECT data FROM data WHERE handle = ?", (handle,)
            ).fetchone()
        return None if row is None else row[0]

    def tokens(self, handle: int) -> dict[str, NDArray[int64]]:
        """The tokens of a handle's work by set, as `Record` has them."""
        with self._told():
            found = self._connection.execute(
                "SELECT name, data FROM tokens JOIN sets USING (number) WHERE handle = ?", (handle,)
            ).fetchall()
        return {name: unpacked(data) for name, data in found}

    def sharing(
        self, name: str, tokens: NDArray[int64], common: int, limit: int
    ) -> list[Candidate]:
        """The works with most of these tokens in a set, most first; of equal ones older first.

        Tokens that at least `common` works have are passed over.
        """
        with self._told():
            row = self._connection.execute(
                "SELECT number FROM sets WHERE name = ?", (name,)
            ).fetchone()
            if row is None:
                return []
            # SQLite reads an array of numbers that are written as such.
            asked = f"[{','.join(map(str, tokens.tolist()))}]"
            values = (asked, row[0], common, common, limit)
            return [Candidate(*each) for each in self._connection.execute(_SHARED, values)]

    def pages(self) -> Iterator[list[tuple[Entry, int]]]:
        """All works and their checksums by rising handle, in pages, each as things are then."""
        last = 0
        while True:
            with self._told():
                found = self._connection.execute(
                    "SELECT handle, kind, key, sha256, content, checksum FROM works "
                    "WHERE handle > ? ORDER BY handle LIMIT ?",
                    (last, _PAGE),
                ).fetchall()
            if not found:
                return
            yield [(Entry(*row[:-1]), row[-1]) for row in found]
            last = found[-1][0]

    def count_postings(self) -> tuple[int, int]:
        """How many postings there are, and how many the works' tokens say."""
        with self._told():
            (held,) = self._row("SELECT count(*) FROM postings")
            (said,) = self._row("SELECT coalesce(sum(length(data) / 8), 0) FROM tokens")
        return int(held), int(said)

    def lacking(self, handle: int) -> int:
        """How many of a work's tokens have no posting."""
        with self._told():
            rows = self._connection.execute(
                "SELECT number, data FROM tokens WHERE handle = ?", (handle,)
            ).fetchall()
            lacking = 0
            for number, data in rows:
                tokens = unpacked(data).tolist()
                asked = f"[{','.join(map(str, tokens))}]"
                (held,) = self._connection.execute(
                    "SELECT count(*) FROM json_each(?) AS asked CROSS JOIN postings "
                    "ON number = ? AND token = asked.value AND handle = ?",
                    (asked, number, handle),
                ).fetchone()
                lacking += len(tokens) - int(held)
        return lacking

    def _entries(self, where: str, *values: object) -> list[Entry]:
        with self._told():
            found = self._connection.execute(f"{_ENTRY} {where}", values)
            return [Entry(*row) for row in found]
