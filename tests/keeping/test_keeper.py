"""The keeper on a chain: it pays exactly what it plans, what is worth it, once."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gen_ip import ETH, GenIP
from gen_ip.keeping import Keeper, Policy, Whose
from gen_ip.keeping.choosing import Reason
from tests.sdk.conftest import Derive, alice, bob, carol, derive, store
from tests.support.chain import LocalChain

__all__ = ["alice", "bob", "carol", "derive", "store"]

ONE = 10**18
# Takes nothing: whoever calls it fails.
REFUSES = "0xfe"
# Answers "false" to everything.
LIES = "0x60005f5260205ff3"


@pytest.fixture
def dave(chain: LocalChain, alice: GenIP) -> GenIP:
    """Who keeps, and owns nothing."""
    return alice.using(chain.dave)


@pytest.fixture
def family(alice: GenIP, bob: GenIP, carol: GenIP, derive: Derive) -> list[int]:
    """Alice's work, Bob's made from it, Carol's made from that."""
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", root).work_id
    return [root, child, derive(carol, b"grandchild", child).work_id]


def _held(chain: LocalChain, token: str) -> dict[str, int]:
    names = ("alice", "bob", "carol")
    if token == ETH:
        return {each: chain.web3.eth.get_balance(getattr(chain, each).address) for each in names}
    client = GenIP(chain.web3, deployment=chain.deployment)
    return {each: client.balance(getattr(chain, each).address, token=token) for each in names}


def _moved(chain: LocalChain, token: str, before: dict[str, int]) -> dict[str, int]:
    return {each: now - before[each] for each, now in _held(chain, token).items()}


@pytest.mark.parametrize("kind", ["eth", "token"])
def test_all_that_is_owed_is_paid_as_planned(
    chain: LocalChain, dave: GenIP, family: list[int], kind: str
) -> None:
    token = ETH if kind == "eth" else chain.token
    dave.pay(family[2], 1_000_000 if kind == "token" else ONE, token=token)
    whole = 1_000_000 if kind == "token" else ONE
    policy = Policy({} if kind == "eth" else {token: 1}, factor=1)
    keeper = Keeper(dave, Whose(creators=[chain.alice.address], works=family[1:]), policy)
    planned = keeper.plan()
    assert planned.pays == {token: whole}
    assert planned.left == ()
    before = _held(chain, token)
    made = keeper.round()
    assert made.paid == {token: whole}
    assert made.works == 3
    # Carol's parent has a tenth, and hers a tenth of that.
    parts = {"alice": whole // 100, "bob": whole * 9 // 100, "carol": whole * 9 // 10}
    assert _moved(chain, token, before) == parts
    # Again there is nothing to do.
    assert keeper.plan().batches == ()
    again = keeper.round()
    assert (again.sent, again.paid) == (0, {})


def test_what_falls_short_is_left(chain: LocalChain, dave: GenIP, family: list[int]) -> None:
    root, child, _ = family
    whose = Whose(works=[root, child])
    dave.pay(child, 10_000, token=chain.token)
    dave.pay(child, 10**9)
    # Nobody said what the token is worth: it is not looked at.
    made = Keeper(dave, whose).plan()
    assert made.batches == ()
    assert {each.token for each in made.left} == {ETH}
    assert {each.reason for each in made.left} == {Reason.GAS}
    # The child's 9,000 are enough, the root's 1,000 are not.
    made = Keeper(dave, whose, Policy({chain.token: 1_001})).plan()
    assert made.pays == {chain.token: 9_000}
    assert {(each.work, each.reason) for each in made.left if each.token != ETH} >= {
        (root, Reason.SMALL)
    }
    made = Keeper(dave, whose, Policy({chain.token: 1_000})).plan()
    assert made.pays == {chain.token: 10_000}
    # Held against gas, it depends on what a unit is worth.
    for worth, paid in ((Fraction(1), {}), (Fraction(10**15), {chain.token: 10_000})):
        made = Keeper(dave, whose, Policy(worth={chain.token: worth})).plan()
        assert made.pays == paid
    # Cheap gas makes the wei worth it.
    made = Keeper(dave, whose, Policy(gas_price=0)).plan()
    assert made.pays == {ETH: 10**9}


def test_what_is_begun_is_finished_by_another(
    chain: LocalChain, dave: GenIP, family: list[int]
) -> None:
    for work in family:
        dave.pay(work, ONE)
    policy = Policy(factor=1, batch_gas=90_000)
    whose = Whose(works=family)
    assert len(Keeper(dave, whose, policy).plan().batches) > 1
    before, asked = _held(chain, ETH), [False, False, True, True]
    first = Keeper(dave, whose, policy).round(lambda: asked.pop(0))
    assert first.sent == 1
    second = Keeper(dave, whose, policy).round()
    assert second.waits is None
    assert sum(_moved(chain, ETH, before).values()) == 3 * ONE
    assert first.paid.get(ETH, 0) + second.paid[ETH] == 3 * ONE


def test_who_refuses_stops_nobody(chain: LocalChain, dave: GenIP, family: list[int]) -> None:
    root, child, _ = family
    refusing = "0x" + "77" * 20
    chain.rpc("anvil_setCode", refusing, REFUSES)
    dave.using(chain.alice).set_payout(root, refusing)
    dave.pay(child, ONE)
    before = _held(chain, ETH)
    made = Keeper(dave, Whose(works=[root, child]), Policy(factor=1)).round()
    assert _moved(chain, ETH, before)["bob"] == ONE * 9 // 10
    assert (root, Reason.REFUSED) in {(each.work, each.reason) for each in made.left}


def test_a_token_that_lies_is_left_alone(chain: LocalChain, dave: GenIP, family: list[int]) -> None:
    dave.pay(family[1], 10_000, token=chain.token)
    dave.pay(family[1], ONE)
    code = chain.rpc("eth_getCode", chain.token, "latest")
    chain.rpc("anvil_setCode", chain.token, LIES)
    made = Keeper(dave, Whose(every=True), Policy({chain.token: 1}, factor=1)).round()
    assert made.paid == {ETH: ONE}
    assert {each.reason for each in made.left if each.token == chain.token} == {Reason.TOKEN}
    # Once it is honest again, it is paid out.
    chain.rpc("anvil_setCode", chain.token, code)
    made = Keeper(dave, Whose(every=True), Policy({chain.token: 1}, factor=1)).round()
    assert made.paid == {chain.token: 10_000}


def test_what_others_did_meanwhile_is_not_done_again(
    chain: LocalChain, dave: GenIP, carol: GenIP, family: list[int]
) -> None:
    dave.pay(family[2], ONE)
    first = Keeper(dave, Whose(works=family), Policy(factor=1))
    planned = first.plan()
    Keeper(carol, Whose(works=family), Policy(factor=1)).round()
    made = first.round()
    assert planned.pays == {ETH: ONE}
    assert (made.sent, made.works, made.waits) == (0, 0, None)


def test_gas_that_costs_too_much_is_waited_out(
    chain: LocalChain, dave: GenIP, family: list[int]
) -> None:
    dave.pay(family[2], ONE)
    poor = GenIP(chain.web3, chain.dave, deployment=chain.deployment, store=dave.store, max_fee=1)
    made = Keeper(poor, Whose(works=family), Policy(factor=0)).round()
    assert made.sent == 0
    assert made.waits is not None


def test_works_that_are_not_there_are_named(dave: GenIP, family: list[int]) -> None:
    made = Keeper(dave, Whose(works=[5, *family])).round()
    assert made.unknown == (5,)
