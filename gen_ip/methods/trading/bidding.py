"""The client's part for negotiating: bids, answers to offers, and accepting bids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.market.offers import Conditions, OfferConditions, SignedOffer
from gen_ip.methods.trading.trader import AnyOffer, Trader, plain
from gen_ip.signing.offers import OfferKind
from gen_ip.terms import Terms
from gen_ip.works.licenses import License


class Bidding(Trader):
    """See `gen_ip.client.GenIP`."""

    def bid(
        self,
        work: int | str | Sequence[int],
        terms: Terms,
        *,
        price: int,
        token: str,
        quantity: int = 1,
        **conditions: Unpack[OfferConditions],
    ) -> SignedOffer:
        """Signs that the account buys `quantity` licenses of a work, or of any of several, at
        `price` each, and approves the price to the marketplace: only what was signed can take it.

        The owner of the work fills it with `accept`.

        Raises:
            BidNeedsToken: `token` is ETH, which cannot wait in a wallet.
            InsufficientFunds: the account has less than the price.
            UnknownWork, NotAToken, ContractError: as in `offer`.
        """
        return self._bid(
            OfferKind.LICENSE_BID, work, terms, price, token, quantity, Conditions(**conditions)
        )

    def counter(
        self,
        offer: AnyOffer,
        *,
        price: int,
        terms: Terms | None = None,
        token: str | None = None,
        work: int | str | None = None,
        quantity: int | None = None,
        conditions: Conditions | None = None,
    ) -> SignedOffer:
        """Answers an offer with a signed one for its maker alone: an ask with a bid, a bid with an
        ask. What is not named stays as it was. Filling the answer spends the offer it answers, and
        that one only: `cancel` an earlier offer of your own before you counter again, or it can be
        filled as well. A counter-ask is filled by `buy`, a counter-bid by `accept`.

        Raises:
            InvalidArgument: the terms are not known, or the offer names a set and `work` is none.
            OfferOver: it is cancelled or has ended, or some of it was taken: such an offer is not
                spent by an answer any more, which could never be filled.
            NotOwner, InsufficientFunds, BeyondUpstream, ContractError: as in `sign_offer`, `bid`.
        """
        found = self._offer(offer)
        theirs = plain(found)
        chosen = terms or theirs.terms
        if chosen is None and not theirs.kind.is_certificate:
            raise InvalidArgument("terms", terms, "terms, for those of the offer are not known")
        number = theirs.work if work is None else arguments.work_id("work", work)
        if isinstance(found, SignedOffer):
            found.works_path(number)
        self._marketplace.require_open(theirs, to_answer=True)
        kind = OfferKind(theirs.kind ^ 1)
        if kind is OfferKind.LICENSE_ASK:
            self._require_upstream(number, chosen)
        answer = self._marketplace.draft(
            kind,
            number,
            chosen,
            price,
            theirs.token if token is None else token,
            theirs.quantity if quantity is None else quantity,
            replace(conditions or Conditions(), taker=theirs.maker),
            counter_to=theirs.hash,
        )
        (signed,) = self._marketplace.sign([answer])
        if kind.is_bid:
            self._marketplace.approve_price(answer)
        elif kind.is_certificate:
            self._marketplace.approve_certificate(number)
        return signed

    def accept(
        self, bid: AnyOffer, *, work: int | str | None = None, count: int = 1
    ) -> list[License]:
        """Sells licenses to a bid's maker, at the bid's price and terms. `work` says which one,
        where the bid is for any of several.

        Raises:
            InvalidArgument: it is no bid for licenses, or one with delivery (see `order`).
            NotOwner, NotTaker, NotEnoughLeft, OfferNotInTime, OfferNotOpen, InvalidSignature: the
                bid cannot be filled by the account.
            TransferFromFailed: its maker does not have the price any more.
            BeyondUpstream: as in `offer`.
            ContractError: the terms do not fit the work.
        """
        return self._filling.licenses_of(self._fill_bid(bid, work, count))
