"""The client's part for selling and buying certificates themselves."""

from __future__ import annotations

from typing import Unpack

from gen_ip import arguments
from gen_ip.chain.receipts import Receipt
from gen_ip.market.disclosing import Disclosing, Disclosure, WorseThanDisclosed
from gen_ip.market.offers import SaleConditions, SignedOffer, sale_conditions
from gen_ip.market.purchases import Purchase
from gen_ip.market.token_signatures import PaymentMethod
from gen_ip.methods.trading.trader import Trader, require_kind
from gen_ip.signing.offers import OfferKind
from gen_ip.work import ETH


class CertificateSales(Trader):
    """See `gen_ip.client.GenIP`."""

    def offer_certificate(
        self,
        work: int | str,
        *,
        price: int,
        token: str = ETH,
        **conditions: Unpack[SaleConditions],
    ) -> SignedOffer:
        """Signs an offer of the certificate itself, and approves it to the marketplace. Undrawn
        and unsettled income goes with the certificate: look at `earnings` first.

        It holds only while nothing more binds the work: a license sold later voids it.

        Raises:
            NotOwner, UnknownWork, NotAToken, FeesTooHigh: as in `offer`.
        """
        number = arguments.work_id("work", work)
        chosen = sale_conditions(**conditions)
        draft = self._marketplace.draft(
            OfferKind.CERTIFICATE_ASK, number, None, price, token, 1, chosen
        )
        (signed,) = self._marketplace.sign([draft])
        self._marketplace.approve_certificate(number)
        return signed

    def disclosure(self, work: int | str) -> Disclosure:
        """What goes with the certificate of a work, to be read before it is bought: undrawn income
        and what is on its way in every token, payees, arbiter, resale royalty, other claims on the
        same bytes, running licenses and their terms, open deals.

        Raises:
            UnknownWork: it is not certified.
        """
        return Disclosing(self._session, self._royalties).disclosure(
            arguments.work_id("work", work)
        )

    def buy_certificate(
        self,
        offer: SignedOffer,
        *,
        max_price: int,
        recipient: str | None = None,
        payment: PaymentMethod = "approve",
        disclosed: Disclosure | None = None,
    ) -> Receipt:
        """Buys the certificate for `recipient` (default: the account). The resale royalty goes to
        the work, the rest to the seller's balance, for `withdraw`.

        With `disclosed`, what `disclosure` told before, nothing is sent when that has changed to
        the buyer's loss. The contracts hold the encumbrance only: in the seconds until it is mined
        the seller can still draw the income.

        Raises:
            WorseThanDisclosed: there is less income, or other payees, claims or an arbiter.
            PriceTooHigh: it costs more than `max_price`.
            EncumbranceChanged: the work was bound further since the offer was made.
            InvalidArgument: it is no ask for a certificate.
            ContractError, InsufficientFunds: as in `buy`.
        """
        require_kind(offer, OfferKind.CERTIFICATE_ASK)
        number = offer.offer.work
        if disclosed is not None and (changed := disclosed.worse_in(self.disclosure(number))):
            raise WorseThanDisclosed(number, changed)
        purchase = Purchase(offer, recipient=recipient)
        return self._filling.fill(purchase, max_price=max_price, payment=payment)

    def bid_for_certificate(
        self,
        work: int | str,
        *,
        price: int,
        token: str,
        **conditions: Unpack[SaleConditions],
    ) -> SignedOffer:
        """Signs that the account buys a certificate, as it is bound now, and approves the price.

        Raises:
            BidNeedsToken, InsufficientFunds, UnknownWork, NotAToken: as in `bid`.
        """
        chosen = sale_conditions(**conditions)
        return self._bid(OfferKind.CERTIFICATE_BID, work, None, price, token, 1, chosen)

    def sell_certificate(self, bid: SignedOffer) -> Receipt:
        """Sells a certificate of the account to a bid's maker.

        Raises:
            NotOwner: the account does not own it.
            EncumbranceChanged: the work was bound further since the bid was made.
            InvalidArgument: it is no bid for a certificate.
            TransferFromFailed: its maker does not have the price any more.
        """
        require_kind(bid, OfferKind.CERTIFICATE_BID)
        owner, _ = self._registry.ownership(bid.offer.work)
        if owner == self._session.account.address:
            self._marketplace.approve_certificate(bid.offer.work)
        return self._filling.fill(Purchase(bid))
