"""What works have earned, and what was collected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gen_ip.chain.receipts import Receipt
from gen_ip.income.settling import Step


@dataclass(frozen=True)
class Earnings:
    """What a work has earned in one token, in its smallest unit.

    Attributes:
        credit: net income not yet drawn; payees' parts included.
        on_the_way: what would be added to it if everything downstream were settled now, exactly.
        owners_part: what the owner would get of both, exactly; the rest is the payees'.
        balance: what the owner has drawn, from this work and others, and not withdrawn.
        in_till: what lies in the work's till and is not booked as its income; see `sweep`.
        plan: the settlements that bring it, children first; none that brings nothing.
        left: what of `on_the_way` the plan leaves there, for it brings too little at once.

    What waits for the work as a payee of another one is not counted.
    """

    work: int
    token: str
    owner: str
    credit: int
    on_the_way: int
    owners_part: int
    balance: int
    in_till: int
    plan: tuple[Step, ...]
    left: int = 0

    @property
    def path(self) -> tuple[int, ...]:
        """The works to settle, this one last: its own debts go up when it is drawn."""
        return (*(step.work for step in self.plan), self.work)

    @property
    def total(self) -> int:
        """Net income of the work that is not drawn: `credit` and `on_the_way`."""
        return self.credit + self.on_the_way

    @property
    def payees_part(self) -> int:
        """What of the total goes to the work's payees."""
        return self.total - self.owners_part

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "work": str(self.work),
            "token": self.token,
            "owner": self.owner,
            "credit": str(self.credit),
            "on_the_way": str(self.on_the_way),
            "owners_part": str(self.owners_part),
            "payees_part": str(self.payees_part),
            "balance": str(self.balance),
            "in_till": str(self.in_till),
            "path": [str(work) for work in self.path],
            "plan": [step.to_json() for step in self.plan],
            "left": str(self.left),
        }


@dataclass(frozen=True)
class OwnerEarnings:
    """What all works of an owner have earned in one token, in its smallest unit.

    Attributes:
        works: those that earned something, the oldest first.
        balance: what the owner has drawn and not withdrawn.
    """

    owner: str
    token: str
    works: tuple[Earnings, ...]
    balance: int

    @property
    def total(self) -> int:
        """What the owner gets by collecting every work with `min_gain=1`, exactly: the balance, and
        of each work the owner's part of what is credited or on its way."""
        return self.balance + sum(each.owners_part for each in self.works)

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "owner": self.owner,
            "token": self.token,
            "total": str(self.total),
            "balance": str(self.balance),
            "works": [each.to_json() for each in self.works],
        }


@dataclass(frozen=True)
class Collected:
    """Money sent to `to`, in the token's smallest unit.

    Attributes:
        path: the works that were settled.
        receipt: of the last transaction.
        fee: what the gas of all transactions cost, in wei.
        left: what stays on the way, for it brings too little at once.
    """

    amount: int
    token: str
    to: str
    path: tuple[int, ...]
    receipt: Receipt
    fee: int
    left: int

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings."""
        return {
            "amount": str(self.amount),
            "token": self.token,
            "to": self.to,
            "path": [str(work) for work in self.path],
            "receipt": self.receipt.to_json(),
            "fee": str(self.fee),
            "left": str(self.left),
        }
