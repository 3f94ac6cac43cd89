"""`/v1/works`: a certificate, what it was made from, its offers, licenses and income; its badge."""

from __future__ import annotations

import json
from typing import Annotated, Any

import sqlalchemy as sql
from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel

from gen_ip.index.prepared import Prepared
from gen_ip.index.queries import income, licensing, lineage, trading, works
from gen_ip.index.queries.view import View
from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.market.offers import SignedOffer
from gen_ip.service import badges
from gen_ip.service.asking import work_id
from gen_ip.service.caching import answered, cursor_of, key_of
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem, documented
from gen_ip.signing.statements import NOBODY
from gen_ip.terms import Rights
from gen_ip.terms.rsl import document_xml
from gen_ip.works.lineage import Link

router = APIRouter()
_KEPT_SECONDS = 2
_MOST_OFFERS = 200
_MOST_PAYMENTS = 100

Named = Annotated[str, InPath(max_length=128, description="A number, or gen-ip:CHAIN:NUMBER.")]
After = Annotated[str, Query(max_length=1024)]
Limit = Annotated[int, Query(ge=1, le=200)]


class Arbiter(BaseModel):
    """Who may act on a work."""

    address: str
    may_suspend: bool
    may_revoke: bool
    lien_cap: int


class WorkAnswer(BaseModel):
    """A certificate as it stands; times in seconds since 1970."""

    work: str
    address: str
    title: str | None
    kind: str | None
    explicit: bool
    creator: str
    owner: str
    owned_since: int
    transfers: int
    content_hash: str
    metadata: str
    metadata_version: int
    claim_time: int
    claim_finality: str
    certified: int
    suspended: bool
    arbiter: Arbiter | None
    encumbrance: str
    claims: list[str]
    document: dict[str, Any] | None
    as_of_block: str | None
    finality: str | None


class Edge(BaseModel):
    """What a derivative owes a parent, in basis points, and what has moved along it so far, by
    token, in its smallest unit."""

    child: str
    parent: str
    income: int
    volume: int
    license: str
    moved: dict[str, str]


class LineageAnswer(BaseModel):
    """Edges above and below a work, nearest first; `cut`: there are more."""

    work: str
    above: list[Edge]
    below: list[Edge]
    cut: bool
    as_of_block: str | None
    finality: str | None


class OffersAnswer(BaseModel):
    """Offers that stand: posted on chain, and signed and handed in here."""

    work: str
    posted: list[dict[str, Any]]
    signed: list[dict[str, Any]]
    as_of_block: str | None
    finality: str | None


class LicensesAnswer(BaseModel):
    """A page of a work's licenses."""

    work: str
    licenses: list[dict[str, Any]]
    next: str | None
    as_of_block: str | None
    finality: str | None


class EarningsAnswer(BaseModel):
    """A work's income, token by token, in the token's smallest unit, and its latest payments."""

    work: str
    earnings: list[dict[str, Any]]
    payments: list[dict[str, Any]]
    as_of_block: str | None
    finality: str | None


def _number(request: Request, work: Named) -> int:
    return work_id(work, side(request).settings.chain_id)


Number = Annotated[int, Depends(_number)]


@router.get("/v1/works/{work}", response_model=WorkAnswer, responses=documented(404, 422, 503))
async def certificate(request: Request, number: Number) -> Response:
    """A certificate: whose it is, what it claims, what its document says."""
    found = side(request)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            return {**_work(found, view, facts, number), **as_of(view).to_json()}

    document = await to_thread.run_sync(answer)
    answer_ = answered(request, document, _KEPT_SECONDS)
    answer_.headers["Link"] = f'</v1/works/{number}/license.xml>; rel="license"'
    return answer_


