"""What a sale costs, who gets what of it, and what stands in its way: told beforehand, then held
against the sale itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gen_ip import ETH, FeeShare, GenIP, Payee, Rights, Terms
from gen_ip.chain import reverts
from gen_ip.chain.errors import InsufficientFunds, UnexpectedChain
from gen_ip.market.marketplace import UnknownOffer
from gen_ip.market.refusals import CertificateSold, OfferExpired, OfferNotYetOpen
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, UNLIMITED
from tests.sdk.conftest import Derive
from tests.support.chain import TOKENS, LocalChain

BOTH = Terms(
    Rights.COMMERCIAL | Rights.DERIVE,
    Rights.COMMERCIAL | Rights.DERIVE,
    income=1_000,
    volume=300,
    units=UNLIMITED,
)


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work").work_id


def _kind(client: GenIP, offer: object, **options: object) -> type | None:
    problem = client.quote(offer, **options).problem
    return None if problem is None else type(problem)


def test_a_quote_is_what_the_sale_does(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, derive: Derive, chain: LocalChain
) -> None:
    other = alice.certify(b"another").work_id
    middle = derive(carol, b"middle", {work: BOTH}).work_id
    payees = [Payee(chain.dave.address, 2_500)]
    child = derive(alice, b"child", {middle: BOTH, other: COMMERCIAL_REMIX}, payees=payees).work_id
    offer = alice.sign_offer(
        child, COMMERCIAL, price=1_000_003, token=chain.token, quantity=4,
        fees=[FeeShare(chain.carol.address, 777)],
    )  # fmt: skip
    quote = bob.quote(offer, count=3)
    assert quote.fillable
    assert (quote.price, quote.token, quote.count) == (3_000_009, chain.token, 3)
    bob.buy(offer, max_price=quote.price, count=3)
    token = {"token": chain.token}
    assert bob.balance(chain.bob.address, **token) == TOKENS - quote.price
    assert dict(quote.fees) == {chain.carol.address: 3_000_009 * 777 // 10_000}
    assert quote.income == quote.price - sum(dict(quote.fees).values())
    earned = {each: alice.earnings(each, **token).total for each in (child, middle, other, work)}
    told = {child: quote.owners_part + sum(dict(quote.payees).values()), **dict(quote.ancestors)}
    assert told.keys() == earned.keys()
    assert all(0 <= told[each] - earned[each] <= 2 for each in earned), (told, earned)
    assert dict(quote.payees) == {chain.dave.address: earned[child] * 2_500 // 10_000}
    assert quote.owner == chain.alice.address
    assert 0 <= quote.income - sum(told.values()) <= 4
    shown = json.loads(json.dumps(quote.to_json()))
    assert (shown["price"], shown["fillable"], shown["problem"]) == ("3000009", True, None)


def test_a_certificate_is_quoted_with_its_royalty(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    number = alice.certify(b"a work", resale_royalty=500).work_id
    fees = [FeeShare(chain.carol.address, 100)]
    offer = alice.offer_certificate(number, price=10_000, token=chain.token, fees=fees)
    quote = bob.quote(offer)
    assert (quote.proceeds, quote.income, dict(quote.fees)) == (
        9_400, 500, {chain.carol.address: 100},
    )  # fmt: skip
    assert quote.fillable
    bob.buy_certificate(offer, max_price=quote.price)
    balance = alice._session.read("RoyaltySplitter", "balances", chain.alice.address, chain.token)
    assert balance == 9_400
    assert alice.earnings(number, token=chain.token).credit == 500


def test_what_stands_in_the_way_of_a_purchase(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.sign_offer(work, COMMERCIAL, price=5, token=chain.token)
    # Neither the terms' registration nor the approval is anybody's problem.
    assert _kind(bob, offer) is None
    assert _kind(bob, offer, count=2) is reverts.NotEnoughLeft
    dear = alice.sign_offer(work, COMMERCIAL, price=TOKENS + 1, token=chain.token)
    assert _kind(bob, dear) is InsufficientFunds
    in_eth = alice.sign_offer(work, COMMERCIAL, price=10**30)
    assert _kind(bob, in_eth) is InsufficientFunds
    mine = alice.sign_offer(work, COMMERCIAL, price=0, taker=chain.carol.address)
    assert _kind(bob, mine) is reverts.NotTaker
    assert _kind(carol, mine) is None
    early = alice.sign_offer(work, COMMERCIAL, price=0, valid_from=chain.now() + 1_000)
    late = alice.sign_offer(work, COMMERCIAL, price=0, deadline=chain.now() + 500)
    assert _kind(bob, early) is OfferNotYetOpen
    chain.pass_time(600)
    assert _kind(bob, late) is OfferExpired
    altered = replace(offer, offer=replace(offer.offer, price=1))
    assert _kind(bob, altered) is reverts.InvalidSignature
    assert _kind(bob, replace(offer, chain_id=1)) is UnexpectedChain
    alice.cancel(offer)
    assert _kind(bob, offer) is reverts.OfferNotOpen
    fresh = alice.sign_offer(work, replace(COMMERCIAL, duration=77), price=0)
    exclusive = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=1_000)
    alice.issue(work, exclusive, chain.carol.address)
    assert _kind(bob, fresh) is reverts.SoldExclusively
    sale = alice.offer_certificate(work, price=0)
    alice.transfer(work, chain.carol.address)
    assert _kind(bob, sale) is CertificateSold
    with pytest.raises(UnknownOffer):
        bob.quote(bytes(32))


def test_bids_are_quoted_to_who_may_accept_them(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    bid = bob.bid([work, alice.certify(b"another").work_id], COMMERCIAL, price=50,
                  token=chain.token)  # fmt: skip
    quote = alice.quote(bid, work=work)
    assert (quote.fillable, quote.price, quote.owners_part) == (True, 50, 50)
    assert _kind(carol, bid, work=work) is reverts.NotOwner
    wanted = bob.bid_for_certificate(work, price=70, token=chain.token)
    assert _kind(alice, wanted) is None
    tokens = bob.balance(chain.bob.address, token=chain.token)
    bob._tokens.approve(chain.token, chain.deployment.marketplace, 0)
    alice.register_terms(COMMERCIAL)
    assert _kind(alice, bid, work=work) is reverts.TransferFromFailed
    assert tokens == TOKENS


def test_without_an_account_anybody_is_asked_for(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    reader = alice.using(None)
    for token in (ETH, chain.token):
        alice.register_terms(COMMERCIAL)
        offer = alice.offer(work, COMMERCIAL, price=10**30, token=token)
        assert reader.quote(offer.hash).fillable
        alice.cancel(offer)
        assert _kind(reader, offer) is reverts.OfferNotOpen
    bid = bob.bid(work, COMMERCIAL, price=5, token=chain.token)
    assert reader.quote(bid).fillable
    gone = alice.offer(work, COMMERCIAL, price=1)
    alice.transfer(work, chain.carol.address)
    assert _kind(reader, gone) is CertificateSold


def test_what_ended_since_the_last_block_is_no_offer_any_more(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The last block may be as old as the tests before.
    chain.rpc("evm_mine")
    deadline = chain.now() + 500
    signed = alice.sign_offer(work, COMMERCIAL, price=0, deadline=deadline)
    assert bob.quote(signed).fillable
    monkeypatch.setattr("gen_ip.market.filling.time.time", lambda: deadline + 1.5)
    problem = bob.quote(signed).problem
    assert isinstance(problem, OfferExpired)
    assert problem.time == deadline + 1
