"""What is worth the gas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.work import ETH

BATCH_GAS = 13_000_000
"""The most gas of a batch, whatever a block holds: with what is added for changes in between, it
stays below what one transaction may use (EIP-7825: 2^24)."""


@dataclass(frozen=True)
class Policy:
    """When settling and releasing is worth its gas.

    Tokens that are neither in `at_least` nor in `worth` are left alone, but for ETH: anyone can pay
    a work in a token of his own.

    Attributes:
        at_least: by token, in its smallest unit, what a release must pay; of a token without a
            price also what a settlement must bring.
        worth: by token, what its smallest unit is worth in wei. Of one without a price `at_least`
            decides alone.
        factor: how many times its gas income must be worth.
        gas_price: what a unit of gas costs, in wei; None for what the node says.
        batch_gas: gas of a transaction; None for a third of a block's, at most `BATCH_GAS`.

    Raises:
        InvalidArgument: a value is out of range.
    """

    at_least: Mapping[str, int] = field(default_factory=dict)
    worth: Mapping[str, Fraction] = field(default_factory=dict)
    factor: float = 10
    gas_price: int | None = None
    batch_gas: int | None = None

    def __post_init__(self) -> None:
        least = {
            arguments.address("at_least", token): arguments.positive("at_least", amount)
            for token, amount in self.at_least.items()
        }
        object.__setattr__(self, "at_least", least)
        prices = {}
        for token, price in self.worth.items():
            if not isinstance(price, int | Fraction) or not 0 < price < 10**60:
                raise InvalidArgument("worth", price, "wei for a token's smallest unit, above 0")
            prices[arguments.address("worth", token)] = Fraction(price)
        if prices.get(ETH, 1) != 1:
            raise InvalidArgument("worth", prices[ETH], "nothing for ETH: a wei is worth a wei")
        object.__setattr__(self, "worth", {**prices, ETH: Fraction(1)})
        factor = self.factor
        if isinstance(factor, bool) or not isinstance(factor, int | float):
            raise InvalidArgument("factor", factor, "a number, at least 0")
        if not 0 <= factor < math.inf:
            raise InvalidArgument("factor", factor, "a number, at least 0")
        if self.gas_price is not None:
            arguments.unsigned("gas_price", self.gas_price)
        if self.batch_gas is not None:
            arguments.positive("batch_gas", self.batch_gas, 32)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens that are looked at, ETH first."""
        return tuple(sorted({ETH, *self.at_least, *self.worth}))
