"""What all parts of trading have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.receipts import Receipt
from gen_ip.content.metadata import Metadata
from gen_ip.errors import StoreUnavailable
from gen_ip.market.offers import Conditions, Offer, SignedOffer
from gen_ip.market.purchases import Purchase
from gen_ip.market.quoting import Quote, Quoting
from gen_ip.methods.connection import Connection
from gen_ip.signing.offers import OfferKind
from gen_ip.terms import Terms, upstream
from gen_ip.works import documents
from gen_ip.works.certificates import PreparedCertificate

AnyOffer: TypeAlias = SignedOffer | Offer | bytes | str
"""A signed offer, a posted one, or the hash of a posted one."""


class WrongOffer(InvalidArgument):
    """An offer of another kind than the method takes; `kind` and `delivery` say of which."""

    def __init__(self, offer: Offer, kind: OfferKind, delivery: bool) -> None:
        self.kind, self.delivery = offer.kind, offer.has_delivery
        found, self.wanted = _in_words(self.kind, self.delivery), _in_words(kind, delivery)
        method = _METHODS.get((self.kind, self.delivery))
        hint = f"; take this one with `{method}`" if method else ""
        super().__init__("the offer", found, f"{self.wanted}{hint}")

    @property
    def has_method(self) -> bool:
        """Whether anything takes it: certificates are sold without delivery only."""
        return (self.kind, self.delivery) in _METHODS


_METHODS = {
    (OfferKind.LICENSE_ASK, False): "buy",
    (OfferKind.LICENSE_ASK, True): "order",
    (OfferKind.LICENSE_BID, False): "accept",
    (OfferKind.LICENSE_BID, True): "accept_order",
    (OfferKind.CERTIFICATE_ASK, False): "buy_certificate",
    (OfferKind.CERTIFICATE_BID, False): "sell_certificate",
}


def _in_words(kind: OfferKind, delivery: bool) -> str:
    text = f"a {kind.name.lower().replace('_', ' ')}"
    if kind.is_certificate and not delivery:
        return text
    return f"{text} {'with' if delivery else 'without'} delivery"


class Trader(Connection):
    """See `gen_ip.client.GenIP`."""

    def get_offer(self, offer_hash: bytes | str) -> Offer:
        """A posted offer, open or not.

        Raises:
            UnknownOffer: none of this hash was posted.
        """
        return self._marketplace.get(arguments.bytes32("offer", offer_hash))

    def quote(
        self,
        offer: AnyOffer,
        *,
        count: int = 1,
        work: int | str | None = None,
        licensee: str | None = None,
    ) -> Quote:
        """What filling an offer, posted or signed, costs; how the price splits into fees, the parts
        of owner and payees, and those of the works it was built on; and whether the account can
        fill it now, or why not. `work` says which one, where a bid is for any of several. Sends and
        signs nothing, and needs no account.

        Raises:
            UnknownOffer: none of this hash was posted.
            InvalidArgument: a value does not fit.
        """
        number = None if work is None else arguments.work_id("work", work)
        receiver = None if licensee is None else arguments.address("licensee", licensee)
        arguments.positive("count", count)
        purchase = Purchase(self._offer(offer), count, receiver, number)
        return Quoting(self._session).quote(purchase)

    def _bid(
        self,
        kind: OfferKind,
        work: int | str | Sequence[int],
        terms: Terms | None,
        price: int,
        token: str,
        quantity: int,
        conditions: Conditions,
    ) -> SignedOffer:
        works: list[int] = []
        subject: int | list[int]
        if isinstance(work, int | str):
            subject = arguments.work_id("work", work)
        else:
            subject = works = [arguments.work_id("work", each) for each in work]
        draft = self._marketplace.draft(kind, subject, terms, price, token, quantity, conditions)
        (signed,) = self._marketplace.sign([draft], works)
        self._marketplace.approve_price(draft)
        return signed

    def _purchase(
        self,
        offer: AnyOffer,
        count: int,
        licensee: str | None,
        *,
        delivery: bool = False,
        renew: int = 0,
    ) -> Purchase:
        """What is taken of an ask for licenses."""
        found = self._offer(offer)
        require_kind(found, OfferKind.LICENSE_ASK, delivery)
        return Purchase(found, count, licensee, renew=renew)

    def _fill_bid(
        self, bid: AnyOffer, work: int | str | None, count: int, *, delivery: bool = False
    ) -> Receipt:
        found = self._offer(bid)
        require_kind(found, OfferKind.LICENSE_BID, delivery)
        number = None if work is None else arguments.work_id("work", work)
        self._require_upstream(number or plain(found).work, plain(found).terms)
        return self._filling.fill(Purchase(found, count, work=number))

    def _require_upstream(self, work: int | PreparedCertificate, terms: Terms | None) -> None:
        """Raises `BeyondUpstream` where `terms` grant more than the work's tools allow. Without
        terms or a work (0) the contracts refuse what is tried."""
        if not work or terms is None:
            return
        if isinstance(work, PreparedCertificate):
            digest = work.certify.metadata
        else:
            digest = self._session.read("IPRegistry", "metadata", work)
        if (metadata := self._metadata(digest)) is not None:
            upstream.check(metadata, terms.grant)

    def _metadata(self, digest: bytes) -> Metadata | None:
        """Metadata where they are at hand: what is down must not keep an owner from selling."""
        try:
            return documents.find_metadata(self.store, digest)
        except StoreUnavailable:
            return None

    def _offer(self, offer: AnyOffer) -> SignedOffer | Offer:
        return self.get_offer(offer) if isinstance(offer, bytes | str) else offer


def plain(offer: SignedOffer | Offer) -> Offer:
    """The offer itself, without who signed it."""
    return offer.offer if isinstance(offer, SignedOffer) else offer


def require_kind(offer: SignedOffer | Offer, kind: OfferKind, delivery: bool = False) -> None:
    """Raises `WrongOffer` for an offer that another method is for."""
    stated = plain(offer)
    if (stated.kind, stated.has_delivery) != (kind, delivery):
        raise WrongOffer(stated, kind, delivery)
