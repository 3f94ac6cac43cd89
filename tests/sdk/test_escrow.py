"""Sales with a delivery: paid, delivered, challenged, confirmed or taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from gen_ip import ETH, FeeShare, GenIP, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.deals import REFUND_AFTER, Deal
from gen_ip.errors import FileProblem
from gen_ip.market.escrow import UnknownDeal
from gen_ip.market.filling import PriceTooHigh
from gen_ip.market.refusals import DealNotInTime
from gen_ip.terms import COMMERCIAL
from tests.support.chain import TOKENS, LocalChain

DAY = 24 * 3600
PRICE = 1_000


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work").work_id


@pytest.fixture
def deal(alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain) -> Deal:
    """Bob paid 2,000 tokens for two licenses; alice has a day, bob an hour."""
    offer = alice.sign_offer(
        work,
        COMMERCIAL,
        price=PRICE,
        token=chain.token,
        quantity=2,
        fees=[FeeShare(chain.carol.address, 1_000)],
        deliver_within=DAY,
        challenge_window=3600,
    )
    return bob.order(offer, max_price=2 * PRICE, count=2)


def test_the_price_waits(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    assert bob.balance(chain.bob.address, token=chain.token) == TOKENS - 2 * PRICE
    assert alice.earnings(work, token=chain.token).total == 0
    assert bob.licenses(chain.bob.address) == []
    assert deal == bob.get_deal(deal.hash) == bob.get_deal(f"0x{deal.hash.hex()}")
    assert bob.deals(work) == [deal]
    assert (deal.open, deal.delivered_at, deal.challenge_until) == (True, 0, 0)
    assert (deal.seller, deal.buyer) == (chain.alice.address, chain.bob.address)
    assert (deal.amount, deal.count, deal.deliver_by) == (2 * PRICE, 2, chain.now() + DAY)
    assert deal.refund_after == deal.deliver_by
    shown = json.loads(json.dumps(deal.to_json()))
    assert (shown["deal"], shown["amount"], shown["open"]) == (f"0x{deal.hash.hex()}", "2000", True)


def test_delivered_and_confirmed(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    receipt = alice.deliver(deal, b"the high resolution file")
    assert receipt.find("Delivered").args["deal_hash"] == deal.hash
    assert bob.get_deal(deal.hash).delivered_at == chain.now()
    with pytest.raises(reverts.NotInTime):
        alice.release(deal)
    licenses = bob.release(deal)
    assert [each.holder for each in licenses] == [chain.bob.address] * 2
    assert alice.earnings(work, token=chain.token).credit == 1_800
    carol.withdraw(token=chain.token)
    assert carol.balance(chain.carol.address, token=chain.token) == TOKENS + 200
    assert not bob.get_deal(deal.hash).open
    for again in (bob.release, bob.refund):
        with pytest.raises(reverts.DealNotOpen):
            again(deal)


def test_the_buyer_may_confirm_without_a_delivery(bob: GenIP, deal: Deal) -> None:
    assert len(bob.release(deal)) == 2


def test_unchallenged_it_is_released_by_anyone(
    alice: GenIP, carol: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    alice.deliver(deal, b"file")
    chain.pass_time(3601)
    carol.release(alice.get_deal(deal.hash))
    assert alice.earnings(work, token=chain.token).credit == 1_800


def test_challenged_and_delivered_again(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, deal: Deal
) -> None:
    with pytest.raises(reverts.NotInTime):
        bob.challenge(deal, "there is nothing")
    alice.deliver(deal, b"a bad file")
    with pytest.raises(reverts.NotInTime):
        alice.deliver(deal, b"another at once")
    with pytest.raises(reverts.NotParty):
        carol.challenge(deal, "not my business")
    bob.challenge(deal, "it is the wrong one")
    assert bob.get_deal(deal.hash).delivered_at == 0
    chain.pass_time(3601)
    with pytest.raises(reverts.NotInTime):
        carol.release(deal)
    alice.deliver(deal, b"the right file")
    chain.pass_time(3601)
    with pytest.raises(reverts.NotInTime):
        bob.challenge(deal, "too late")
    carol.release(deal)


def test_undelivered_it_is_taken_back_by_the_buyer_alone(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    with pytest.raises(reverts.NotInTime):
        bob.refund(deal)
    chain.pass_time(DAY + 1)
    for other in (alice, carol):
        with pytest.raises(reverts.NotParty):
            other.refund(deal)
    with pytest.raises(reverts.NotInTime):
        alice.deliver(deal, b"too late")
    with pytest.raises(InvalidArgument, match="to"):
        bob.refund(deal, to="nowhere")
    bob.refund(deal, to=chain.carol.address)
    assert carol.balance(chain.carol.address, token=chain.token) == TOKENS + 2 * PRICE
    assert alice.earnings(work, token=chain.token).total == 0
    with pytest.raises(reverts.DealNotOpen):
        bob.refund(deal)


def test_a_delivery_that_nobody_releases(
    alice: GenIP, bob: GenIP, chain: LocalChain, deal: Deal
) -> None:
    alice.deliver(deal, b"file")
    standing = bob.get_deal(deal.hash)
    assert standing.refund_after == standing.challenge_until + REFUND_AFTER
    chain.pass_time(DAY)
    with pytest.raises(reverts.NotInTime):
        bob.refund(deal)
    chain.pass_time(REFUND_AFTER)
    bob.refund(deal)


def test_a_deal_ends_with_the_sale_of_the_certificate(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    carol.buy_certificate(alice.offer_certificate(work, price=0), max_price=0)
    with pytest.raises(reverts.DealOutdated):
        bob.release(deal)
    bob.refund(deal)
    assert bob.balance(chain.bob.address, token=chain.token) == TOKENS


def test_a_deal_in_eth_from_a_posted_offer(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    posted = alice.offer(work, COMMERCIAL, price=10**18, deliver_within=DAY, challenge_window=60)
    assert alice.get_offer(posted.hash) == posted
    deal = bob.order(posted.hash, max_price=10**18, licensee=chain.carol.address)
    alice.deliver(deal, b"file")
    (license_,) = bob.release(deal)
    assert license_.holder == chain.carol.address
    assert alice.earnings(work, token=ETH).credit == 10**18


def test_a_bid_with_delivery(alice: GenIP, bob: GenIP, work: int, chain: LocalChain) -> None:
    bid = bob.bid(work, COMMERCIAL, price=70, token=chain.token, deliver_within=DAY)
    with pytest.raises(InvalidArgument, match="delivery"):
        alice.accept(bid)
    deal = alice.accept_order(bid)
    assert (deal.buyer, deal.seller) == (chain.bob.address, chain.alice.address)
    alice.deliver(deal, b"file")
    bob.release(deal)
    assert alice.earnings(work, token=chain.token).credit == 70


def test_an_exclusive_deal_binds_the_work(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    exclusive = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=1_000)
    deal = bob.order(alice.sign_offer(work, exclusive, price=0, deliver_within=DAY), max_price=0)
    assert any(deal.encumbrance)
    with pytest.raises(reverts.WorkReserved):
        carol.buy(alice.sign_offer(work, COMMERCIAL, price=0), max_price=0)
    alice.register_terms(COMMERCIAL)
    alice.send(alice.calls.license.issue(work, COMMERCIAL.hash(), chain.carol.address))
    alice.deliver(deal, b"file")
    chain.pass_time(deal.challenge_window + 1)
    with pytest.raises(reverts.DealOutdated):
        carol.release(deal)
    bob.refund(deal, to=chain.carol.address)


def test_orders_that_make_no_sense(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain, deal: Deal
) -> None:
    plain = alice.sign_offer(work, COMMERCIAL, price=1)
    with pytest.raises(InvalidArgument, match="with delivery; take this one with `buy`"):
        bob.order(plain, max_price=1)
    waiting = alice.sign_offer(work, COMMERCIAL, price=1, deliver_within=DAY)
    with pytest.raises(InvalidArgument, match="take this one with `order`"):
        bob.buy(waiting, max_price=1)
    with pytest.raises(PriceTooHigh):
        bob.order(waiting, max_price=0)
    with pytest.raises(reverts.InvalidOffer):
        alice.sign_offer(work, COMMERCIAL, price=1, deliver_within=2**40)
    with pytest.raises(UnknownDeal):
        bob.get_deal(bytes(32))
    for altered in (
        replace(deal, amount=1),
        replace(deal, buyer=chain.carol.address),
        replace(deal, fees=()),
        replace(deal, deliver_by=deal.deliver_by + 1),
    ):
        with pytest.raises(reverts.DealNotOpen):
            bob.release(altered)
    with pytest.raises(reverts.NotParty):
        bob.deliver(deal, b"not mine")
    with pytest.raises(FileProblem):
        alice.deliver(deal, "/nowhere/file.png")


def test_three_days_to_challenge_unless_the_offer_says_otherwise(
    alice: GenIP, bob: GenIP, work: int
) -> None:
    def window(**conditions: int) -> int:
        return alice.sign_offer(work, COMMERCIAL, price=0, **conditions).offer.challenge_window

    assert window(deliver_within=DAY) == 3 * DAY
    assert window(deliver_within=DAY, challenge_window=0) == 0
    assert window(deliver_within=DAY, challenge_window=5) == 5
    assert window() == 0


def test_what_is_too_early_or_too_late_is_named(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, deal: Deal
) -> None:
    def refused(step: Callable[[], object]) -> tuple[str, int]:
        with pytest.raises(reverts.NotInTime) as found:
            step()
        assert isinstance(found.value, DealNotInTime)
        assert found.value.limit in str(found.value)
        assert found.value.time >= chain.now()
        return found.value.limit, found.value.until

    assert refused(lambda: bob.challenge(deal, "no")) == ("deliver_by", deal.deliver_by)
    assert refused(lambda: carol.release(deal)) == ("deliver_by", deal.deliver_by)
    assert refused(lambda: bob.refund(deal)) == ("refund_after", deal.deliver_by)
    alice.deliver(deal, b"file")
    stands = alice.get_deal(deal.hash)
    assert refused(lambda: alice.deliver(deal, b"file")) == ("delivered_at", stands.delivered_at)
    until = stands.challenge_until
    assert refused(lambda: carol.release(deal)) == ("challenge_until", until)
    assert refused(lambda: bob.refund(deal)) == ("refund_after", until + REFUND_AFTER)
    chain.pass_time(3601)
    assert refused(lambda: bob.challenge(deal, "no")) == ("challenge_until", until)


def test_a_delivery_that_comes_too_late(alice: GenIP, chain: LocalChain, deal: Deal) -> None:
    chain.pass_time(DAY + 1)
    with pytest.raises(DealNotInTime, match="over, deliver_by being") as found:
        alice.deliver(deal, b"file")
    assert (found.value.limit, found.value.until) == ("deliver_by", deal.deliver_by)
