"""Moving everything of an account: in what order, what stays, and going on after a crash."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from eth_account import Account

from gen_ip import ETH, GenIP, Payee, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import abi
from gen_ip.chain.call import Call
from gen_ip.chain.errors import GasTooExpensive, InsufficientFunds, NoAccount
from gen_ip.methods.moving import Kind, Move, Moved
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain
from tests.support.solidity import place

DAY = 24 * 3600
MOVABLE = Terms(Rights.COMMERCIAL | Rights.TRANSFERABLE, duration=100 * DAY)
SHORT = Terms(Rights.COMMERCIAL | Rights.TRANSFERABLE, duration=DAY)
SAFE = Account.from_key("0x" + "77" * 32).address


@pytest.fixture
def others(bob: GenIP) -> int:
    """A work of bob's, who gives licenses away."""
    return bob.certify(b"bob's").work_id


def owners(client: GenIP, works: list[int]) -> set[str]:
    return {client.work(work).owner for work in works}


def test_everything_of_a_rich_account_moves(
    alice: GenIP, bob: GenIP, chain: LocalChain, others: int
) -> None:
    works = [alice.certify(f"work {number}".encode()).work_id for number in range(30)]
    movable = [each.id for each in bob.issue(others, MOVABLE, chain.alice.address, count=2)]
    [locked] = bob.issue(others, COMMERCIAL, chain.alice.address)
    [ended] = bob.issue(others, SHORT, chain.alice.address)
    chain.pass_time(2 * DAY)
    # Drawn in ETH and in tokens, waiting in two works, long withdrawn from a third.
    bob.pay(works[20], 10_000)
    alice.collect(works[20])
    for token in (ETH, chain.token):
        bob.pay(works[3], 1_000, token=token)
        alice.draw(works[3], token=token)
    bob.pay(works[7], 900)
    bob.pay(works[11], 500, token=chain.token)

    plan = alice.plan_move(SAFE)
    assert [step.kind for step in plan.steps] == [
        *[Kind.WITHDRAW] * 2,
        *[Kind.CERTIFICATE] * 30,
        *[Kind.LICENSE] * 2,
    ]
    withdrawn = {step.token: step.amount for step in plan.steps[:2]}
    assert withdrawn == {ETH: 1_000, chain.token: 1_000}
    # What waits and what was ever earned, token by token; the rest as they came.
    assert [step.id for step in plan.steps[2:6]] == [works[11], works[7], works[20], works[3]]
    assert {step.id for step in plan.steps[2:32]} == set(works)
    assert [step.id for step in plan.steps[32:]] == movable
    assert {(each.kind, each.id): each.reason for each in plan.staying} == {
        (Kind.LICENSE, locked.id): "its terms bind it to its holder",
        (Kind.LICENSE, ended.id): "it has ended",
    }
    assert plan.payable == len(plan.steps)

    before = alice.balance(chain.alice.address)
    told: list[Moved] = []
    done = alice.move(plan, on_step=told.append)
    assert len(done) == len(plan.steps)
    assert all(moved.step in plan.steps for moved in done)
    assert told == done
    assert all(moved.receipt is not None and not moved.problem for moved in done)
    assert before - alice.balance(chain.alice.address) <= plan.cost
    used = sum(moved.receipt.gas_used for moved in done if moved.receipt)
    assert used <= plan.gas
    assert owners(alice, works) == {SAFE}
    assert {alice.license(number).holder for number in movable} == {SAFE}
    assert alice.license(locked.id).holder == chain.alice.address
    assert alice.balance(SAFE) == 1_000
    assert alice.balance(SAFE, token=chain.token) == 1_000
    # What waited went with its certificates.
    assert alice.earnings(works[7]).credit == 900
    assert alice.earnings(works[7]).owner == SAFE

    again = alice.plan_move(SAFE)
    assert again.steps == ()
    assert again.cost == again.gas == 0
    assert [each.id for each in again.staying] == [locked.id, ended.id]
    assert alice.move(again) == []


class Crash(Exception):  # noqa: N818
    """Pulls the plug."""


