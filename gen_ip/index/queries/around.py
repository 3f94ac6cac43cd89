"""What a verdict needs of a work, and which more there is to read of it: most works have little of
it, and each read has its cost."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import EDGES
from gen_ip.index.schema.licensing import LICENSES
from gen_ip.index.schema.trading import OFFERS
from gen_ip.index.schema.works import RELATIONS, WORKS
from gen_ip.terms import Rights


@dataclass(frozen=True)
class Glance:
    """A certificate in short; the first columns mean what `gen_ip.index.schema.works` says.

    Attributes:
        parents, relations, offered, exclusive: whether it has parents, is named as related to an
            earlier work, was ever offered on chain, has exclusive licenses.
        twins: whether others are certified for the same bytes.
    """

    id: int
    content_hash: bytes
    creator: str
    owner: str
    owned_since: int
    claimed: int
    claimed_in: int
    suspended: bool
    parents: bool
    relations: bool
    offered: bool
    exclusive: bool
    twins: bool


def glance(view: View, number: int) -> Glance | None:
    """A certified work; None where there is none."""
    row = _ONE.one(view.connection, work=number)
    return None if row is None else Glance(*row)


def glances(view: View, content_hash: bytes, most: int) -> list[Glance]:
    """Works certified for these bytes, the earliest claims first."""
    rows = _OF_CONTENT(view.connection, content_hash=content_hash, most=most)
    return [Glance(*row) for row in rows]


def _is_there(*which: sql.ColumnElement[bool]) -> sql.ColumnElement[bool]:
    return sql.exists(sql.select(sql.literal(1)).where(*which)).label(None)


_TWINS = WORKS.alias("twins")
_COLUMNS = (
    WORKS.c.id,
    WORKS.c.content_hash,
    WORKS.c.creator,
    WORKS.c.owner,
    WORKS.c.owned_since,
    WORKS.c.claimed,
    WORKS.c.claimed_in,
    WORKS.c.suspended,
    _is_there(EDGES.c.work == WORKS.c.id),
    _is_there(RELATIONS.c.later == WORKS.c.id),
    _is_there(OFFERS.c.work == WORKS.c.id),
    _is_there(LICENSES.c.work == WORKS.c.id, LICENSES.c.grants.op("&")(int(Rights.EXCLUSIVE)) != 0),
    _is_there(
        _TWINS.c.content_hash == WORKS.c.content_hash,
        _TWINS.c.id != WORKS.c.id,
        _TWINS.c.certified > 0,
    ),
)
_CERTIFIED = sql.select(*_COLUMNS).where(WORKS.c.certified > 0)
_ONE = Prepared(_CERTIFIED.where(WORKS.c.id == sql.bindparam("work")))
_OF_CONTENT = Prepared(
    _CERTIFIED.where(WORKS.c.content_hash == sql.bindparam("content_hash"))
    .order_by(WORKS.c.claimed, WORKS.c.id)
    .limit(sql.bindparam("most", type_=sql.Integer))
)
