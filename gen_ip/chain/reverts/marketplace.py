"""Errors of LicenseMarketplace."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class NotMaker(ContractError):
    """Only the maker may post or cancel an offer."""

    caller: str
    maker: str
    text = "the offer was made by {maker}, not by {caller}; use the maker's account"


class OfferOutdated(ContractError):
    """The certificate changed hands since the offer was made."""

    offer_hash: bytes
    transfers: int
    current: int
    text = (
        "offer {offer_hash} was made at transfer {transfers} of the certificate, now it is "
        "{current}; ask the owner for a new offer"
    )


class AlreadyPosted(ContractError):
    """The offer was posted before."""

    offer_hash: bytes
    text = "offer {offer_hash} was posted before; use it, or change its salt"


class OfferNotOpen(ContractError):
    """No such offer is open: it was never posted, or was cancelled."""

    offer_hash: bytes
    text = "offer {offer_hash} is not open; look for the work's current offers"


class NotEnoughLeft(ContractError):
    """Fewer licenses are left than asked for."""

    offer_hash: bytes
    left: int
    count: int
    text = (
        "offer {offer_hash} has {left} left, asked for: {count}; take no more than that, or "
        "another offer"
    )


class FeesTooHigh(ContractError):
    """The fees are above the cap, in basis points."""

    total: int
    cap: int
    text = "fees of {total} basis points are above the cap; name {cap} or less"


class OnlySplitter(ContractError):
    """Only the splitter may call this."""

    caller: str
    text = "{caller} is not the splitter; fill an offer instead"


class InvalidOffer(ContractError):
    """The offer's fields do not go together."""

    offer_hash: bytes
    text = (
        "the fields of offer {offer_hash} do not go together; check quantity, times, fees and "
        "the set of works"
    )


class NotTaker(ContractError):
    """The offer is for another taker."""

    caller: str
    taker: str
    text = (
        "the offer is for {taker}, not for {caller}; use that account, or ask for an offer of "
        "your own"
    )


class EncumbranceChanged(ContractError):
    """Licenses were issued or payees added since the offer was made."""

    work_id: int
    expected: bytes
    current: bytes
    text = (
        "what binds work {work_id} is {current}, the offer says {expected}; look at its "
        "licenses and make a new offer"
    )


class CounterOutdated(ContractError):
    """The maker has cancelled all offers with this counter."""

    offer_hash: bytes
    counter: int
    current: int
    text = (
        "offer {offer_hash} has counter {counter}, its maker is at {current} and cancelled it; "
        "ask for a new offer"
    )


class OfferNotInTime(ContractError):
    """The offer cannot be filled at this time."""

    offer_hash: bytes
    valid_from: int
    deadline: int
    text = (
        "offer {offer_hash} can be filled only between {valid_from} and {deadline}; fill it "
        "then, or look for current offers"
    )


class WrongWork(ContractError):
    """The work is not the offer's, nor one of its set."""

    offer_hash: bytes
    work_id: int
    text = "offer {offer_hash} is not for work {work_id}; name its own work"


class Contested(ContractError):
    """Another work is certified for the same content, or this is not the work's content."""

    work_id: int
    claims: int
    text = (
        "{claims} works are certified for the content named for work {work_id}, the offer asks "
        "for one; look at the claims"
    )


class AnsweredOfferSpent(ContractError):
    """The offer this one answers was filled or cancelled."""

    counter_to: bytes
    text = (
        "the offer {counter_to} that this one answers was filled or cancelled; ask for a new offer"
    )


class WrongLicense(ContractError):
    """The license to renew is of another work or of other terms."""

    license_id: int
    work_id: int
    terms_hash: bytes
    text = (
        "license {license_id} is of work {work_id} with terms {terms_hash}; renew under an "
        "offer of the same"
    )


class BidNeedsToken(ContractError):
    """Bids are in an ERC-20, whose allowance waits for the sale."""

    offer_hash: bytes
    text = "bid {offer_hash} is in ETH, which cannot wait in your wallet; bid in an ERC-20 token"


class DealNotOpen(ContractError):
    """No such deal is open."""

    deal_hash: bytes
    text = "no deal {deal_hash} is open; it was released or refunded, or its fields were altered"


class NotParty(ContractError):
    """Only the deal's seller or buyer may do this."""

    deal_hash: bytes
    caller: str
    text = (
        "{caller} is not who may do this with deal {deal_hash}; use the seller's or the "
        "buyer's account"
    )


class NotInTime(ContractError):
    """It is too late, or too early, for this."""

    deal_hash: bytes
    time: int
    text = "now, {time}, is too late or too early for this with deal {deal_hash}; see its times"


class NotForCreator(ContractError):
    """A derivative's licenses must go to its creator, one of each offer."""

    recipient: str
    count: int
    text = "{count} licenses for {recipient}; buy one of each offer, for the derivative's creator"


class DealOutdated(ContractError):
    """The certificate was sold, or the work of an exclusive deal bound otherwise, since the deal
    was opened."""

    deal_hash: bytes
    text = (
        "the certificate was sold or bound further since deal {deal_hash} was opened; "
        "its buyer may take the price back"
    )


class WorkReserved(ContractError):
    """An exclusive deal on the work is open: nothing else of it is sold here meanwhile."""

    work_id: int
    deal_hash: bytes
    text = "work {work_id} is reserved for the exclusive deal {deal_hash}; wait for its end"
