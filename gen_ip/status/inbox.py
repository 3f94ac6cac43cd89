"""What waits for an account: bids and counter-offers, sales, deliveries that are due, income that
can be collected. Pure: from what an index and an inbox of offers know, entries; newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from gen_ip.chain.reverts.base import moment
from gen_ip.deals import Deal
from gen_ip.market.offers import NO_HASH, Offer
from gen_ip.work import ETH


class Kind(Enum):
    """What an entry is about."""

    BID = "bid-received"
    COUNTER = "counter-received"
    SOLD = "sold"
    DELIVERY = "delivery-due"
    EARNINGS = "earnings-ready"


class Sale(NamedTuple):
    """An offer that was filled; `paid` in the token's smallest unit, `seller` who owned the work,
    `id` tells it from all others (an event's id)."""

    id: str
    offer: bytes
    work: int
    seller: str
    buyer: str
    licenses: int
    paid: int
    token: str
    time: int


class Income(NamedTuple):
    """What an account could collect of a work in a token, in its smallest unit; `since` is when the
    last payment came."""

    work: int
    owner: str
    token: str
    amount: int
    since: int


class Received(NamedTuple):
    """An offer that was handed in or posted, that could be filled when the facts were read."""

    offer: Offer
    time: int
    owner: str


@dataclass(frozen=True)
class Entry:
    """One line of an inbox.

    Attributes:
        id: tells it from every other for good, so that a reader knows what it has seen.
        time: when it came about, in seconds since the epoch.
        due: the last second to act, where there is one.
    """

    id: str
    kind: Kind
    time: int
    work: int
    text: str
    amount: int = 0
    token: str = ETH
    due: int | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "time": self.time,
            "work": str(self.work),
            "text": self.text,
            "amount": str(self.amount),
            "token": self.token,
            "due": self.due,
        }


def inbox(
    account: str,
    *,
    received: Iterable[Received] = (),
    sales: Iterable[Sale] = (),
    deals: Iterable[tuple[Deal, int]] = (),
    income: Iterable[Income] = (),
    at: int,
) -> list[Entry]:
    """What waits for an account at a time. `deals` come with when they were opened."""
    entries = [_of_offer(each) for each in received if _is_for(each, account, at)]
    entries += [_of_sale(each) for each in sales if each.seller == account]
    entries += [
        _of_deal(deal, opened)
        for deal, opened in deals
        if deal.seller == account and deal.open and not deal.delivered_at and at <= deal.deliver_by
    ]
    entries += [_of_income(each) for each in income if each.owner == account and each.amount > 0]
    return sorted({each.id: each for each in entries}.values(), key=_newest)


def _newest(entry: Entry) -> tuple[int, str]:
    return -entry.time, entry.id


def _is_for(received: Received, account: str, at: int) -> bool:
    offer = received.offer
    if offer.maker == account or (0 < offer.deadline < at) or at < offer.valid_from:
        return False
    if offer.counter_to != NO_HASH:
        return offer.taker == account
    return offer.kind.is_bid and received.owner == account and offer.taker in (ETH, account)


def _of_offer(received: Received) -> Entry:
    offer = received.offer
    counter = offer.counter_to != NO_HASH
    what = "the certificate" if offer.kind.is_certificate else f"{offer.quantity:,} licenses"
    verb = "bids for" if offer.kind.is_bid else "offers"
    text = f"{offer.maker} {verb} {what} of work {offer.work}"
    if counter:
        text += f", in answer to offer 0x{offer.counter_to.hex()}"
    return Entry(
        id=f"offer:0x{offer.hash.hex()}",
        kind=Kind.COUNTER if counter else Kind.BID,
        time=received.time,
        work=offer.work,
        text=f"{text}.",
        amount=offer.price,
        token=offer.token,
        due=offer.deadline or None,
    )


def _of_sale(sale: Sale) -> Entry:
    what = f"{sale.licenses:,} licenses" if sale.licenses else "the certificate"
    return Entry(
        f"sale:{sale.id}",
        Kind.SOLD,
        sale.time,
        sale.work,
        f"{sale.buyer} bought {what} of work {sale.work}.",
        sale.paid,
        sale.token,
    )


def _of_deal(deal: Deal, opened: int) -> Entry:
    return Entry(
        f"deal:0x{deal.hash.hex()}",
        Kind.DELIVERY,
        opened,
        deal.work,
        f"{deal.buyer} waits for a delivery for work {deal.work}, until {moment(deal.deliver_by)}.",
        deal.amount,
        deal.token,
        deal.deliver_by,
    )


def _of_income(income: Income) -> Entry:
    # Another payment is another entry: whoever saw the last one is told anew.
    return Entry(
        f"income:{income.work}:{income.token}:{income.since}:{income.amount}",
        Kind.EARNINGS,
        income.since,
        income.work,
        f"Work {income.work} has income to collect.",
        income.amount,
        income.token,
    )


def to_json(account: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """An inbox for JSON."""
    return {"account": account, "entries": [each.to_json() for each in entries]}
