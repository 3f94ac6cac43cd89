"""Calls of LicenseMarketplace: offers, sales, deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gen_ip import arguments
from gen_ip.calls.builder import Builder
from gen_ip.calls.certify import Entry
from gen_ip.chain.call import Call
from gen_ip.deals import Deal
from gen_ip.signing.offers import Approval, OfferStruct
from gen_ip.signing.statements import NOBODY


class Taking(NamedTuple):
    """What the taker of an offer chooses; see `Taking` in contracts/types/Offers.sol."""

    work: int
    works_path: tuple[bytes, ...] = ()
    quantity: int = 1
    recipient: str = NOBODY
    renew: int = 0
    creator: str = NOBODY
    content_hash: bytes = bytes(32)


class Fill(NamedTuple):
    """One offer, how its maker consented, and what is taken of it."""

    offer: OfferStruct
    approval: Approval
    taking: Taking


class Permit(NamedTuple):
    """An ERC-2612 permission for the price; `deadline` in seconds since the epoch."""

    deadline: int
    v: int
    r: bytes
    s: bytes


class Authorization(NamedTuple):
    """An ERC-3009 authorization of the price; times in seconds since the epoch. Its nonce is the
    marketplace's `authorizationNonce`."""

    sender: str
    valid_after: int
    valid_before: int
    v: int
    r: bytes
    s: bytes


class MarketplaceCalls(Builder):
    """See `gen_ip.calls`."""

    contract = "LicenseMarketplace"

    def post(self, offer: OfferStruct) -> Call:
        """Posts an offer. By its maker."""
        return self._call("post", offer)

    def cancel(self, offer_hash: bytes | str) -> Call:
        """Takes an offer of the sender back, posted or signed."""
        return self._call("cancel", arguments.bytes32("offer_hash", offer_hash))

    def cancel_all(self) -> Call:
        """Takes all offers back that the sender made so far."""
        return self._call("cancelAll")

    def fill(self, fill: Fill, *, value: int = 0) -> Call:
        """Fills an offer; `value` is the whole price where that is in ETH."""
        return self._call("fill", fill, value=arguments.unsigned("value", value))

    def fill_with_permit(self, fill: Fill, permit: Permit) -> Call:
        """Fills an ask with an ERC-2612 permission instead of an allowance."""
        return self._call("fillWithPermit", fill, permit)

    def fill_with_authorization(self, fill: Fill, authorization: Authorization) -> Call:
        """Fills an ask for somebody who authorized the price by ERC-3009. By anybody."""
        return self._call("fillWithAuthorization", fill, authorization)

    def fill_and_derive(self, fills: Sequence[Fill], entry: Entry, *, value: int = 0) -> Call:
        """Buys the licenses of all parents and certifies the derivative."""
        sent = arguments.unsigned("value", value)
        return self._call("fillAndDerive", list(fills), entry, value=sent)

    def certify_and_fill(self, entry: Entry, fill: Fill, *, value: int = 0) -> Call:
        """Certifies a work, unless somebody has, and fills an offer of it."""
        sent = arguments.unsigned("value", value)
        return self._call("certifyAndFill", entry, fill, value=sent)

    def deliver(self, deal: Deal, evidence: bytes | str) -> Call:
        """Posts a delivery, by the sha2-256 of what was delivered. By the seller."""
        return self._call("deliver", deal.as_tuple(), arguments.bytes32("evidence", evidence))

    def challenge(self, deal: Deal, reason: bytes | str) -> Call:
        """Voids a posted delivery; `reason` is a sha2-256. By the buyer."""
        return self._call("challenge", deal.as_tuple(), arguments.bytes32("reason", reason))

    def release(self, deal: Deal) -> Call:
        """Pays the work and issues the licenses. By the buyer, or by anybody once the delivery
        stands."""
        return self._call("release", deal.as_tuple())

    def refund(self, deal: Deal, to: str) -> Call:
        """Takes the price back to `to`. By the buyer."""
        return self._call("refund", deal.as_tuple(), arguments.address("to", to))
