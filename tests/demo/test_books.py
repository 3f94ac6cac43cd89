"""The second calculation itself, on numbers small enough to do in one's head."""

from __future__ import annotations

import pytest

from gen_ip.demo.books import BalanceMismatch, Books, Line, check

T = "token"


def test_a_payment_is_shared() -> None:
    books = Books()
    books.fund("payer", T, 1000)
    books.work("original", "ada")
    books.work("remix", "chen", [("original", 1000, 500)])
    books.pay("payer", "remix", T, 200)
    assert books.net("remix", T) == 170
    assert books.earned("ada", T) == 30
    line = books.line("payer", T, gas=7, actual=793)
    assert (line.funded, line.paid, line.earned, line.gas, line.expected) == (1000, 200, 0, 7, 793)
    assert books.left_behind("splitter", T, 0).right
    check([line, books.line("ada", T, 0, 30)])


def test_rounding_stays_with_the_splitter() -> None:
    books = Books()
    books.work("original", "ada")
    books.work("remix", "chen", [("original", 3333, 0)])
    books.pay("payer", "remix", T, 1)
    assert (books.earned("ada", T), books.earned("chen", T)) == (0, 0)
    assert books.left_behind("splitter", T, 1).right


def test_asking_changes_nothing() -> None:
    books = Books()
    books.work("original", "ada")
    books.work("remix", "chen", [("original", 1000, 0)])
    books.pay("payer", "remix", T, 100)
    first = books.net("original", T)
    assert [books.net("original", T) for _ in range(3)] == [first] * 3


def test_the_check_names_everyone_who_is_off() -> None:
    right = Line("ada", T, 0, 0, 5, 0, 5, 5)
    short = Line("chen", T, 0, 0, 5, 0, 5, 4)
    over = Line("dara", T, 0, 0, 5, 0, 5, 8)
    check([right])
    with pytest.raises(BalanceMismatch, match=r"chen has 4 .* expected 5 \(-1\).*dara.*\(\+3\)"):
        check([right, short, over])
