"""Works: by number, by content, by whose they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries.view import View
from gen_ip.index.schema.documents import DOCUMENT_COPIES, DOCUMENTS
from gen_ip.index.schema.works import METADATA_VERSIONS, RELATIONS, WORKS


@dataclass(frozen=True)
class IndexedWork:
    """A certificate as it stands; what the columns mean says `gen_ip.index.schema.works`."""

    id: int
    creator: str
    owner: str
    owned_since: int
    moved_from: str
    moved_in: bytes
    transfers: int
    content_hash: bytes
    metadata: bytes
    version: int
    claimed: int
    claimed_in: int
    certified: int
    block: int
    suspended: bool
    arbiter: str | None
    powers: int
    lien_cap: int
    encumbrance: bytes


@dataclass(frozen=True)
class Named:
    """A statement that a later work is related to an earlier one."""

    earlier: int
    later: int
    evidence: bytes
    time: int
    claimed: int


def work(view: View, number: int) -> IndexedWork | None:
    """A certified work; None where there is none."""
    row = _ONE.one(view.connection, work=number)
    return None if row is None else IndexedWork(*row)


def with_content(view: View, content_hash: bytes, most: int) -> Sequence[int]:
    """Works certified for these bytes, the earliest claims first."""
    return _column(_WITH_CONTENT(view.connection, content_hash=content_hash, most=most))


def with_content_like(view: View, digits: str, most: int) -> Sequence[int]:
    """Works whose bytes' sha2-256 begins with these hex digits, the earliest claims first."""
    low, high = (bytes.fromhex(digits.ljust(64, end)[:64]) for end in "0f")
    return _column(_WITH_CONTENT_LIKE(view.connection, low=low, high=high, most=most))


def with_copy(view: View, sha256: bytes, most: int) -> Sequence[int]:
    """Works whose own document names a copy of these bytes, the earliest claims first."""
    return _column(_WITH_COPY(view.connection, sha256=sha256, most=most))


def with_cid(view: View, cid: str, most: int) -> Sequence[int]:
    """Works whose document says that their content has this CID, the earliest claims first."""
    return _column(_WITH_CID(view.connection, cid=cid, most=most))


def relations_to(view: View, number: int) -> Sequence[Named]:
    """Statements of owners of earlier works that this one is related to theirs."""
    rows = _RELATIONS(view.connection, work=number)
    return [Named(*row) for row in rows]


def versions(view: View, number: int) -> Sequence[tuple[int, bytes, int]]:
    """Number, digest and time of every version of a work's document, the oldest first."""
    rows = view.connection.execute(
        sql.select(
            METADATA_VERSIONS.c.version, METADATA_VERSIONS.c.metadata, METADATA_VERSIONS.c.time
        )
        .where(METADATA_VERSIONS.c.work == number)
        .order_by(METADATA_VERSIONS.c.version)
    )
    return [(row.version, row.metadata, row.time) for row in rows]


def of_account(
    view: View, account: str, *, created: bool, after: int = 0, limit: int = 100
) -> Sequence[IndexedWork]:
    """Works that an account owns, or has created; by number, those behind `after`."""
    column = WORKS.c.creator if created else WORKS.c.owner
    asked = _certified().where(column == account, WORKS.c.id > after).order_by(WORKS.c.id)
    return [IndexedWork(*row) for row in view.connection.execute(asked.limit(limit))]


def _certified() -> sql.Select[Any]:
    """Certified ones: something can bind a work a moment before."""
    return sql.select(*WORKS.columns).where(WORKS.c.certified > 0)


def _numbers(which: sql.ColumnElement[bool]) -> Prepared:
    """Works of some kind, the earliest claims first, at most `most`."""
    return Prepared(
        sql.select(WORKS.c.id)
        .where(which, WORKS.c.certified > 0)
        .order_by(WORKS.c.claimed, WORKS.c.id)
        .limit(sql.bindparam("most", type_=sql.Integer))
    )


def _column(rows: Sequence[tuple[Any, ...]]) -> Sequence[int]:
    return [row[0] for row in rows]


_ONE = Prepared(_certified().where(WORKS.c.id == sql.bindparam("work")))
_WITH_CONTENT = _numbers(WORKS.c.content_hash == sql.bindparam("content_hash"))
_WITH_CONTENT_LIKE = _numbers(
    WORKS.c.content_hash.between(sql.bindparam("low"), sql.bindparam("high"))
)
_WITH_COPY = _numbers(
    WORKS.c.metadata.in_(
        sql.select(DOCUMENT_COPIES.c.digest).where(
            DOCUMENT_COPIES.c.sha256 == sql.bindparam("sha256")
        )
    )
)
_WITH_CID = _numbers(
    WORKS.c.metadata.in_(
        sql.select(DOCUMENTS.c.digest).where(DOCUMENTS.c.cid == sql.bindparam("cid"))
    )
)
_RELATIONS = Prepared(
    sql.select(
        RELATIONS.c.earlier,
        RELATIONS.c.later,
        RELATIONS.c.evidence,
        RELATIONS.c.time,
        WORKS.c.claimed,
    )
    .join(WORKS, WORKS.c.id == RELATIONS.c.earlier)
    .where(RELATIONS.c.later == sql.bindparam("work"))
    .order_by(RELATIONS.c.block, RELATIONS.c.log_index)
)
