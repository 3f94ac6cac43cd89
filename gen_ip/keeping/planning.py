"""A plan: what is sent in which order, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.income.settling import Account
from gen_ip.keeping.batches import Batch, batched
from gen_ip.keeping.choosing import Least, Left, Reason, choose
from gen_ip.keeping.policy import Policy
from gen_ip.keeping.scene import Order, Scene


@dataclass(frozen=True)
class Plan:
    """What is worth its gas now.

    Attributes:
        batches: transactions, to be sent in this order.
        left: what is not worth it, or cannot be done.
        gas_price: what a unit of gas was taken to cost, in wei.
    """

    batches: tuple[Batch, ...]
    left: tuple[Left, ...]
    gas_price: int

    @property
    def gas(self) -> int:
        """Of all batches, by estimate."""
        return sum(each.gas for each in self.batches)

    @property
    def pays(self) -> dict[str, int]:
        """What owners and payees get, by token, in its smallest unit."""
        found: dict[str, int] = {}
        for each in self.batches:
            found[each.token] = found.get(each.token, 0) + each.pays
        return found

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings, wei among them."""
        return {
            "batches": [each.to_json() for each in self.batches],
            "left": [left_json(each) for each in self.left],
            "gas": self.gas,
            "gas_price": str(self.gas_price),
            "fee": str(self.gas * self.gas_price),
            "pays": {token: str(amount) for token, amount in self.pays.items()},
        }


class Limits(NamedTuple):
    """What one transaction may hold: gas, and works (None for any number)."""

    gas: int
    works: int | None = None


def left_json(left: Left) -> dict[str, Any]:
    """For JSON; id and amount as decimal strings."""
    return {
        "work": str(left.work),
        "token": left.token,
        "what": "release" if left.releases else "settlement",
        "amount": str(left.amount),
        "why": left.reason.value,
    }


def plan(
    scenes: Mapping[str, Scene],
    order: Order,
    accounts: Mapping[str, Mapping[int, Account]],
    policy: Policy,
    gas_price: int,
    limits: Limits,
    done: Collection[tuple[str, int]] = (),
) -> Plan:
    """What is worth its gas in each token, the token that pays best for it first.

    Args:
        scenes: by token, for who takes what may differ; `order` is that of all.
        accounts: by token, of all works in the order.
        gas_price: in wei.
        done: tokens and works to leave alone.
    """
    found: list[tuple[float, tuple[Batch, ...]]] = []
    left: list[Left] = []
    for token, scene in scenes.items():
        worth = policy.worth.get(token)
        least = Least(
            policy.at_least.get(token, 0),
            None if worth is None else float(worth),
            gas_price,
            policy.factor,
        )
        skipped = {work for of, work in done if of == token}
        chosen = choose(scene, order, accounts[token], token, least, skipped)
        left += chosen.left
        batches = batched(token, chosen.items, order, limits.gas, limits.works)
        brings = sum(each.worth for each in batches)
        cost = sum(each.gas for each in batches) * gas_price
        if worth is None:
            found.append((math.inf, batches))
        elif brings >= policy.factor * cost:
            found.append((cost / brings if brings else 0.0, batches))
        else:
            # What the transactions themselves cost is more than what single works leave over.
            left += _all_left(token, batches)
    found.sort(key=lambda each: each[0])
    return Plan(tuple(each for _, batches in found for each in batches), tuple(left), gas_price)


def _all_left(token: str, batches: Sequence[Batch]) -> list[Left]:
    return [
        Left(item.work, token, True, item.pays, Reason.GAS)
        for batch in batches
        for item in batch.items
        if item.releases
    ]
