"""What LicenseMarketplace logs: offers, sales, deals."""

from __future__ import annotations

import json

from gen_ip.chain import events
from gen_ip.index.reducing.base import Where, change, entry, row_or
from gen_ip.index.state import State
from gen_ip.jsonable import jsonable
from gen_ip.signing.offers import OFFER, OfferKind
from gen_ip.signing.statements import NOBODY


def offer_posted(event: events.OfferPosted, where: Where, state: State) -> None:
    """An offer stands on chain."""
    offer = event.offer
    row = {
        "hash": event.offer_hash,
        "work": event.work_id,
        "maker": event.maker,
        "taker": offer.taker,
        "kind": offer.kind,
        "terms_hash": offer.terms_hash,
        "token": offer.token,
        "price": offer.price,
        "quantity": offer.quantity,
        "counter": offer.counter,
        "counter_to": offer.counter_to,
        "transfers": offer.transfers,
        "valid_from": offer.valid_from,
        "deadline": offer.deadline,
        "document": _document(OFFER.message(offer)),
        "posted": where.time,
    }
    state.put("offers", (event.offer_hash,), row)


def offer_cancelled(event: events.OfferCancelled, where: Where, state: State) -> None:
    """An offer was taken back, or answered by another."""
    row = {"offer": event.offer_hash, "maker": event.maker, "time": where.time}
    state.put("cancellations", (event.offer_hash,), row)


def all_cancelled(event: events.AllCancelled, where: Where, state: State) -> None:
    """All offers with a lower counter are void."""
    row = {"maker": event.maker, "counter": event.counter}
    state.put("counters", (event.maker,), row)


def offer_filled(event: events.OfferFilled, where: Where, state: State) -> None:
    """An offer was taken."""
    before = row_or(state, "fills", (event.offer_hash,), {"count": 0})["count"]
    row = {"offer": event.offer_hash, "count": before + event.count}
    state.put("fills", (event.offer_hash,), row)
    work = state.get("works", (event.work_id,))
    certificate = _is_certificate(event, where, state)
    seller = NOBODY if work is None else work["moved_from" if certificate else "owner"]
    entry(
        state,
        "sales",
        where,
        offer=event.offer_hash,
        work=event.work_id,
        maker=event.maker,
        seller=seller,
        buyer=event.buyer,
        recipient=event.recipient,
        first_license=event.first_license_id,
        licenses=0 if certificate else event.count,
        paid=event.paid,
        tx_hash=where.tx_hash,
        time=where.time,
    )


def _is_certificate(event: events.OfferFilled, where: Where, state: State) -> bool:
    """Whether the certificate itself was sold: it changed hands in this transaction, from one of
    the two, and no license was issued."""
    posted = state.get("offers", (event.offer_hash,))
    if posted is not None:
        return bool(posted["kind"] >= OfferKind.CERTIFICATE_ASK)
    work = state.get("works", (event.work_id,))
    if work is None or event.first_license_id or work["moved_in"] != where.tx_hash:
        return False
    return bool(work["owner"] == event.recipient)


def deal_opened(event: events.DealOpened, where: Where, state: State) -> None:
    """A price waits for a delivery."""
    deal = event.deal
    row = {
        "hash": event.deal_hash,
        "offer": deal.offer_hash,
        "work": event.work_id,
        "buyer": event.buyer,
        "seller": deal.seller,
        "token": deal.token,
        "amount": deal.amount,
        "deliver_by": deal.deliver_by,
        "document": _document(deal),
        "opened": where.time,
        "delivered": 0,
        "evidence": None,
        "challenge_until": 0,
        "ended": None,
        "ended_at": 0,
        "first_license": 0,
        "challenged": False,
    }
    state.put("deals", (event.deal_hash,), row)


def delivered(event: events.Delivered, where: Where, state: State) -> None:
    """The seller posted a delivery."""
    change(
        state,
        "deals",
        (event.deal_hash,),
        delivered=where.time,
        evidence=event.evidence,
        challenge_until=event.challenge_until,
    )


def challenged(event: events.Challenged, where: Where, state: State) -> None:
    """The delivery is void."""
    change(
        state,
        "deals",
        (event.deal_hash,),
        delivered=0,
        evidence=None,
        challenge_until=0,
        challenged=True,
    )


def deal_released(event: events.DealReleased, where: Where, state: State) -> None:
    """The work was paid, the licenses issued."""
    change(
        state,
        "deals",
        (event.deal_hash,),
        ended="released",
        ended_at=where.time,
        first_license=event.first_license_id,
    )


def deal_refunded(event: events.DealRefunded, where: Where, state: State) -> None:
    """The buyer has the price back."""
    change(state, "deals", (event.deal_hash,), ended="refunded", ended_at=where.time)


def _document(struct: object) -> str:
    """A struct with its members' names; numbers as decimal text, bytes as hex."""
    return json.dumps(jsonable(struct), separators=(",", ":"))
