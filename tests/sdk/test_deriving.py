"""Licenses bought as their derivative is certified, and licenses renewed at the price of an ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gen_ip import GenIP, Rights, SignedCertificate, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import InsufficientFunds
from gen_ip.market.filling import PriceTooHigh
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.sdk.conftest import Derive
from tests.support.chain import TOKENS, LocalChain

RENTED = Terms(Rights.COMMERCIAL, duration=1_000)


def _sent(chain: LocalChain, who: str) -> int:
    return int(chain.web3.eth.get_transaction_count(chain.accounts[who].address))


@pytest.fixture
def parents(alice: GenIP) -> list[int]:
    return [alice.certify(content).work_id for content in (b"one", b"two")]


def test_a_derivative_is_bought_and_certified_at_once(
    alice: GenIP, bob: GenIP, parents: list[int], chain: LocalChain
) -> None:
    offers = [
        alice.offer(parents[0], COMMERCIAL_REMIX, price=300, token=chain.token),
        alice.sign_offer(parents[1], COMMERCIAL_REMIX, price=200, token=chain.token),
    ]
    before = _sent(chain, "bob")
    # In whatever order: the contract wants parents ascending.
    signed = bob.sign_derivative(b"child", offers=[offers[1], offers[0].hash], name="Child")
    assert _sent(chain, "bob") == before
    with pytest.raises(PriceTooHigh):
        bob.buy_and_derive(signed, offers, max_price=499)
    made = bob.buy_and_derive(signed, offers, max_price=500)
    # One approval, one sale.
    assert _sent(chain, "bob") == before + 2
    assert {edge.parent for edge in bob.work(made.work_id).parents} == set(parents)
    assert [bob.earnings(each, token=chain.token).credit for each in parents] == [300, 200]
    held = bob.licenses(holder=chain.bob.address)
    assert {each.work for each in held} == set(parents)
    assert bob.work(made.work_id).name == "Child"
    with pytest.raises(reverts.AlreadyCertified):
        bob.sign_derivative(b"child", offers=offers)


def test_a_platform_pays_for_a_creator_who_has_no_eth(
    alice: GenIP, bob: GenIP, carol: GenIP, parents: list[int], derive: Derive, chain: LocalChain,
    tmp_path: Path,
) -> None:  # fmt: skip
    middle = derive(alice, b"middle", parents[0]).work_id
    held = alice.issue(parents[1], COMMERCIAL_REMIX, chain.bob.address)
    fresh = replace(COMMERCIAL_REMIX, units=3)
    offer = alice.sign_offer(middle, fresh, price=10**15)
    path = tmp_path / "child.json"
    bob.sign_derivative(b"child", offers=[offer], licenses=[held[0].id]).save(path)
    before = _sent(chain, "bob")
    made = carol.buy_and_derive(SignedCertificate.load(path), [offer], max_price=10**15)
    assert _sent(chain, "bob") == before
    assert bob.work(made.work_id).owner == chain.bob.address
    assert {edge.parent for edge in bob.work(made.work_id).parents} == {middle, parents[1]}
    assert bob.terms(fresh.hash()) == fresh


def test_what_does_not_go_together_is_refused(
    alice: GenIP, bob: GenIP, parents: list[int], chain: LocalChain
) -> None:
    offer = alice.offer(parents[0], COMMERCIAL_REMIX, price=5, token=chain.token, quantity=2)
    other = alice.offer(parents[1], COMMERCIAL_REMIX, price=5)
    plain = alice.offer(parents[0], COMMERCIAL, price=5)
    with pytest.raises(InvalidArgument, match="at least one offer"):
        bob.sign_derivative(b"child", offers=[])
    with pytest.raises(InvalidArgument, match="DERIVE"):
        bob.sign_derivative(b"child", offers=[plain])
    signed = bob.sign_derivative(b"child", offers=[offer])
    for wrong in ([other], [offer, other], [offer, offer], []):
        with pytest.raises(InvalidArgument, match="works"):
            bob.buy_and_derive(signed, wrong, max_price=100)
    both = bob.sign_derivative(b"child", offers=[offer, other])
    with pytest.raises(InvalidArgument, match="one token"):
        bob.buy_and_derive(both, [offer, other], max_price=100)
    dear = alice.offer(parents[0], COMMERCIAL_REMIX, price=TOKENS + 1, token=chain.token)
    with pytest.raises(InsufficientFunds):
        bob.buy_and_derive(signed, [dear], max_price=TOKENS + 1)
    bob.revoke(signed)
    with pytest.raises(reverts.ConsentRevoked):
        alice.buy_and_derive(signed, [offer], max_price=5)
    assert not bob.licenses(holder=chain.bob.address)


def test_a_license_is_renewed_at_the_price_of_an_ask(
    alice: GenIP, bob: GenIP, carol: GenIP, parents: list[int], chain: LocalChain
) -> None:
    work = parents[0]
    offer = alice.offer(work, RENTED, price=70, token=chain.token, quantity=5)
    (license_,) = bob.buy(offer, max_price=70)
    # Anyone may pay; the license stays its holder's.
    renewed = carol.buy_renewal(license_.id, offer, max_price=70, payment="permit")
    assert (renewed.id, renewed.holder) == (license_.id, chain.bob.address)
    assert renewed.end == license_.end + 1_000
    assert alice.earnings(work, token=chain.token).credit == 140
    assert alice.get_offer(offer.hash).filled == 2
    elsewhere = alice.offer(parents[1], RENTED, price=0)
    with pytest.raises(reverts.WrongLicense):
        bob.buy_renewal(license_.id, elsewhere, max_price=0)
    with pytest.raises(PriceTooHigh):
        bob.buy_renewal(license_.id, offer, max_price=69)
    chain.pass_time(2_001)
    with pytest.raises(reverts.NotRenewable):
        bob.buy_renewal(license_.id, offer, max_price=70)
