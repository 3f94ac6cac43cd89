"""How far the floors are from exact fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import HealthCheck, given, settings

from benchmarks.replay_format import Pay, parse, play, random_case
from gen_ip.ledger import NATIVE, Edge, Ledger, Work, exact, shortfall_bound

from .graphs import TOKENS, History, apply, build, played
from .profile import LONG


def shortfalls(ledger: Ledger, token: str, paid: dict[int, int]) -> list[Fraction]:
    ledger.settle_all(token)
    return [
        true.net - ledger.net(number, token)
        for number, true in enumerate(exact(ledger.works, paid))
    ]


@settings(
    max_examples=150 if LONG else 60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(played())
def test_never_above_the_fraction_nor_further_below_than_stated(
    case: tuple[tuple[Work, ...], History],
) -> None:
    works, history = case
    ledger = build(works)
    shares = sum((e.income_bp > 0) + (e.volume_bp > 0) for w in works for e in w.edges)
    for step in history:
        apply(ledger, step)
    for token in TOKENS:
        paid = {n: ledger.totals(n, token).direct for n in range(len(works))}
        true = exact(works, paid)
        short = shortfalls(ledger, token, paid)
        assert all(
            0 <= lost <= most for lost, most in zip(short, shortfall_bound(works), strict=True)
        )
        # Exact shares are exactly what was paid, and all works together lose less than a wei
        # for each share of an edge and one for each work's own floor.
        assert sum(t.net for t in true) == sum(paid.values())
        assert sum(short) < shares + len(works)
        assert [ledger.totals(n, token).volume for n in range(len(works))] == [
            t.volume for t in true
        ]


def test_exact_by_hand() -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b", [Edge(0, income_bp=3_333)])
    ledger.add_work("c", [Edge(1, income_bp=5_000, volume_bp=1)])
    position = exact(ledger.works, {2: 1})
    assert position[2].net == Fraction(4_999, 10_000)
    assert position[1].income == Fraction(5_001, 10_000)
    assert position[0].net == Fraction(5_001 * 3_333, 10**8)
    assert [p.volume for p in position] == [0, 0, 1]


def test_the_bound_is_attained_by_a_fan() -> None:
    ledger = Ledger()
    ledger.add_work("original")
    for _ in range(39):
        ledger.add_work("derivative", [Edge(0, income_bp=4_999, volume_bp=4_999)])
    # The one amount below 10,000 whose part at this share ends in .9999.
    amount = next(a for a in range(10_000) if a * 4_999 % 10_000 == 9_999)
    paid = dict.fromkeys(range(1, 40), amount)
    for number in paid:
        ledger.pay(number, amount)
    assert shortfall_bound(ledger.works)[0] == 78 * Fraction(9_999, 10_000)
    assert shortfalls(ledger, NATIVE, paid)[0] == shortfall_bound(ledger.works)[0]


def test_what_a_work_lacks_its_parent_lacks_too() -> None:
    ledger = Ledger()
    ledger.add_work("original")
    ledger.add_work("derivative", [Edge(0, income_bp=9_999)])
    paid = {}
    for _ in range(38):
        number = ledger.add_work("its derivative", [Edge(1, income_bp=4_999)])
        paid[number] = next(a for a in range(10_000) if a * 4_999 % 10_000 == 9_999)
        ledger.pay(number, paid[number])
    original = shortfalls(ledger, NATIVE, paid)[0]
    assert 37 < original <= shortfall_bound(ledger.works)[0] < 39


def test_depth_hardly_adds_to_the_bound() -> None:
    ledger = Ledger()
    ledger.add_work("0")
    for number in range(200):
        ledger.add_work(str(number + 1), [Edge(number, income_bp=1_001)])
    # The geometric series 1 + r + r**2 ... and one floor of the work's own.
    assert max(shortfall_bound(ledger.works)) < Fraction(10_000, 8_999) + 1


def test_shares_that_divide_evenly_lose_nothing() -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b", [Edge(0, income_bp=10_000)])
    assert shortfall_bound(ledger.works) == [0, 0]


def test_usual_graphs_stay_within_a_dozen_wei() -> None:
    worst = Fraction(0)
    for seed in range(100):
        case = parse(random_case(seed, works=40, steps=120))
        ledger = play(case)
        paid: dict[int, int] = {}
        for step in case.steps:
            if isinstance(step, Pay):
                paid[step.work] = paid.get(step.work, 0) + step.amount
        worst = max(worst, *shortfalls(ledger, NATIVE, paid))
    print(f"worst shortfall on 100 random graphs of 40 works: {float(worst):.4f} wei")
    assert 1 < worst < 12
