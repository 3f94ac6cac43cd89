"""Plans of settlements against the model: nothing is missing, and nothing is in vain."""

from __future__ import annotations

import copy
from itertools import chain, combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.income.settling import Account, Node, SettlePlan, plan
from gen_ip.ledger import BASIS_POINTS, Ledger
from gen_ip.works.lineage import Link

from .graphs import TOKENS, History, apply, build, graphs, histories
from .profile import LONG

TOKEN = TOKENS[0]


@st.composite
def played(draw: st.DrawFn) -> tuple[Ledger, int]:
    """A ledger after some history, and one of its works."""
    works = draw(graphs(max_works=14))
    ledger = build(works)
    history: History = draw(histories(works, max_steps=25))
    for step in history:
        apply(ledger, step)
    return ledger, draw(st.integers(0, len(works) - 1))


def planned(ledger: Ledger, work: int, min_gain: int = 1, gas_price: int = 0) -> SettlePlan:
    """The plan from what a node would tell: constants, pending amounts, and phases."""
    links = [
        Link(number, edge.parent, edge.income_bp, edge.volume_bp, 0)
        for number, each in enumerate(ledger.works)
        for edge in each.edges
    ]
    nodes, accounts = {}, {}
    for number, each in enumerate(ledger.works):
        totals = ledger.totals(number, TOKEN)
        kept = BASIS_POINTS - each.rel_bp
        net = totals.direct * (kept - each.vol_bp) + totals.royalties * kept
        income, volume = ledger.pending(number, TOKEN)
        nodes[number] = Node(each.rel_bp, each.vol_bp, len(each.edges), len(each.payees))
        accounts[number] = Account(
            ledger.credit(number, TOKEN),
            income,
            totals.settled_income % BASIS_POINTS,
            volume,
            totals.settled_volume % BASIS_POINTS,
            net % BASIS_POINTS,
            bool(totals.income),
        )
    return plan(work, links, nodes, accounts, min_gain, gas_price)


def brought(ledger: Ledger, work: int, path: list[int]) -> int:
    """What settling a path brings to a work, done to a copy of the model."""
    after = copy.deepcopy(ledger)
    for each in path:
        after.settle(each, TOKEN)
    return after.credit(work, TOKEN) - ledger.credit(work, TOKEN)


@settings(max_examples=300 if LONG else 100, deadline=None)
@given(played())
def test_all_of_it_comes_and_every_step_is_needed(case: tuple[Ledger, int]) -> None:
    ledger, work = case
    found = planned(ledger, work)
    path = [step.work for step in found.steps]
    assert len(set(path)) == len(path)
    assert work not in path
    everything = copy.deepcopy(ledger)
    everything.settle_all(TOKEN)
    assert found.leaves == 0
    assert found.brings == everything.credit(work, TOKEN) - ledger.credit(work, TOKEN)
    assert brought(ledger, work, path) == found.brings
    for step in found.steps:
        rest = [each for each in path if each != step.work]
        assert brought(ledger, work, rest) == found.brings - step.brings < found.brings


@settings(max_examples=150 if LONG else 60, deadline=None)
@given(played(), st.sampled_from([2, 10, 1_000, 10**20]))
def test_dust_is_left(case: tuple[Ledger, int], min_gain: int) -> None:
    ledger, work = case
    found = planned(ledger, work, min_gain)
    path = [step.work for step in found.steps]
    assert brought(ledger, work, path) == found.brings
    assert found.brings + found.leaves == planned(ledger, work).brings
    for step in found.steps:
        rest = [each for each in path if each != step.work]
        assert found.brings - brought(ledger, work, rest) == step.brings >= min_gain


@settings(max_examples=150 if LONG else 60, deadline=None)
@given(played(), st.sampled_from([1, 10**3, 10**6, 10**9, 10**12]))
def test_no_more_is_paid_for_gas_than_comes(case: tuple[Ledger, int], gas_price: int) -> None:
    ledger, work = case
    found = planned(ledger, work, gas_price=gas_price)
    assert brought(ledger, work, [step.work for step in found.steps]) == found.brings
    assert found.brings >= found.gas * gas_price
    assert all(step.brings >= step.gas * gas_price for step in found.steps)
    assert found.brings + found.leaves == planned(ledger, work).brings


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Link], dict[int, Node], dict[int, Account]]:
    """Works with one parent each, which they owe everything; all were paid before."""
    count = draw(st.integers(2, 9))
    parents = [draw(st.integers(0, child - 1)) for child in range(1, count)]
    links = [Link(child, parent, 10_000, 0, 0) for child, parent in enumerate(parents, 1)]
    nodes = {n: Node(10_000 if n else 0, 0, min(n, 1), 0) for n in range(count)}
    paid = st.integers(0, 100_000)
    return links, nodes, {n: Account(income=draw(paid), used=True) for n in range(count)}


@settings(max_examples=200 if LONG else 100, deadline=None)
@given(trees())
def test_in_a_tree_no_other_choice_would_leave_more_after_gas(
    tree: tuple[list[Link], dict[int, Node], dict[int, Account]],
) -> None:
    links, nodes, accounts = tree
    above = {link.child: link.parent for link in links}
    found = plan(0, links, nodes, accounts, gas_price=1)
    (gas,) = {step.gas for step in plan(0, links, nodes, accounts).steps} or {1}

    def left(chosen: tuple[int, ...]) -> int:
        brings = 0
        for each in chosen:
            way = [each]
            while above[way[-1]]:
                way.append(above[way[-1]])
            brings += accounts[each].income if set(way) <= set(chosen) else 0
        return brings - gas * len(chosen)

    choices = chain.from_iterable(combinations(above, size) for size in range(len(above) + 1))
    assert found.brings - found.gas == max(map(left, choices))


def test_what_comes_on_two_ways_pays_for_both() -> None:
    # 0 stands on 1 and 2, which both stand on 3.
    links = [Link(1, 0, 10_000, 0, 0), Link(2, 0, 10_000, 0, 0)]
    links += [Link(3, parent, 5_000, 0, 0) for parent in (1, 2)]
    nodes = {n: Node(10_000 if n else 0, 0, (0, 1, 1, 2)[n], 0) for n in range(4)}
    for income in range(40_000, 80_000, 1_000):
        accounts = {n: Account(income=income if n == 3 else 0, used=True) for n in range(4)}
        whole = plan(0, links, nodes, accounts)
        found = plan(0, links, nodes, accounts, gas_price=1)
        assert found.steps == (whole.steps if whole.brings >= whole.gas else ())


@pytest.mark.parametrize("gas_price", [0, 10**9])
def test_a_line_of_a_thousand_is_planned_at_once(gas_price: int) -> None:
    links = [Link(n, n - 1, 9_999, 0, 0) for n in range(1, 1_000)]
    nodes = {n: Node(9_999 if n else 0, 0, min(n, 1), 0) for n in range(1_000)}
    accounts = {n: Account(income=10**18, used=True) for n in range(1_000)}
    found = plan(0, links, nodes, accounts, gas_price=gas_price)
    assert [step.work for step in found.steps] == list(range(999, 0, -1))
    assert found.steps[-1].brings == found.brings > 900 * 10**18 * 0.95
