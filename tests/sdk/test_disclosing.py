"""What the buyer of a certificate takes over, told before it is bought."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from gen_ip import ETH, Arbiter, GenIP, Payee, Rights, Terms
from gen_ip.chain import reverts
from gen_ip.market.disclosing import Disclosure, WorseThanDisclosed
from gen_ip.terms import COMMERCIAL
from tests.sdk.conftest import Derive
from tests.support.chain import LocalChain

BREAKABLE = Terms(Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH)


def test_all_that_goes_with_a_certificate(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, derive: Derive
) -> None:
    earlier = bob.certify(b"the same bytes").work_id
    work = alice.certify(
        b"the same bytes", resale_royalty=700, payees=[Payee(chain.carol.address, 1_000)],
        arbiter=Arbiter(chain.dave.address, may_revoke=True),
    ).work_id  # fmt: skip
    child = derive(bob, b"child", work).work_id
    carol.pay(child, 10_000, token=chain.token)
    carol.pay(work, 500)
    revoked, running = alice.issue(work, BREAKABLE, chain.bob.address, count=2)
    alice.using(chain.dave).revoke_license(revoked.id, b"a breach")
    ended = alice.issue(work, replace(COMMERCIAL, duration=10), chain.bob.address)[0]
    exclusive = Terms(Rights.COMMERCIAL | Rights.EXCLUSIVE, duration=10_000)
    sole = alice.issue(work, exclusive, chain.carol.address)[0]
    chain.pass_time(100)
    found = bob.disclosure(work)
    assert (found.work.owner, found.work.resale_royalty) == (chain.alice.address, 700)
    assert [payee.to for payee in found.work.payees] == [chain.carol.address]
    assert found.work.arbiter is not None
    assert [claim.work for claim in found.claims] == [earlier]
    assert {each.token: (each.credit, each.on_the_way) for each in found.income} == {
        ETH: (500, 0),
        chain.token: (0, alice.earnings(work, token=chain.token).on_the_way),
    }
    assert alice.earnings(work, token=chain.token).on_the_way > 0
    ids = {each.id for each in found.licenses}
    assert {running.id, sole.id} <= ids
    assert not {revoked.id, ended.id} & ids
    assert sole.end == found.exclusive_until
    assert found.until == 0
    assert found.encumbrance == alice._session.read("IPRegistry", "encumbrance", work)
    shown = json.loads(json.dumps(found.to_json()))
    assert shown["work"]["resale_royalty"] == 700
    assert shown["exclusive_until"] == sole.end
    with pytest.raises(reverts.UnknownWork):
        bob.disclosure(12345)


@pytest.fixture
def work(alice: GenIP) -> int:
    return alice.certify(b"a work").work_id


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda ip, work, to: ip.issue(work, COMMERCIAL, to), ["encumbrance"]),
        (lambda ip, work, to: ip.add_payee(work, Payee(to, 5)), ["payees", "encumbrance"]),
        (lambda ip, work, to: ip.collect(work), ["income"]),
    ],
)
def test_what_changed_to_the_buyers_loss_stops_the_purchase(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain,
    change: Callable[[GenIP, int, str], object], changed: list[str],
) -> None:  # fmt: skip
    bob.pay(work, 900)
    offer = alice.offer_certificate(work, price=10)
    told: Disclosure = bob.disclosure(work)
    change(alice, work, chain.carol.address)
    with pytest.raises(WorseThanDisclosed) as refused:
        bob.buy_certificate(offer, max_price=10, disclosed=told)
    assert list(refused.value.changed) == changed
    assert alice.work(work).owner == chain.alice.address


def test_what_changed_to_the_buyers_gain_does_not(
    alice: GenIP, bob: GenIP, carol: GenIP, work: int, chain: LocalChain
) -> None:
    offer = alice.offer_certificate(work, price=10)
    told = bob.disclosure(work)
    assert (told.income, told.licenses, told.deals, told.claims) == ((), (), (), ())
    carol.pay(work, 900)
    bob.buy_certificate(offer, max_price=10, disclosed=told)
    assert bob.earnings(work).owner == chain.bob.address
    assert bob.earnings(work).credit == 900


def test_claims_and_open_deals_are_told(
    alice: GenIP, bob: GenIP, work: int, chain: LocalChain
) -> None:
    deal = bob.order(alice.offer(work, COMMERCIAL, price=0, deliver_within=100), max_price=0)
    told = bob.disclosure(work)
    rival = bob.certify(b"a work").work_id
    now = bob.disclosure(work)
    assert now.deals == (deal,)
    assert [claim.work for claim in now.claims] == [rival]
    assert told.worse_in(now) == ["claims"]
    assert now.worse_in(told) == []
    bob.release(deal)
    assert bob.disclosure(work).deals == ()
