"""A payment costs the same however many generations stand above the work."""

from __future__ import annotations

from benchmarks._chain import Chain
from benchmarks.gas import DEPTHS, Measurement
from tests.support.require import require


def test_gas_of_a_payment_is_the_same_at_depth_1_10_and_200() -> None:
    require("anvil")
    with Chain(b"depth") as chain:
        measurement = Measurement(chain)
        measurement.payments()
    assert DEPTHS == (1, 10, 200)
    for key in ("pay_depth", "pay_depth_eth"):
        gas = measurement.by_depth[key]
        assert list(gas) == ["1", "10", "200"]
        assert len(set(gas.values())) == 1
        # No less than a transaction with two storage writes.
        assert gas["1"] > 21_000 + 2 * 2_900
