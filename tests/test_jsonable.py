"""Values as JSON: the type of a value never depends on its size."""

from __future__ import annotations

import pytest

from gen_ip.jsonable import jsonable


@pytest.mark.parametrize("number", [0, 7, -7, 2**53 - 1, 2**53, 2**256 - 1])
def test_every_integer_is_a_decimal_string(number: int) -> None:
    assert jsonable({"amount": (number, [number])}) == {"amount": [str(number), [str(number)]]}


def test_other_values() -> None:
    assert jsonable([True, None, "7", b"\x01\xff"]) == [True, None, "7", "0x01ff"]
