"""What LicenseMarketplace logs."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.chain.events.base import Account, DealHash, Event, LicenseId, OfferHash, WorkId
from gen_ip.signing.offers import FeeShare, OfferStruct


@dataclass(frozen=True)
class DealStruct:
    """A deal as the marketplace hashes it; `gen_ip.deals.Deal` explains the members."""

    offer_hash: bytes
    number: int
    buyer: Account
    recipient: Account
    seller: Account
    work: int
    terms_hash: bytes
    count: int
    token: str
    amount: int
    deliver_by: int
    challenge_window: int
    transfers: int
    encumbrance: bytes
    fees: tuple[FeeShare, ...]


@dataclass(frozen=True)
class OfferPosted(Event):
    """An offer stands on chain. `work_id` is 0 where it names several works by a root."""

    offer_hash: OfferHash
    work_id: WorkId
    maker: Account
    offer: OfferStruct


@dataclass(frozen=True)
class OfferCancelled(Event):
    """A maker took an offer back."""

    offer_hash: OfferHash
    maker: Account


@dataclass(frozen=True)
class AllCancelled(Event):
    """A maker took all its offers back: those with a lower counter are void."""

    maker: Account
    counter: int


@dataclass(frozen=True)
class OfferFilled(Event):
    """An offer was taken. `paid` is the whole price, in the smallest unit of the offer's token;
    `first_license_id` the first of `count` licenses, 0 where none was issued."""

    offer_hash: OfferHash
    work_id: WorkId
    buyer: Account
    maker: Account
    recipient: Account
    first_license_id: int
    count: int
    paid: int


@dataclass(frozen=True)
class DealOpened(Event):
    """A price waits for a delivery."""

    deal_hash: DealHash
    work_id: WorkId
    buyer: Account
    deal: DealStruct


@dataclass(frozen=True)
class Delivered(Event):
    """The seller posted a delivery; it can be challenged until then."""

    deal_hash: DealHash
    evidence: bytes
    challenge_until: int


@dataclass(frozen=True)
class Challenged(Event):
    """The buyer challenged a delivery, which is void."""

    deal_hash: DealHash
    reason: bytes


@dataclass(frozen=True)
class DealReleased(Event):
    """The work was paid and the licenses issued."""

    deal_hash: DealHash
    first_license_id: LicenseId


@dataclass(frozen=True)
class DealRefunded(Event):
    """The buyer got the price back."""

    deal_hash: DealHash
    to: Account
    amount: int
