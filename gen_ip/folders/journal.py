"""The file from which an interrupted run over a folder goes on: SQLite, so that every step is
written whole or not at all, whatever ends the process.

It holds what each file was when it was read, its certificate with the salt and the signature, and
the transaction under way. One process at a time; only its user can read it.
"""

# ruff: noqa: N818

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from platformdirs import user_state_path

from gen_ip.chain.sent import Sent
from gen_ip.errors import GenIPError, shown
from gen_ip.folders.scan import JOURNAL_ID, Found
from gen_ip.signing.eip712 import BadStatement
from gen_ip.works.certificates import PreparedCertificate, SignedCertificate, read_certificate

_FORMAT = "gen-ip/folder-journal/1"
# A name in the table `run`: whatever was left then, was left for a reason that was told.
_ENDED = "ended"
_TABLES = """
CREATE TABLE IF NOT EXISTS run (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (
    path BLOB PRIMARY KEY, size INTEGER NOT NULL, mtime INTEGER NOT NULL, sha256 BLOB NOT NULL,
    cid TEXT NOT NULL, media_type TEXT NOT NULL,
    basis BLOB, metadata BLOB, salt BLOB, status TEXT NOT NULL, certificate TEXT
);
CREATE TABLE IF NOT EXISTS sent (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL);
"""


class JournalProblem(GenIPError):
    """The journal of a folder cannot be used."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = str(path), reason
        super().__init__(
            f"the journal {shown(path)} cannot be used ({reason}); name another with --journal "
            "(in Python: journal=)"
        )


class JournalInUse(JournalProblem):
    """Another process works with the journal."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "another process works on this folder; wait for its end")


class Row(NamedTuple):
    """What the journal knows of a file.

    Attributes:
        sha256: of the bytes when they were read, 32 bytes; with `cid` and `media_type`, as in
            `gen_ip.content.files.FileSummary`.
        basis: what its certificate was made from besides the bytes; None before it was made.
        status: read, prepared, anchored, signed, sent or certified.
    """

    size: int
    mtime: int
    sha256: bytes
    cid: str
    media_type: str
    basis: bytes | None = None
    status: str = "read"
    certificate: PreparedCertificate | None = None

    def fits(self, found: Found) -> bool:
        """Whether the file is as it was."""
        return (self.size, self.mtime) == (found.size, found.mtime)


def default_path(place: Mapping[str, str]) -> Path:
    """The journal of a chain, registry, creator and folder, in the user's state folder."""
    name = sha256(json.dumps(place, sort_keys=True).encode()).hexdigest()[:32]
    return user_state_path("gen-ip") / "folders" / f"{name}.sqlite"


class Unfinished(NamedTuple):
    """A run that did not come to its end: its journal, folder and account, works without a
    certificate or claim, works in all, and whether a transaction's outcome is not known yet."""

    journal: Path
    folder: str
    creator: str
    left: int
    works: int
    sent: bool


def unfinished() -> list[Unfinished]:
    """Runs whose journals in the user's state folder are not at their end; those that another
    process works on, and what is no journal, are passed over."""
    found = []
    for path in sorted((user_state_path("gen-ip") / "folders").glob("*.sqlite")):
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", timeout=0, uri=True)) as db:
                run = dict(db.execute("SELECT name, value FROM run").fetchall())
                folder, creator = str(run["folder"]), str(run["creator"])
                states = db.execute("SELECT sha256, status FROM files").fetchall()
                sent = db.execute("SELECT 1 FROM sent").fetchone() is not None
        except (sqlite3.Error, LookupError, TypeError, ValueError):
            continue
        # Several files of the same bytes are one work.
        works = {digest for digest, _ in states}
        left = works - {digest for digest, status in states if status in ("certified", "anchored")}
        if sent or (left and _ENDED not in run):
            found.append(Unfinished(path, folder, creator, len(left), len(works), sent))
    return found


