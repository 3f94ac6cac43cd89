"""What a user types, as exact numbers, and back: amounts, shares, durations, units.

Ids, addresses and hashes are read by `gen_ip.arguments`.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

from gen_ip.errors import GenIPError, shown

BASIS_POINTS = 10_000
UNLIMITED = 2**32 - 1
MAX_UINT256 = 2**256 - 1

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_DURATION = re.compile(r"([0-9]{1,13})(s|min|h|d|w|y)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
# More digits than 2^256 with 77 decimals has: no number is rounded.
_PRECISION = 200


class BadValue(GenIPError):  # noqa: N818 - named like the package's other errors
    """A value on the command line is not what its place asks for."""

    def __init__(self, what: str, value: object, expected: str) -> None:
        self.what, self.value = what, value
        super().__init__(f"bad {what} {shown(value)}: {expected}")


def parse_amount(text: str, decimals: int, symbol: str) -> int:
    """An amount in units of the token as its smallest unit, exactly.

    Raises:
        BadValue: no plain decimal number, more decimals than the token has, or too large.
    """
    if len(text) > 100 or not _NUMBER.fullmatch(text):
        raise BadValue("amount", text, f"give a plain number of {symbol}, such as 12.5")
    fraction = text.partition(".")[2].rstrip("0")
    if len(fraction) > decimals:
        raise BadValue(
            "amount", text, f"{symbol} has {decimals} decimals, not {len(fraction)}; drop some"
        )
    with localcontext(prec=_PRECISION):
        amount = int(Decimal(text).scaleb(decimals))
    if amount > MAX_UINT256:
        raise BadValue("amount", text, "no chain holds as much; give less")
    return amount


def format_amount(amount: int, decimals: int, symbol: str = "") -> str:
    """An amount of smallest units in units of the token, exactly, with thousands separated."""
    with localcontext(prec=_PRECISION):
        text = format(Decimal(amount).scaleb(-decimals), ",f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text} {symbol}".rstrip()


def parse_share(text: str) -> int:
    """A share such as `10%` or `1000bp` in basis points.

    Raises:
        BadValue: neither, finer than a basis point, or above 100 %.
    """
    expected = "give a share such as 10%, 2.5% or 250bp, at most 100%"
    for unit, factor in (("%", 100), ("bp", 1)):
        number = text.removesuffix(unit).strip()
        if text.endswith(unit) and len(number) <= 10 and _NUMBER.fullmatch(number):
            points = Decimal(number) * factor
            if points == int(points) and points <= BASIS_POINTS:
                return int(points)
    raise BadValue("share", text, expected)


def format_share(points: int) -> str:
    """Basis points as a percentage."""
    return f"{format_amount(points, 2)}%"


def parse_duration(text: str) -> int:
    """A duration such as `30d` in seconds; `forever` is 0. A year has 365 days.

    Raises:
        BadValue: anything else, or more than terms can hold (2^40 - 1 seconds).
    """
    if text == "forever":
        return 0
    matched = _DURATION.fullmatch(text)
    seconds = int(matched[1]) * _SECONDS[matched[2]] if matched else 0
    if not 0 < seconds < 2**40:
        raise BadValue(
            "duration", text, "give a number and s, min, h, d, w or y, such as 30d; or forever"
        )
    return seconds


def format_duration(seconds: int) -> str:
    """Seconds in the largest unit that divides them; 0 is `forever`."""
    if seconds == 0:
        return "forever"
    for unit in ("y", "w", "d", "h", "min"):
        if seconds % _SECONDS[unit] == 0:
            return f"{seconds // _SECONDS[unit]}{unit}"
    return f"{seconds}s"


def parse_units(text: str) -> int:
    """How many derivatives a license allows; `unlimited` for any number.

    Raises:
        BadValue: anything else.
    """
    if text == "unlimited":
        return UNLIMITED
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) >= UNLIMITED:
        raise BadValue("number of derivatives", text, "give a whole number, or unlimited")
    return int(text)
