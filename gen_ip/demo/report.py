"""How the story ended, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gen_ip.demo.books import Line
from gen_ip.works.lineage import Lineage
from gen_ip.works.registry import Work


@dataclass(frozen=True)
class Step:
    """The transactions of one step, from their receipts: how many, their gas and its cost."""

    text: str
    transactions: int
    gas: int
    wei: int


@dataclass(frozen=True)
class Report:
    """The works by id with their owners' names and what they earned by token, their family trees,
    the gas of every step, and the account of every wallet and contract in both tokens."""

    lineages: tuple[Lineage, ...]
    works: Mapping[int, Work]
    owners: Mapping[int, str]
    earned: Mapping[int, Mapping[str, int]]
    steps: tuple[Step, ...]
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "works": [
                {
                    "work": str(number),
                    "name": work.name,
                    "owner": self.owners[number],
                    "earned": {token: str(sum_) for token, sum_ in self.earned[number].items()},
                }
                for number, work in self.works.items()
            ],
            "steps": [
                {
                    "step": step.text,
                    "transactions": step.transactions,
                    "gas": step.gas,
                    "wei": str(step.wei),
                }
                for step in self.steps
            ],
            "balances": [line.to_json() for line in self.lines],
            "exact": all(line.right for line in self.lines),
        }