@pytest.mark.parametrize("at_once", [1, 8])
def test_after_a_crash_the_rest_is_moved(alice: GenIP, chain: LocalChain, at_once: int) -> None:
    works = [alice.certify(f"work {number}".encode()).work_id for number in range(12)]
    lock, count = threading.Lock(), 0

    def pull(_: Moved) -> None:
        nonlocal count
        with lock:
            count += 1
            if count == 4:
                raise Crash

    with pytest.raises(Crash):
        alice.move(alice.plan_move(SAFE), at_once=at_once, on_step=pull)
    moved = [work for work in works if alice.work(work).owner == SAFE]
    # With it, at most those that were under way.
    assert 4 <= len(moved) <= 4 + at_once
    plan = alice.plan_move(SAFE)
    assert {step.id for step in plan.steps} == set(works) - set(moved)
    alice.move(plan)
    assert owners(alice, works) == {SAFE}
    assert {alice.work(work).transfers for work in works} == {1}


def test_income_is_collected_first_if_asked(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    plain = alice.certify(b"plain").work_id
    shared = alice.certify(b"shared", payees=[Payee(chain.carol.address, 2_500)]).work_id
    bob.pay(plain, 1_000)
    bob.pay(shared, 1_000)
    bob.pay(shared, 400, token=chain.token)
    carol.draw(shared, token=chain.token)
    plan = alice.plan_move(SAFE, collect=True)
    assert {(step.kind, step.id, step.amount) for step in plan.steps} == {
        (Kind.COLLECT, plain, 1_000),
        (Kind.COLLECT, shared, 750),
        (Kind.WITHDRAW, 0, 300),
        (Kind.CERTIFICATE, plain, 0),
        (Kind.CERTIFICATE, shared, 0),
    }
    alice.move(plan)
    assert alice.balance(SAFE) == 1_750
    assert alice.balance(SAFE, token=chain.token) == 300
    assert alice.earnings(plain).total == 0
    assert owners(alice, [plain, shared]) == {SAFE}
    # The payee's part is the payee's.
    assert carol.withdraw().find("Withdrawn").args["amount"] == 250


def test_fees_for_the_account_are_found(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    from gen_ip import FeeShare

    work = bob.certify(b"bob's").work_id
    fee = [FeeShare(chain.alice.address, 500)]
    offer = bob.offer(work, COMMERCIAL, price=1_000, token=chain.token, fees=fee)
    alice.using(chain.carol).buy(offer, max_price=1_000)
    [step] = alice.plan_move(SAFE).steps
    assert (step.kind, step.token, step.amount) == (Kind.WITHDRAW, chain.token, 50)


def test_what_the_contracts_refuse_stays_and_is_told(alice: GenIP, chain: LocalChain) -> None:
    """A certificate cannot go into its own till; anything else can."""
    first = alice.certify(b"first")
    second = alice.certify(b"second")
    plan = alice.plan_move(first.till)
    assert [step.id for step in plan.steps] == []
    assert {each.id for each in plan.staying} == {first.work_id, second.work_id}
    assert all("till" in each.reason for each in plan.staying)


def test_a_step_that_became_impossible_is_passed_over(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    works = [alice.certify(f"work {number}".encode()).work_id for number in range(3)]
    plan = alice.plan_move(SAFE)
    alice.transfer(works[1], chain.bob.address)
    done = {moved.step.id: moved for moved in alice.move(plan)}
    assert done[works[1]].receipt is None
    assert "belongs to another account" in done[works[1]].problem
    assert owners(alice, [works[0], works[2]]) == {SAFE}
    assert done[works[1]].to_json()["moved"] is False


def test_money_for_gas_may_not_do_for_all(alice: GenIP, chain: LocalChain) -> None:
    works = [alice.certify(f"work {number}".encode()).work_id for number in range(4)]
    plan = alice.plan_move(SAFE)
    assert plan.payable == 4
    chain.rpc("anvil_setBalance", chain.alice.address, hex(plan.cost // 2))
    short = alice.plan_move(SAFE)
    assert 0 < short.payable < 4
    with pytest.raises(InsufficientFunds):
        alice.move(short, at_once=1)
    left = [work for work in works if alice.work(work).owner != SAFE]
    assert 0 < len(left) < 4
    chain.rpc("anvil_setBalance", chain.alice.address, hex(10**18))
    alice.move(alice.plan_move(SAFE))
    assert owners(alice, works) == {SAFE}


def test_gas_above_the_maximum_stops_it(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    careful = GenIP(chain.web3, chain.alice, deployment=chain.deployment, max_fee=1)
    with pytest.raises(GasTooExpensive):
        careful.move(careful.plan_move(SAFE))
    assert alice.work(work).owner == chain.alice.address


def test_wrong_arguments(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    with pytest.raises(InvalidArgument, match="another address"):
        alice.plan_move(chain.alice.address)
    with pytest.raises(InvalidArgument, match="checksum"):
        alice.plan_move(SAFE.replace("a", "A"))
    with pytest.raises(NoAccount):
        alice.using(None).plan_move(SAFE)
    with pytest.raises(InvalidArgument, match="plan"):
        bob.move(alice.plan_move(SAFE))
    plan = alice.plan_move(SAFE)
    assert isinstance(plan, Move)
    with pytest.raises(InvalidArgument, match="at_once"):
        alice.move(plan, at_once=0)


def test_a_wallet_or_a_safe_can_send_it(alice: GenIP, chain: LocalChain) -> None:
    works = [alice.certify(f"work {number}".encode()).work_id for number in range(3)]
    plan = alice.plan_move(SAFE)
    built = alice.unsigned.move(plan)
    assert [each.to for each in built.transactions] == [chain.deployment.registry] * 3
    assert owners(alice, works) == {chain.alice.address}


def function(name: str, *kinds: str) -> dict[str, Any]:
    """The ABI entry of a function that returns nothing."""
    inputs = [{"name": "", "type": kind} for kind in kinds]
    return {"type": "function", "name": name, "inputs": inputs, "outputs": []}


@pytest.fixture
def greedy(alice: GenIP, bob: GenIP, chain: LocalChain) -> str:
    """A token of bob's own, in which alice has 1,000 units in the splitter."""
    token = place(chain, chain.bob, "tests/forge/mocks/GreedyToken.sol", "GreedyToken")
    mint = function("mint", "address", "uint256")
    bob.send(Call(token, abi.encode_call(mint, chain.bob.address, 10_000)))
    work = alice.certify(b"paid in it").work_id
    bob.pay(work, 1_000, token=token)
    bob.draw(work, token=token)
    return token


def waste(bob: GenIP, token: str, gas: int) -> None:
    bob.send(Call(token, abi.encode_call(function("waste", "uint256"), gas)))


@pytest.mark.parametrize("gas", [2_000_000, 2**256 - 1])
@pytest.mark.parametrize("collect", [False, True])
def test_a_strangers_token_does_not_use_up_the_gas(
    alice: GenIP, bob: GenIP, chain: LocalChain, greedy: str, gas: int, collect: bool
) -> None:
    """Anyone can pay a work in a token of his own, whose transfer takes what it likes: before the
    plan is made, or only after."""
    bob.pay(alice.certify(b"another").work_id, 1_000, token=greedy)
    late = alice.plan_move(SAFE, collect=collect)
    assert greedy in {step.token for step in late.steps}
    waste(bob, greedy, gas)
    plan = alice.plan_move(SAFE, collect=collect)
    assert {step.kind for step in plan.steps} == {Kind.CERTIFICATE}
    assert {each.token for each in plan.staying} == {greedy}
    before = alice.balance(chain.alice.address)
    moved = {step.step.kind: step for step in alice.move(late)}
    assert before - alice.balance(chain.alice.address) < late.cost
    assert moved[Kind.CERTIFICATE].receipt is not None
    refused = moved[Kind.COLLECT if collect else Kind.WITHDRAW]
    assert refused.receipt is None
    assert "gas" in refused.problem or "refused" in refused.problem
