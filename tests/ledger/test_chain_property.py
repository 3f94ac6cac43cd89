"""The real splitter against the model, to the wei, on random graphs and histories."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

import pytest

from benchmarks import _tokens
from benchmarks._chain import Chain
from benchmarks._works import Works
from benchmarks.replay_format import CaseWork
from gen_ip.ledger import Edge, Payee, exact, shortfall_bound
from tests.support.require import require

from .chain_history import History, Payment, random_payments, random_works, wallet_of
from .profile import LONG

SEEDS = range(4 if LONG else 2)
WORKS = 24


class Bench:
    """One chain, its three tokens, and all that was ever done on it."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.works = chain, Works(chain)
        self.tokens = {kind: _tokens.place(chain, kind) for kind in _tokens.KINDS}
        self.histories: list[History] = []

    def history(self, case: tuple[CaseWork, ...], seed: int) -> History:
        history = History(self.works, self.tokens, case, seed)
        self.histories.append(history)
        return history

    def check(self, history: History) -> None:
        """Mines, then compares every number of the history's works, and the splitter's money."""
        self.chain.mine()
        model = history.model
        numbers = range(len(history.works))
        for kind in self.tokens:
            assert history.credits(kind) == [model.credit(n, kind) for n in numbers]
            assert history.pending(kind) == [model.pending(n, kind) for n in numbers]
            assert history.balances(kind) == [model.balance(a, kind) for a in history.accounts]
            assert history.in_wallets(kind) == [
                sum(
                    _tokens.arriving(kind, amount)
                    for amount in history.collected.get((owner, kind), [])
                )
                for owner in history.wallets
            ]
        self.check_solvent()

    def check_solvent(self) -> None:
        """The splitter holds what came less what went, and that covers all it owes."""
        splitter = self.chain.session.deployment.splitter
        for kind, token in self.tokens.items():
            held = wallet_of(self.chain, token, splitter)
            paid = sum(history.paid[kind] for history in self.histories)
            gone = sum(
                sum(amounts)
                for history in self.histories
                for (_, collected), amounts in history.collected.items()
                if collected == kind
            )
            owed = sum(
                history.model.credit(n, kind) + history.model.owed_upward(n, kind)
                for history in self.histories
                for n in range(len(history.works))
            ) + sum(
                history.model.balance(account, kind)
                for history in self.histories
                for account in history.accounts
            )
            assert held == paid - gone
            assert held >= owed > 0


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    require("anvil")
    require("solc")
    with Chain(b"ledger property") as chain:
        yield Bench(chain)


def test_the_graphs_have_every_kind_of_edge() -> None:
    for seed in SEEDS:
        works = random_works(random.Random(seed), WORKS)
        edges = [edge for work in works for edge in work.parents]
        kinds = {(edge.income_bp > 0, edge.volume_bp > 0) for edge in edges}
        assert kinds >= {(True, False), (False, True), (True, True)}
        assert any(len(work.parents) > 1 for work in works)
        assert {payee.to[:2] for work in works for payee in work.payees} == {"0x", "ow"}


@pytest.mark.parametrize("seed", SEEDS)
def test_equal_to_the_model_in_any_order(bench: Bench, seed: int) -> None:
    rng = random.Random(seed)
    case = random_works(rng, WORKS)
    payments = random_payments(rng, WORKS, list(bench.tokens))

    first = bench.history(case, seed)
    rng.shuffle(payments)
    quarter = len(payments) // 4
    for start in range(0, len(payments), quarter):
        for payment in payments[start : start + quarter]:
            first.pay(payment)
            for _ in range(rng.choice([0, 1, 1, 2])):
                first.anything(rng.choice(list(bench.tokens)))
        bench.check(first)

    # The same payments in another order, each token's settled at other times, nothing drawn.
    second = bench.history(case, seed + 1_000)
    rng.shuffle(payments)
    for payment in payments:
        second.pay(payment)
        if rng.random() < 0.5:
            second.anything(rng.choice(list(bench.tokens)), draws=False)
    bench.check(second)

    for history in (first, second):
        history.settle_all()
        bench.check(history)
    # Where nothing was drawn, the credit is the whole net.
    check_bound(second, payments)
    for history in (first, second):
        history.draw_all()
        bench.check(history)
    for kind in bench.tokens:
        assert earned(first, kind) == earned(second, kind)

    done = Counter(first.done)
    assert min(done[name] for name in ("pay", "settle", "draw", "collect")) >= 5


def test_every_floor_at_its_edge(bench: Bench) -> None:
    # Running totals around the two where share * total ends in 9999, for the share itself and
    # for what it leaves: an off-by-one in a phase shows nowhere else but there.
    shares = [1, 3, 7, 11, 999, 3_333, 4_999, 5_001, 6_667, 9_989, 9_999]
    case: list[CaseWork] = []
    totals: list[tuple[int, list[int]]] = []
    for number, share in enumerate(shares):
        edge = 9_999 * pow(share, -1, 10_000) % 10_000
        around = sorted({t + d for t in (edge, 10_000 - edge) for d in (-1, 0, 1)} - {0, -1})
        base = len(case)
        case += [
            CaseWork((), (Payee(f"payee {number}", share),)),
            CaseWork((), ()),
            CaseWork((Edge(base + 1, income_bp=share),), ()),
            CaseWork((), ()),
            CaseWork((Edge(base + 3, volume_bp=share),), ()),
        ]
        totals += [(work, around) for work in (base, base + 2, base + 4)]
    history = bench.history(tuple(case), seed=5_000)
    for turn in range(6):
        for work, around in totals:
            if turn < len(around):
                history.pay((work, around[turn] - (around[turn - 1] if turn else 0), "eth"))
                history.settle(work, "eth")
                if case[work].payees:
                    history.draw(work, "eth")
        history.pay((0, 100, "erc20"))
        history.pay((0, 100, "fee"))
        bench.check(history)


def check_bound(history: History, payments: list[Payment]) -> None:
    """No credit is above the exact fraction, nor further below it than stated."""
    works = history.model.works
    bounds = shortfall_bound(works)
    for kind in history.tokens:
        paid: dict[int, int] = {}
        for work, amount, token in payments:
            if token == kind:
                paid[work] = paid.get(work, 0) + _tokens.arriving(kind, amount)
        found = history.credits(kind)
        short = [e.net - got for e, got in zip(exact(works, paid), found, strict=True)]
        assert all(0 <= lost <= most for lost, most in zip(short, bounds, strict=True))
        assert history.pending(kind) == [(0, 0)] * len(works)
        assert sum(short, Fraction(0)) > 0


def earned(history: History, kind: str) -> list[int]:
    """What everybody has had of a token: balances, and what was collected before."""
    return [
        balance + sum(history.collected.get((account, kind), []))
        for account, balance in zip(history.accounts, history.balances(kind), strict=True)
    ]
