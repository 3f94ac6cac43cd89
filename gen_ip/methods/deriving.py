"""The client's part about derivatives whose licenses are bought as they are certified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.reverts import AlreadyCertified
from gen_ip.market.filling import PriceTooHigh
from gen_ip.market.purchases import Purchase
from gen_ip.methods.certifying import Certifying, signed_with
from gen_ip.methods.preparing import Stated, Statement
from gen_ip.methods.trading.trader import AnyOffer, Trader, plain, require_kind
from gen_ip.signing.offers import OfferKind
from gen_ip.signing.statements import Certify, Edge
from gen_ip.terms import Rights
from gen_ip.works.certificates import SignedCertificate
from gen_ip.works.documents import Content
from gen_ip.works.registry import Certificate


class Deriving(Certifying, Trader):
    """See `gen_ip.client.GenIP`."""

    def sign_derivative(
        self,
        content: Content,
        *,
        offers: Sequence[AnyOffer],
        licenses: Sequence[int] = (),
        deadline: int | None = None,
        **statement: Unpack[Statement],
    ) -> SignedCertificate:
        """Signs the certificate of a derivative under a license of each of `offers`, to be bought
        in the transaction that certifies it, and under `licenses` held already. Costs nothing;
        whoever has it and the offers buys and certifies with `buy_and_derive`, until `deadline`
        (default: in 30 days).

        Raises:
            InvalidArgument: no offer is named, or one is no ask for licenses that grant DERIVE.
            AlreadyCertified: the account certified the same bytes before.
            UnknownOffer, UnknownLicense: one does not exist.
            FileProblem, MetadataError, StoreError: as in `certify`.
        """
        stated, until = Stated(**statement), self._until(deadline)
        found = [plain(self._offer(offer)) for offer in offers]
        if not found:
            raise InvalidArgument("offers", offers, "at least one offer of a license to derive")
        for offer in found:
            require_kind(offer, OfferKind.LICENSE_ASK)
            if offer.terms is not None and Rights.DERIVE not in offer.terms.grant:
                granted = " + ".join(offer.terms.grant.names)
                raise InvalidArgument("an offer's terms", granted, "terms that grant DERIVE")
        bought = [Edge(offer.work, offer.terms_hash, 0) for offer in found]

        def check(certify: Certify) -> None:
            number = self.deployment.work_id(*certify[:3])
            if self._registry.exists(number):
                raise AlreadyCertified(number)

        prepared = self._prepare(content, stated, licenses, check, bought=bought)
        return signed_with(prepared, self._consent(prepared.certify, until, None))

    def buy_and_derive(
        self, certificate: SignedCertificate, offers: Sequence[AnyOffer], *, max_price: int
    ) -> Certificate:
        """Buys the licenses that a signed derivative needs, for its creator, and certifies it, in
        one transaction; for at most `max_price` in all. Anyone may, so that a platform can pay for
        its creators. Prices are approved where the allowance is short.

        Raises:
            InvalidArgument: the offers are not those that the certificate names, or their prices
                are in several tokens: buy those licenses first, and `derive`.
            PriceTooHigh: they cost more than `max_price` together.
            InvalidSignature, ConsentExpired, ConsentRevoked: the creator's consent does not hold.
            ContractError, InsufficientFunds: as in `buy` and `derive`.
            UnexpectedChain: it was signed for another chain.
        """
        self._require_here(certificate)
        limit = arguments.unsigned("max_price", max_price)
        purchases = self._purchases(certificate, offers)
        priced = {each.terms_of_sale.token for each in purchases if each.total}
        if len(priced) > 1:
            raise InvalidArgument("the offers' tokens", sorted(priced), "one token for all prices")
        total = sum(each.total for each in purchases)
        if total > limit:
            raise PriceTooHigh(total, limit, *priced)
        receipt = self._filling.fill_and_derive(purchases, certificate)
        return self._certificate(certificate, receipt)

    def _purchases(
        self, certificate: SignedCertificate, offers: Sequence[AnyOffer]
    ) -> list[Purchase]:
        """One for each license to buy, in the order in which the certificate names them."""
        creator = certificate.certify.creator
        named = {}
        for each in offers:
            found = self._offer(each)
            require_kind(found, OfferKind.LICENSE_ASK)
            offer = plain(found)
            named[offer.work, offer.terms_hash] = Purchase(found, recipient=creator)
        wanted = [edge[:2] for edge in certificate.certify.edges if edge.license == 0]
        if sorted(named) != sorted(wanted) or len(named) != len(offers):
            raise InvalidArgument(
                "the offers' works", [work for work, _ in named], f"{[work for work, _ in wanted]}"
            )
        return [named[work, terms_hash] for work, terms_hash in wanted]
