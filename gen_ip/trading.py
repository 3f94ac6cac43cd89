"""The client's part about offers: posted or signed, asked, bid and countered, filled, delivered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

from gen_ip import arguments, documents
from gen_ip.arguments import InvalidArgument
from gen_ip.certificates import PreparedCertificate, SignedCertificate, SignedDelegation
from gen_ip.chain.transactions import Receipt
from gen_ip.connection import Connection
from gen_ip.content.metadata import Metadata
from gen_ip.deals import Deal
from gen_ip.documents import Content
from gen_ip.errors import StoreUnavailable
from gen_ip.licenses import License
from gen_ip.offers import Conditions, Offer, SignedOffer
from gen_ip.signing.offers import FeeShare, OfferKind
from gen_ip.terms import Terms, upstream
from gen_ip.work import ETH

AnyOffer: TypeAlias = SignedOffer | Offer | bytes | str
"""A signed offer, a posted one, or the hash of a posted one."""


class Trading(Connection):
    """See `gen_ip.client.GenIP`."""

    def offer(
        self,
        work: int | str,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
        taker: str | None = None,
        valid_from: int = 0,
        uncontested: bool = False,
        deliver_within: int = 0,
        challenge_window: int = 0,
    ) -> Offer:
        """Offers `quantity` licenses of a work at `price` each on chain, and registers their terms.

        `deadline` is the last second in which it can be filled (0: no end). `fees` go to others,
        at most 1,000 basis points together. The others: see `gen_ip.offers.Conditions`.

        Raises:
            NotOwner: the account does not own the certificate.
            UnknownWork: it is not certified.
            ExceedsCeiling, MissingObligations, OutlivesWork, ShareAlikeRequired, SoldExclusively,
                NothingLeftToShare, SalesSuspended: the terms do not fit what the work stands on.
            InvalidOffer, FeesTooHigh: its fields do not go together.
            NotAToken: `token` is none.
            BeyondUpstream: the terms grant what the license of a declared tool or base model of the
                work withholds, and its metadata hold no `upstream_override`.
        """
        conditions = Conditions(
            taker, valid_from, deadline, fees, uncontested, deliver_within, challenge_window
        )
        number = arguments.work_id("work", work)
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        self._require_upstream(number, terms)
        draft = self._marketplace.draft(
            OfferKind.LICENSE_ASK, number, terms, price, token, quantity, conditions
        )
        return self._marketplace.post(draft)

    def sign_offer(
        self,
        work: int | str | PreparedCertificate,
        terms: Terms,
        *,
        price: int,
        token: str = ETH,
        quantity: int = 1,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
        taker: str | None = None,
        valid_from: int = 0,
        uncontested: bool = False,
        deliver_within: int = 0,
        challenge_window: int = 0,
        delegation: SignedDelegation | None = None,
    ) -> SignedOffer:
        """Like `offer`, but signs only: costs the account nothing, and whoever holds the offer may
        fill it. The work may be one that is only prepared or signed, not certified yet; its offer
        goes into `certify_and_buy`.

        With a `delegation` the account signs in the name of the delegation's creator.

        Raises:
            InvalidArgument: the delegation does not list such an offer.
            NotOwner, UnknownWork, NotAToken, BeyondUpstream, ContractError: as in `offer`.
        """
        conditions = Conditions(
            taker, valid_from, deadline, fees, uncontested, deliver_within, challenge_window
        )
        subject = work if isinstance(work, PreparedCertificate) else arguments.work_id("work", work)
        self._require_upstream(subject, terms)
        draft = self._marketplace.draft(
            OfferKind.LICENSE_ASK,
            subject,
            terms,
            price,
            token,
            quantity,
            conditions,
            maker=delegation.delegation.creator if delegation else None,
        )
        certificate = subject if isinstance(subject, PreparedCertificate) else None
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
        subject = work if isinstance(work, PreparedCertificate) else arguments.work_id("work", work)
        self._require_upstream(subject, terms)
        return self._marketplace.draft(
            OfferKind.LICENSE_ASK,
            subject,
            terms,
            price,
            token,
            quantity,
            conditions or Conditions(),
        )

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

    def get_offer(self, offer_hash: bytes | str) -> Offer:
        """A posted offer, open or not.

        Raises:
            UnknownOffer: none of this hash was posted.
        """
        return self._marketplace.get(arguments.bytes32("offer", offer_hash))

    def cancel(self, offer: AnyOffer) -> Receipt:
        """Withdraws an offer of the account, posted or signed.

        Raises:
            NotMaker: it is another's.
            OfferNotOpen: it was cancelled before.
        """
        found = self._offer(offer)
        return self._marketplace.cancel(_plain(found))

    def cancel_all(self) -> Receipt:
        """Withdraws all offers of the account, posted or signed, wherever their files are."""
        return self._marketplace.cancel_all()

    # -------------------------------------------------------------- negotiate

    def bid(
        self,
        work: int | str | Sequence[int],
        terms: Terms,
        *,
        price: int,
        token: str,
        quantity: int = 1,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
        taker: str | None = None,
        valid_from: int = 0,
        uncontested: bool = False,
        deliver_within: int = 0,
        challenge_window: int = 0,
    ) -> SignedOffer:
        """Signs that the account buys `quantity` licenses of a work, or of any of several, at
        `price` each, and approves the price to the marketplace: only what was signed can take it.

        The owner of the work fills it with `accept`.

        Raises:
            BidNeedsToken: `token` is ETH, which cannot wait in a wallet.
            InsufficientFunds: the account has less than the price.
            UnknownWork, NotAToken, ContractError: as in `offer`.
        """
        conditions = Conditions(
            taker, valid_from, deadline, fees, uncontested, deliver_within, challenge_window
        )
        return self._bid(OfferKind.LICENSE_BID, work, terms, price, token, quantity, conditions)

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
            NotOwner, InsufficientFunds, BeyondUpstream, ContractError: as in `sign_offer`, `bid`.
        """
        found = self._offer(offer)
        theirs = _plain(found)
        chosen = terms or theirs.terms
        if chosen is None and not theirs.kind.is_certificate:
            raise InvalidArgument("terms", terms, "terms, for those of the offer are not known")
        number = theirs.work if work is None else arguments.work_id("work", work)
        if isinstance(found, SignedOffer):
            found.works_path(number)
        kind = OfferKind(theirs.kind ^ 1)
        given = conditions or Conditions()
        if kind is OfferKind.LICENSE_ASK:
            self._require_upstream(number, chosen)
        answer = self._marketplace.draft(
            kind,
            number,
            chosen,
            price,
            theirs.token if token is None else token,
            theirs.quantity if quantity is None else quantity,
            Conditions(
                theirs.maker,
                given.valid_from,
                given.deadline,
                given.fees,
                given.uncontested,
                given.deliver_within,
                given.challenge_window,
            ),
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
        found = self._offer(bid)
        _require(found, OfferKind.LICENSE_BID, delivery=False)
        number = None if work is None else arguments.work_id("work", work)
        self._require_upstream(number or _plain(found).work, _plain(found).terms)
        receipt = self._marketplace.fill(found, count=count, work=number)
        return self._marketplace.licenses_of(receipt)

    # -------------------------------------------------------------------- buy

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
            UnknownOffer, OfferNotOpen, OfferNotInTime, OfferOutdated, NotEnoughLeft, NotOwner,
                NotTaker, InvalidSignature, CounterOutdated: the offer cannot be filled.
            InsufficientFunds: the account has less than the price.
            InvalidArgument: it is no ask for licenses, or one with delivery (see `order`).
            UnexpectedChain: it was signed for another chain.
        """
        found = self._offer(offer)
        _require(found, OfferKind.LICENSE_ASK, delivery=False)
        receipt = self._marketplace.fill(
            found, max_price=max_price, count=count, recipient=licensee
        )
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
        _require(offer, OfferKind.LICENSE_ASK, delivery=False)
        receipt = self._marketplace.fill(
            offer, max_price=max_price, count=count, recipient=licensee, certificate=certificate
        )
        return self._marketplace.licenses_of(receipt)

    # ----------------------------------------------------------- certificates

    def offer_certificate(
        self,
        work: int | str,
        *,
        price: int,
        token: str = ETH,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
        taker: str | None = None,
    ) -> SignedOffer:
        """Signs an offer of the certificate itself, and approves it to the marketplace. Undrawn
        and unsettled income goes with the certificate: look at `earnings` first.

        It holds only while nothing more binds the work: a license sold later voids it.

        Raises:
            NotOwner, UnknownWork, NotAToken, FeesTooHigh: as in `offer`.
        """
        number = arguments.work_id("work", work)
        conditions = Conditions(taker=taker, deadline=deadline, fees=fees)
        draft = self._marketplace.draft(
            OfferKind.CERTIFICATE_ASK, number, None, price, token, 1, conditions
        )
        (signed,) = self._marketplace.sign([draft])
        self._marketplace.approve_certificate(number)
        return signed

    def buy_certificate(
        self, offer: SignedOffer, *, max_price: int, recipient: str | None = None
    ) -> Receipt:
        """Buys the certificate for `recipient` (default: the account). The resale royalty goes to
        the work, the rest to the seller's balance, for `withdraw`.

        Raises:
            PriceTooHigh: it costs more than `max_price`.
            EncumbranceChanged: the work was bound further since the offer was made.
            InvalidArgument: it is no ask for a certificate.
            ContractError, InsufficientFunds: as in `buy`.
        """
        _require(offer, OfferKind.CERTIFICATE_ASK)
        return self._marketplace.fill(offer, max_price=max_price, recipient=recipient)

    def bid_for_certificate(
        self,
        work: int | str,
        *,
        price: int,
        token: str,
        deadline: int = 0,
        fees: Sequence[FeeShare] = (),
    ) -> SignedOffer:
        """Signs that the account buys a certificate, as it is bound now, and approves the price.

        Raises:
            BidNeedsToken, InsufficientFunds, UnknownWork, NotAToken: as in `bid`.
        """
        conditions = Conditions(deadline=deadline, fees=fees)
        return self._bid(OfferKind.CERTIFICATE_BID, work, None, price, token, 1, conditions)

    def sell_certificate(self, bid: SignedOffer) -> Receipt:
        """Sells a certificate of the account to a bid's maker.

        Raises:
            NotOwner: the account does not own it.
            EncumbranceChanged: the work was bound further since the bid was made.
            InvalidArgument: it is no bid for a certificate.
            TransferFromFailed: its maker does not have the price any more.
        """
        _require(bid, OfferKind.CERTIFICATE_BID)
        owner, _ = self._registry.ownership(bid.offer.work)
        if owner == self._session.account.address:
            self._marketplace.approve_certificate(bid.offer.work)
        return self._marketplace.fill(bid)

    # --------------------------------------------------------------- delivery

    def order(
        self,
        offer: AnyOffer,
        *,
        max_price: int,
        count: int = 1,
        licensee: str | None = None,
    ) -> Deal:
        """Pays the price of an offer with delivery, where it waits. The licenses are issued when
        the account confirms the delivery, or when a delivery stands unchallenged.

        Raises:
            InvalidArgument: the offer is without delivery (see `buy`).
            ContractError, PriceTooHigh, InsufficientFunds: as in `buy`.
        """
        found = self._offer(offer)
        _require(found, OfferKind.LICENSE_ASK, delivery=True)
        receipt = self._marketplace.fill(
            found, max_price=max_price, count=count, recipient=licensee
        )
        return self._escrow.opened(receipt)

    def accept_order(self, bid: AnyOffer, *, work: int | str | None = None, count: int = 1) -> Deal:
        """Takes a bid with delivery: its price waits from now on, and the account delivers.

        Raises:
            InvalidArgument: the bid is without delivery (see `accept`).
            BeyondUpstream, ContractError: as in `accept`.
        """
        found = self._offer(bid)
        _require(found, OfferKind.LICENSE_BID, delivery=True)
        number = None if work is None else arguments.work_id("work", work)
        self._require_upstream(number or _plain(found).work, _plain(found).terms)
        return self._escrow.opened(self._marketplace.fill(found, count=count, work=number))

    def deals(self, work: int | str) -> list[Deal]:
        """Deals about licenses of a work, open or not, oldest first."""
        return self._escrow.of_work(arguments.work_id("work", work))

    def get_deal(self, deal_hash: bytes | str) -> Deal:
        """A deal as it stands.

        Raises:
            UnknownDeal: none of this hash was opened.
        """
        return self._escrow.get(arguments.bytes32("deal", deal_hash))

    def deliver(self, deal: Deal, content: Content) -> Receipt:
        """Posts that `content` was delivered, by its sha2-256. For the seller, in time; how the
        buyer gets the content itself is between the two.

        Raises:
            NotParty: the account is not the seller.
            NotInTime: it is too late, or a delivery stands already.
            DealNotOpen: it was released or refunded.
            FileProblem: the content is not usable.
        """
        with documents.as_file(content) as path:
            evidence = documents.summarize(content, path).content_hash
        return self._escrow.deliver(deal, evidence)

    def challenge(self, deal: Deal, reason: str) -> Receipt:
        """Voids a posted delivery, while it can be challenged. For the buyer; the sha2-256 of the
        reason goes on chain. The seller may deliver again until `deal.deliver_by`; without a
        delivery that stands the price can be refunded after that.

        Raises:
            NotParty: the account is not the buyer.
            NotInTime: nothing was delivered, or it is too late.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.challenge(deal, hashlib.sha256(reason.encode()).digest())

    def release(self, deal: Deal) -> list[License]:
        """Pays the work and issues the licenses: by the buyer, who confirms, at any time; by anyone
        once a delivery stands unchallenged.

        Raises:
            NotInTime: the account is not the buyer, and no delivery stands yet.
            DealOutdated: the certificate was sold, or the work bound otherwise, since.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.release(deal)

    def refund(self, deal: Deal, *, to: str | None = None) -> Receipt:
        """Takes the price back, to `to` (default: the account): for the buyer, when nothing was
        delivered in time, or the deal is outdated.

        Raises:
            NotParty: the account is not the buyer.
            NotInTime: the seller still has time, or has delivered.
            DealNotOpen: it was released or refunded.
        """
        return self._escrow.refund(deal, to)

    # ----------------------------------------------------------------- inside

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


def _plain(offer: SignedOffer | Offer) -> Offer:
    return offer.offer if isinstance(offer, SignedOffer) else offer


def _require(offer: SignedOffer | Offer, kind: OfferKind, delivery: bool = False) -> None:
    """Raises `InvalidArgument` for an offer that another method is for."""
    plain = _plain(offer)
    if plain.kind is not kind:
        found = plain.kind.name.lower().replace("_", " ")
        raise InvalidArgument("the offer", found, f"a {kind.name.lower().replace('_', ' ')}")
    if plain.has_delivery != delivery:
        found = "one with delivery" if plain.has_delivery else "one without delivery"
        wanted = "with delivery" if delivery else "without delivery; for others see `order`"
        raise InvalidArgument("the offer", found, f"one {wanted}")