class Journal:
    """A context manager; `path` None keeps it in memory alone, and so does `copied`, which begins
    with what the file holds, if it is there.

    Raises, on entering:
        JournalInUse: another process has it.
        JournalProblem: it cannot be read or written, or is about another folder, account or chain.
    """

    def __init__(
        self, path: Path | None, place: Mapping[str, str], *, copied: bool = False
    ) -> None:
        self.path, self._place, self._copied = path, place, copied

    def __enter__(self) -> Self:
        with self._problems():
            if self.path is None or self._copied:
                self._db = sqlite3.connect(":memory:", isolation_level=None)
                if self.path is not None and self.path.exists():
                    source = f"{self.path.absolute().as_uri()}?mode=ro"
                    with closing(sqlite3.connect(source, timeout=0, uri=True)) as held:
                        held.backup(self._db)
            else:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Salts are secrets until they are shown.
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
                self._db = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        try:
            with self._problems():
                self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._db.execute("PRAGMA synchronous = FULL")
                self._db.execute(f"PRAGMA application_id = {JOURNAL_ID}")
                self._db.execute("BEGIN EXCLUSIVE")
                for table in filter(None, map(str.strip, _TABLES.split(";"))):
                    self._db.execute(table)
                wanted = {"format": _FORMAT, **self._place}
                known = dict(self._db.execute("SELECT name, value FROM run").fetchall())
                for name, value in wanted.items() if known else ():
                    if known.get(name) != value:
                        raise JournalProblem(
                            self.path, f"its {name} is {shown(known.get(name))}, not {shown(value)}"
                        )
                self._db.executemany("INSERT OR REPLACE INTO run VALUES (?, ?)", wanted.items())
                self._db.execute("COMMIT")
        except BaseException:
            self._db.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def rows(self) -> dict[str, Row]:
        """What is known of every file, by its path.

        Raises:
            JournalProblem: it is damaged.
        """
        with self._problems():
            found = self._db.execute(
                "SELECT path, size, mtime, sha256, cid, media_type, basis, status, certificate "
                "FROM files"
            ).fetchall()
            return {
                os.fsdecode(path): Row._make(
                    [*fields, certificate and read_certificate(json.loads(certificate))]
                )
                for path, *fields, certificate in found
            }

    def read(self, name: str, row: Row) -> None:
        """Keeps what a file is now; a certificate of other bytes is forgotten."""
        with self._whole():
            self._goes_on()
            self._db.execute(
                "INSERT INTO files (path, size, mtime, sha256, cid, media_type, status) "
                "VALUES (?, ?, ?, ?, ?, ?, 'read') ON CONFLICT (path) DO UPDATE SET "
                "size = excluded.size, mtime = excluded.mtime, sha256 = excluded.sha256, "
                "cid = excluded.cid, media_type = excluded.media_type, basis = NULL, "
                "metadata = NULL, salt = NULL, certificate = NULL, status = 'read'",
                (os.fsencode(name), *row[:5]),
            )

    def touched(self, name: str, mtime: int) -> None:
        """The same bytes were written again."""
        with self._problems():
            self._db.execute(
                "UPDATE files SET mtime = ? WHERE path = ?", (mtime, os.fsencode(name))
            )

    def keep(
        self, made: Mapping[str, PreparedCertificate], status: str, basis: bytes | None = None
    ) -> None:
        """Keeps certificates by their files' paths, all or none, with what they were made from."""
        with self._whole():
            self._goes_on()
            for name, certificate in made.items():
                salt = certificate.anchor.salt
                if isinstance(certificate, SignedCertificate):
                    salt = certificate.consent.tree.salt
                self._db.execute(
                    "UPDATE files SET certificate = ?, metadata = ?, salt = ?, status = ?, "
                    "basis = coalesce(?, basis) WHERE path = ?",
                    (
                        json.dumps(certificate.to_json()),
                        certificate.certify.metadata,
                        salt,
                        status,
                        basis,
                        os.fsencode(name),
                    ),
                )

    def sending(self, names: Sequence[str], sent: Sent) -> None:
        """Keeps a signed transaction, before any node has it."""
        with self._whole():
            files = [os.fsencode(name).hex() for name in names]
            row = (json.dumps({"files": files, **sent.to_json()}),)
            self._db.execute("INSERT OR REPLACE INTO sent VALUES (1, ?)", row)
            self._mark(names, "sent")

    def sent(self) -> tuple[list[str], Sent] | None:
        """The transaction whose outcome is not known yet, and its files' paths."""
        with self._problems():
            found = self._db.execute("SELECT document FROM sent").fetchone()
            if found is None:
                return None
            document: Any = json.loads(found[0])
            names = [os.fsdecode(bytes.fromhex(name)) for name in document["files"]]
            return names, Sent.from_json(document)

    def settled(self, certified: Sequence[str]) -> None:
        """Its outcome is known: these files are certified."""
        with self._whole():
            self._db.execute("DELETE FROM sent")
            self._db.execute("UPDATE files SET status = 'signed' WHERE status = 'sent'")
            self._mark(certified, "certified")

    def certified(self, names: Sequence[str]) -> None:
        """These files are certified, whoever did it."""
        with self._whole():
            self._mark(names, "certified")

    def ended(self) -> None:
        """The run came to its end, and told what became of every file."""
        with self._problems():
            self._db.execute("INSERT OR REPLACE INTO run VALUES (?, '')", (_ENDED,))

    def _goes_on(self) -> None:
        self._db.execute("DELETE FROM run WHERE name = ?", (_ENDED,))

    def _mark(self, names: Sequence[str], status: str) -> None:
        rows = [(status, os.fsencode(name)) for name in names]
        self._db.executemany("UPDATE files SET status = ? WHERE path = ?", rows)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """All that the block writes, or nothing."""
        with self._problems():
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise JournalInUse(self.path) from None
            raise JournalProblem(self.path, str(error)) from None
        except OSError as error:
            raise JournalProblem(self.path, error.strerror or str(error)) from None
        except (sqlite3.Error, BadStatement, LookupError, TypeError, ValueError) as error:
            raise JournalProblem(self.path, f"it is damaged: {error}") from None
