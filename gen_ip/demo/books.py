"""What every wallet must hold at the end, computed without asking a contract.

The story is written down a second time as plain payments on `gen_ip.ledger`, the integer model of
the royalty split. Only gas is taken from the chain, from the receipts of all its blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from gen_ip.errors import GenIPError
from gen_ip.ledger import BASIS_POINTS, Edge, Ledger, Payee


class BalanceMismatch(GenIPError):  # noqa: N818 - named like the package's other errors
    """A balance on the chain is not what the independent calculation says."""

    def __init__(self, differing: Sequence[Line]) -> None:
        self.differing = tuple(differing)
        parts = [
            f"{line.holder} has {line.actual} of {line.token}, expected {line.expected} "
            f"({line.actual - line.expected:+d})"
            for line in self.differing
        ]
        super().__init__(
            f"balance check failed, in smallest units: {'; '.join(parts)}; "
            "the contracts and the model disagree, please report this"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One holder's account in one token, in its smallest unit."""

    holder: str
    token: str
    funded: int
    paid: int
    earned: int
    gas: int
    expected: int
    actual: int

    @property
    def right(self) -> bool:
        """Whether chain and calculation agree exactly."""
        return self.expected == self.actual

    def to_json(self) -> dict[str, str]:
        """For JSON; amounts as decimal strings."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass
class Books:
    """Funding, payments and the graph of works, by names; amounts in smallest units."""

    ledger: Ledger = field(default_factory=Ledger)
    funded: dict[tuple[str, str], int] = field(default_factory=dict)
    paid: dict[tuple[str, str], int] = field(default_factory=dict)
    _works: dict[str, int] = field(default_factory=dict)

    def fund(self, holder: str, token: str, amount: int) -> None:
        """`holder` starts with `amount`."""
        _add(self.funded, (holder, token), amount)

    def work(self, name: str, owner: str, parents: Sequence[tuple[str, int, int]] = ()) -> None:
        """`owner` has a work; parents are (name, income share, volume share), in basis points."""
        edges = sorted(
            (Edge(self._works[parent], income, volume) for parent, income, volume in parents),
            key=lambda edge: edge.parent,
        )
        self._works[name] = self.ledger.add_work(owner, edges)

    def payee(self, work: str, holder: str, share: int) -> None:
        """`holder` shares what a work nets for its owner, in basis points; told before it nets."""
        self.ledger.add_payee(self._works[work], Payee(holder, share))

    def pay(self, holder: str, work: str, token: str, amount: int) -> None:
        """`holder` pays `amount` to a work."""
        _add(self.paid, (holder, token), amount)
        self.ledger.pay(self._works[work], amount, token)

    def net(self, work: str, token: str) -> int:
        """All a work has earned for its owner, once everything downstream is settled."""
        self.ledger.settle_all(token)
        return self.ledger.net(self._works[work], token)

    def owners(self, work: str, token: str) -> int:
        """The owner's part of what a work nets."""
        owner_share = self.ledger.works[self._works[work]].owner_bp
        return self.net(work, token) * owner_share // BASIS_POINTS

    def earned(self, holder: str, token: str) -> int:
        """All that `holder` has earned in `token` from works, as owner and as payee, once all is
        drawn: of each work the floor of the holder's share of its net."""
        earned = 0
        for name, number in self._works.items():
            work = self.ledger.works[number]
            shares = [payee.share_bp for payee in work.payees if payee.to == holder]
            if work.owner == holder:
                shares.append(work.owner_bp)
            earned += sum(self.net(name, token) * share // BASIS_POINTS for share in shares)
        return earned

    def line(self, holder: str, token: str, gas: int, actual: int) -> Line:
        """The account of one wallet; `gas` is what it spent on transactions, if in `token`."""
        funded = self.funded.get((holder, token), 0)
        paid = self.paid.get((holder, token), 0)
        earned = self.earned(holder, token)
        expected = funded - paid + earned - gas
        return Line(holder, token, funded, paid, earned, gas, expected, actual)

    def left_behind(self, splitter: str, token: str, actual: int) -> Line:
        """The splitter's account: it keeps what was paid in, less what owners and payees earned."""
        paid = sum(amount for (_, paid_in), amount in self.paid.items() if paid_in == token)
        holders = {work.owner for work in self.ledger.works}
        holders |= {payee.to for work in self.ledger.works for payee in work.payees}
        earned = sum(self.earned(holder, token) for holder in holders)
        return Line(splitter, token, 0, -paid, -earned, 0, paid - earned, actual)


def check(lines: Sequence[Line]) -> None:
    """Raises `BalanceMismatch` unless every line is right to the smallest unit."""
    differing = [line for line in lines if not line.right]
    if differing:
        raise BalanceMismatch(differing)


def _add(sums: dict[tuple[str, str], int], key: tuple[str, str], amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount
