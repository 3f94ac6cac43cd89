"""Plans of settlements against the model: nothing is missing, and nothing is in vain."""

from __future__ import annotations

import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.income.settling import Account, Node, SettlePlan, plan
from gen_ip.ledger import BASIS_POINTS, Ledger
from gen_ip.works.lineage import Link

from .graphs import TOKENS, History, apply, build, graphs, histories

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


def planned(ledger: Ledger, work: int, min_gain: int = 1) -> SettlePlan:
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
    return plan(work, links, nodes, accounts, min_gain)


def brought(ledger: Ledger, work: int, path: list[int]) -> int:
    """What settling a path brings to a work, done to a copy of the model."""
    after = copy.deepcopy(ledger)
    for each in path:
        after.settle(each, TOKEN)
    return after.credit(work, TOKEN) - ledger.credit(work, TOKEN)


@settings(max_examples=300, deadline=None)
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


@settings(max_examples=150, deadline=None)
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


def test_a_line_of_a_thousand_is_planned_at_once() -> None:
    links = [Link(n, n - 1, 9_999, 0, 0) for n in range(1, 1_000)]
    nodes = {n: Node(9_999 if n else 0, 0, min(n, 1), 0) for n in range(1_000)}
    accounts = {n: Account(income=10**18, used=True) for n in range(1_000)}
    found = plan(0, links, nodes, accounts)
    assert [step.work for step in found.steps] == list(range(999, 0, -1))
    assert found.steps[-1].brings == found.brings > 900 * 10**18 * 0.95
