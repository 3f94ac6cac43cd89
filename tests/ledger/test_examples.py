"""Cases worked out by hand."""

from __future__ import annotations

import pytest

from gen_ip.ledger import Edge, Ledger, LedgerError, Payee


def credits_of(ledger: Ledger) -> list[int]:
    return [ledger.credit(work) for work in range(len(ledger.works))]


def test_ten_percent_of_ten_percent() -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b", [Edge(0, income_bp=1_000)])
    ledger.add_work("c", [Edge(1, income_bp=1_000)])
    ledger.pay(2, 1_000)
    assert credits_of(ledger) == [0, 0, 900]
    assert ledger.pending(2) == (1_000, 0)
    assert ledger.owed_upward(2) == 100
    assert ledger.settle(2) == [(1, 100)]
    assert credits_of(ledger) == [0, 90, 900]
    assert ledger.settle(1) == [(0, 10)]
    assert credits_of(ledger) == [10, 90, 900]
    assert ledger.settle(2) == [(1, 0)]
    assert credits_of(ledger) == [10, 90, 900]


def test_volume_shares_reach_ten_generations_undiluted_and_no_eleventh() -> None:
    ledger = Ledger()
    ledger.add_work("0")
    for generation in range(1, 11):
        ledger.add_work(str(generation), [Edge(generation - 1, volume_bp=1_000)])
        assert ledger.works[generation].vol_bp == 1_000 * generation
    ledger.pay(10, 500)
    assert ledger.credit(10) == 0
    # The last keeps nothing; the parent's 50 and the 450 owed above it are set aside.
    assert ledger.owed_upward(10) == 500
    assert ledger.settle_plan() == list(range(10, 0, -1))
    ledger.settle_all()
    assert credits_of(ledger) == [50] * 10 + [0]
    with pytest.raises(LedgerError, match="volume shares of 11000"):
        ledger.add_work("11", [Edge(10, volume_bp=1_000)])
    with pytest.raises(LedgerError, match="exceed 10000"):
        ledger.add_work("11", [Edge(10, income_bp=1)])
    assert len(ledger.works) == 11
    # Income shares have no such end.
    ledger.add_work("a", [Edge(0, income_bp=1_000)])
    for _ in range(50):
        ledger.add_work("b", [Edge(len(ledger.works) - 1, income_bp=1_000)])


def test_volume_is_due_once_per_path_of_a_diamond() -> None:
    ledger = Ledger()
    ledger.add_work("top")
    ledger.add_work("left", [Edge(0, volume_bp=1_000)])
    ledger.add_work("right", [Edge(0, volume_bp=500)])
    ledger.add_work("bottom", [Edge(1, volume_bp=200), Edge(2, income_bp=2_000)])
    assert ledger.works[3].vol_bp == 200 + 1_000 + 500
    assert ledger.works[3].rel_bp == 2_000
    ledger.pay(3, 10_000)
    # 10,000 - 20% income share - 17% volume shares.
    assert ledger.credit(3) == 6_300
    assert ledger.settle(3) == [(1, 200), (2, 2_000)]
    # A royalty owes income shares only, and left and right have none.
    assert credits_of(ledger) == [0, 200, 2_000, 6_300]
    assert ledger.pending(1) == (0, 10_000)
    assert ledger.settle(1) == [(0, 1_000)]
    assert ledger.settle(2) == [(0, 500)]
    assert credits_of(ledger) == [1_500, 200, 2_000, 6_300]
    # An original owes no volume share, so it tracks none.
    assert ledger.totals(0).volume == 0


def test_shared_ancestor_of_a_diamond_gets_income_along_both_paths() -> None:
    ledger = Ledger()
    ledger.add_work("top")
    ledger.add_work("left", [Edge(0, income_bp=5_000)])
    ledger.add_work("right", [Edge(0, income_bp=1_000)])
    ledger.add_work("bottom", [Edge(0, income_bp=100), Edge(1, income_bp=1_000), Edge(2, 2_000)])
    ledger.pay(3, 1_000)
    ledger.settle_all()
    assert credits_of(ledger) == [10 + 50 + 20, 50, 180, 690]


def test_both_kinds_on_one_edge() -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b", [Edge(0, income_bp=1_000, volume_bp=500)])
    ledger.add_work("c", [Edge(1, income_bp=2_000, volume_bp=100)])
    ledger.pay(2, 10_000)
    assert credits_of(ledger) == [0, 0, 10_000 - 2_000 - 100 - 500]
    assert ledger.settle(2) == [(1, 2_100)]
    assert ledger.credit(1) == 1_890
    # 10% of b's 2,100 and 5% of the 10,000 paid to c.
    assert ledger.settle(1) == [(0, 710)]
    assert credits_of(ledger) == [710, 1_890, 7_400]


