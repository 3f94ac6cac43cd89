"""Refusals of the marketplace in words that say which of several reasons it was.

Each is a subclass of the contract's own error, with what is known beyond it.
"""

# Named like the contract's errors.

from __future__ import annotations

from gen_ip.chain.reverts import (
    ContractError,
    NotInTime,
    NotOwner,
    OfferNotInTime,
    OfferNotOpen,
)
from gen_ip.chain.reverts.base import moment
from gen_ip.deals import Deal
from gen_ip.market.offers import Offer


class CertificateSold(NotOwner):
    """The certificate went from the maker of an ask to somebody else since."""

    work_id: int
    caller: str
    owner: str
    text = (
        "the certificate of work {work_id} went from {caller}, who made the offer, to {owner}; "
        "offers end with the certificate: ask {owner} for another"
    )


class OfferNotYetOpen(OfferNotInTime):
    """The offer's `valid_from` is still to come."""

    offer_hash: bytes
    valid_from: int
    deadline: int
    time: int
    text = (
        "it is {time}, offer {offer_hash} cannot be filled before its valid_from, "
        "{valid_from}; fill it then"
    )


class OfferExpired(OfferNotInTime):
    """The offer's `deadline` has passed."""

    offer_hash: bytes
    valid_from: int
    deadline: int
    time: int
    text = (
        "it is {time}, offer {offer_hash} could be filled until its deadline, {deadline}; ask for "
        "another"
    )


class OfferOver(OfferNotOpen):
    """The offer can be taken no longer; `why` says for which reason."""

    def __init__(self, offer_hash: bytes, why: str) -> None:
        self.why = why
        super().__init__(offer_hash)
        self.args = (f"{self.args[0]}: {why}",)

    offer_hash: bytes
    text = "offer {offer_hash} can be taken no longer"


class DealNotInTime(NotInTime):
    """A step of a deal is too early or too late.

    `limit` names the time that stands in the way: `deliver_by`, `delivered_at`, `challenge_until`
    or `refund_after` of the deal; `until` is that time, `time` now, in seconds since the epoch.
    """

    def __init__(self, error: NotInTime, limit: str, until: int, why: str) -> None:
        self.limit, self.until = limit, until
        super().__init__(error.deal_hash, error.time)
        self.args = (f"{self.args[0]}: {why}, {limit} being {moment(until)}",)

    deal_hash: bytes
    time: int
    text = "it is {time}, too early or too late for this with deal {deal_hash}"


def of_offer(error: ContractError, offer: Offer, now: int) -> ContractError:
    """A refusal to fill an offer, as clear as it can be told; `now` is the block's time."""
    if isinstance(error, NotOwner) and not offer.kind.is_bid and error.owner != offer.maker:
        return CertificateSold(error.work_id, error.caller, error.owner)
    if isinstance(error, OfferNotInTime):
        early = now < error.valid_from
        kind = OfferNotYetOpen if early else OfferExpired
        return kind(error.offer_hash, error.valid_from, error.deadline, now)
    return error


def expired(offer: Offer, now: int) -> OfferExpired | None:
    """That an offer has ended by `now`, seconds since the epoch; None where it has not."""
    if 0 < offer.deadline < now:
        return OfferExpired(offer.hash, offer.valid_from, offer.deadline, now)
    return None


def over(offer: Offer, cancelled: bool, spent: bool, counter: int, now: int) -> OfferOver | None:
    """That an offer can be taken no longer, whatever its maker and others do; None where it can.

    `cancelled` and the maker's `counter` are as the marketplace has them, `spent` is whether too
    much of it was taken, `now` the block's time.
    """
    if cancelled:
        return OfferOver(offer.hash, "it was cancelled, or an answer to it was taken")
    if offer.counter != counter:
        return OfferOver(offer.hash, "its maker cancelled all offers of that time")
    if spent:
        return OfferOver(offer.hash, "it was taken")
    if expired(offer, now):
        return OfferOver(offer.hash, f"it ended at {moment(offer.deadline)}")
    return None


def of_delivery(error: NotInTime, deal: Deal) -> DealNotInTime:
    """A refusal of a delivery; `deal` is as it stands."""
    if deal.delivered_at:
        return DealNotInTime(error, "delivered_at", deal.delivered_at, "a delivery stands")
    return DealNotInTime(error, "deliver_by", deal.deliver_by, "its time to be delivered is over")


def of_challenge(error: NotInTime, deal: Deal) -> DealNotInTime:
    """A refusal of a challenge; `deal` is as it stands."""
    if deal.delivered_at:
        why = "its delivery cannot be challenged any more"
        return DealNotInTime(error, "challenge_until", deal.challenge_until, why)
    return DealNotInTime(
        error, "deliver_by", deal.deliver_by, "no delivery stands to be challenged"
    )


def of_release(error: NotInTime, deal: Deal) -> DealNotInTime:
    """A refusal of a release; `deal` is as it stands."""
    if deal.delivered_at:
        why = "only the buyer may release it while its delivery can be challenged"
        return DealNotInTime(error, "challenge_until", deal.challenge_until, why)
    why = "without a delivery the buyer alone may release it, and only in time"
    return DealNotInTime(error, "deliver_by", deal.deliver_by, why)


def of_refund(error: NotInTime, deal: Deal) -> DealNotInTime:
    """A refusal of a refund; `deal` is as it stands."""
    why = "the price can be taken back only later"
    return DealNotInTime(error, "refund_after", deal.refund_after, why)
