"""Works as lists and verdicts show them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sql

from gen_ip.index.prepared import Among
from gen_ip.index.queries.view import View
from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.index.schema.works import WORKS
from gen_ip.service.chain import ChainSide
from gen_ip.service.pages.rendering import Page
from gen_ip.terms import Terms


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
    shown = {}
    for each in _BRIEFS(view.connection, works):
        number, creator, owner, claimed, title, kind, explicit, cid = each
        is_picture = kind == "image" and cid and found.pictures is not None
        shown[number] = Brief(
            number,
            title or "",
            kind or "other",
            bool(explicit),
            creator,
            owner,
            claimed,
            f"/thumbnails/{cid}.png" if is_picture else None,
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


_BRIEFS = Among(
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
    .where(WORKS.c.certified > 0),
    WORKS.c.id,
)
