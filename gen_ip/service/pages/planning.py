"""The plans of a page: buying, selling, bidding, collecting, certifying."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gen_ip.calls import Call, Calls
from gen_ip.calls.marketplace import Fill, Taking
from gen_ip.chain import abi, artifacts
from gen_ip.chain.deployment import Deployment
from gen_ip.market.offers import Offer, SignedOffer
from gen_ip.service.pages.money import Tokens
from gen_ip.service.pages.plans import Plan, Send, Sign
from gen_ip.service.pages.rendering import Page
from gen_ip.signing.eip712 import typed_data
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import (
    OFFER,
    OFFER_TREE,
    Approval,
    OfferStruct,
    OfferTree,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.signing.statements import Certify, Consent, TreeProof
from gen_ip.status.signed import SignedStatement
from gen_ip.terms import Terms
from gen_ip.work import ETH


class Claimed(Protocol):
    """A work, and what its claim says."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def creator(self) -> str:
        """Whose claim it is."""

    @property
    def content_hash(self) -> bytes:
        """Of which bytes."""


class Planner:
    """Plans for one page.

    Args:
        page: whose words are used.
        deployment, chain_id: of the contracts.
        tokens: how amounts are shown.
    """

    def __init__(self, page: Page, deployment: Deployment, chain_id: int, tokens: Tokens) -> None:
        self._page, self._tokens, self._chain_id = page, tokens, chain_id
        self._deployment, self._calls = deployment, Calls(deployment)

    def buy(
        self,
        offer: OfferStruct,
        signed: SignedOffer | None,
        work: Claimed,
        gets: str,
        unknown: Terms | None = None,
    ) -> Plan:
        """One license of an ask that anybody can fill, for whoever sends it. `unknown` are its
        terms where nobody has registered them yet."""
        shown = self._shown(offer.price, offer.token)
        fill = self._fill(offer, signed, work, 1, offer.price if offer.token == ETH else 0)
        steps = [*self._registered(unknown), Send(self._page.say("wallet", "fill"), fill)]
        if offer.token != ETH and offer.price:
            steps.insert(0, self._approval(offer.token, offer.price))
        return Plan(self._chain_id, steps, shown, gets)

    def accept(
        self,
        offer: OfferStruct,
        signed: SignedOffer | None,
        work: Claimed,
        count: int,
        owner: str,
        unknown: Terms | None = None,
    ) -> Plan:
        """So many licenses to who bids for them. By the work's owner."""
        fill = self._fill(offer, signed, work, count, 0)
        steps = [*self._registered(unknown), Send(self._page.say("wallet", "accept"), fill)]
        gets = self._shown(offer.price * count, offer.token)
        return Plan(self._chain_id, steps, self._nothing(), gets, owner)

    def offer(self, offer: Offer, gets: str, *, inbox: bool, then: str, known: bool) -> Plan:
        """An ask or a bid of its maker's: signed and handed in where this service takes such
        offers, else posted on chain. `known`: whether its terms are registered."""
        say = self._page.say
        total = offer.price * offer.quantity
        steps: list[Send | Sign] = []
        if offer.kind.is_bid:
            steps.append(self._approval(offer.token, total, added_by=offer.maker))
        if inbox:
            steps.append(self._signed([offer]))
        else:
            steps += self._registered(None if known else offer.terms)
            posted = self._calls.marketplace.post(offer.as_tuple())
            steps.append(Send(say("wallet", "post"), posted))
        pays = self._shown(total, offer.token) if offer.kind.is_bid else self._nothing()
        return Plan(self._chain_id, steps, pays, gets, offer.maker, then)

    def certify(
        self,
        certify: Sequence[Certify],
        offers: Sequence[Offer],
        *,
        gets: str,
        inbox: bool,
        known: bool,
        then: str,
    ) -> Plan:
        """Certifies works of one creator's, and puts licenses of them on offer: signed once and
        handed in where this service takes such offers, else posted. `known`: whether the offers'
        terms are registered."""
        say, creator = self._page.say, certify[0].creator
        steps: list[Send | Sign] = []
        for home in (self._calls.registry, self._calls.license):
            own = [each for each in certify if self._calls.home_of(each) is home]
            if own:
                entries = [(each, TreeProof(), Consent()) for each in own]
                call = home.certify(own[0]) if len(own) == 1 else home.certify_many(entries)
                steps.append(Send(say("wallet", "certify", count=len(own)), call))
        if offers and inbox:
            steps.append(self._signed(offers))
        elif offers:
            steps += self._registered(None if known else offers[0].terms)
            post = self._calls.marketplace.post
            steps += [Send(say("wallet", "post"), post(each.as_tuple())) for each in offers]
        return Plan(self._chain_id, steps, self._nothing(), gets, creator, then)

    def statement(
        self, what: str, bare: SignedStatement[Any], to: str, gets: str, then: str
    ) -> Plan:
        """Something that is signed and handed in, and costs nothing."""
        typed = typed_data(bare.domain, bare.STRUCT, bare.message)
        step = Sign(what, typed, [bare.to_json()], ("signature",), to)
        return Plan(self._chain_id, [step], self._nothing(), gets, bare.signer, then)

    def collect(self, path: Sequence[int], token: str, account: str, amount: int) -> Plan:
        """What is credited to an account's work and on the way to it."""
        call = self._calls.splitter.collect(path, token, account)
        return self._income("collect", call, token, account, amount)

    def withdraw(self, token: str, account: str, amount: int) -> Plan:
        """An account's balance."""
        call = self._calls.splitter.withdraw(token, account)
        return self._income("withdraw", call, token, account, amount)

    def _signed(self, offers: Sequence[Offer]) -> Sign:
        """One signature for all: over the offer, or over the tree of several."""
        marketplace, chain_id = self._deployment.marketplace, self._chain_id
        domain = marketplace_domain(chain_id, marketplace)
        if len(offers) == 1:
            typed = typed_data(domain, OFFER, offers[0].as_tuple())
            approvals = [Approval()]
        else:
            tree = MerkleTree([offer_leaf(each.hash) for each in offers])
            typed = typed_data(domain, OFFER_TREE, OfferTree(tree.root))
            approvals = [
                Approval(b"", True, tree.root, tree.path(place)) for place in range(len(offers))
            ]
        files = [
            SignedOffer(offer, approval, marketplace, chain_id).to_json()
            for offer, approval in zip(offers, approvals, strict=True)
        ]
        what = self._page.say("wallet", "sign-offer")
        return Sign(what, typed, files, ("approval", "signature"), "/v1/offers")

    def _income(self, name: str, call: Call, token: str, account: str, amount: int) -> Plan:
        steps = [Send(self._page.say("wallet", name), call)]
        gets = self._shown(amount, token)
        return Plan(self._chain_id, steps, self._nothing(), gets, account)

    def _fill(
        self, offer: OfferStruct, signed: SignedOffer | None, work: Claimed, count: int, value: int
    ) -> Call:
        path = signed.works_path(work.id) if signed is not None else ()
        approval = signed.approval if signed is not None else Approval()
        taking = Taking(work.id, path, count)
        if offer.uncontested or (signed is not None and signed.is_delegated):
            taking = taking._replace(creator=work.creator, content_hash=work.content_hash)
        return self._calls.marketplace.fill(Fill(offer, approval, taking), value=value)

    def _registered(self, terms: Terms | None) -> list[Send | Sign]:
        if terms is None:
            return []
        call = self._calls.license.register_terms(terms)
        return [Send(self._page.say("wallet", "register"), call)]

    def _approval(self, token: str, amount: int, added_by: str | None = None) -> Send:
        """Lets the marketplace take an amount; with `added_by` on top of what it may take of that
        account's already."""
        functions, spender = artifacts.load("DemoToken").functions, self._deployment.marketplace
        what = self._page.say("wallet", "approve", amount=self._shown(amount, token))
        call = Call(token, abi.encode_call(functions["approve"], spender, amount))
        if added_by is None:
            return Send(what, call)
        above = Call(token, abi.encode_call(functions["allowance"], added_by, spender))
        return Send(what, call, above)

    def _shown(self, amount: int, token: str) -> str:
        return self._tokens.shown(amount, token, self._page.words)

    def _nothing(self) -> str:
        return self._shown(0, ETH)
