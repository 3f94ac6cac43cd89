"""Offers as they can be taken now, what was sold, and prices that wait for a delivery."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import FEES, PAYMENTS
from gen_ip.index.schema.trading import CANCELLATIONS, COUNTERS, DEALS, FILLS, OFFERS, SALES
from gen_ip.index.schema.works import WORKS
from gen_ip.index.types import Amount
from gen_ip.signing.offers import OfferKind
from gen_ip.signing.statements import NOBODY

# Seconds after the window in which the seller may still release what was delivered.
_REFUND_AFTER = 30 * 86_400
_ASKS = (int(OfferKind.LICENSE_ASK), int(OfferKind.CERTIFICATE_ASK))


@dataclass(frozen=True)
class IndexedOffer:
    """An offer posted on chain; `filled` of `quantity` are taken. `price` in the token's smallest
    unit; `document` is the contract's struct."""

    hash: bytes
    work: int
    maker: str
    taker: str
    kind: OfferKind
    terms_hash: bytes
    token: str
    price: int
    quantity: int
    filled: int
    valid_from: int
    deadline: int
    posted: int
    document: dict[str, Any]


@dataclass(frozen=True)
class IndexedSale:
    """An offer that was taken. `licenses` 0: the certificate. `token` is None where nothing was
    paid."""

    block: int
    log_index: int
    offer: bytes
    work: int
    maker: str
    seller: str
    buyer: str
    first_license: int
    licenses: int
    paid: int
    token: str | None
    tx_hash: bytes
    time: int


def open_offers(
    view: View, at: int, *, work: int | None = None, maker: str | None = None, limit: int = 200
) -> Sequence[IndexedOffer]:
    """Offers that stand at a time: not taken back, not used up, and of asks those whose maker still
    owns the work as they did then; the cheapest first."""
    values = {"at": at, "most": limit}
    if work is not None:
        rows = _OPEN_OF_WORK(view.connection, work=work, **values)
    elif maker is not None:
        rows = _OPEN_OF_MAKER(view.connection, maker=maker, **values)
    else:
        rows = _OPEN(view.connection, **values)
    named = (SimpleNamespace(**dict(zip(_NAMES, each, strict=True))) for each in rows)
    return [
        _offer(row)
        for row in named
        if row.counter == (row.of_maker or 0)
        and (row.kind not in _ASKS or row.transfers == row.now)
    ]


_POSTED = tuple(OFFERS.columns)
_NAMES = [*(each.name for each in _POSTED), "taken", "now", "of_maker"]


def _standing(*which: sql.ColumnElement[bool]) -> Prepared:
    fitting = [OFFERS.c.kind != kind for kind in _ASKS]
    at = sql.bindparam("at", type_=Amount())
    return Prepared(
        sql.select(*_POSTED, FILLS.c.count, WORKS.c.transfers, COUNTERS.c.counter)
        .select_from(
            OFFERS.outerjoin(FILLS, FILLS.c.offer == OFFERS.c.hash)
            .outerjoin(CANCELLATIONS, CANCELLATIONS.c.offer == OFFERS.c.hash)
            .outerjoin(COUNTERS, COUNTERS.c.maker == OFFERS.c.maker)
            .outerjoin(WORKS, WORKS.c.id == OFFERS.c.work)
        )
        .where(*which, CANCELLATIONS.c.offer.is_(None))
        .where(sql.or_(sql.and_(*fitting), WORKS.c.owner == OFFERS.c.maker))
        .where(sql.or_(OFFERS.c.deadline == 0, OFFERS.c.deadline >= at))
        .where(OFFERS.c.valid_from <= at)
        .where(sql.or_(FILLS.c.count.is_(None), FILLS.c.count < OFFERS.c.quantity))
        .order_by(OFFERS.c.price, OFFERS.c.posted, OFFERS.c.hash)
        .limit(sql.bindparam("most", type_=sql.Integer))
    )


_OPEN = _standing()
_OPEN_OF_WORK = _standing(OFFERS.c.work == sql.bindparam("work"))
_OPEN_OF_MAKER = _standing(OFFERS.c.maker == sql.bindparam("maker"))


def offer(view: View, offer_hash: bytes) -> IndexedOffer | None:
    """A posted offer, open or not; None where it was never posted."""
    asked = (
        sql.select(OFFERS, FILLS.c.count.label("taken"))
        .select_from(OFFERS.outerjoin(FILLS, FILLS.c.offer == OFFERS.c.hash))
        .where(OFFERS.c.hash == offer_hash)
    )
    row = view.connection.execute(asked).one_or_none()
    return None if row is None else _offer(row)


