"""What people type is read exactly, or refused with a remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.cli.values import (
    UNLIMITED,
    BadValue,
    format_amount,
    format_duration,
    format_share,
    parse_amount,
    parse_duration,
    parse_share,
    parse_units,
)


@pytest.mark.parametrize(
    ("text", "decimals", "expected"),
    [
        ("12.5", 6, 12_500_000),
        ("0.1", 18, 10**17),
        (".5", 1, 5),
        ("007", 0, 7),
        ("1.500", 1, 15),
        ("0", 18, 0),
        ("115792089237316195423570985008687907853269984665640564039457", 18, None),
        (str(2**256 - 1), 0, 2**256 - 1),
        ("0.000000000000000001", 18, 1),
    ],
)
def test_amounts_are_exact(text: str, decimals: int, expected: int | None) -> None:
    if expected is None:
        expected = int(text) * 10**18
    assert parse_amount(text, decimals, "X") == expected


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1e3", "1,000", "NaN", "inf", "1.", "0x10", " 1", "1 ", "٣", "1" * 200],
)
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="bad amount"):
        parse_amount(text, 18, "ETH")


def test_an_amount_with_too_many_decimals_is_refused() -> None:
    with pytest.raises(BadValue, match="DUSD has 6 decimals, not 7"):
        parse_amount("0.1234567", 6, "DUSD")


def test_an_amount_beyond_256_bits_is_refused() -> None:
    with pytest.raises(BadValue, match="give less"):
        parse_amount(str(2**256), 0, "X")


@given(st.integers(0, 2**256 - 1), st.integers(0, 77))
def test_an_amount_shown_and_read_again_is_the_same(amount: int, decimals: int) -> None:
    shown = format_amount(amount, decimals).replace(",", "")
    assert parse_amount(shown, decimals, "X") == amount


@pytest.mark.parametrize(
    ("amount", "decimals", "expected"),
    [(12_500_000, 6, "12.5 T"), (10**21, 18, "1,000 T"), (0, 18, "0 T"), (1, 3, "0.001 T")],
)
def test_amounts_are_shown_without_idle_zeros(amount: int, decimals: int, expected: str) -> None:
    assert format_amount(amount, decimals, "T") == expected


@pytest.mark.parametrize(
    ("text", "points"),
    [("10%", 1000), ("2.5%", 250), ("0.01%", 1), ("250bp", 250), ("100%", 10_000), ("0%", 0)],
)
def test_shares(text: str, points: int) -> None:
    assert parse_share(text) == points
    assert parse_share(format_share(points)) == points


@pytest.mark.parametrize("text", ["10", "0.001%", "100.01%", "10001bp", "-1%", "%", "1e2%", "x%"])
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="such as 10%"):
        parse_share(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30d", 2_592_000),
        ("1y", 31_536_000),
        ("2w", 1_209_600),
        ("12h", 43_200),
        ("5min", 300),
        ("7s", 7),
        ("forever", 0),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "30", "0d", "-1d", "1m", "1 d", "40000y", "9999999999999s"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="such as 30d"):
        parse_duration(text)


def test_units() -> None:
    assert parse_units("3") == 3
    assert parse_units("unlimited") == UNLIMITED


@pytest.mark.parametrize("text", ["", "-1", "1.5", str(UNLIMITED), "99999999999"])
def test_other_units_are_refused(text: str) -> None:
    with pytest.raises(BadValue, match="whole number"):
        parse_units(text)
