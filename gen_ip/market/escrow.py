"""Sales with a delivery: the price waits until the buyer confirms, or the seller's posted delivery
stands unchallenged; else the buyer takes it back."""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any, TypeAlias

from gen_ip.chain.call import Call
from gen_ip.chain.errors import ChainError, NodeError
from gen_ip.chain.events import Event, word
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import NotInTime
from gen_ip.chain.session import Session
from gen_ip.deals import MEMBERS, Deal
from gen_ip.market import refusals
from gen_ip.market.refusals import DealNotInTime
from gen_ip.works.licenses import License, Licenses

Refusal: TypeAlias = Callable[[NotInTime, Deal], DealNotInTime]


class UnknownDeal(ChainError):
    """No deal of this hash was opened."""

    def __init__(self, deal_hash: bytes) -> None:
        self.deal_hash = deal_hash
        super().__init__(
            f"no deal 0x{deal_hash.hex()} was opened on this chain; check the hash and the chain"
        )


class Escrow:
    """What LicenseMarketplace does and tells of deliveries."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._licenses = Licenses(session)

    def opened(self, receipt: Receipt) -> Deal:
        """The deal that a fill opened."""
        return self._read(receipt.find("DealOpened"), receipt)

    def get(self, deal_hash: bytes) -> Deal:
        """A deal as it stands.

        Raises:
            UnknownDeal: none of this hash was opened.
        """
        for event in self._session.events("LicenseMarketplace", "DealOpened", word(deal_hash)):
            found = self._read(event)
            if found.hash != deal_hash:
                raise NodeError("eth_getLogs", "another deal than was asked for")
            return found
        raise UnknownDeal(deal_hash)

    def of_work(self, work: int) -> list[Deal]:
        """Deals about licenses of a work, open or not, oldest first."""
        events = self._session.events("LicenseMarketplace", "DealOpened", None, word(work))
        return [self._read(event) for event in events]

    def history(self, deal_hash: bytes) -> list[Event]:
        """What happened to a deal since it was opened, oldest first."""
        kinds = ("Delivered", "Challenged", "DealReleased", "DealRefunded")
        key = word(deal_hash)
        found = [self._session.events("LicenseMarketplace", kind, key) for kind in kinds]
        return sorted(chain(*found), key=lambda event: (event.block, event.log_index))

    def deliver(self, deal: Deal, evidence: bytes) -> Receipt:
        """Posts a delivery; `evidence` is its sha2-256."""
        call = self._session.calls.marketplace.deliver(deal, evidence)
        return self._send(call, deal, refusals.of_delivery)

    def challenge(self, deal: Deal, reason: bytes) -> Receipt:
        """Voids a posted delivery; `reason` is a sha2-256."""
        call = self._session.calls.marketplace.challenge(deal, reason)
        return self._send(call, deal, refusals.of_challenge)

    def release(self, deal: Deal) -> list[License]:
        """Pays the work and issues the licenses."""
        call = self._session.calls.marketplace.release(deal)
        receipt = self._send(call, deal, refusals.of_release)
        first = receipt.find("DealReleased").args["first_license_id"]
        return [self._licenses.get(first + i, receipt) for i in range(deal.count)]

    def refund(self, deal: Deal, to: str | None) -> Receipt:
        """Gives the price back to the buyer, at `to` (default: the account)."""
        receiver = self._session.receiver(to)
        call = self._session.calls.marketplace.refund(deal, receiver)
        return self._send(call, deal, refusals.of_refund)

    def _send(self, call: Call, deal: Deal, refusal: Refusal) -> Receipt:
        """Sends a step of a deal; `refusal` says which of its times stands in the way."""
        try:
            return self._session.send(call)
        except NotInTime as error:
            read = ("LicenseMarketplace", "dealState", deal.hash)
            _, delivered_at = self._session.read(*read)
            raise refusal(error, replace(deal, delivered_at=delivered_at)) from None

    def _read(self, event: Event, receipt: Receipt | None = None) -> Deal:
        struct = event.args["deal"]
        members: dict[str, Any] = {name: getattr(struct, name) for name in MEMBERS}
        is_open, delivered_at = self._session.read(
            "LicenseMarketplace", "dealState", event.args["deal_hash"]
        )
        return Deal(
            **members,
            fees=struct.fees,
            open=is_open,
            delivered_at=delivered_at,
            receipt=receipt,
        )
