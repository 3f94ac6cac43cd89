"""Works found by what their documents say, by kind, tag, rights and price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

from gen_ip.index.documents import words
from gen_ip.index.queries.view import View
from gen_ip.index.schema.documents import DOCUMENT_TAGS, DOCUMENT_WORDS, DOCUMENTS
from gen_ip.index.schema.licensing import TERMS
from gen_ip.index.schema.trading import CANCELLATIONS, OFFERS
from gen_ip.index.schema.works import WORKS
from gen_ip.signing.offers import OfferKind
from gen_ip.terms import Rights

_MOST_WORDS = 8


@dataclass(frozen=True)
class Found:
    """A work with what a list shows of it; `title` is empty where its document is not at hand."""

    id: int
    title: str
    kind: str
    explicit: bool
    creator: str
    owner: str
    claimed: int


@dataclass(frozen=True)
class Wanted:
    """What a search asks for; what is left out does not matter.

    Attributes:
        text: words of the title and tags, each by how it begins.
        rights: what a standing offer to anybody must grant.
        max_price: of that offer, in the smallest unit of `token`.
    """

    text: str = ""
    kind: str | None = None
    tag: str | None = None
    rights: Rights | None = None
    token: str | None = None
    max_price: int | None = None
    creator: str | None = None
    owner: str | None = None


def search(
    view: View, wanted: Wanted, at: int, after: tuple[int, int] | None = None, limit: int = 50
) -> Sequence[Found]:
    """Works that fit, the latest claims first; `after` is the claim and number of the last one
    before."""
    asked = (
        sql.select(
            WORKS.c.id,
            DOCUMENTS.c.title,
            DOCUMENTS.c.kind,
            DOCUMENTS.c.explicit,
            WORKS.c.creator,
            WORKS.c.owner,
            WORKS.c.claimed,
        )
        .select_from(WORKS.outerjoin(DOCUMENTS, DOCUMENTS.c.digest == WORKS.c.metadata))
        .where(WORKS.c.certified > 0)
        .order_by(WORKS.c.claimed.desc(), WORKS.c.id.desc())
        .limit(limit)
    )
    for word in words(wanted.text)[:_MOST_WORDS]:
        begins = DOCUMENT_WORDS.c.word.between(word, word + "\U0010ffff")
        asked = asked.where(WORKS.c.metadata.in_(sql.select(DOCUMENT_WORDS.c.digest).where(begins)))
    if wanted.kind is not None:
        asked = asked.where(DOCUMENTS.c.kind == wanted.kind)
    if wanted.tag is not None:
        tagged = sql.select(DOCUMENT_TAGS.c.digest).where(
            DOCUMENT_TAGS.c.tag == wanted.tag.casefold().strip()
        )
        asked = asked.where(WORKS.c.metadata.in_(tagged))
    for column, value in ((WORKS.c.creator, wanted.creator), (WORKS.c.owner, wanted.owner)):
        if value is not None:
            asked = asked.where(column == value)
    if wanted.rights is not None or wanted.max_price is not None or wanted.token is not None:
        asked = asked.where(_offered(wanted, at).exists())
    if after is not None:
        claimed, number = after
        same = sql.and_(WORKS.c.claimed == claimed, WORKS.c.id < number)
        asked = asked.where(sql.or_(WORKS.c.claimed < claimed, same))
    return [
        Found(
            row.id,
            row.title or "",
            row.kind or "",
            bool(row.explicit),
            row.creator,
            row.owner,
            row.claimed,
        )
        for row in view.connection.execute(asked)
    ]


def _offered(wanted: Wanted, at: int) -> sql.Select[Any]:
    """Standing asks of the work's owner for a license."""
    asked = (
        sql.select(OFFERS.c.hash)
        .join(TERMS, TERMS.c.hash == OFFERS.c.terms_hash)
        .outerjoin(CANCELLATIONS, CANCELLATIONS.c.offer == OFFERS.c.hash)
        .where(OFFERS.c.work == WORKS.c.id, OFFERS.c.kind == int(OfferKind.LICENSE_ASK))
        .where(OFFERS.c.maker == WORKS.c.owner, CANCELLATIONS.c.offer.is_(None))
        .where(sql.or_(OFFERS.c.deadline == 0, OFFERS.c.deadline >= at))
    )
    if wanted.rights is not None:
        bits = int(wanted.rights)
        asked = asked.where(TERMS.c.grants.op("&")(bits) == bits)
    if wanted.token is not None:
        asked = asked.where(OFFERS.c.token == wanted.token)
    if wanted.max_price is not None:
        asked = asked.where(OFFERS.c.price <= wanted.max_price)
    return asked
