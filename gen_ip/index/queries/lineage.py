"""What works were built on, and what was built on them, generation by generation."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries.view import View
from gen_ip.index.schema.income import EDGES
from gen_ip.works.lineage import Link

MOST = 2_000

AT_ONCE = 500
"""Variables of one statement that every SQLite takes."""


@dataclass(frozen=True)
class Walked:
    """Edges found, nearest first, and whether the bound cut some off."""

    links: tuple[Link, ...]
    cut: bool


def above(view: View, work: int, most: int = MOST) -> Walked:
    """All edges above a work."""
    return _walk(view, work, up=True, most=most)


def below(view: View, work: int, most: int = MOST) -> Walked:
    """All edges below a work."""
    return _walk(view, work, up=False, most=most)


def below_all(view: View, works: Collection[int]) -> tuple[Link, ...]:
    """All edges below any of some works, however many."""
    links: list[Link] = []
    seen, ring = set(works), list(works)
    while ring:
        found = _edges(view, ring, up=False)
        links += found
        ring = [each for each in dict.fromkeys(link.child for link in found) if each not in seen]
        seen.update(ring)
    return tuple(dict.fromkeys(links))


def _walk(view: View, work: int, *, up: bool, most: int) -> Walked:
    links: list[Link] = []
    seen, ring = {work}, [work]
    while ring:
        found = _edges(view, ring, up=up)
        if len(links) + len(found) > most:
            return Walked((*links, *found)[:most], cut=True)
        links += found
        onward = (link.parent if up else link.child for link in found)
        ring = [each for each in dict.fromkeys(onward) if each not in seen]
        seen.update(ring)
    return Walked(tuple(links), cut=False)


_COLUMNS = (EDGES.c.work, EDGES.c.parent, EDGES.c.income, EDGES.c.volume, EDGES.c.license)


def _of_one(column: sql.Column[Any]) -> Prepared:
    one = sql.select(*_COLUMNS).where(column == sql.bindparam("of"))
    return Prepared(one.order_by(EDGES.c.work, EDGES.c.place))


_ABOVE, _BELOW = _of_one(EDGES.c.work), _of_one(EDGES.c.parent)


def _edges(view: View, works: Sequence[int], *, up: bool) -> list[Link]:
    if len(works) == 1:
        asked = _ABOVE if up else _BELOW
        return [Link(*row) for row in asked(view.connection, of=works[0])]
    column = EDGES.c.work if up else EDGES.c.parent
    found: list[Link] = []
    for start in range(0, len(works), AT_ONCE):
        part: Collection[int] = works[start : start + AT_ONCE]
        rows = view.connection.execute(
            sql.select(*_COLUMNS).where(column.in_(part)).order_by(EDGES.c.work, EDGES.c.place)
        )
        found += [Link(*row) for row in rows]
    return found
