"""What a site keeps between a visitor's requests, beside its queue and in the same database."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.market.offers import SignedOffer
from gen_ip.platform.errors import QueueUnavailable
from gen_ip.platform.queue import Queue
from gen_ip.platform.ready import Ready
from gen_ip.platform.web.errors import TooManyPrepared, UnknownPrepared
from gen_ip.platform.web.tables import DELEGATIONS, OFFERS, PREPARED, TABLES
from gen_ip.works.certificates import SignedDelegation

_DAY = 86_400


class Kept:
    """Prepared uploads, delegations and offers. May be used from several threads and processes.

    Raises:
        QueueUnavailable: from it and its methods, the database cannot be used.
    """

    def __init__(self, queue: Queue) -> None:
        self._engine, self._name = queue.engine, queue.name
        self._refusals = databases.refusals(self._engine)
        with self._open() as database:
            databases.alone(database)
            TABLES.create_all(database)

    def prepare(self, ready: Ready, offers: Mapping[str, SignedOffer], kind: str, most: int) -> str:
        """Keeps what a creator will sign for a day; the name under which it is found again.

        Args:
            ready: the certificate.
            offers: of licenses, by the names of their terms, not signed yet.
            kind: as the creator states it; empty for what the bytes say.
            most: prepared within a day.

        Raises:
            TooManyPrepared: the creator has had `most` prepared within a day.
        """
        now = int(time.time())
        creator = ready.certificate.certify.creator
        document = {
            "ready": ready.to_json(),
            "offers": {name: each.to_json() for name, each in offers.items()},
            "kind": kind,
        }
        table = PREPARED.c
        made = secrets.token_hex(16)
        with self._open() as database:
            database.execute(sql.delete(PREPARED).where(table.created < now - _DAY))
            count = sql.select(sql.func.count()).where(table.creator == creator)
            if database.execute(count).scalar_one() >= most:
                raise TooManyPrepared(most)
            row = {"id": made, "creator": creator, "document": _text(document), "created": now}
            database.execute(sql.insert(PREPARED).values(row))
        return made

    def prepared(self, name: str, creator: str) -> tuple[Ready, dict[str, SignedOffer], str]:
        """What was prepared for a creator under a name: as it was given to `prepare`.

        Raises:
            UnknownPrepared: there is none, or it is another's.
        """
        mine = (PREPARED.c.id == name) & (PREPARED.c.creator == creator)
        with self._open(write=False) as database:
            found = database.execute(sql.select(PREPARED.c.document).where(mine)).scalar()
        if found is None:
            raise UnknownPrepared(name)
        document = json.loads(found)
        offers = {name: SignedOffer.from_json(each) for name, each in document["offers"].items()}
        return Ready.from_json(document["ready"]), offers, document["kind"]

    def keep_delegation(self, delegation: SignedDelegation) -> None:
        """Keeps a creator's delegation in the place of the one before."""
        row = {
            "creator": delegation.delegation.creator,
            "document": _text(delegation.to_json()),
            "expiry": delegation.delegation.expiry,
        }
        with self._open() as database:
            mine = DELEGATIONS.c.creator == row["creator"]
            database.execute(sql.delete(DELEGATIONS).where(mine))
            database.execute(sql.insert(DELEGATIONS).values(row))

    def delegation(self, creator: str) -> SignedDelegation | None:
        """What a creator signed once for all uploads, while it lasts."""
        table = DELEGATIONS.c
        # A minute for the transaction.
        mine = (table.creator == creator) & (table.expiry > int(time.time()) + 60)
        with self._open(write=False) as database:
            found = database.execute(sql.select(table.document).where(mine)).scalar()
        return None if found is None else SignedDelegation.from_json(json.loads(found))

    def forget_delegation(self, creator: str) -> None:
        """Uses a creator's delegation no more."""
        with self._open() as database:
            database.execute(sql.delete(DELEGATIONS).where(DELEGATIONS.c.creator == creator))

    def keep_offers(self, key: str, offers: Mapping[str, SignedOffer]) -> None:
        """Keeps the offers of an upload, by the names of their terms."""
        with self._open() as database:
            database.execute(sql.delete(OFFERS).where(OFFERS.c.key == key))
            for name, each in offers.items():
                row = {"key": key, "name": name, "document": _text(each.to_json())}
                database.execute(sql.insert(OFFERS).values(row))

    def offers(self, key: str) -> dict[str, SignedOffer]:
        """Licenses of an upload that are for sale, by the names of their terms."""
        asked = sql.select(OFFERS.c.name, OFFERS.c.document).where(OFFERS.c.key == key)
        with self._open(write=False) as database:
            rows = database.execute(asked.order_by(OFFERS.c.name)).all()
        return {row.name: SignedOffer.from_json(json.loads(row.document)) for row in rows}

    @contextmanager
    def _open(self, *, write: bool = True) -> Iterator[sql.Connection]:
        try:
            with self._engine.connect() as plain:
                database = plain.execution_options(**(databases.WRITING if write else {}))
                with database.begin():
                    yield database
        except self._refusals as error:
            raise QueueUnavailable(self._name, databases.reason(error)) from None


def _text(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
