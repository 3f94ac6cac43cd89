"""Offers, from posting to buying."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gen_ip import ETH, FeeShare, GenIP, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import InsufficientFunds, NoAccount, NodeError
from gen_ip.chain.events import topic_of
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.market.filling import PriceTooHigh
from gen_ip.market.marketplace import UnknownOffer
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX
from tests.sdk.conftest import Derive
from tests.support.chain import FUNDS, LocalChain


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work").work_id


def _transfer(client: GenIP, work: int, to: str) -> None:
    owner = client.work(work).owner
    client.send(client.calls.registry.transfer(owner, to, work))


def test_an_offer_reads_back_as_it_was_made(alice: GenIP, work: int, chain: LocalChain) -> None:
    offer = alice.offer(
        work,
        COMMERCIAL,
        price=7,
        token=chain.token,
        quantity=5,
        deadline=chain.now() + 1_000,
        fees=[FeeShare(chain.carol.address, 250)],
    )
    assert offer.receipt is not None
    assert offer.receipt.find("OfferPosted").args["offer_hash"] == offer.hash
    assert alice._session.read("LicenseMarketplace", "hashOffer", offer.as_tuple()) == offer.hash
    for found in (alice.get_offer(offer.hash), alice.get_offer(f"0x{offer.hash.hex()}")):
        assert found == offer
        assert (found.open, found.filled, found.left) == (True, 0, 5)
        assert found.terms == COMMERCIAL
    assert alice.offers(work) == [offer]
    shown = json.loads(json.dumps(offer.to_json()))
    assert shown["work"] == str(work)
    assert (shown["price"], shown["quantity"], shown["filled"]) == ("7", "5", "0")
    assert shown["fees"] == [{"to": chain.carol.address, "share": 250}]


def test_equal_offers_are_told_apart(alice: GenIP, work: int) -> None:
    first, second = (alice.offer(work, COMMERCIAL, price=1) for _ in range(2))
    assert first.hash != second.hash
    assert alice.offers(work) == [first, second]


def test_buying_in_eth(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    offer = alice.offer(work, COMMERCIAL, price=10**18, quantity=3)
    licenses = bob.buy(offer.hash, max_price=2 * 10**18, count=2)
    assert [license_.holder for license_ in licenses] == [chain.bob.address] * 2
    assert licenses[1].id == licenses[0].id + 1
    receipt = licenses[0].receipt
    assert receipt is not None
    assert alice.earnings(work).credit == 2 * 10**18
    assert bob.balance(chain.bob.address) == FUNDS - 2 * 10**18 - receipt.fee
    assert alice.get_offer(offer.hash).left == 1


def test_buying_for_somebody_else(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    offer = alice.offer(work, COMMERCIAL, price=1)
    (license_,) = bob.buy(offer, max_price=1, licensee=chain.carol.address)
    assert license_.holder == chain.carol.address


def test_fees_are_credited(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    fees = [FeeShare(chain.carol.address, 1_000)]
    bob.buy(alice.offer(work, COMMERCIAL, price=1_000, fees=fees), max_price=1_000)
    assert alice.earnings(work).credit == 900
    assert alice._session.read("RoyaltySplitter", "balances", chain.carol.address, ETH) == 100


def test_a_price_above_the_maximum(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    offer = alice.offer(work, COMMERCIAL, price=10, token=chain.token, quantity=5)
    nonce = chain.web3.eth.get_transaction_count(chain.bob.address)
    with pytest.raises(PriceTooHigh, match="the price is 30, above the maximum of 29") as refused:
        bob.buy(offer, max_price=29, count=3)
    assert (refused.value.price, refused.value.max_price) == (30, 29)
    assert chain.web3.eth.get_transaction_count(chain.bob.address) == nonce


def test_an_offer_nobody_posted(alice: GenIP, bob: GenIP, work: int) -> None:
    with pytest.raises(UnknownOffer):
        bob.buy(bytes(32), max_price=1)
    with pytest.raises(InvalidArgument):
        bob.buy("0x12", max_price=1)
    altered = replace(alice.offer(work, COMMERCIAL, price=10), price=1)
    with pytest.raises(reverts.OfferNotOpen) as refused:
        bob.buy(altered, max_price=10)
    assert refused.value.offer_hash == altered.hash


def _refusals(
    bob: GenIP, chain: LocalChain, offer_hash: bytes, error: type[Exception], count: int = 1
) -> None:
    """Buying fails with `error`, sends nothing and approves nothing."""
    nonce = chain.web3.eth.get_transaction_count(chain.bob.address)
    with pytest.raises(error):
        bob.buy(offer_hash, max_price=10**20, count=count)
    assert chain.web3.eth.get_transaction_count(chain.bob.address) == nonce


@pytest.mark.parametrize("in_token", [False, True])
def test_offers_that_cannot_be_filled(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, in_token: bool
) -> None:
    token = chain.token if in_token else ETH

    cancelled = alice.offer(work, COMMERCIAL, price=1, token=token)
    alice.cancel(cancelled)
    _refusals(bob, chain, cancelled.hash, reverts.OfferNotOpen)

    small = alice.offer(work, COMMERCIAL, price=1, token=token, quantity=2)
    _refusals(bob, chain, small.hash, reverts.NotEnoughLeft, count=3)

    late = alice.offer(work, COMMERCIAL, price=1, token=token, deadline=chain.now() + 60)
    chain.pass_time(61)
    _refusals(bob, chain, late.hash, reverts.OfferNotInTime)

    exclusive = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=1_000)
    blocking = alice.offer(work, exclusive, price=0)
    carol.buy(blocking, max_price=0)
    _refusals(bob, chain, small.hash, reverts.SoldExclusively)
    assert alice.offers(work) == []

    _transfer(alice, work, chain.carol.address)
    _refusals(bob, chain, small.hash, reverts.NotOwner)
    _transfer(carol, work, chain.alice.address)
    _refusals(bob, chain, small.hash, reverts.OfferOutdated)


def test_only_current_offers_are_listed(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    alice.cancel(alice.offer(work, COMMERCIAL, price=1))
    bob.buy(alice.offer(work, COMMERCIAL, price=0), max_price=0)
    late = alice.offer(work, COMMERCIAL, price=1, deadline=chain.now() + 60)
    good = alice.offer(work, COMMERCIAL, price=1)
    assert alice.offers(work) == [late, good]
    chain.pass_time(61)
    assert alice.offers(work) == [good]
    _transfer(alice, work, chain.carol.address)
    assert alice.offers(work) == []


def test_offering_a_work_of_somebody_else(bob: GenIP, work: int, chain: LocalChain) -> None:
    with pytest.raises(reverts.NotOwner) as refused:
        bob.offer(work, COMMERCIAL, price=1)
    assert refused.value.values == {
        "work_id": work,
        "caller": chain.bob.address,
        "owner": chain.alice.address,
    }
    # Nothing was registered for an offer that cannot be made.
    with pytest.raises(reverts.UnknownTerms):
        bob.terms(COMMERCIAL.hash())


def test_offers_that_make_no_sense(alice: GenIP, work: int, chain: LocalChain) -> None:
    with pytest.raises(reverts.UnknownWork):
        alice.offer(12345, COMMERCIAL, price=1)
    with pytest.raises(reverts.InvalidOffer):
        alice.offer(work, COMMERCIAL, price=1, quantity=0)
    with pytest.raises(reverts.FeesTooHigh):
        alice.offer(work, COMMERCIAL, price=1, fees=[FeeShare(chain.bob.address, 1_001)])
    with pytest.raises(InvalidArgument, match="price"):
        alice.offer(work, COMMERCIAL, price=-1)
    with pytest.raises(NoAccount):
        alice.using(None).offer(work, COMMERCIAL, price=1)


def test_a_derivatives_terms_stay_below_its_parents(
    alice: GenIP, bob: GenIP, work: int, derive: Derive
) -> None:
    child = derive(bob, b"child", {work: NC_REMIX}).work_id
    with pytest.raises(reverts.ExceedsCeiling) as refused:
        bob.offer(child, COMMERCIAL_REMIX, price=1)
    assert refused.value.excess == Rights.COMMERCIAL
    with pytest.raises(reverts.MissingObligations) as lacking:
        bob.offer(child, Terms(Rights.DERIVE, units=1), price=1)
    assert lacking.value.missing == Rights.ATTRIBUTION


def test_cancelling_anothers_offer(alice: GenIP, bob: GenIP, work: int) -> None:
    offer = alice.offer(work, COMMERCIAL, price=1)
    with pytest.raises(reverts.NotMaker):
        bob.cancel(offer.hash)
    alice.cancel(offer)
    with pytest.raises(reverts.OfferNotOpen):
        alice.cancel(offer)


@pytest.mark.parametrize("count", [0, -1])
def test_buying_nothing(alice: GenIP, bob: GenIP, work: int, count: int) -> None:
    offer = alice.offer(work, COMMERCIAL, price=1)
    with pytest.raises(InvalidArgument, match="count"):
        bob.buy(offer, max_price=10, count=count)


def test_too_little_eth(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    offer = alice.offer(work, COMMERCIAL, price=2 * FUNDS)
    with pytest.raises(InsufficientFunds) as refused:
        bob.buy(offer, max_price=2 * FUNDS)
    assert (refused.value.account, refused.value.token) == (chain.bob.address, ETH)
    assert (refused.value.has, refused.value.needs) == (FUNDS, 2 * FUNDS)


def test_a_node_cannot_pass_off_another_offer_or_other_terms(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hash says what is bought; the node only brings it."""
    meant = alice.offer(work, COMMERCIAL, price=7)
    alice.offer(work, COMMERCIAL, price=7_000)
    wanted = {
        "address": chain.deployment.marketplace,
        "topics": [topic_of("OfferPosted")],
        "fromBlock": "0x0",
        "toBlock": "latest",
    }
    true, other = Rpc(chain.web3).logs(wanted)
    for answer in ({**true, "data": other["data"]}, other):
        with monkeypatch.context() as patch:
            patch.setattr(Rpc, "logs", lambda *_, found=answer: [found])
            with pytest.raises(NodeError, match="another"):
                bob.buy(meant.hash, max_price=10_000)
    assert bob.buy(meant.hash, max_price=7)
    with monkeypatch.context() as patch:
        patch.setattr(Session, "try_all", lambda *_: [NC_REMIX.as_tuple()])
        with pytest.raises(NodeError, match="another hash"):
            bob.terms(COMMERCIAL.hash())


def test_a_node_cannot_pass_off_another_deal(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    deals = [
        bob.order(alice.offer(work, COMMERCIAL, price=price, deliver_within=1_000), max_price=price)
        for price in (7, 7_000)
    ]
    wanted = {
        "address": chain.deployment.marketplace,
        "topics": [topic_of("DealOpened")],
        "fromBlock": "0x0",
        "toBlock": "latest",
    }
    true, other = Rpc(chain.web3).logs(wanted)
    assert bob.get_deal(deals[0].hash) == deals[0]
    for answer in ({**true, "data": other["data"]}, other):
        with monkeypatch.context() as patch:
            patch.setattr(Rpc, "logs", lambda *_, found=answer: [found])
            with pytest.raises(NodeError, match="another deal"):
                bob.get_deal(deals[0].hash)
