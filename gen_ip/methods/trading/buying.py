"""The client's part for buyers of licenses."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.market.offers import SignedOffer
from gen_ip.market.purchases import Purchase, SignedPurchase
from gen_ip.market.token_signatures import PaymentMethod
from gen_ip.methods.trading.trader import AnyOffer, Trader
from gen_ip.signing.offers import Approval
from gen_ip.works.certificates import SignedCertificate
from gen_ip.works.licenses import License


class Buying(Trader):
    """See `gen_ip.client.GenIP`."""

    def buy(
        self,
        offer: AnyOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
        payment: PaymentMethod = "approve",
    ) -> list[License]:
        """Buys licenses for `licensee` (default: the account), for at most `max_price` in all.

        The offer is named in full, so neither price nor terms can change in between. Terms that
        nobody registered are registered. A price in an ERC-20 token is paid from the marketplace's
        allowance; where that is short, by `payment`: `approve` first raises it by exactly the
        price; `permit` and `authorization` sign an ERC-2612 permit or an ERC-3009 authorization
        instead, so that the purchase is one transaction; `auto` takes whichever of the three the
        token and the account's key allow first, in the order permit, authorization, approve. A
        permit sets the allowance to the price, so that bids of the account that wait on it cannot
        be accepted any more; `auto` leaves it out where there is one.

        Raises:
            PriceTooHigh: `count` licenses cost more than `max_price`.
            UnknownOffer, OfferNotOpen, OfferNotInTime, OfferOutdated, NotEnoughLeft: the offer
                cannot be filled any more, or not yet.
            NotOwner, NotTaker, InvalidSignature, CounterOutdated: it cannot be filled by the
                account, or its maker may not make it.
            InsufficientFunds: the account has less than the price.
            NoSignedPayment: the token takes no such signature.
            SignerError: the account does not sign.
            InvalidArgument: it is no ask for licenses, or one with delivery (see `order`).
            UnexpectedChain: it was signed for another chain.
        """
        purchase = self._purchase(offer, count, licensee)
        receipt = self._filling.fill(purchase, max_price=max_price, payment=payment)
        return self._filling.licenses_of(receipt)

    def buy_renewal(
        self,
        license_id: int,
        offer: AnyOffer,
        *,
        max_price: int,
        payment: PaymentMethod = "approve",
    ) -> License:
        """Lets a running license run for its terms' duration more, at the price of an ask of the
        same work and terms. Whoever pays, the license stays its holder's.

        Raises:
            UnknownLicense: it does not exist.
            WrongLicense: it is of another work, or of other terms, than the offer.
            NotRenewable: it has ended, never ends, or would run too long.
            LicenseIsRevoked: as its name says.
            PriceTooHigh, InsufficientFunds, InvalidArgument, ContractError: as in `buy`.
        """
        number = arguments.positive("license", license_id)
        purchase = self._purchase(offer, 1, None, renew=number)
        receipt = self._filling.fill(purchase, max_price=max_price, payment=payment)
        return self._filling.licenses_of(receipt)[0]

    def certify_and_buy(
        self,
        certificate: SignedCertificate,
        offer: SignedOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
    ) -> list[License]:
        """Certifies a signed work, unless somebody has done so already, and buys licenses of it,
        in one transaction: its creator needs no ETH at all. The price is approved where the
        allowance is short.

        Raises:
            InvalidSignature, ConsentExpired, ConsentRevoked: the certificate's consent does not
                hold.
            ContractError, PriceTooHigh, InsufficientFunds: as in `submit` and `buy`.
        """
        purchase = self._purchase(offer, count, licensee)
        receipt = self._filling.fill(purchase, max_price=max_price, certificate=certificate)
        return self._filling.licenses_of(receipt)

    # -------------------------------------------------------------- authorize

    def sign_purchase(
        self,
        offer: AnyOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
    ) -> SignedPurchase:
        """Like `buy`, but signs only: whoever gets the purchase within an hour may submit it and
        pay its gas, so that the account needs no ETH at all. The ERC-3009 authorization pays for
        this purchase, once, and for nothing else.

        Raises:
            NoSignedPayment: the price is in a token without ERC-3009, or in ETH.
            PriceTooHigh, InsufficientFunds, InvalidArgument, ContractError: as in `buy`.
            SignerError: the account does not sign.
        """
        purchase = self._purchase(offer, count, licensee)
        authorization = self._filling.authorize(purchase, max_price)
        found = purchase.offer
        if not isinstance(found, SignedOffer):
            # Of a posted offer the contract asks for no approval.
            found = SignedOffer(found, Approval(), self.deployment.marketplace, self.chain_id)
        return SignedPurchase(found, count, purchase.recipient, authorization)

    def submit_purchase(self, purchase: SignedPurchase) -> list[License]:
        """Buys for whoever signed a purchase; anyone may. The account pays the gas only.

        Raises:
            AuthorizationExpired: it is older than an hour.
            AuthorizationUsed: it was submitted, or cancelled with the token.
            ContractError: the offer cannot be filled any more, as in `buy`; or the signature is
                not the buyer's, in the token's own words.
            UnexpectedChain: it was signed for another chain.
        """
        taken = Purchase(purchase.offer, purchase.count, purchase.licensee)
        receipt = self._filling.fill_authorized(taken, purchase.authorization)
        return self._filling.licenses_of(receipt)
