"""Works as lists and verdicts show them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip.index.queries.view import View
from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.index.schema.works import WORKS
from gen_ip.service.chain import ChainSide
from gen_ip.service.pages.rendering import Page
from gen_ip.terms import Terms

_AT_ONCE = 500


@dataclass(frozen=True)
class Brief:
    """A work in short. `picture` is the path of its thumbnail; None where it is no picture."""

    id: int
    title: str
    kind: str
    explicit: bool
    creator: str
    owner: str
    claimed: int
    picture: str | None


def briefs(view: View, found: ChainSide, works: Collection[int]) -> Mapping[int, Brief]:
    """Certified works by number."""
    every, shown = list(works), {}
    for start in range(0, len(every), _AT_ONCE):
        rows = view.connection.execute(
            sql.select(
                WORKS.c.id,
                WORKS.c.creator,
                WORKS.c.owner,
                WORKS.c.claimed,
                DOCUMENTS.c.title,
                DOCUMENTS.c.kind,
                DOCUMENTS.c.explicit,
                DOCUMENTS.c.cid,
            )
            .select_from(WORKS.outerjoin(DOCUMENTS, DOCUMENTS.c.digest == WORKS.c.metadata))
            .where(WORKS.c.id.in_(every[start : start + _AT_ONCE]), WORKS.c.certified > 0)
        )
        for row in rows:
            is_picture = row.kind == "image" and row.cid and found.pictures is not None
            shown[row.id] = Brief(
                row.id,
                row.title or "",
                row.kind or "other",
                bool(row.explicit),
                row.creator,
                row.owner,
                row.claimed,
                f"/thumbnails/{row.cid}.png" if is_picture else None,
            )
    return shown


def brief(view: View, found: ChainSide, work: int) -> Brief | None:
    """One of them; None where there is none."""
    return briefs(view, found, [work]).get(work)


def in_words(page: Page, terms: Terms) -> Iterator[str]:
    """What a license allows, asks and how long it runs, a line each."""
    words = page.words
    yield from words.rights(terms.grant)
    yield from words.owed(terms)
    if terms.units:
        yield words.derivatives(terms.units)
    yield words.duration(terms.duration)
