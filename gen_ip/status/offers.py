"""Signed offers from strangers: whether one is worth keeping, told before any of it is believed.

What the chain says is asked of `OfferFacts`; a contract wallet's signature (ERC-1271) of whatever
`signed_by` asks. An offer that passes can still be refused by the contract: money moves, time too.
"""

from __future__ import annotations

from typing import Protocol

from gen_ip.inspection import checks
from gen_ip.market import refusals
from gen_ip.market.offers import Offer, SignedOffer
from gen_ip.signing.merkle import climb
from gen_ip.signing.offers import (
    FEE_CAP,
    OFFER_TREE,
    OfferKind,
    OfferTree,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.signing.statements import NOBODY
from gen_ip.status.errors import UnusableOffer
from gen_ip.status.permits import SignedBy, with_key
from gen_ip.terms import Rights, Terms

MOST_DEADLINE = 2 * 365 * 86_400
"""Seconds that an offer may stand at most: what never ends would be kept for ever."""


class OfferFacts(Protocol):
    """What an index answers about an offer, all as of one block."""

    def here(self) -> tuple[int, str]:
        """The chain's id, and the marketplace's address."""

    def owner_of(self, work: int) -> tuple[str, int] | None:
        """A work's owner, and how often it changed hands; None where it is not certified."""

    def suspended(self, work: int) -> bool:
        """Whether the work's sales are suspended."""

    def terms(self, terms_hash: bytes) -> Terms | None:
        """Registered terms."""

    def fits(self, work: int, terms: Terms) -> bool:
        """Whether a license of the work under these terms could be issued now: they make sense,
        keep to what binds the work, and nobody has it for themselves."""

    def encumbrance(self, work: int) -> bytes:
        """What binds the work, all of it: 32 bytes that change with each license and payee."""

    def contested(self, work: int) -> bool:
        """Whether another work is certified for the same content hash."""

    def reserved(self, work: int) -> bool:
        """Whether the price of an exclusive license of the work waits for its delivery."""

    def filled(self, offer_hash: bytes) -> int:
        """How many licenses of an offer were taken."""

    def cancelled(self, offer_hash: bytes) -> bool:
        """Whether it was taken back, or answered."""

    def counter(self, maker: str) -> int:
        """The maker's counter: offers with another one are void."""


def require_usable(
    signed: SignedOffer, facts: OfferFacts, at: int, signed_by: SignedBy = with_key
) -> Offer:
    """The offer of a file, with its terms; it could be filled at a time, as far as facts tell.

    Raises:
        UnusableOffer: why not.
    """
    offer = signed.offer
    if (signed.chain_id, signed.marketplace) != facts.here():
        raise UnusableOffer(offer.hash, "it is for another chain, or another marketplace")
    if not 0 < offer.deadline <= at + MOST_DEADLINE:
        raise UnusableOffer(offer.hash, "it must have a deadline, of two years at most")
    if offer.price == 0 and offer.kind.is_bid:
        raise UnusableOffer(offer.hash, "it bids nothing")
    if offer.quantity == 0 or sum(fee.share for fee in offer.fees) > FEE_CAP:
        raise UnusableOffer(offer.hash, "its quantity or its fees are none that can be filled")
    if not _is_signed(signed, signed_by):
        raise UnusableOffer(offer.hash, f"{offer.maker} did not sign it")
    spent = facts.filled(offer.hash) >= offer.quantity
    cancelled, counter = facts.cancelled(offer.hash), facts.counter(offer.maker)
    if (over := refusals.over(offer, cancelled, spent, counter, at)) is not None:
        raise UnusableOffer(offer.hash, over.why)
    _require_works(signed, facts)
    return offer


def _require_works(signed: SignedOffer, facts: OfferFacts) -> None:
    offer = signed.offer
    terms = None if offer.kind.is_certificate else offer.terms or facts.terms(offer.terms_hash)
    if terms is None and not offer.kind.is_certificate:
        raise UnusableOffer(offer.hash, "nobody knows its terms; hand them in with it")
    works = signed.works or (offer.work,)
    reasons = [_problem(offer, work, terms, facts) for work in works]
    if all(reasons):
        raise UnusableOffer(offer.hash, str(reasons[0]))


def _problem(offer: Offer, work: int, terms: Terms | None, facts: OfferFacts) -> str | None:
    """Why an offer cannot be filled for a work, None where it can."""
    owned = facts.owner_of(work)
    if owned is None:
        return "its work is not certified"
    owner, transfers = owned
    if not offer.kind.is_bid and owner != offer.maker:
        return f"the certificate is {owner}'s, who did not make it"
    if not offer.kind.is_bid and transfers != offer.transfers:
        return "the certificate has changed hands since"
    if offer.kind is OfferKind.CERTIFICATE_BID and owner == offer.maker:
        return "its maker owns the certificate already"
    if facts.suspended(work):
        return "the work's arbiter has suspended its sales"
    if facts.reserved(work):
        return "an exclusive license of the work is paid, and waits for its delivery"
    whole = offer.kind.is_certificate or (terms is not None and Rights.EXCLUSIVE in terms.grant)
    if whole and offer.encumbrance != facts.encumbrance(work):
        return "the work was bound further since it was made; sign it anew"
    if offer.uncontested and facts.contested(work):
        return "another work is certified for the same content"
    if terms is not None and not facts.fits(work, terms):
        return "no license of the work could be issued under its terms"
    return None


def _is_signed(signed: SignedOffer, signed_by: SignedBy) -> bool:
    """By its maker's key, their delegate's within the limits, or a contract wallet's code."""
    found = checks(signed)
    if found and all(each.holds for each in found):
        # What is signed by a key must be all that is there: a delegate needs its delegation, too.
        return not signed.is_delegated or any(each.what == "delegation" for each in found)
    approval, offer = signed.approval, signed.offer
    if signed.is_delegated or offer.maker == NOBODY or not approval.signature:
        return False
    struct_hash = offer.hash
    if approval.is_tree:
        if climb(offer_leaf(offer.hash), approval.path) != approval.root:
            return False
        struct_hash = OFFER_TREE.hash(OfferTree(approval.root))
    digest = marketplace_domain(signed.chain_id, signed.marketplace).digest(struct_hash)
    return signed_by(offer.maker, digest, approval.signature)
