"""What holds on every graph and in every order."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip.ledger import BASIS_POINTS, Edge, Ledger, Payee, Work

from .graphs import ACCOUNTS, TOKENS, History, accounts, apply, build, graphs, histories, played
from .profile import LONG

bulk = settings(
    max_examples=150 if LONG else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def held(ledger: Ledger, token: str, holders: set[str]) -> int:
    """All that anyone can claim now, in wei."""
    works = range(len(ledger.works))
    return sum(
        [
            *(ledger.credit(work, token) + ledger.owed_upward(work, token) for work in works),
            *(ledger.balance(who, token) for who in holders),
        ]
    )


def scaled_claims(ledger: Ledger, token: str) -> int:
    """10,000 times everything credited, set aside and rounded away: nothing may be missing."""
    total = 0
    for number, work in enumerate(ledger.works):
        t = ledger.totals(number, token)
        kept = BASIS_POINTS - work.rel_bp
        total += t.direct * (kept - work.vol_bp) + t.royalties * kept
        total += (t.income - t.settled_income) * work.rel_bp
        total += (t.volume - t.settled_volume) * work.vol_bp
        for edge in work.edges:
            total += t.settled_income * edge.income_bp % BASIS_POINTS
            total += t.settled_volume * edge.volume_bp % BASIS_POINTS
    return total


@bulk
@given(played())
def test_solvent_and_conserved_at_every_step(case: tuple[tuple[Work, ...], History]) -> None:
    works, history = case
    ledger, paid, holders = build(works), dict.fromkeys(TOKENS, 0), accounts(works)
    for step in history:
        kind, _, amount, token = step
        other = TOKENS[1 - TOKENS.index(token)]
        untouched = held(ledger, other, holders)
        apply(ledger, step)
        if kind == "pay":
            paid[token] += amount
        assert held(ledger, token, holders) <= paid[token]
        assert held(ledger, other, holders) == untouched
        assert scaled_claims(ledger, token) == BASIS_POINTS * paid[token]
        for number in range(len(works)):
            assert ledger.credit(number, token) >= 0
            assert min(ledger.pending(number, token)) >= 0
            assert ledger.owed_upward(number, token) >= 0


@bulk
@given(st.data())
def test_order_changes_nothing_to_the_wei(data: st.DataObject) -> None:
    works, history = data.draw(played())
    payments = [step for step in history if step[0] == "pay"]
    between = [step for step in data.draw(histories(works)) if step[0] != "pay"]
    shuffled = data.draw(st.permutations(payments + between))

    def outcome(steps: Sequence[tuple[str, int, int, str]]) -> dict[str, list[int]]:
        ledger = build(works)
        for step in steps:
            apply(ledger, step)
        final = {}
        for token in TOKENS:
            ledger.settle_all(token)
            assert ledger.settle_plan(token) == []
            net = [ledger.net(number, token) for number in range(len(works))]
            for number in range(len(works)):
                assert ledger.owed_upward(number, token) == 0
                ledger.draw(number, token)
            final[token] = net + [ledger.balance(who, token) for who in sorted(accounts(works))]
        return final

    in_turn = outcome(history)
    assert outcome(shuffled) == in_turn
    assert outcome(payments) == in_turn


@bulk
@given(played())
def test_views_tell_what_happens(case: tuple[tuple[Work, ...], History]) -> None:
    works, history = case
    ledger = build(works)
    for step in history:
        kind, number, _, token = step
        told = ledger.what_settle_moves(number, token)
        credit = ledger.credit(number, token)
        others = [ledger.net(other, token) for other in range(number)]
        inflow = {parent: ledger.totals(parent, token).royalties for parent, _ in told}
        apply(ledger, step)
        if kind == "settle":
            assert ledger.pending(number, token) == (0, 0)
            for parent, amount in told:
                assert ledger.totals(parent, token).royalties - inflow[parent] == amount
            assert all(ledger.net(o, token) >= net for o, net in enumerate(others))
            settled = [ledger.totals(other, token) for other in range(len(works))]
            ledger.settle(number, token)
            assert settled == [ledger.totals(other, token) for other in range(len(works))]
        elif kind == "draw":
            assert ledger.credit(number, token) == 0
            assert ledger.totals(number, token).drawn >= credit


@bulk
@given(st.data())
def test_payees_added_at_any_time_leave_it_solvent(data: st.DataObject) -> None:
    ledger = Ledger()
    ledger.add_work("owner")
    paid = 0
    for _ in range(data.draw(st.integers(0, 40))):
        amount = data.draw(st.integers(0, 9))
        room = ledger.works[0].owner_bp
        if len(ledger.works[0].payees) < 32 and room and data.draw(st.booleans()):
            share = data.draw(st.integers(1, room))
            ledger.add_payee(0, Payee(data.draw(st.sampled_from(ACCOUNTS)), share))
        ledger.pay(0, amount)
        paid += amount
        if data.draw(st.booleans()):
            ledger.draw(0)
        given_out = sum(ledger.balance(who) for who in (*ACCOUNTS, "owner"))
        assert given_out + ledger.credit(0) <= paid
        # A floor each for owner and payees, and again for each set of payees.
        sets = len(ledger.works[0].payees) + 1
        assert given_out + ledger.credit(0) >= paid - sets * (sets + 1) // 2


@bulk
@given(graphs(payees=False), st.data())
def test_volume_is_due_once_per_path(works: tuple[Work, ...], data: st.DataObject) -> None:
    # The volume shares of the graph alone, so that nothing but volume moves.
    works = build(
        [
            Work(w.owner, tuple(Edge(e.parent, 0, e.volume_bp) for e in w.edges), (), 0, 0)
            for w in works
        ]
    ).works
    start = data.draw(st.integers(0, len(works) - 1))
    amount = data.draw(st.integers(1, 10**6))
    ledger = build(works)
    ledger.pay(start, amount)
    ledger.settle_all()

    arrivals = [0] * len(works)
    walk = [start]
    while walk:
        here = walk.pop()
        arrivals[here] += 1
        # Above an original, or one whose ancestors all ask nothing, no path pays anything.
        walk += [e.parent for e in works[here].edges if works[here].vol_bp]
    due = [0] * len(works)
    for number, work in enumerate(works):
        for edge in work.edges:
            due[edge.parent] += arrivals[number] * amount * edge.volume_bp // BASIS_POINTS
    assert [ledger.totals(number).royalties for number in range(len(works))] == due