@router.get(
    "/v1/works/{work}/lineage", response_model=LineageAnswer, responses=documented(404, 422, 503)
)
async def family(request: Request, number: Number) -> Response:
    """What it was made from, and what was made from it, with the money that moved."""
    found = side(request)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            _require(view, facts, number)
            up, down = lineage.above(view, number), lineage.below(view, number)
            moved = income.flowed(view, {each.child for each in (*up.links, *down.links)})
            hidden = facts.hides(
                {number for each in (*up.links, *down.links) for number in each[:2]}
            )

            def shown(links: tuple[Link, ...]) -> list[dict[str, Any]]:
                return [
                    {
                        **each.to_json(),
                        "moved": {
                            token: str(amount)
                            for (child, parent, token), amount in sorted(moved.items())
                            if (child, parent) == (each.child, each.parent)
                        },
                    }
                    for each in links
                    if not hidden & {each.child, each.parent}
                ]

            return {
                "work": str(number),
                "above": shown(up.links),
                "below": shown(down.links),
                "cut": up.cut or down.cut,
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


@router.get(
    "/v1/works/{work}/offers", response_model=OffersAnswer, responses=documented(404, 422, 503)
)
async def offers(request: Request, number: Number) -> Response:
    """Offers that stand, the cheapest first; those that were signed and handed in, the newest."""
    found = side(request)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            _require(view, facts, number)
            now = view.as_of.time
            posted = trading.open_offers(view, now, work=number, limit=_MOST_OFFERS)
            kept = found.offers.of_work(number, now, _MOST_OFFERS)
            return {
                "work": str(number),
                "posted": [_posted(view, each) for each in posted],
                "signed": [signed(each, when) for each, when in kept if stands(facts, each)],
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


@router.get(
    "/v1/works/{work}/licenses", response_model=LicensesAnswer, responses=documented(404, 422, 503)
)
async def licenses(
    request: Request, number: Number, after: After = "", limit: Limit = 100
) -> Response:
    """Its licenses by number."""
    found = side(request)
    behind = after_number(after)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            _require(view, facts, number)
            rows = licensing.of_work(view, number, behind, limit + 1)
            page = rows[:limit]
            return {
                "work": str(number),
                "licenses": [shown_license(view, each) for each in page],
                "next": cursor_of(str(page[-1].id)) if len(rows) > limit else None,
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


@router.get(
    "/v1/works/{work}/earnings", response_model=EarningsAnswer, responses=documented(404, 422, 503)
)
async def earnings(request: Request, number: Number) -> Response:
    """What it has earned: credited, on the way from below, collected; and what settling it now
    would move to each parent."""
    found = side(request)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            _require(view, facts, number)
            return {
                "work": str(number),
                "earnings": [_earned(each) for each in income.earnings(view, number)],
                "payments": [
                    {"time": time, "token": token, "payer": payer, "amount": str(amount)}
                    for time, token, payer, amount in income.payments(view, number, _MOST_PAYMENTS)
                ],
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


@router.get(
    "/v1/works/{work}/license.xml",
    response_class=Response,
    responses={
        **documented(404, 422, 503),
        200: {"content": {"application/rsl+xml": {"schema": {"type": "string"}}}},
    },
)
async def rsl(request: Request, number: Number) -> Response:
    """What anybody may do with it, for crawlers (RSL 1.0): what its free offers grant together, or
    nothing."""
    found = side(request)

    def answer() -> str:
        with found.viewing() as (view, facts):
            work = facts.work(number, view.as_of.time)
            if work is None:
                raise _unknown()
            grant = Rights(0)
            for each in work.offers:
                if each.price == 0:
                    grant |= each.grant
            return document_xml(
                grant, url=f"/v1/works/{number}", terms=f"/v1/works/{number}/offers"
            )

    return Response(
        await to_thread.run_sync(answer),
        headers={"Cache-Control": f"public, max-age={_KEPT_SECONDS}"},
        media_type="application/rsl+xml",
    )


@router.get(
    "/badge/{work}.svg",
    response_class=Response,
    responses={
        **documented(404, 422, 503),
        200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}},
    },
)
async def badge(request: Request, number: Number) -> Response:
    """A badge to embed: since when it is claimed, and whether something is wrong with it."""
    found = side(request)

    def answer() -> str:
        with found.viewing() as (view, facts):
            work = facts.work(number, view.as_of.time)
            if work is None:
                raise _unknown()
            others = len(facts.works_on(work.content_hash, 2)) > 1
            state, color = (
                ("suspended", "#b54708")
                if work.suspended
                else ("several claims", "#b54708")
                if others
                else ("pending", "#475467")
                if not work.final
                else (_day(work.claim_time), "#067647")
            )
            return badges.svg("certified" if work.final else "claimed", state, color)

    return Response(
        await to_thread.run_sync(answer),
        headers={
            "Cache-Control": f"public, max-age={_KEPT_SECONDS}",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
        media_type="image/svg+xml",
    )


def after_number(cursor: str) -> int:
    """The number that a cursor is behind; 0 of none.

    Raises:
        Problem: 422, it is no cursor.
    """
    key = key_of(cursor)
    if key and not (key.isascii() and key.isdigit() and len(key) <= 49):
        raise Problem(422, "bad-cursor", "after is no cursor of this list; take next from it")
    return int(key or 0)


def shown_license(view: View, license_: licensing.IndexedLicense) -> dict[str, Any]:
    """A license for JSON."""
    terms = licensing.terms(view, license_.terms_hash)
    return {
        "license": str(license_.id),
        "work": str(license_.work),
        "holder": license_.holder,
        "licensee": license_.licensee,
        "start": license_.start,
        "end": license_.end or None,
        "revoked": license_.revoked,
        "active": license_.active(view.as_of.time),
        "terms": None if terms is None else terms.to_json(),
    }


def signed(offer: SignedOffer, received: int) -> dict[str, Any]:
    """A signed offer for JSON, with the file that fills it."""
    return {
        "received": received,
        **offer.offer.to_json(),
        "file": offer.to_json(),
    }


def stands(facts: ShownFacts, signed_: SignedOffer) -> bool:
    """Whether a signed offer was not used up or taken back meanwhile."""
    offer = signed_.offer
    return (
        facts.filled(offer.hash) < offer.quantity
        and not facts.cancelled(offer.hash)
        and facts.counter(offer.maker) == offer.counter
    )


def title_of(view: View, digest: bytes) -> tuple[str | None, str | None, bool, str | None]:
    """What a list shows of a document: title, kind, whether it is explicit; and its text."""
    row = _TITLE.one(view.connection, digest=digest)
    return (None, None, False, None) if row is None else (*row,)


def _require(view: View, facts: ShownFacts, number: int) -> works.IndexedWork:
    found = works.work(view, number)
    if found is None or facts.hides([number]):
        raise _unknown()
    return found


def _unknown() -> Problem:
    return Problem(404, "unknown-work", "no work of this number is certified")


def _work(side_: ChainSide, view: View, facts: ShownFacts, number: int) -> dict[str, Any]:
    found = _require(view, facts, number)
    title, kind, explicit, text = title_of(view, found.metadata)
    arbiter = None
    if found.arbiter is not None and found.arbiter != NOBODY:
        arbiter = {
            "address": found.arbiter,
            "may_suspend": bool(found.powers & 1),
            "may_revoke": bool(found.powers & 2),
            "lien_cap": found.lien_cap,
        }
    return {
        "work": str(number),
        "address": side_.address(number),
        "title": title,
        "kind": kind,
        "explicit": explicit,
        "creator": found.creator,
        "owner": found.owner,
        "owned_since": found.owned_since,
        "transfers": found.transfers,
        "content_hash": f"0x{found.content_hash.hex()}",
        "metadata": f"0x{found.metadata.hex()}",
        "metadata_version": found.version,
        "claim_time": found.claimed,
        "claim_finality": view.as_of.finality(found.claimed_in),
        "certified": found.certified,
        "suspended": found.suspended,
        "arbiter": arbiter,
        "encumbrance": f"0x{found.encumbrance.hex()}",
        "claims": [str(each) for each in facts.works_on(found.content_hash, 100)],
        "document": None if text is None else json.loads(text),
    }


def _posted(view: View, offer: trading.IndexedOffer) -> dict[str, Any]:
    terms = licensing.terms(view, offer.terms_hash)
    return {
        "offer": f"0x{offer.hash.hex()}",
        "kind": offer.kind.name.lower(),
        "maker": offer.maker,
        "taker": None if offer.taker == NOBODY else offer.taker,
        "token": offer.token,
        "price": str(offer.price),
        "quantity": str(offer.quantity),
        "filled": str(offer.filled),
        "deadline": offer.deadline or None,
        "posted": offer.posted,
        "terms": None if terms is None else terms.to_json(),
    }


def _earned(each: income.Earned) -> dict[str, Any]:
    return {
        "token": each.token,
        "direct": str(each.direct),
        "royalties": str(each.royalties),
        "credited": str(each.credited),
        "on_the_way": str(each.on_the_way),
        "collected": str(each.collected),
        "settling_moves": {str(work): str(amount) for work, amount in each.owed.items()},
        "complete": each.whole,
    }


def _day(seconds: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC).strftime("%Y-%m-%d")


_TITLE = Prepared(
    sql.select(
        DOCUMENTS.c.title, DOCUMENTS.c.kind, DOCUMENTS.c.explicit, DOCUMENTS.c.document
    ).where(DOCUMENTS.c.digest == sql.bindparam("digest"), DOCUMENTS.c.document.is_not(None))
)
