"""The royalty ledger in plain integers: an independent model of the on-chain one.

Source of every rule: "The recursive split" in docs/design.md. The contract keeps phases
(mod 10,000) and pending amounts; this model keeps unbounded running totals and evaluates the
definitions on them, so the two share no arithmetic and agreement between them means something.

Units: amounts are the token's smallest unit (wei), shares are basis points (1/10,000).
Works are numbered 0, 1, 2 ... in the order they are added. Accounts and tokens are opaque
strings, compared as given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import gcd

from gen_ip.errors import GenIPError

BASIS_POINTS = 10_000
MAX_PARENTS = 32
MAX_PAYEES = 32
NATIVE = "0x" + "00" * 20
"""The token of operations that name none: the chain's own coin."""


class LedgerError(GenIPError):
    """A work, share or amount the ledger cannot accept.

    `where` names the argument, e.g. ``parents[1]``; `problem` the value and the remedy.
    """

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Edge:
    """What a derivative owes one parent: basis points of its income, and of all volume."""

    parent: int
    income_bp: int = 0
    volume_bp: int = 0


@dataclass(frozen=True, slots=True)
class Payee:
    """An account that shares a work's drawn net, in basis points."""

    to: str
    share_bp: int


@dataclass(frozen=True, slots=True)
class Work:
    """One work of the graph.

    `rel_bp` is the sum of its income shares; `vol_bp` the sum over its edges of the volume
    share and the parent's own `vol_bp`.
    """

    owner: str
    edges: tuple[Edge, ...]
    payees: tuple[Payee, ...]
    rel_bp: int
    vol_bp: int

    @property
    def owner_bp(self) -> int:
        """The owner's part of what is drawn: what the payees leave, in basis points."""
        return BASIS_POINTS - sum(payee.share_bp for payee in self.payees)


@dataclass(slots=True)
class Totals:
    """Running totals of one work in one token, in wei; none of them ever falls."""

    direct: int = 0
    """Payments made to the work itself."""
    royalties: int = 0
    """Royalties that flowed in from its derivatives."""
    volume: int = 0
    """Payments to it, and to anything downstream as far as settled, once per path."""
    settled_income: int = 0
    settled_volume: int = 0
    drawn: int = 0
    drawn_before_payee: int = 0
    """What had been drawn when the youngest payee joined; draws are shared from there."""

    @property
    def income(self) -> int:
        """All that came in, before the parents' shares."""
        return self.direct + self.royalties


@dataclass(frozen=True, slots=True)
class Exact:
    """A work's fully settled position without any floor, in wei."""

    income: Fraction
    volume: Fraction
    net: Fraction


