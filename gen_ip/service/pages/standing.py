"""The offers about a work that could be filled now: posted on chain, then handed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gen_ip.index.queries import licensing, trading
from gen_ip.index.queries.view import View
from gen_ip.market.offers import SignedOffer
from gen_ip.service.chain import ChainSide, ShownFacts
from gen_ip.service.routes.works import stands
from gen_ip.signing.offers import OFFER, OfferKind, OfferStruct
from gen_ip.signing.statements import NOBODY
from gen_ip.terms import Terms

_MOST = 20


@dataclass(frozen=True)
class Standing:
    """An offer of licenses.

    Attributes:
        offer: what the contract takes.
        signed: the file that fills it, where it was handed in.
        left: licenses that it still trades.
        terms: of the licenses.
        known: whether the terms are registered.
    """

    offer: OfferStruct
    signed: SignedOffer | None
    left: int
    terms: Terms
    known: bool

    @property
    def unknown(self) -> Terms | None:
        """The terms, where they are to be registered first."""
        return None if self.known else self.terms


def asks(view: View, found: ChainSide, facts: ShownFacts, work: int) -> Iterator[Standing]:
    """Those of a work's licenses that anybody can take."""
    for each in _standing(view, found, facts, work):
        if each.offer.kind == int(OfferKind.LICENSE_ASK) and each.offer.taker == NOBODY:
            yield each


def bids(
    view: View, found: ChainSide, facts: ShownFacts, work: int, owner: str
) -> Iterator[Standing]:
    """Those for licenses of a work that its owner can accept at once."""
    for each in _standing(view, found, facts, work):
        offer = each.offer
        is_bid = offer.kind == int(OfferKind.LICENSE_BID) and offer.maker != owner
        if is_bid and offer.taker in (NOBODY, owner) and not offer.deliver_within:
            yield each


def _standing(view: View, found: ChainSide, facts: ShownFacts, work: int) -> Iterator[Standing]:
    now = view.as_of.time
    posted: list[tuple[OfferStruct, SignedOffer | None, int]] = [
        (OFFER.parse(each.document), None, each.filled)
        for each in trading.open_offers(view, now, work=work, limit=_MOST)
    ]
    signed: list[tuple[OfferStruct, SignedOffer | None, int]] = [
        (each.offer.as_tuple(), each, facts.filled(each.offer.hash))
        for each, _ in found.offers.of_work(work, now, _MOST)
        if stands(facts, each)
    ]
    for offer, handed_in, filled in [*posted, *signed]:
        terms = licensing.terms(view, offer.terms_hash)
        known = terms is not None
        if terms is None and handed_in is not None:
            terms = handed_in.offer.terms
        if terms is not None and facts.fits(work, terms):
            yield Standing(offer, handed_in, offer.quantity - filled, terms, known)
