"""Which sale a license came from, as the chain tells it: for a receipt."""

# ruff: noqa: N818

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gen_ip.chain import receipts
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import (
    DealOpened,
    DealReleased,
    Event,
    LicenseIssued,
    OfferFilled,
    Paid,
    word,
)
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import UnknownLicense
from gen_ip.chain.session import Session
from gen_ip.errors import GenIPError
from gen_ip.work import ETH


class NotSold(GenIPError):
    """A license was issued without a sale on the marketplace: given away, or by another market."""

    def __init__(self, license_id: int) -> None:
        self.license_id = license_id
        super().__init__(
            f"license {license_id} was not sold on the marketplace, so there is no receipt of it; "
            "`license paper` shows the license itself"
        )


@dataclass(frozen=True)
class Sale:
    """Licenses sold in one go. `price` in the token's smallest unit, `time` in seconds since the
    epoch; both are those of the transaction that issued the licenses.

    Attributes:
        first, count: the licenses' numbers.
        seller: who held the certificate at the end of that block, or the deal's seller.
        buyer: who paid; `recipient` got the licenses.
    """

    first: int
    count: int
    work: int
    terms_hash: bytes
    seller: str
    buyer: str
    recipient: str
    price: int
    token: str
    offer_hash: bytes
    tx_hash: str
    block: int
    time: int

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "licenses": [str(self.first + place) for place in range(self.count)],
            "work": str(self.work),
            "terms": f"0x{self.terms_hash.hex()}",
            "seller": self.seller,
            "buyer": self.buyer,
            "recipient": self.recipient,
            "price": str(self.price),
            "token": self.token,
            "offer": f"0x{self.offer_hash.hex()}",
            "tx_hash": self.tx_hash,
            "block": self.block,
            "time": self.time,
        }


def sale_of(session: Session, license_id: int) -> Sale:
    """The sale of a license.

    Raises:
        UnknownLicense: it does not exist.
        NotSold: it was not sold on the marketplace.
    """
    for issued in session.events("IPLicense", "LicenseIssued", word(license_id)):
        assert isinstance(issued, LicenseIssued)  # noqa: S101 - asked by its name; for mypy
        break
    else:
        raise UnknownLicense(license_id)
    raw = session.rpc.receipt(issued.tx_hash)
    if raw is None:
        raise NodeError("eth_getTransactionReceipt", f"it has no receipt of {issued.tx_hash}")
    receipt = receipts.receipt(receipts.mined(issued.tx_hash, raw))
    market = session.deployment.marketplace
    own = [event for event in receipt.events if event.address == market]
    for event in own:
        if isinstance(event, OfferFilled) and _among(
            license_id, event.first_license_id, event.count
        ):
            return _of_offer(session, issued, event, receipt)
        if isinstance(event, DealReleased) and event.first_license_id <= license_id:
            deal = _opened(session, event)
            if _among(license_id, event.first_license_id, deal.deal.count):
                return _of_deal(session, issued, event, deal)
    raise NotSold(license_id)


def _of_offer(
    session: Session, issued: LicenseIssued, filled: OfferFilled, receipt: Receipt
) -> Sale:
    # The payment that goes with it comes before it; a price of nothing has none.
    paid = [
        event
        for event in receipt.events
        if isinstance(event, Paid)
        and (event.address, event.work_id) == (session.deployment.splitter, filled.work_id)
        and event.log_index < filled.log_index
    ]
    return Sale(
        first=filled.first_license_id,
        count=filled.count,
        work=filled.work_id,
        terms_hash=issued.terms_hash,
        seller=_holder(session, filled),
        buyer=filled.buyer,
        recipient=filled.recipient,
        price=filled.paid,
        token=paid[-1].token if paid and filled.paid else ETH,
        offer_hash=filled.offer_hash,
        **_place(session, filled),
    )


def _of_deal(
    session: Session, issued: LicenseIssued, released: DealReleased, opened: DealOpened
) -> Sale:
    deal = opened.deal
    return Sale(
        first=released.first_license_id,
        count=deal.count,
        work=deal.work,
        terms_hash=issued.terms_hash,
        seller=deal.seller,
        buyer=deal.buyer,
        recipient=deal.recipient,
        price=deal.amount,
        token=deal.token,
        offer_hash=deal.offer_hash,
        **_place(session, released),
    )


def _opened(session: Session, released: DealReleased) -> DealOpened:
    topic = word(released.deal_hash)
    for event in session.events("LicenseMarketplace", "DealOpened", topic):
        assert isinstance(event, DealOpened)  # noqa: S101 - asked by its name; for mypy
        return event
    raise NodeError("eth_getLogs", f"no opening of deal 0x{released.deal_hash.hex()}")


def _holder(session: Session, filled: OfferFilled) -> str:
    """Who held the certificate at the end of the block."""
    moved = session.events("IPRegistry", "Transfer", None, None, word(filled.work_id))
    return str([event for event in moved if event.block <= filled.block][-1].args["to"])


def _place(session: Session, event: Event) -> dict[str, Any]:
    time = session.rpc.block(event.block).timestamp
    return {"tx_hash": event.tx_hash, "block": event.block, "time": time}


def _among(license_id: int, first: int, count: int) -> bool:
    return first <= license_id < first + count
