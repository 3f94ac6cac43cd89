"""What happened to an account's works, block by block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sql

from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import EDGES, PAYMENTS
from gen_ip.index.schema.licensing import LICENSES
from gen_ip.index.schema.works import RELATIONS, WORKS


class Event(Enum):
    """Something that happens to a work, as its owner sees it; those of one block in this order."""

    CERTIFIED = "certified"
    """The account's work got its certificate."""
    CONTESTED = "contested"
    """Somebody else's certificate is of the same bytes, or the work's arbiter related it to an
    earlier one."""
    SIMILAR = "similar-work-found"
    """Somebody else's work is like the account's; found by the match index, not by the chain."""
    LICENSED = "licensed"
    """A license of the work was issued."""
    DERIVED = "derived"
    """A derivative of the work was certified."""
    PAID = "paid"
    """The work was paid."""


@dataclass(frozen=True)
class Happened:
    """One of them.

    Attributes:
        id: tells it from all others that are in its block.
        work: whom it happened to.
        block, place: where; `place` is the log's index, or 0.
        time: of the block, in seconds since the epoch.
        data: what else there is to say, for JSON.
    """

    id: str
    event: Event
    work: int
    block: int
    place: int
    time: int
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """For JSON; numbers of works, licenses and amounts as decimal strings."""
        where = {"id": self.id, "work": str(self.work), "block": self.block, "time": self.time}
        return {**where, **self.data}


_ORDER = {event: place for place, event in enumerate(Event)}


def happened(
    view: View, account: str, events: Collection[Event], after: int, until: int
) -> Sequence[Happened]:
    """What happened to the works that an account owns now, or had certified, in the blocks behind
    `after`, up to `until`; the oldest first."""
    if not events or after >= until:
        return []
    found: list[Happened] = []
    for event in events:
        if event in _QUERIES:
            found += _QUERIES[event](view, account, after, until)
    return in_order(found)


def in_order(found: Iterable[Happened]) -> list[Happened]:
    """The oldest first."""
    return sorted(found, key=lambda each: (each.block, _ORDER[each.event], each.place, each.id))


def _certified(view: View, account: str, after: int, until: int) -> Iterator[Happened]:
    mine = (WORKS.c.creator == account) | (WORKS.c.owner == account)
    asked = sql.select(WORKS.c.id, WORKS.c.block, WORKS.c.certified, WORKS.c.content_hash)
    for row in view.connection.execute(asked.where(mine, _within(WORKS, after, until))):
        data = {"content_hash": row.content_hash.hex()}
        name = f"certified:{row.id}"
        yield Happened(name, Event.CERTIFIED, row.id, row.block, 0, row.certified, data)


def _licensed(view: View, account: str, after: int, until: int) -> Iterator[Happened]:
    asked = (
        sql.select(LICENSES)
        .join(WORKS, WORKS.c.id == LICENSES.c.work)
        .where(WORKS.c.owner == account, _within(LICENSES, after, until))
    )
    for row in view.connection.execute(asked):
        data = {
            "license": str(row.id),
            "licensee": row.licensee,
            "terms_hash": f"0x{row.terms_hash.hex()}",
        }
        name = f"licensed:{row.id}"
        yield Happened(name, Event.LICENSED, row.work, row.block, row.id, row.issued, data)


def _derived(view: View, account: str, after: int, until: int) -> Iterator[Happened]:
    child, parent = WORKS.alias("child"), WORKS.alias("parent")
    asked = (
        sql.select(EDGES.c.parent, EDGES.c.income, child.c.id, child.c.block, child.c.certified)
        .add_columns(child.c.creator)
        .join(child, child.c.id == EDGES.c.work)
        .join(parent, parent.c.id == EDGES.c.parent)
        .where(parent.c.owner == account, _within(child, after, until))
    )
    for row in view.connection.execute(asked):
        data = {
            "derivative": str(row.id),
            "creator": row.creator,
            "income_basis_points": row.income,
        }
        name = f"derived:{row.id}-{row.parent}"
        yield Happened(name, Event.DERIVED, row.parent, row.block, 0, row.certified, data)


def _paid(view: View, account: str, after: int, until: int) -> Iterator[Happened]:
    asked = (
        sql.select(PAYMENTS)
        .join(WORKS, WORKS.c.id == PAYMENTS.c.work)
        .where(WORKS.c.owner == account, _within(PAYMENTS, after, until))
    )
    for row in view.connection.execute(asked):
        data = {
            "payer": row.payer,
            "token": row.token,
            "amount": str(row.amount),
            "transaction": f"0x{row.tx_hash.hex()}",
        }
        name = f"paid:{row.block}-{row.log_index}"
        yield Happened(name, Event.PAID, row.work, row.block, row.log_index, row.time, data)


def _contested(view: View, account: str, after: int, until: int) -> Iterator[Happened]:
    mine, other = WORKS.alias("mine"), WORKS.alias("other")
    asked = (
        sql.select(mine.c.id, other.c.id.label("other"), other.c.block, other.c.certified)
        .join(other, other.c.content_hash == mine.c.content_hash)
        .where(mine.c.owner == account, mine.c.id != other.c.id, _within(other, after, until))
    )
    for row in view.connection.execute(asked):
        data = {"by": str(row.other), "why": "same-bytes"}
        name = f"contested:{row.id}-{row.other}"
        yield Happened(name, Event.CONTESTED, row.id, row.block, 0, row.certified, data)
    related = (
        sql.select(RELATIONS)
        .join(WORKS, WORKS.c.id == RELATIONS.c.later)
        .where(WORKS.c.owner == account, _within(RELATIONS, after, until))
    )
    for row in view.connection.execute(related):
        data = {"by": str(row.earlier), "why": "related", "evidence": f"0x{row.evidence.hex()}"}
        name = f"contested:{row.block}-{row.log_index}"
        yield Happened(name, Event.CONTESTED, row.later, row.block, row.log_index, row.time, data)


def _within(table: Any, after: int, until: int) -> sql.ColumnElement[bool]:
    found: sql.ColumnElement[bool] = table.c.block.between(after + 1, until)
    return found


_QUERIES = {
    Event.CERTIFIED: _certified,
    Event.CONTESTED: _contested,
    Event.LICENSED: _licensed,
    Event.DERIVED: _derived,
    Event.PAID: _paid,
}
