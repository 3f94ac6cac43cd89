"""What waits for a work, in every token, and the settlements that bring it; on a real chain."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from gen_ip import ETH, GenIP, Payee
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.income.earnings_index import LogScan, TooFarToScan
from gen_ip.tokens import NotAToken
from gen_ip.works.lineage import Link, descendants
from tests.sdk.conftest import Derive
from tests.sdk.test_royalties import Twin, shares
from tests.support.chain import LocalChain


@pytest.fixture
def twin(alice: GenIP, derive: Derive) -> Twin:
    return Twin(alice, derive)


def grown(twin: Twin, random: Random, tokens: Sequence[str], works: int = 7) -> None:
    """A random graph of works, payments to them, and settlements that leave phases."""
    for number in range(works):
        parents = random.sample(range(number), min(number, random.choice([0, 1, 1, 2, 3])))
        twin.add(
            {
                parent: (random.choice([0, 1, 999, 2_500]), random.choice([0, 0, 1, 700]))
                for parent in parents
            }
        )
    for _ in range(7):
        twin.client.pay(
            twin.ids[random.randrange(works)],
            random.choice([1, 7, 10**4 + 1, random.randrange(1, 10**9)]),
            token=random.choice(tokens),
        )
        if random.random() < 0.5:
            work = twin.ids[random.randrange(works)]
            twin.client.settle([work], token=random.choice(tokens))


@pytest.mark.parametrize("seed", range(4))
def test_a_plan_brings_what_it_says_and_has_no_step_too_many(
    twin: Twin, chain: LocalChain, seed: int
) -> None:
    random = Random(f"plans {seed}")
    token = random.choice([ETH, chain.token])
    grown(twin, random, [token])
    for work in random.sample(twin.ids, 4):
        found = twin.client.earnings(work, token=token, min_gain=1)
        path = [step.work for step in found.plan]
        assert found.path == (*path, work)
        for left_out in (None, *found.plan):
            snapshot = chain.rpc("evm_snapshot")
            rest = [each for each in path if left_out is None or each != left_out.work]
            if rest:
                twin.client.settle(rest, token=token)
            gained = twin.client.earnings(work, token=token).credit - found.credit
            missing = 0 if left_out is None else left_out.brings
            assert gained == found.on_the_way - missing
            assert left_out is None or missing > 0
            assert chain.rpc("evm_revert", snapshot)


@pytest.mark.parametrize("seed", range(2))
def test_an_owner_gets_what_was_said_in_every_token(
    twin: Twin, chain: LocalChain, seed: int
) -> None:
    random = Random(f"owner {seed}")
    grown(twin, random, [ETH, chain.token], works=6)
    alice, address = twin.client, chain.alice.address
    promised = {each.token: each for each in alice.earnings_of(address)}
    assert set(promised) <= {ETH, chain.token}
    got = dict.fromkeys(promised, 0)
    for token in promised:
        for work in random.sample(twin.ids, len(twin.ids)):
            try:
                to = chain.carol.address
                got[token] += alice.collect(work, token=token, to=to, min_gain=1).amount
            except reverts.NothingToWithdraw:
                assert alice.earnings(work, token=token).total == 0
    assert got == {token: each.total for token, each in promised.items()}
    assert all(each.total == 0 for each in alice.earnings_of(address))


def test_works_given_away_and_payees_are_not_the_owners(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    shared = alice.certify(b"shared", payees=[Payee(chain.carol.address, 2_500)]).work_id
    given = alice.certify(b"given").work_id
    child = derive(bob, b"child", {shared: shares(1_000)}).work_id
    for work in (shared, given, child):
        bob.pay(work, 1_001)
    alice.transfer(given, chain.bob.address)
    (mine,) = alice.earnings_of(chain.alice.address)
    assert [each.work for each in mine.works] == [shared]
    # 1,001 of its own and 100 of its child's.
    assert (mine.works[0].total, mine.total) == (1_101, 825)
    (his,) = alice.earnings_of(chain.bob.address)
    assert {each.work for each in his.works} == {given, child}
    assert alice.collect(shared, min_gain=1).amount == 825
    assert mine.to_json()["works"][0]["plan"] == []


def test_tokens_that_only_derivatives_were_paid_in(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", {root: shares(2_500)}).work_id
    assert alice.tokens_of(root) == []
    assert alice.all_earnings(root) == []
    bob.pay(child, 1_000, token=chain.token)
    assert alice.tokens_of(root) == [chain.token]
    bob.pay(root, 3)
    assert alice.tokens_of(root) == [ETH, chain.token]
    ether, tokens = alice.all_earnings(root)
    assert (ether.token, ether.credit, ether.on_the_way, ether.plan) == (ETH, 3, 0, ())
    assert (tokens.token, tokens.credit, tokens.on_the_way) == (chain.token, 0, 250)
    assert [(step.work, step.brings) for step in tokens.plan] == [(child, 250)]
    assert tokens.to_json()["plan"][0]["work"] == str(child)


@pytest.mark.parametrize("code", ["0xfe", "0x5f5ffd", "0x"])
def test_a_token_that_died_hides_nothing(
    alice: GenIP, bob: GenIP, chain: LocalChain, code: str
) -> None:
    work = alice.certify(b"work", payees=[Payee(chain.carol.address, 2_500)]).work_id
    bob.pay(work, 700, token=chain.token)
    bob.pay(work, 30)
    chain.rpc("anvil_setCode", chain.token, code)
    totals = {each.token: each.total for each in alice.all_earnings(work)}
    assert totals == {ETH: 30, chain.token: 700}
    assert {each.token: each.total for each in alice.earnings_of(chain.alice.address)} == {
        ETH: 22,
        chain.token: 525,
    }
    with pytest.raises((NotAToken, NodeError)):
        alice.earnings(work, token=chain.token)


def test_dust_stays_where_it_is(alice: GenIP, bob: GenIP, derive: Derive) -> None:
    root = alice.certify(b"root").work_id
    rich, poor = (derive(bob, name, {root: shares(1_000)}).work_id for name in (b"rich", b"poor"))
    bob.pay(rich, 10**6)
    bob.pay(poor, 95)
    found = alice.earnings(root, min_gain=10)
    assert [step.work for step in found.plan] == [rich]
    assert (found.on_the_way, found.left) == (10**5 + 9, 9)
    assert {step.work for step in alice.earnings(root, min_gain=1).plan} == {rich, poor}
    collected = alice.collect(root, min_gain=10)
    assert (collected.amount, collected.path) == (10**5, (rich, root))
    for wrong in (0, -1, "1"):
        with pytest.raises(InvalidArgument, match="min_gain"):
            alice.earnings(root, min_gain=wrong)


def test_in_eth_what_costs_more_gas_than_it_brings_is_left(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    root = alice.certify(b"root").work_id
    rich, poor = (derive(bob, name, {root: shares(1_000)}).work_id for name in (b"rich", b"poor"))
    bob.pay(rich, 10**18)
    bob.pay(poor, 10**6)
    bob.pay(poor, 90, token=chain.token)
    found = alice.earnings(root)
    assert ([step.work for step in found.plan], found.left) == ([rich], 10**5)
    assert {each.token: each.left for each in alice.all_earnings(root)} == {
        ETH: 10**5,
        chain.token: 0,
    }
    collected = alice.collect(root)
    assert (collected.amount, collected.left) == (10**17, 10**5)
    assert collected.path == (rich, root)
    assert collected.fee == collected.receipt.fee > 0
    # What a token is worth is not known: all of it comes.
    assert alice.collect(root, token=chain.token).amount == 9
    with pytest.raises(reverts.NothingToWithdraw):
        alice.collect(root)
    assert alice.collect(root, min_gain=1).amount == 10**5


def test_a_line_is_settled_only_if_it_is_worth_the_gas_of_all_of_it(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    root = work = alice.certify(b"root").work_id
    for number in range(4):
        work = derive(bob, b"work %d" % number, {work: shares(10_000)}).work_id
    block = chain.web3.eth.get_block("latest")
    gas_price = block["baseFeePerGas"] + chain.web3.eth.max_priority_fee
    bob.pay(work, 100_000 * gas_price)
    plan = alice.earnings(root, min_gain=1).plan
    # Each of the four alone would be worth it.
    assert all(step.gas * gas_price < step.brings for step in plan)
    assert sum(step.gas for step in plan) > 110_000
    assert alice.earnings(root).plan == ()
    bob.pay(work, 100_000 * gas_price)
    assert len(alice.earnings(root).plan) == 4


def test_a_settlement_that_brings_nothing_is_not_made(
    alice: GenIP, bob: GenIP, derive: Derive
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", {root: shares(1_000)}).work_id
    bob.pay(child, 9)
    # A tenth of nine is nothing yet.
    assert alice.earnings(root, min_gain=1).path == (root,)
    bob.pay(child, 1)
    assert alice.earnings(root, min_gain=1).path == (child, root)


def test_the_gas_of_a_plan(alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain) -> None:
    root = work = alice.certify(b"root").work_id
    for number in range(8):
        terms = shares(5_000, 100 if number == 3 else 0)
        work = derive(bob, b"work %d" % number, {work: terms}).work_id
    for _ in ("the first time", "again"):
        bob.pay(work, 10**15)
        bob.pay(root, 1)
        plan = alice.earnings(root, min_gain=1).plan
        assert len(plan) == 8
        snapshot = chain.rpc("evm_snapshot")
        alone = alice.collect(root, min_gain=10**18).receipt.gas_used
        assert chain.rpc("evm_revert", snapshot)
        used = alice.collect(root, min_gain=1).receipt.gas_used
        assert sum(step.gas for step in plan) == pytest.approx(used - alone, rel=0.15)


class Library:
    """An index that keeps books of its own."""

    def __init__(self, links: Sequence[Link], tokens: Sequence[str], works: Sequence[int]) -> None:
        self._links, self._tokens, self._works = links, tokens, works

    def descendants(self, session: Session, work: int) -> Sequence[Link]:
        return self._links

    def tokens_of(self, session: Session, works: Sequence[int]) -> Sequence[str]:
        return self._tokens

    def works_of(self, session: Session, owner: str) -> Sequence[int]:
        return self._works


def test_an_index_answers_instead_of_logs(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", {root: shares(2_500)}).work_id
    bob.pay(child, 1_000)
    wanted = alice.earnings_of(chain.alice.address)
    index = Library(descendants(alice._session, root), [ETH], [root, child])
    indexed = GenIP(chain.web3, chain.alice, deployment=chain.deployment, index=index)
    monkeypatch.delattr(Rpc, "logs")
    assert indexed.using(chain.alice).earnings_of(chain.alice.address) == wanted
    assert indexed.earnings(root).on_the_way == 250
    assert indexed.collect(root, min_gain=1).amount == 250


def test_logs_are_not_searched_for_ever(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    chain.rpc("anvil_mine", hex(50))
    short = GenIP(chain.web3, chain.alice, deployment=chain.deployment, index=LogScan(blocks=40))
    for search in (
        lambda: short.earnings(work),
        lambda: short.collect(work),
        lambda: short.tokens_of(work),
        lambda: short.all_earnings(work),
        lambda: short.earnings_of(chain.alice.address),
    ):
        with pytest.raises(TooFarToScan, match=r"the limit is 40; give GenIP an index="):
            search()
