"""What works earn: credited, on the way, collected; and what each settlement would move."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sql

from gen_ip.income.settling import Account, Node, due, plan
from gen_ip.index.prepared import Among, Prepared
from gen_ip.index.queries.lineage import above, below
from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import ACCOUNTS, BALANCES, FLOWS, NODES, PAYEES, PAYMENTS
from gen_ip.works.lineage import Link

MOST_BELOW = 2_000


_EMPTY = Account()


class Flow(NamedTuple):
    """What one settlement moved from a work to a parent, in the token's smallest unit; `time` in
    seconds since the epoch."""

    child: int
    parent: int
    token: str
    amount: int
    time: int


@dataclass(frozen=True)
class Earned:
    """A work's income in one token, in its smallest unit.

    Attributes:
        direct: what was paid to it; `royalties` what derivatives have passed on.
        credited: drawn by nobody yet.
        on_the_way: what settling everything below would add to that.
        collected: what was drawn so far.
        owed: what settling it now would move to its parents, by their numbers.
        path: the works to settle, in this order, for all that is on the way.
        whole: whether all works below were looked at.
    """

    token: str
    direct: int
    royalties: int
    credited: int
    on_the_way: int
    collected: int
    owed: Mapping[int, int]
    path: tuple[int, ...]
    paid_at: int
    whole: bool


def earnings(view: View, work: int) -> Sequence[Earned]:
    """A work's income, token by token."""
    down, up = below(view, work, MOST_BELOW), above(view, work).links
    under = {work, *(each.child for each in down.links)}
    constants = nodes(view, under)
    accounts = _accounts(view, under)
    found = []
    for token in sorted({token for _, token in accounts}):
        own = accounts.get((work, token), _Booked())
        held = {each: accounts.get((each, token), _Booked()).account for each in under}
        links = [link for link in down.links if link.child in under and link.parent in under]
        coming = plan(work, links, constants, held)
        found.append(
            Earned(
                token,
                own.direct,
                own.royalties,
                own.account.credit,
                coming.brings,
                own.drawn,
                _owed(own.account, [link for link in up if link.child == work]),
                tuple(step.work for step in coming.steps),
                own.paid_at,
                not down.cut,
            )
        )
    return found


def balances(view: View, account: str) -> Mapping[str, int]:
    """What an account could withdraw, by token."""
    asked = sql.select(BALANCES.c.token, BALANCES.c.amount).where(BALANCES.c.account == account)
    return {row.token: row.amount for row in view.connection.execute(asked)}


def payments(view: View, work: int, limit: int = 100) -> Sequence[tuple[int, str, str, int]]:
    """Time, token, payer and amount of payments to a work, the newest first."""
    return [(*row,) for row in _PAYMENTS(view.connection, work=work, most=limit)]


def shares(view: View, work: int) -> Sequence[tuple[str, int]]:
    """Who shares what is drawn from a work, liens among them, and how much in basis points."""
    return [(payee, share) for payee, share in _SHARES(view.connection, work=work)]


def flowed(view: View, works: Collection[int]) -> Mapping[tuple[int, int, str], int]:
    """What was moved along each edge (child, parent, token) from some works so far."""
    found: dict[tuple[int, int, str], int] = {}
    for each in flows(view, works):
        key = each.child, each.parent, each.token
        found[key] = found.get(key, 0) + each.amount
    return found


def flows(view: View, works: Collection[int]) -> Sequence[Flow]:
    """What settlements moved from some works to their parents, in no order."""
    return [Flow(*row) for row in _FLOWS(view.connection, works)]


def nodes(view: View, works: Collection[int]) -> dict[int, Node]:
    """The constants of some works; zeros of those that owe nothing and share with nobody."""
    found = dict.fromkeys(works, Node(0, 0, 0, 0))
    for work, rel, vol, parents, payees in _NODES(view.connection, works):
        found[work] = Node(rel, vol, parents, payees)
    return found


@dataclass(frozen=True)
class _Booked:
    account: Account = _EMPTY
    direct: int = 0
    royalties: int = 0
    drawn: int = 0
    paid_at: int = 0


def _owed(account: Account, parents: Iterable[Link]) -> Mapping[int, int]:
    return {
        link.parent: due(account.income_phase, account.income, link.income)
        + due(account.volume_phase, account.volume, link.volume)
        for link in parents
    }


def _accounts(view: View, works: Collection[int]) -> dict[tuple[int, str], _Booked]:
    found = {}
    for work, token, *booked in _ACCOUNTS(view.connection, works):
        direct, royalties, drawn, paid_at, *account = booked
        seen = Account(*account)._replace(used=True)
        found[work, token] = _Booked(seen, direct, royalties, drawn, paid_at)
    return found


_PAYMENTS = Prepared(
    sql.select(PAYMENTS.c.time, PAYMENTS.c.token, PAYMENTS.c.payer, PAYMENTS.c.amount)
    .where(PAYMENTS.c.work == sql.bindparam("work"))
    .order_by(PAYMENTS.c.block.desc(), PAYMENTS.c.log_index.desc())
    .limit(sql.bindparam("most"))
)
_SHARES = Prepared(
    sql.select(PAYEES.c.payee, PAYEES.c.share)
    .where(PAYEES.c.work == sql.bindparam("work"))
    .order_by(PAYEES.c.place)
)
_FLOWS = Among(
    sql.select(FLOWS.c.work, FLOWS.c.parent, FLOWS.c.token, FLOWS.c.amount, FLOWS.c.time),
    FLOWS.c.work,
)
_NODES = Among(sql.select(*NODES.columns), NODES.c.work)
_ACCOUNTS = Among(
    sql.select(
        *(
            ACCOUNTS.c[name]
            for name in (
                "work", "token", "direct", "royalties", "drawn", "paid_at",
                "credit", "income", "income_phase", "volume", "volume_phase", "net_phase",
            )
        )
    ),
    ACCOUNTS.c.work,
)  # fmt: skip
