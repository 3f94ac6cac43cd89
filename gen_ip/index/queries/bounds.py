"""What binds every license of a work: the licenses that it and its ancestors were made with."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sql
from eth_utils.crypto import keccak

from gen_ip.index.queries import licensing, lineage
from gen_ip.index.queries.licensing import IndexedLicense
from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import NODES
from gen_ip.index.schema.licensing import LICENSES
from gen_ip.index.schema.works import ENCUMBRANCES
from gen_ip.terms import Rights
from gen_ip.terms.fitting import OBLIGATIONS, Bounds, earlier

_ITEM = ENCUMBRANCES.c


def bounds(view: View, work: int) -> Bounds:
    """What binds a work's licenses; of one that nobody certified, what binds an original's.

    Of a work with more than 2,000 edges above it, `until` is what the nearest ones say.
    """
    links = lineage.above(view, work).links
    used = _licenses(view, {link.license for link in links})
    found = Bounds()
    ceiling, obligations, share_alike, until = found.ceiling, found.obligations, None, 0
    for link in links:
        license_ = used[link.license]
        if Rights.ENDS_WITH_LICENSE in license_.grant:
            until = earlier(until, _end_then(view, license_, link.child))
        # Its parents had to keep to what binds them in turn: only the end goes further down.
        if link.child == work:
            terms = licensing.terms(view, license_.terms_hash)
            assert terms is not None  # noqa: S101 - registered before any license of theirs
            ceiling &= terms.pass_
            obligations |= terms.grant & (OBLIGATIONS | Rights.SHARE_ALIKE)
            if Rights.SHARE_ALIKE in terms.grant and share_alike is None:
                share_alike = license_.terms_hash
    asked = sql.select(NODES.c.vol).where(NODES.c.work == work)
    volume = view.connection.execute(asked).scalar() or 0
    return Bounds(ceiling, obligations, until, share_alike, volume)


def _licenses(view: View, numbers: Collection[int]) -> dict[int, IndexedLicense]:
    wanted, found = sorted(numbers), {}
    for start in range(0, len(wanted), lineage.AT_ONCE):
        part = wanted[start : start + lineage.AT_ONCE]
        asked = sql.select(*LICENSES.columns).where(LICENSES.c.id.in_(part))
        for row in view.connection.execute(asked):
            found[row.id] = IndexedLicense(*row)
    return found


def _end_then(view: View, license_: IndexedLicense, child: int) -> int:
    """When a license was to end at the time that a derivative was made with it: renewals since have
    changed nothing for that."""
    made = view.connection.execute(
        sql.select(_ITEM.block, _ITEM.log_index)
        .where(_ITEM.work == child)
        .order_by(_ITEM.block, _ITEM.log_index)
        .limit(1)
    ).one_or_none()
    terms = licensing.terms(view, license_.terms_hash)
    if made is None or terms is None or license_.end == 0:
        return license_.end
    since = (_ITEM.block > made.block) | (
        (_ITEM.block == made.block) & (_ITEM.log_index > made.log_index)
    )
    asked = sql.select(_ITEM.item).where(_ITEM.work == license_.work, since)
    items = set(view.connection.execute(asked).scalars())
    end = license_.end
    while _renewal(license_.id, end) in items:
        end -= terms.duration
    return end


def _renewal(license_id: int, end: int) -> bytes:
    """What a work's encumbrance takes in when a license is renewed."""
    return keccak(license_id.to_bytes(32, "big") + end.to_bytes(32, "big"))
