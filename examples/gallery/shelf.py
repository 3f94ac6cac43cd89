"""What the gallery keeps: its users' sessions, and what they posted."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DAY = 86_400
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
    token BLOB PRIMARY KEY, account TEXT, message TEXT, until INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS posts (
    id INTEGER PRIMARY KEY, key TEXT UNIQUE, account TEXT NOT NULL, title TEXT NOT NULL,
    kind TEXT NOT NULL, file TEXT NOT NULL, excerpt TEXT NOT NULL, created INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Post:
    """Something that somebody shows.

    Attributes:
        id: its number in the gallery.
        key: of its certificate; None where it has none.
        account: whose it is.
        title: its name.
        kind: `image`, `model` or `text`.
        file: its file's name in the gallery's folder.
        excerpt: the beginning of a text.
    """

    id: int
    key: str | None
    account: str
    title: str
    kind: str
    file: str
    excerpt: str


class Shelf:
    """In an SQLite file; may be used from several threads."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript(_SCHEMA)

    def close(self) -> None:
        """Lets the file go."""
        self._database.close()

    # ------------------------------------------------------------- sessions

    def begin(self, message: str) -> str:
        """A session that waits for a signature of a message: its secret."""
        token = secrets.token_urlsafe(24)
        self._run("DELETE FROM sessions WHERE until < ?", int(time.time()))
        row = (_hash(token), message, int(time.time()) + 600)
        self._run("INSERT INTO sessions (token, message, until) VALUES (?, ?, ?)", *row)
        return token

    def waiting(self, token: str) -> str | None:
        """The message that a session waits to have signed."""
        asked = "SELECT message FROM sessions WHERE token = ? AND account IS NULL AND until >= ?"
        found = self._run(asked, _hash(token), int(time.time()))
        return found[0][0] if found else None

    def enter(self, token: str, account: str) -> str:
        """A session of an account in the place of the one that waited: another secret."""
        self.leave(token)
        made = secrets.token_urlsafe(24)
        row = (_hash(made), account, int(time.time()) + 30 * _DAY)
        self._run("INSERT INTO sessions (token, account, until) VALUES (?, ?, ?)", *row)
        return made

    def account(self, token: str | None) -> str | None:
        """Whose session it is."""
        if not token:
            return None
        asked = "SELECT account FROM sessions WHERE token = ? AND until >= ?"
        found = self._run(asked, _hash(token), int(time.time()))
        return found[0][0] if found else None

    def leave(self, token: str) -> None:
        """Ends a session."""
        self._run("DELETE FROM sessions WHERE token = ?", _hash(token))

    # ---------------------------------------------------------------- posts

    def post(
        self, key: str | None, account: str, title: str, kind: str, file: str, excerpt: str
    ) -> int:
        """Shows something: its number. What is shown under its key already stays as it is."""
        if key is not None and (there := self._run("SELECT id FROM posts WHERE key = ?", key)):
            return int(there[0][0])
        row = (key, account, title, kind, file, excerpt, int(time.time()))
        made = self._run(
            "INSERT INTO posts (key, account, title, kind, file, excerpt, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
            *row,
        )
        return int(made[0][0])

    def get(self, number: int) -> Post | None:
        """What has a number."""
        found = self._posts("id = ?", number)
        return found[0] if found else None

    def newest(self, before: int, most: int) -> list[Post]:
        """What was posted last, below a number."""
        return self._posts("id < ? ORDER BY id DESC LIMIT ?", before, most)

    def of(self, account: str, most: int) -> list[Post]:
        """What an account posted last."""
        return self._posts("account = ? ORDER BY id DESC LIMIT ?", account, most)

    def _posts(self, where: str, *values: object) -> list[Post]:
        columns = "id, key, account, title, kind, file, excerpt"
        asked = f"SELECT {columns} FROM posts WHERE {where}"  # noqa: S608 - written above
        return [Post(*row) for row in self._run(asked, *values)]

    def _run(self, asked: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(asked, values).fetchall()


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
