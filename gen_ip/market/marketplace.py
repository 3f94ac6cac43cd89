"""Offers on a chain: making, finding and cancelling them."""

# ruff: noqa: N818

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.calls.marketplace import Fill, Taking
from gen_ip.chain.errors import ChainError, NodeError
from gen_ip.chain.events import Event, word
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import (
    NotEnoughLeft,
    NotMaker,
    NotOwner,
    OfferNotInTime,
)
from gen_ip.chain.session import Session
from gen_ip.market.filling import certified, claimed_by
from gen_ip.market.offers import NO_HASH, Conditions, Offer, SignedOffer, from_struct, works_tree
from gen_ip.market.refusals import OfferOver, over
from gen_ip.signing.eip712 import Domain, sign
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import (
    OFFER,
    OFFER_TREE,
    Approval,
    FeeShare,
    OfferKind,
    OfferStruct,
    OfferTree,
    limits_leaf,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.signing.statements import NOBODY
from gen_ip.terms import Rights, Terms
from gen_ip.tokens import Tokens
from gen_ip.work import ETH
from gen_ip.works.certificates import PreparedCertificate, SignedDelegation
from gen_ip.works.licenses import Licenses
from gen_ip.works.registry import Registry

_NO_APPROVAL = Approval()


class UnknownOffer(ChainError):
    """No offer of this hash was posted."""

    def __init__(self, offer_hash: bytes) -> None:
        self.offer_hash = offer_hash
        super().__init__(
            f"no offer 0x{offer_hash.hex()} was posted on this chain; check the hash and the chain"
        )


class Marketplace:
    """What LicenseMarketplace does and tells, deliveries apart."""

    def __init__(self, session: Session) -> None:
        self._session, self._calls = session, session.calls.marketplace
        self._registry = Registry(session)
        self._licenses = Licenses(session)
        self._tokens = Tokens(session)

    @property
    def domain(self) -> Domain:
        """The EIP-712 domain of offers here."""
        return marketplace_domain(self._session.rpc.chain_id, self._session.deployment.marketplace)

    # ------------------------------------------------------------------- make

    def draft(
        self,
        kind: OfferKind,
        work: int | PreparedCertificate | Sequence[int],
        terms: Terms | None,
        price: int,
        token: str,
        quantity: int,
        conditions: Conditions,
        *,
        maker: str | None = None,
        counter_to: bytes = NO_HASH,
    ) -> Offer:
        """An offer by `maker` (default: the account), neither posted nor signed.

        Raises:
            NotOwner, UnknownWork: an ask, of a work that the maker does not own or that is none.
            InvalidArgument: a value does not fit.
            NotAToken: `token` is none.
        """
        maker = maker or self._session.account.address
        number, root, transfers, encumbrance = self._stand(kind, work, maker, terms)
        offer = Offer(
            kind=kind,
            maker=maker,
            taker=arguments.address(
                "taker", NOBODY if conditions.taker is None else conditions.taker
            ),
            work=number,
            works_root=root,
            terms_hash=terms.hash() if terms else NO_HASH,
            token=arguments.address("token", token),
            price=arguments.unsigned("price", price),
            quantity=arguments.unsigned("quantity", quantity),
            transfers=transfers,
            encumbrance=encumbrance,
            valid_from=arguments.unsigned("valid_from", conditions.valid_from),
            deadline=arguments.unsigned("deadline", conditions.deadline),
            counter_to=counter_to,
            uncontested=conditions.uncontested,
            deliver_within=arguments.unsigned("deliver_within", conditions.deliver_within),
            challenge_window=arguments.unsigned("challenge_window", conditions.window),
            counter=self._session.read("LicenseMarketplace", "counters", maker),
            salt=secrets.randbits(256),
            fees=tuple(
                FeeShare(
                    arguments.address("fee's receiver", to),
                    arguments.unsigned("fee's share", share, 16),
                )
                for to, share in conditions.fees
            ),
            terms=terms,
        )
        if offer.token != ETH:
            self._tokens.info(offer.token)
        return offer

    def post(self, offer: Offer) -> Offer:
        """Posts an offer of the account, and registers its terms.

        Raises:
            InvalidOffer, FeesTooHigh, BidNeedsToken: its fields do not go together.
            ContractError: the terms do not fit the work.
        """
        call = self._calls.post(offer.as_tuple())
        # Before the terms are stored, which costs gas.
        self._session.simulate(call)
        if offer.terms is not None:
            self._licenses.register_for(offer.work, offer.terms)
        return replace(offer, open=True, receipt=self._session.send(call))

    def sign(
        self,
        offers: Sequence[Offer],
        works: Sequence[int] = (),
        delegation: SignedDelegation | None = None,
        certificate: PreparedCertificate | None = None,
    ) -> list[SignedOffer]:
        """Signs offers with one signature: of one alone, of several as a tree. `certificate` is of
        a work that a delegate offers before it is certified.

        Raises:
            InvalidOffer, FeesTooHigh, BidNeedsToken: the fields of one do not go together.
            ContractError: its terms make no sense, or do not fit the work.
            InvalidArgument: the delegation does not list what is asked.
        """
        account = self._session.account
        signed = []
        if len(offers) == 1:
            approvals = [
                Approval(signature=sign(account, self.domain, OFFER, offers[0].as_tuple()))
            ]
        else:
            tree = MerkleTree([offer_leaf(offer.hash) for offer in offers])
            signature = sign(account, self.domain, OFFER_TREE, OfferTree(tree.root))
            approvals = [
                Approval(signature, True, tree.root, tree.path(i)) for i in range(len(offers))
            ]
        for offer, approval in zip(offers, approvals, strict=True):
            if delegation is not None:
                approval = _delegated(approval, offer, delegation)
            marketplace = self._session.deployment.marketplace
            chain_id = self._session.rpc.chain_id
            signed.append(SignedOffer(offer, approval, marketplace, chain_id, tuple(works)))
            self._check(signed[-1], certificate)
        return signed

    def approve_price(self, offer: Offer) -> None:
        """Lets the marketplace take what a bid of the account may cost, on top of what it may take
        already for other bids. It can take only what the account has signed for.

        Raises:
            InsufficientFunds: the account holds less.
        """
        marketplace, total = self._session.deployment.marketplace, offer.price * offer.quantity
        if total:
            allowed = self._tokens.allowance(offer.token, marketplace)
            amount = min(allowed + total, 2**256 - 1)
            self._tokens.approve(offer.token, marketplace, amount, total)

    def approve_certificate(self, work: int) -> None:
        """Lets the marketplace move a certificate of the account when it is sold."""
        marketplace = self._session.deployment.marketplace
        if self._session.read("IPRegistry", "getApproved", work) != marketplace:
            self._session.send(self._session.calls.registry.approve(marketplace, work))

    # ------------------------------------------------------------------- find

    def get(self, offer_hash: bytes) -> Offer:
        """A posted offer, open or not.

        Raises:
            UnknownOffer: none of this hash was posted.
        """
        for event in self._session.events("LicenseMarketplace", "OfferPosted", word(offer_hash)):
            found = self._read([event])[0]
            if found.hash != offer_hash:
                raise NodeError("eth_getLogs", "another offer than was asked for")
            return found
        raise UnknownOffer(offer_hash)

    def of_work(self, work: int) -> list[Offer]:
        """Posted asks for licenses of a work that could be filled now, oldest first.

        Raises:
            UnknownWork: it is not certified.
        """
        owner, transfers = self._registry.ownership(work)
        now = self._session.rpc.block().timestamp
        posted = self._session.events("LicenseMarketplace", "OfferPosted", None, word(work))
        offers = [
            offer
            for offer in self._read(posted)
            if offer.kind is OfferKind.LICENSE_ASK
            and offer.open
            and offer.left > 0
            and (offer.maker, offer.transfers) == (owner, transfers)
            and offer.valid_from <= now
            and (offer.deadline == 0 or now <= offer.deadline)
        ]
        fitting = self._licenses.fitting(work, [offer.terms_hash for offer in offers])
        return [offer for offer in offers if offer.terms_hash in fitting]

    # ----------------------------------------------------------------- cancel

    def cancel(self, offer: Offer) -> Receipt:
        """Withdraws an offer of the account, posted or signed.

        Raises:
            NotMaker: it is another's.
            OfferOver: it cannot be taken any more.
        """
        self._require_own([offer])
        self.require_open(offer)
        return self._session.send(self._calls.cancel(offer.hash))

    def cancel_many(self, offers: Sequence[Offer]) -> list[Receipt]:
        """Withdraws those of the offers that can still be taken, each in a transaction.

        Raises:
            NotMaker: one is another's.
        """
        self._require_own(offers)
        found = self._over(offers)
        standing = dict.fromkeys(
            offer.hash for offer, refusal in zip(offers, found, strict=True) if refusal is None
        )
        return [self._session.send(self._calls.cancel(offer_hash)) for offer_hash in standing]

    def require_open(self, offer: Offer, *, to_answer: bool = False) -> None:
        """Raises `OfferOver` where an offer, posted or signed, cannot be taken any more; or not be
        answered, since only one that nothing was taken of yet is spent by an answer to it."""
        [refusal] = self._over([offer], to_answer)
        if refusal is not None:
            raise refusal

    def cancel_all(self) -> Receipt:
        """Withdraws all offers of the account, posted or signed."""
        return self._session.send(self._calls.cancel_all())

    # ----------------------------------------------------------------- inside

    def _require_own(self, offers: Sequence[Offer]) -> None:
        account = self._session.account.address
        for offer in offers:
            if offer.maker != account:
                raise NotMaker(account, offer.maker)

    def _over(self, offers: Sequence[Offer], to_answer: bool = False) -> list[OfferOver | None]:
        """Of each offer why it cannot be taken any more (`to_answer`: not be answered any more),
        None where it can."""
        market, now = "LicenseMarketplace", self._session.rpc.block().timestamp
        found = self._session.read_all(
            *((market, "offerState", offer.maker, offer.hash) for offer in offers),
            *((market, "counters", offer.maker) for offer in offers),
        )
        states, counters = found[: len(offers)], found[len(offers) :]
        return [
            over(
                offer,
                cancelled,
                filled > 0 if to_answer else filled >= offer.quantity,
                counter,
                now,
            )
            for offer, (_, cancelled, filled), counter in zip(offers, states, counters, strict=True)
        ]

    def _stand(
        self,
        kind: OfferKind,
        work: int | PreparedCertificate | Sequence[int],
        maker: str,
        terms: Terms | None,
    ) -> tuple[int, bytes, int, bytes]:
        """Work, root of the set of works, transfers and encumbrance of a new offer."""
        if isinstance(work, PreparedCertificate):
            number = self._session.deployment.work_id(*work.certify[:3])
            if not self._registry.exists(number):
                if work.certify.creator != maker:
                    raise NotOwner(number, maker, work.certify.creator)
                return number, NO_HASH, 0, NO_HASH
        elif isinstance(work, int):
            number = work
        else:
            return self._stand_of_set(kind, [arguments.work_id("work", each) for each in work])
        owner, transfers = self._registry.ownership(number)
        if not kind.is_bid and owner != maker:
            raise NotOwner(number, maker, owner)
        bound = kind.is_certificate or (terms is not None and Rights.EXCLUSIVE in terms.grant)
        encumbrance = self._session.read("IPRegistry", "encumbrance", number) if bound else NO_HASH
        return number, NO_HASH, 0 if kind.is_bid else transfers, encumbrance

    def _stand_of_set(self, kind: OfferKind, works: list[int]) -> tuple[int, bytes, int, bytes]:
        if kind is not OfferKind.LICENSE_BID:
            raise InvalidArgument("work", works, "one work; only bids may name several")
        for work in works:
            self._registry.require(work)
        return 0, works_tree(works).root, 0, NO_HASH

    def _check(self, signed: SignedOffer, certificate: PreparedCertificate | None) -> None:
        """Raises the contract's error where it would refuse an offer, or never fill it."""
        session, offer = self._session, signed.offer
        claimed = NOBODY, NO_HASH
        if signed.is_delegated:
            claimed = claimed_by(self._registry, offer.work, certificate)
        taking = Taking(offer.work, (), 0, NOBODY, 0, *claimed)
        fill = Fill(offer.as_tuple(), signed.approval, taking)
        # Taking none of it is refused last: once the offer and its signature are found in order.
        with suppress(NotEnoughLeft, OfferNotInTime):
            session.ask(self._calls.fill(fill))
        if offer.terms is not None:
            work = certified(self._registry, offer.work)
            self._licenses.require_fitting(work, offer.terms)

    def _read(self, events: Sequence[Event]) -> list[Offer]:
        """Posted offers as they stand, in two round trips."""
        structs = [OfferStruct(*event.args["offer"]) for event in events]
        for struct, event in zip(structs, events, strict=True):
            # Who names an offer by its hash means what it says, whatever the node makes of it.
            if OFFER.hash(struct) != event.args["offer_hash"]:
                raise NodeError("eth_getLogs", "an offer that has another hash")
        market = "LicenseMarketplace"
        makers = list(dict.fromkeys(struct.maker for struct in structs))
        found = self._session.read_all(
            *(
                (market, "offerState", struct.maker, event.args["offer_hash"])
                for struct, event in zip(structs, events, strict=True)
            ),
            *((market, "counters", maker) for maker in makers),
        )
        counters = dict(zip(makers, found[len(structs) :], strict=True))
        terms = self._licenses.terms_of(struct.terms_hash for struct in structs)
        offers = []
        for struct, (posted, cancelled, filled) in zip(structs, found[: len(structs)], strict=True):
            is_open = posted and not cancelled and counters[struct.maker] == struct.counter
            known = terms.get(struct.terms_hash)
            offers.append(from_struct(struct, known, filled=filled, open=is_open))
        return offers


def _delegated(approval: Approval, offer: Offer, delegation: SignedDelegation) -> Approval:
    """The approval with the delegation, and its limits that cover the offer."""
    for place, ask in enumerate(delegation.asks):
        same = (ask.terms_hash, ask.token) == (offer.terms_hash, offer.token)
        fees = sum(fee.share for fee in offer.fees)
        if same and offer.price >= ask.min_price and fees <= ask.max_fees:
            tree = MerkleTree([limits_leaf(each) for each in delegation.asks])
            return approval._replace(
                delegation=delegation.delegation,
                delegation_signature=delegation.signature,
                limits=ask,
                limits_path=tree.path(place),
            )
    raise InvalidArgument("the offer", offer.price, "an ask within the delegation's limits")
