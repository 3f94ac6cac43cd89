"""Licenses and their terms."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries.view import View
from gen_ip.index.schema.licensing import LICENSES, MARKETS, TERMS
from gen_ip.signing.statements import NOBODY
from gen_ip.terms import Rights, Terms


@dataclass(frozen=True)
class IndexedLicense:
    """A license as it stands; times in seconds since the epoch, `end` 0 is never."""

    id: int
    work: int
    terms_hash: bytes
    grants: int
    licensee: str
    holder: str
    held_since: int
    start: int
    end: int
    revoked: bool
    issued: int
    block: int

    @property
    def grant(self) -> Rights:
        """What it allows."""
        return Rights(self.grants)

    def active(self, at: int) -> bool:
        """Whether it runs at a time."""
        return not self.revoked and self.start <= at and (self.end == 0 or at < self.end)


def license_of(view: View, number: int) -> IndexedLicense | None:
    """A license; None where there is none."""
    asked = sql.select(*LICENSES.columns).where(LICENSES.c.id == number)
    row = view.connection.execute(asked).one_or_none()
    return None if row is None else IndexedLicense(*row)


def of_work(view: View, work: int, after: int = 0, limit: int = 100) -> Sequence[IndexedLicense]:
    """A work's licenses by number, those behind `after`."""
    rows = _OF_WORK(view.connection, work=work, after=after, most=limit)
    return [IndexedLicense(*row) for row in rows]


def of_holder(
    view: View, holder: str, after: int = 0, limit: int = 100
) -> Sequence[IndexedLicense]:
    """An account's licenses by number, those behind `after`."""
    return _read(view, (LICENSES.c.holder == holder) & (LICENSES.c.id > after), limit)


def that_matter(
    view: View, work: int, holder: str | None, ids: Collection[int]
) -> Sequence[IndexedLicense]:
    """A work's licenses: a holder's, those of these numbers, and every exclusive one."""
    # Nobody holds a license in the name of nobody.
    rows = _MATTERING(view.connection, work=work, holder=holder or NOBODY)
    found = {each.id: each for each in (IndexedLicense(*row) for row in rows)}
    if missing := [each for each in ids if each not in found]:
        more = (LICENSES.c.work == work) & LICENSES.c.id.in_(missing)
        found.update((each.id, each) for each in _read(view, more, None))
    return [found[each] for each in sorted(found)]


def terms(view: View, terms_hash: bytes) -> Terms | None:
    """Registered terms; None where nobody registered them."""
    row = _TERMS.one(view.connection, terms=terms_hash)
    if row is None:
        return None
    grants, passes, *others = row
    return Terms(Rights(grants), Rights(passes), *others)


def exclusive_until(view: View, work: int, at: int) -> int:
    """Until when nobody else can get a license of the work, in seconds since the epoch; 0 for not.
    An exclusive license keeps others out from when it is issued, also if it starts later."""
    found = that_matter(view, work, None, ())
    return max((each.end for each in found if not each.revoked and at < each.end), default=0)


def markets(view: View, work: int, transfers: int) -> Sequence[str]:
    """Other markets that the owner of now allows to issue licenses."""
    asked = (
        sql.select(MARKETS.c.market)
        .where(MARKETS.c.work == work, MARKETS.c.transfers == transfers)
        .order_by(MARKETS.c.market)
    )
    return list(view.connection.execute(asked).scalars())


def _read(
    view: View, which: sql.ColumnElement[bool], limit: int | None
) -> Sequence[IndexedLicense]:
    asked = sql.select(*LICENSES.columns).where(which).order_by(LICENSES.c.id).limit(limit)
    return [IndexedLicense(*row) for row in view.connection.execute(asked)]


_OF_WORK = Prepared(
    sql.select(*LICENSES.columns)
    .where(LICENSES.c.work == sql.bindparam("work"), LICENSES.c.id > sql.bindparam("after"))
    .order_by(LICENSES.c.id)
    .limit(sql.bindparam("most"))
)
_MATTERING = Prepared(
    sql.select(*LICENSES.columns)
    .where(
        LICENSES.c.work == sql.bindparam("work"),
        sql.or_(
            LICENSES.c.grants.op("&")(int(Rights.EXCLUSIVE)) != 0,
            LICENSES.c.holder == sql.bindparam("holder"),
        ),
    )
    .order_by(LICENSES.c.id)
)
_TERMS = Prepared(
    sql.select(*list(TERMS.columns)[1:]).where(TERMS.c.hash == sql.bindparam("terms"))
)
