"""Random graphs of works and random histories on them, for hypothesis."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from gen_ip.ledger import BASIS_POINTS, Edge, Ledger, Payee, Work

TOKENS = ("eth", "usd")
ACCOUNTS = ("ann", "ben", "cleo", "dan")

History = list[tuple[str, int, int, str]]
"""Steps (kind, work, amount, token); kind is pay, settle or draw."""


@st.composite
def graphs(draw: st.DrawFn, max_works: int = 40, payees: bool = True) -> tuple[Work, ...]:
    """Up to `max_works` works: lines, fans and diamonds, both kinds of share, payees."""
    ledger = Ledger()
    for number in range(draw(st.integers(1, max_works))):
        reach = draw(st.sampled_from([1, 2, 4, number]))
        nearby = st.integers(max(0, number - reach), number - 1)
        chosen = draw(st.sets(nearby, max_size=4)) if number else set()
        room, edges = BASIS_POINTS, []
        for parent in sorted(chosen):
            inherited = ledger.works[parent].vol_bp
            if inherited > room:
                continue
            room -= inherited
            top = min(room, draw(st.sampled_from([3, 1_000, 3_333, BASIS_POINTS])))
            income = draw(st.integers(0, top))
            volume = draw(st.sampled_from([0, 1, top - income]))
            volume = min(volume, room - income)
            room -= income + volume
            edges.append(Edge(parent, income, volume))
        shared = draw(st.lists(st.integers(1, 3_333), max_size=3)) if payees else []
        ledger.add_work(
            f"owner {number}",
            edges,
            [Payee(ACCOUNTS[(number + i) % len(ACCOUNTS)], bp) for i, bp in enumerate(shared)],
        )
    return ledger.works


def histories(works: Sequence[Work], max_steps: int = 40) -> st.SearchStrategy[History]:
    """Payments, settlements and draws in any order."""
    # A few wei show every rounding; large amounts show that nothing depends on the size.
    amounts = st.one_of(st.integers(0, 20), st.integers(0, 30_000), st.integers(0, 10**24))
    step = st.tuples(
        st.sampled_from(["pay", "pay", "settle", "settle", "draw"]),
        st.integers(0, len(works) - 1),
        amounts,
        st.sampled_from(TOKENS),
    )
    return st.lists(step, max_size=max_steps)


@st.composite
def played(draw: st.DrawFn) -> tuple[tuple[Work, ...], History]:
    """A graph and a history on it."""
    works = draw(graphs())
    return works, draw(histories(works))


def build(works: Sequence[Work]) -> Ledger:
    """A fresh ledger of these works."""
    ledger = Ledger()
    for work in works:
        ledger.add_work(work.owner, work.edges, work.payees)
    return ledger


def apply(ledger: Ledger, step: tuple[str, int, int, str]) -> None:
    """Do one step of a history."""
    kind, work, amount, token = step
    if kind == "pay":
        ledger.pay(work, amount, token)
    elif kind == "settle":
        ledger.settle(work, token)
    else:
        ledger.draw(work, token)


def accounts(works: Sequence[Work]) -> set[str]:
    """Everyone who can hold a balance."""
    return {work.owner for work in works} | {p.to for work in works for p in work.payees}