class Ledger:
    """Works, and what each has earned, owes, and paid out, per token.

    Every method raises `LedgerError` for an unknown work, a share outside 0..10,000 or a
    negative amount, and then changes nothing.
    """

    def __init__(self) -> None:
        self._works: list[Work] = []
        self._totals: dict[tuple[int, str], Totals] = {}
        self._balances: dict[tuple[str, str], int] = {}

    @property
    def works(self) -> tuple[Work, ...]:
        """All works, by number."""
        return tuple(self._works)

    # --- the graph

    def add_work(self, owner: str, edges: Iterable[Edge] = (), payees: Iterable[Payee] = ()) -> int:
        """Add a work and return its number.

        Parents are earlier works in strictly ascending order, at most 32; payees at most 32,
        each with a share, together at most 10,000; `rel_bp + vol_bp` at most 10,000.
        """
        edges, payees = tuple(edges), tuple(payees)
        if len(edges) > MAX_PARENTS:
            raise LedgerError("parents", f"{len(edges)} parents; name at most {MAX_PARENTS}")
        rel = vol = 0
        previous = -1
        for position, edge in enumerate(edges):
            where = f"parents[{position}]"
            if not 0 <= edge.parent < len(self._works):
                raise LedgerError(where, f"work {edge.parent} does not exist yet; add it first")
            if edge.parent <= previous:
                raise LedgerError(
                    where,
                    f"work {edge.parent} after work {previous}; "
                    "list each parent once, in ascending order",
                )
            previous = edge.parent
            rel += _share(edge.income_bp, f"{where} income share")
            vol += _share(edge.volume_bp, f"{where} volume share")
            vol += self._works[edge.parent].vol_bp
        if rel + vol > BASIS_POINTS:
            raise LedgerError(
                "parents",
                f"income shares of {rel} and volume shares of {vol} basis points (inherited "
                f"ones included) exceed {BASIS_POINTS}; lower them or drop a parent",
            )
        _check_payees(payees)
        self._works.append(Work(owner, edges, payees, rel, vol))
        return len(self._works) - 1

    def add_payee(self, work: int, payee: Payee) -> None:
        """Let one more payee share whatever is drawn from now on, in every token."""
        known = self._work(work)
        payees = (*known.payees, payee)
        _check_payees(payees)
        self._works[work] = replace(known, payees=payees)
        # Floors restart with the new shares. Continued over the old total they could pay out
        # more than is drawn: half and half of 2 gave 1 + 1, while half and two quarters of 2
        # count as 1 + 0 + 0 given, and the wei between would be handed out twice.
        for (number, _), totals in self._totals.items():
            if number == work:
                totals.drawn_before_payee = totals.drawn

    def transfer(self, work: int, owner: str) -> None:
        """Change the owner; undrawn and unsettled income follows the work."""
        self._works[work] = replace(self._work(work), owner=owner)

    # --- what moves money

    def pay(self, work: int, amount: int, token: str = NATIVE) -> None:
        """Pay `amount` wei to the work: its income and its volume grow by it."""
        self._work(work)
        if amount < 0:
            raise LedgerError("amount", f"{amount} is negative; pay 0 or more")
        totals = self._entry(work, token)
        totals.direct += amount
        totals.volume += amount

    def settle(self, work: int, token: str = NATIVE) -> list[tuple[int, int]]:
        """Move what is new since the last time to the parents; return (parent, wei) an edge.

        Income shares and volume shares arrive as income. The new volume itself is passed on to
        the parents that owe volume shares, without money: what they owe on it was withheld
        where the payment was made.
        """
        moved = self.what_settle_moves(work, token)
        totals = self._entry(work, token)
        new_volume = totals.volume - totals.settled_volume
        for parent, amount in moved:
            above = self._entry(parent, token)
            above.royalties += amount
            if self._works[parent].vol_bp > 0:
                above.volume += new_volume
        totals.settled_income = totals.income
        totals.settled_volume = totals.volume
        return moved

    def settle_all(self, token: str = NATIVE) -> None:
        """Settle until nothing is pending anywhere."""
        for work in self.settle_plan(token):
            self.settle(work, token)

    def draw(self, work: int, token: str = NATIVE) -> int:
        """Move the work's credit to the balances of its payees and its owner; return it, in wei.

        Each gets the floor of its own share of the running total drawn.
        """
        known = self._work(work)
        amount = self.credit(work, token)
        totals = self._entry(work, token)
        before = totals.drawn - totals.drawn_before_payee
        for account, share_bp in (
            *((payee.to, payee.share_bp) for payee in known.payees),
            (known.owner, known.owner_bp),
        ):
            key = (account, token)
            part = _part(before, before + amount, share_bp)
            self._balances[key] = self._balances.get(key, 0) + part
        totals.drawn += amount
        return amount

    def withdraw(self, account: str, token: str = NATIVE) -> int:
        """Empty the account's balance; return what it held, in wei."""
        return self._balances.pop((account, token), 0)

    # --- views

    def totals(self, work: int, token: str = NATIVE) -> Totals:
        """A copy of the work's running totals."""
        self._work(work)
        return replace(self._totals.get((work, token), Totals()))

    def net(self, work: int, token: str = NATIVE) -> int:
        """All that was ever credited to the work, in wei, drawn or not.

        ``floor((direct * (10000 - rel - vol) + royalties * (10000 - rel)) / 10000)``
        """
        known = self._work(work)
        totals = self.totals(work, token)
        kept = BASIS_POINTS - known.rel_bp
        scaled = totals.direct * (kept - known.vol_bp) + totals.royalties * kept
        return scaled // BASIS_POINTS

    def credit(self, work: int, token: str = NATIVE) -> int:
        """The work's net not yet drawn, in wei."""
        return self.net(work, token) - self.totals(work, token).drawn

    def pending(self, work: int, token: str = NATIVE) -> tuple[int, int]:
        """Income and volume not yet settled, in wei; 0 for a kind the work owes nothing of."""
        known = self._work(work)
        totals = self.totals(work, token)
        return (
            totals.income - totals.settled_income if known.rel_bp else 0,
            totals.volume - totals.settled_volume if known.vol_bp else 0,
        )

    def what_settle_moves(self, work: int, token: str = NATIVE) -> list[tuple[int, int]]:
        """(parent, wei) for each edge, as the next `settle` would move it."""
        known = self._work(work)
        totals = self.totals(work, token)
        return [
            (
                edge.parent,
                _part(totals.settled_income, totals.income, edge.income_bp)
                + _part(totals.settled_volume, totals.volume, edge.volume_bp),
            )
            for edge in known.edges
        ]

    def owed_upward(self, work: int, token: str = NATIVE) -> int:
        """Wei held for those above the work: what the next `settle` moves, and the whole wei
        its ancestors at any distance are due of the volume it passes on.
        """
        _, new_volume = self.pending(work, token)
        return sum(
            amount + new_volume * self._works[parent].vol_bp // BASIS_POINTS
            for parent, amount in self.what_settle_moves(work, token)
        )

    def settle_plan(self, token: str = NATIVE) -> list[int]:
        """The works to settle, derivatives before parents, until nothing is pending."""
        reached: set[int] = set()
        plan = []
        for number in range(len(self._works) - 1, -1, -1):
            work = self._works[number]
            if work.rel_bp + work.vol_bp == 0:
                continue
            if number in reached or any(self.pending(number, token)):
                plan.append(number)
                reached.update(edge.parent for edge in work.edges)
        return plan

    def balance(self, account: str, token: str = NATIVE) -> int:
        """The account's drawn, not yet withdrawn wei."""
        return self._balances.get((account, token), 0)

    def _work(self, work: int) -> Work:
        if not 0 <= work < len(self._works):
            raise LedgerError("work", f"no work {work}; there are {len(self._works)}, from 0")
        return self._works[work]

    def _entry(self, work: int, token: str) -> Totals:
        return self._totals.setdefault((work, token), Totals())


