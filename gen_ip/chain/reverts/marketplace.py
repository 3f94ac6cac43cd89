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


class OfferExpired(ContractError):
    """The offer's deadline has passed."""

    offer_hash: bytes
    deadline: int
    text = "offer {offer_hash} ended {deadline}; look for the work's current offers"


class NotEnoughLeft(ContractError):
    """Fewer licenses are left than asked for."""

    offer_hash: bytes
    left: int
    count: int
    text = (
        "offer {offer_hash} has {left} left, asked for: {count}; take no more than that, or "
        "another offer"
    )


class InvalidQuantity(ContractError):
    """An offer sells 1 to 2^128 - 1 licenses."""

    quantity: int
    text = "an offer of {quantity} licenses; offer 1 to 2^128 - 1"


class FeesTooHigh(ContractError):
    """The fees are above the cap, in basis points."""

    total: int
    cap: int
    text = "fees of {total} basis points are above the cap; name {cap} or less"


class OnlySplitter(ContractError):
    """Only the splitter may call this."""

    caller: str
    text = "{caller} is not the splitter; fill an offer instead"
