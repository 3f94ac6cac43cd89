"""The client's part for buyers of licenses."""

from __future__ import annotations

from gen_ip.certificates import SignedCertificate
from gen_ip.licenses import License
from gen_ip.offers import SignedOffer
from gen_ip.trading.trader import AnyOffer, Trader


class Buying(Trader):
    """See `gen_ip.client.GenIP`."""

    def buy(
        self,
        offer: AnyOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
    ) -> list[License]:
        """Buys licenses for `licensee` (default: the account), for at most `max_price` in all.

        The offer is named in full, so neither price nor terms can change in between. A price in
        an ERC-20 token is approved to the marketplace, exactly, when the allowance is short; terms
        that nobody registered are registered.

        Raises:
            PriceTooHigh: `count` licenses cost more than `max_price`.
            UnknownOffer, OfferNotOpen, OfferNotInTime, OfferOutdated, NotEnoughLeft: the offer
                cannot be filled any more, or not yet.
            NotOwner, NotTaker, InvalidSignature, CounterOutdated: it cannot be filled by the
                account, or its maker may not make it.
            InsufficientFunds: the account has less than the price.
            InvalidArgument: it is no ask for licenses, or one with delivery (see `order`).
            UnexpectedChain: it was signed for another chain.
        """
        receipt = self._fill_ask(offer, max_price, count, licensee)
        return self._marketplace.licenses_of(receipt)

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
        in one transaction: its creator needs no ETH at all.

        Raises:
            InvalidSignature, ConsentExpired, ConsentRevoked: the certificate's consent does not
                hold.
            ContractError, PriceTooHigh, InsufficientFunds: as in `submit` and `buy`.
        """
        receipt = self._fill_ask(offer, max_price, count, licensee, certificate=certificate)
        return self._marketplace.licenses_of(receipt)