def exact(works: Sequence[Work], paid: Mapping[int, int]) -> list[Exact]:
    """The fully settled position of every work without floors, for `paid` wei per work number.

    Source: the equations of "The recursive split" in docs/design.md, as fractions.
    """
    royalties = [Fraction(0)] * len(works)
    passed = [Fraction(0)] * len(works)
    result: list[Exact] = []
    for number in range(len(works) - 1, -1, -1):
        work, direct = works[number], paid.get(number, 0)
        income, volume = direct + royalties[number], direct + passed[number]
        for edge in work.edges:
            royalties[edge.parent] += (
                income * edge.income_bp + volume * edge.volume_bp
            ) / BASIS_POINTS
            if works[edge.parent].vol_bp > 0:
                passed[edge.parent] += volume
        net = income * (1 - _ratio(work.rel_bp)) - direct * _ratio(work.vol_bp)
        result.append(Exact(income, volume, net))
    return result[::-1]


def shortfall_bound(works: Sequence[Work]) -> list[Fraction]:
    """By how many wei at most each work's net falls short of `exact` once all is settled.

    It never exceeds `exact`, whatever was paid. Volume is passed on whole, so only two things
    round. An edge with share s loses ``frac(total * s / 10000)``, at most
    ``1 - gcd(s, 10000) / 10000``, once per kind over its whole life; and what a work lacks in
    income costs each parent that parent's income share of it. With L(P) the income P lacks::

        L(P) = sum over edges C -> P of  r * L(C) + loss(r) + loss(a)
        shortfall(P) <= (1 - rel) * L(P) + loss(gcd(rel, vol))

    The last term is the floor of the net itself. As a work's income shares add up to at most
    1, L(P) is below the number of shares (an edge with both kinds has two) on the edges of
    all paths that lead to P: it grows with how many derive from P, hardly with depth, since
    distant losses shrink with every r. A payee or owner lacks less than 1 wei more, in each
    work, for each set of payees it draws under.

    The bound is attained: 39 works with an income and a volume share of 4,999 each to one
    original can cost it 78 * 0.9999 wei (tests/ledger/test_bound.py).
    """
    lacking = [Fraction(0)] * len(works)
    bound: list[Fraction] = []
    for number in range(len(works) - 1, -1, -1):
        work = works[number]
        for edge in work.edges:
            lacking[edge.parent] += lacking[number] * _ratio(edge.income_bp)
            lacking[edge.parent] += _loss(edge.income_bp) + _loss(edge.volume_bp)
        kept = 1 - _ratio(work.rel_bp)
        bound.append(lacking[number] * kept + _loss(gcd(work.rel_bp, work.vol_bp)))
    return bound[::-1]


def _part(before: int, after: int, share_bp: int) -> int:
    """What a share of a running total gains while the total grows from `before` to `after`."""
    return after * share_bp // BASIS_POINTS - before * share_bp // BASIS_POINTS


def _ratio(share_bp: int) -> Fraction:
    return Fraction(share_bp, BASIS_POINTS)


def _loss(share_bp: int) -> Fraction:
    return 1 - _ratio(gcd(share_bp, BASIS_POINTS))


def _share(share_bp: int, where: str, least: int = 0) -> int:
    if not least <= share_bp <= BASIS_POINTS:
        raise LedgerError(
            where, f"{share_bp} is not between {least} and {BASIS_POINTS} basis points"
        )
    return share_bp


def _check_payees(payees: Sequence[Payee]) -> None:
    if len(payees) > MAX_PAYEES:
        raise LedgerError("payees", f"{len(payees)} payees; name at most {MAX_PAYEES}")
    total = sum(_share(payee.share_bp, f"payees[{i}] share", 1) for i, payee in enumerate(payees))
    if total > BASIS_POINTS:
        raise LedgerError(
            "payees", f"shares of {total} basis points exceed {BASIS_POINTS}; lower them"
        )