def test_a_wei_at_a_time_equals_one_payment() -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b", [Edge(0, income_bp=3_333)])
    moved = []
    for _ in range(10):
        ledger.pay(1, 1)
        moved += [amount for _, amount in ledger.settle(1)]
    assert moved == [0, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert credits_of(ledger) == [3, 6]


def test_payees_and_owner_share_what_is_drawn() -> None:
    ledger = Ledger()
    ledger.add_work("ann", payees=[Payee("ben", 2_500), Payee("cleo", 500)])
    ledger.pay(0, 99)
    assert ledger.draw(0) == 99
    assert ledger.credit(0) == 0
    assert [ledger.balance(who) for who in ("ann", "ben", "cleo")] == [69, 24, 4]
    ledger.pay(0, 1)
    ledger.draw(0)
    # The running total is 100 now, so no wei is left over.
    assert [ledger.balance(who) for who in ("ann", "ben", "cleo")] == [70, 25, 5]
    assert ledger.withdraw("ben") == 25
    assert ledger.withdraw("ben") == 0


def test_payees_may_take_everything() -> None:
    ledger = Ledger()
    ledger.add_work("ann", payees=[Payee("ben", 10_000)])
    ledger.pay(0, 7)
    ledger.draw(0)
    assert (ledger.balance("ann"), ledger.balance("ben")) == (0, 7)


def test_a_payee_added_later_shares_from_then_on() -> None:
    ledger = Ledger()
    ledger.add_work("ann")
    ledger.pay(0, 101)
    ledger.draw(0)
    ledger.pay(0, 100)
    ledger.add_payee(0, Payee("ben", 5_000))
    # What was credited and not yet drawn is shared too.
    ledger.draw(0)
    assert (ledger.balance("ann"), ledger.balance("ben")) == (151, 50)


def test_floors_that_went_on_over_an_added_payee_would_pay_out_too_much() -> None:
    ledger = Ledger()
    ledger.add_work("ann", payees=[Payee("ben", 5_000)])
    ledger.pay(0, 2)
    ledger.draw(0)
    ledger.add_payee(0, Payee("cleo", 2_500))
    ledger.pay(0, 2)
    ledger.draw(0)
    # Continued from 2 to 4 they give ben 1, ann 1, cleo 1: three wei of two.
    continued = [4 * bp // 10_000 - 2 * bp // 10_000 for bp in (5_000, 2_500, 2_500)]
    assert sum(continued) == 3
    assert [ledger.balance(who) for who in ("ann", "ben", "cleo")] == [1, 2, 0]


def test_income_follows_the_work_to_a_new_owner() -> None:
    ledger = Ledger()
    ledger.add_work("ann")
    ledger.pay(0, 5)
    ledger.draw(0)
    ledger.pay(0, 7)
    ledger.transfer(0, "ben")
    ledger.draw(0)
    assert (ledger.balance("ann"), ledger.balance("ben")) == (5, 7)


@pytest.mark.parametrize(
    ("edges", "payees", "message"),
    [
        ([Edge(2, 1)], [], "work 2 does not exist yet"),
        ([Edge(-1, 1)], [], "work -1 does not exist"),
        ([Edge(1, 1), Edge(0, 1)], [], "work 0 after work 1"),
        ([Edge(0, 1), Edge(0, 1)], [], "work 0 after work 0"),
        ([Edge(0, -1)], [], "-1 is not between"),
        ([Edge(0, 0, 10_001)], [], "10001 is not between"),
        ([Edge(0, 5_000, 5_001)], [], "exceed 10000"),
        ([Edge(0)] * 33, [], "33 parents"),
        ([], [Payee("x", 5_000), Payee("y", 5_001)], "shares of 10001"),
        ([], [Payee("x", -1)], "-1 is not between"),
        ([], [Payee("x", 0)], "0 is not between 1"),
        ([], [Payee("x", 1)] * 33, "33 payees"),
    ],
)
def test_a_bad_work_is_refused_whole(edges: list[Edge], payees: list[Payee], message: str) -> None:
    ledger = Ledger()
    ledger.add_work("a")
    ledger.add_work("b")
    before = ledger.works
    with pytest.raises(LedgerError, match=message):
        ledger.add_work("c", edges, payees)
    assert ledger.works == before


def test_bad_calls() -> None:
    ledger = Ledger()
    ledger.add_work("a", payees=[Payee("b", 9_000)])
    for call in (ledger.settle, ledger.draw, ledger.credit, ledger.pending, ledger.owed_upward):
        for work in (-1, 1):
            with pytest.raises(LedgerError, match=f"no work {work}"):
                call(work)
    with pytest.raises(LedgerError, match="negative"):
        ledger.pay(0, -1)
    with pytest.raises(LedgerError, match="no work 1"):
        ledger.pay(1, 1)
    with pytest.raises(LedgerError, match="11000"):
        ledger.add_payee(0, Payee("c", 2_000))
    assert ledger.works[0].payees == (Payee("b", 9_000),)
