"""API keys: given once, kept as hashes.

A key is `genip_ID_SECRET`; the secret has 256 random bits, so that one SHA-256 of it is enough.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import asdict, dataclass

import sqlalchemy as sql

from gen_ip.service.errors import UnknownName
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import API_KEYS

_FORM = re.compile(r"genip_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
_ID_BYTES, _SECRET_BYTES = 6, 32
# Compared with where there is no such key, so that both take as long.
_NOTHING = bytes(32)
_SHOWN = (API_KEYS.c.id, API_KEYS.c.name, API_KEYS.c.created)


@dataclass(frozen=True)
class Key:
    """What is kept of a key: `id`, the operator's `name` for it, when it was made."""

    id: str
    name: str
    created: int


class Keys:
    """The API keys in the operator's database."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, name: str) -> tuple[Key, str]:
        """A new key and its text, which cannot be told again.

        Raises:
            RecordsUnavailable.
        """
        made = Key(secrets.token_hex(_ID_BYTES), name, int(time.time()))
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        with self._records.open() as database:
            row = {**asdict(made), "digest": _digest(secret)}
            database.execute(sql.insert(API_KEYS).values(row))
        return made, f"genip_{made.id}_{secret}"

    def list(self) -> list[Key]:
        """All keys, the oldest first.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            every = sql.select(*_SHOWN).order_by(API_KEYS.c.created, API_KEYS.c.id)
            return [Key(*row) for row in database.execute(every)]

    def remove(self, key_id: str) -> None:
        """Takes a key out: from now on it opens nothing.

        Raises:
            UnknownName: there is none of this id.
            RecordsUnavailable.
        """
        with self._records.open() as database:
            done = database.execute(sql.delete(API_KEYS).where(API_KEYS.c.id == key_id))
            if not done.rowcount:
                raise UnknownName("key", key_id)

    def holder(self, text: str) -> Key | None:
        """The key that a caller shows, if it is one.

        Raises:
            RecordsUnavailable.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            return None
        with self._records.open(write=False) as database:
            one = sql.select(*_SHOWN, API_KEYS.c.digest).where(API_KEYS.c.id == form[1])
            row = database.execute(one).one_or_none()
        kept = _NOTHING if row is None else row.digest
        if not hmac.compare_digest(kept, _digest(form[2])) or row is None:
            return None
        return Key(*row[:3])


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
