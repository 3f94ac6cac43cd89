"""Signed offers that were handed in: asks, bids and counter-offers, listed until they end."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.market.offers import SignedOffer
from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import OFFERED, OFFERS

MOST_OFFERS = 1_000
"""Offers of one maker that have not ended."""


class KeptOffers:
    """The offers in the operator's database; what is added was checked before
    (`gen_ip.status.offers.require_usable`)."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(self, signed: SignedOffer, at: int) -> bool:
        """Keeps an offer; whether it is new. `at` is now, in seconds since the epoch.

        Raises:
            NotTaken: one too many of its maker.
            RecordsUnavailable.
        """
        offer = signed.offer
        row = {
            "hash": offer.hash,
            "maker": offer.maker,
            "taker": offer.taker,
            "deadline": offer.deadline,
            "document": json.dumps(signed.to_json()),
            "received": int(time.time()),
        }
        with self._records.open() as database:
            if database.execute(_by_hash(offer.hash)).one_or_none() is not None:
                return False
            self._drop_ended(database, offer.maker, at)
            count = sql.select(sql.func.count()).select_from(OFFERS)
            if database.execute(count.where(OFFERS.c.maker == offer.maker)).scalar_one() >= (
                MOST_OFFERS
            ):
                raise NotTaken(
                    f"offer 0x{offer.hash.hex()}", f"{MOST_OFFERS:,} of its maker are kept"
                )
            self._records.put(database, OFFERS, row)
            for work in signed.works or (offer.work,):
                self._records.put(database, OFFERED, {"work": str(work), "offer": offer.hash})
        return True

    def get(self, offer: bytes) -> SignedOffer:
        """An offer by its hash.

        Raises:
            UnknownName: it is not kept here.
            RecordsUnavailable.
        """
        with self._records.open(write=False) as database:
            text = database.execute(_by_hash(offer)).scalar_one_or_none()
        if text is None:
            raise UnknownName("offer", f"0x{offer.hex()}")
        return SignedOffer.from_json(json.loads(text))

    def of_work(self, work: int, at: int, most: int) -> Sequence[tuple[SignedOffer, int]]:
        """The offers for a work that have not ended, each with when it came, the newest first.

        Raises:
            RecordsUnavailable.
        """
        return self._read(_OF_WORK, work=str(work), at=at, most=most)

    def to(self, account: str, at: int, most: int) -> Sequence[tuple[SignedOffer, int]]:
        """The offers that only this account may take, likewise: counter-offers among them.

        Raises:
            RecordsUnavailable.
        """
        return self._read(_TO, account=account, at=at, most=most)

    def _read(self, asked: Prepared, **values: Any) -> list[tuple[SignedOffer, int]]:
        with self._records.open(write=False) as database:
            rows = asked(database, **values)
        return [(SignedOffer.from_json(json.loads(text)), received) for text, received in rows]

    def _drop_ended(self, database: sql.Connection, maker: str, at: int) -> None:
        ended = sql.select(OFFERS.c.hash).where(OFFERS.c.maker == maker, OFFERS.c.deadline < at)
        gone = database.execute(ended).scalars().all()
        database.execute(sql.delete(OFFERED).where(OFFERED.c.offer.in_(gone)))
        database.execute(sql.delete(OFFERS).where(OFFERS.c.hash.in_(gone)))


def _by_hash(offer: bytes) -> sql.Select[Any]:
    return sql.select(OFFERS.c.document).where(OFFERS.c.hash == offer)


def _live(asked: sql.Select[Any]) -> Prepared:
    """Those that have not ended `at` a time, the newest first, at most `most`."""
    return Prepared(
        asked.where(OFFERS.c.deadline >= sql.bindparam("at"))
        .order_by(OFFERS.c.received.desc(), OFFERS.c.hash)
        .limit(sql.bindparam("most"))
    )


_KEPT = sql.select(OFFERS.c.document, OFFERS.c.received)
_OF_WORK = _live(
    _KEPT.join(OFFERED, OFFERED.c.offer == OFFERS.c.hash).where(
        OFFERED.c.work == sql.bindparam("work")
    )
)
_TO = _live(_KEPT.where(OFFERS.c.taker == sql.bindparam("account")))