def filled(view: View, offer_hash: bytes) -> int:
    """How many licenses of an offer, posted or signed, were taken."""
    row = _FILLED.one(view.connection, offer=offer_hash)
    return 0 if row is None else int(row[0])


def cancelled(view: View, offer_hash: bytes) -> bool:
    """Whether an offer was taken back, or answered."""
    return _CANCELLED.one(view.connection, offer=offer_hash) is not None


def counter(view: View, maker: str) -> int:
    """A maker's counter: offers with another are void."""
    row = _COUNTER.one(view.connection, maker=maker)
    return 0 if row is None else int(row[0])


def sales(
    view: View, *, work: int | None = None, seller: str | None = None, limit: int = 100
) -> Sequence[IndexedSale]:
    """What was sold of a work, or by an account, the newest first."""
    # Of a certificate the price goes to the seller, as a fee of nothing.
    paid_in, owed_in = (
        sql.select(table.c.token)
        .where(table.c.tx_hash == SALES.c.tx_hash, table.c.work == SALES.c.work)
        .limit(1)
        .scalar_subquery()
        for table in (PAYMENTS, FEES)
    )
    posted_in = sql.select(OFFERS.c.token).where(OFFERS.c.hash == SALES.c.offer).scalar_subquery()
    asked = sql.select(
        SALES, sql.func.coalesce(posted_in, paid_in, owed_in).label("token")
    ).order_by(SALES.c.block.desc(), SALES.c.log_index.desc())
    if work is not None:
        asked = asked.where(SALES.c.work == work)
    if seller is not None:
        asked = asked.where(SALES.c.seller == seller)
    return [
        IndexedSale(
            row.block,
            row.log_index,
            row.offer,
            row.work,
            row.maker,
            row.seller,
            row.buyer,
            row.first_license,
            row.licenses,
            row.paid,
            row.token,
            row.tx_hash,
            row.time,
        )
        for row in view.connection.execute(asked.limit(limit))
    ]


def open_deals(view: View, account: str) -> Sequence[tuple[dict[str, Any], int, int]]:
    """Prices that wait, of which the account is seller or buyer: the contract's struct, when it was
    opened, and when the delivery that stands was posted (0: none)."""
    asked = (
        sql.select(DEALS)
        .where(DEALS.c.ended.is_(None))
        .where(sql.or_(DEALS.c.seller == account, DEALS.c.buyer == account))
        .order_by(DEALS.c.opened, DEALS.c.hash)
    )
    return [
        (json.loads(row.document), row.opened, row.delivered)
        for row in view.connection.execute(asked)
    ]


def reserved(view: View, work: int, transfers: int, at: int) -> bool:
    """Whether the price of an exclusive license waits in the marketplace, so that it sells nothing
    else of the work: while its buyer cannot take the price back, and the certificate stays."""
    asked = sql.select(DEALS).where(DEALS.c.work == work, DEALS.c.ended.is_(None))
    for row in view.connection.execute(asked):
        deal = json.loads(row.document)
        until = row.challenge_until + _REFUND_AFTER if row.delivered else row.deliver_by
        bound = int(deal["encumbrance"], 16) and int(deal["transfers"]) == transfers
        if bound and at <= until:
            return True
    return False


_FILLED = Prepared(sql.select(FILLS.c.count).where(FILLS.c.offer == sql.bindparam("offer")))
_CANCELLED = Prepared(
    sql.select(CANCELLATIONS.c.offer).where(CANCELLATIONS.c.offer == sql.bindparam("offer"))
)
_COUNTER = Prepared(
    sql.select(COUNTERS.c.counter).where(COUNTERS.c.maker == sql.bindparam("maker"))
)


def _offer(row: Any) -> IndexedOffer:
    return IndexedOffer(
        row.hash,
        row.work,
        row.maker,
        row.taker,
        OfferKind(row.kind),
        row.terms_hash,
        row.token,
        row.price,
        row.quantity,
        row.taken or 0,
        row.valid_from,
        row.deadline,
        row.posted,
        json.loads(row.document),
    )


def is_for_anyone(offer: IndexedOffer) -> bool:
    """Whether everybody may take it."""
    return offer.taker == NOBODY
