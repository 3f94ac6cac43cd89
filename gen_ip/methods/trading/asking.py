"""The client's part for owners who offer licenses, posted or signed, and take offers back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from gen_ip import arguments
from gen_ip.chain.receipts import Receipt
from gen_ip.market.offers import Conditions, Offer, OfferConditions, SignedOffer
from gen_ip.methods.trading.trader import AnyOffer, Trader, plain
from gen_ip.signing.offers import OfferKind
from gen_ip.terms import Terms
from gen_ip.work import ETH
from gen_ip.works.certificates import PreparedCertificate, SignedDelegation


class Asking(Trader):
    """See `gen_ip.client.GenIP`."""

    def offer(
        self,
        work: int | str,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        **conditions: Unpack[OfferConditions],
    ) -> Offer:
        """Offers `quantity` licenses of a work at `price` each on chain, and registers their terms.

        `conditions` are the fields of `gen_ip.Conditions`, as keywords: `deadline=...` for example.

        Raises:
            NotOwner: the account does not own the certificate.
            UnknownWork: it is not certified.
            ExceedsCeiling, MissingObligations, OutlivesWork, ShareAlikeRequired: the terms do not
                fit what the work stands on.
            SoldExclusively, NothingLeftToShare, SalesSuspended: nobody can sell such licenses now.
            InvalidOffer, FeesTooHigh: its fields do not go together.
            NotAToken: `token` is none.
            BeyondUpstream: the terms grant what the license of a declared tool or base model of the
                work withholds, and its metadata hold no `upstream_override`.
        """
        number = arguments.work_id("work", work)
        draft = self._drafted(number, terms, price, token, quantity, Conditions(**conditions))
        return self._marketplace.post(draft)

    def sign_offer(
        self,
        work: int | str | PreparedCertificate,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        delegation: SignedDelegation | None = None,
        **conditions: Unpack[OfferConditions],
    ) -> SignedOffer:
        """Like `offer`, but signs only: costs the account nothing, and whoever holds the offer may
        fill it. The work may be one that is only prepared or signed, not certified yet; its offer
        goes into `certify_and_buy`.

        With a `delegation` the account signs in the name of the delegation's creator.

        Raises:
            InvalidArgument: the delegation does not list such an offer.
            NotOwner, UnknownWork, NotAToken, BeyondUpstream, ContractError: as in `offer`.
        """
        maker = delegation.delegation.creator if delegation else None
        draft = self._drafted(work, terms, price, token, quantity, Conditions(**conditions), maker)
        certificate = work if isinstance(work, PreparedCertificate) else None
        return self._marketplace.sign([draft], delegation=delegation, certificate=certificate)[0]

    def draft_offer(
        self,
        work: int | str | PreparedCertificate,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        conditions: Conditions | None = None,
    ) -> Offer:
        """An offer that is neither posted nor signed: for `sign_offers`.

        Raises:
            NotOwner, UnknownWork, NotAToken, BeyondUpstream: as in `offer`.
        """
        return self._drafted(work, terms, price, token, quantity, conditions or Conditions())

    def sign_offers(self, offers: Sequence[Offer]) -> list[SignedOffer]:
        """Signs many offers with one signature, over their Merkle tree; each can be filled alone.

        Raises:
            EmptyTree: there are none.
            ContractError: as in `offer`.
        """
        return self._marketplace.sign(offers)

    def offers(self, work: int | str) -> list[Offer]:
        """Posted offers of licenses of a work that could be filled now, oldest first.

        Raises:
            UnknownWork: it is not certified.
        """
        return self._marketplace.of_work(arguments.work_id("work", work))

    def cancel(self, offer: AnyOffer) -> Receipt:
        """Withdraws an offer of the account, posted or signed.

        Raises:
            NotMaker: it is another's.
            OfferOver: it cannot be taken any more: cancelled before, sold out, or ended. A kind of
                OfferNotOpen.
        """
        found = self._offer(offer)
        return self._marketplace.cancel(plain(found))

    def cancel_many(self, offers: Sequence[AnyOffer]) -> list[Receipt]:
        """Withdraws several offers of the account, each in a transaction; those that cannot be
        taken any more are left out. For all there are `cancel_all` is one transaction.

        Raises:
            NotMaker: one is another's; nothing is sent then.
        """
        return self._marketplace.cancel_many([plain(self._offer(offer)) for offer in offers])

    def cancel_all(self) -> Receipt:
        """Withdraws all offers of the account, posted or signed, wherever their files are."""
        return self._marketplace.cancel_all()

    def _drafted(
        self,
        work: int | str | PreparedCertificate,
        terms: Terms,
        price: int,
        token: str,
        quantity: int,
        conditions: Conditions,
        maker: str | None = None,
    ) -> Offer:
        subject = work if isinstance(work, PreparedCertificate) else arguments.work_id("work", work)
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        self._require_upstream(subject, terms)
        return self._marketplace.draft(
            OfferKind.LICENSE_ASK, subject, terms, price, token, quantity, conditions, maker=maker
        )
