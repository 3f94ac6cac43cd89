"""The pages on which an owner puts licenses on offer, and on which anybody bids for them."""

from __future__ import annotations

import secrets
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from gen_ip.index.queries import licensing, trading, works
from gen_ip.index.queries.view import View
from gen_ip.index.queries.works import IndexedWork
from gen_ip.market.offers import NO_HASH, Offer
from gen_ip.service.asking import work_id
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.pages.fields import Form
from gen_ip.service.pages.planning import Planner
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.selling import DAY, token_of
from gen_ip.service.pages.showing import brief, in_words
from gen_ip.service.parts import parts, side
from gen_ip.service.problems import Problem
from gen_ip.signing.offers import OFFER, OfferKind
from gen_ip.terms import READY, Rights, Terms
from gen_ip.work import ETH

router = APIRouter(include_in_schema=False)
_MOST_DAYS, _DAYS, _MOST_LICENSES = 730, 30, 1_000_000
_MOST_OFFERS = 20


@router.get("/works/{work}/bid")
async def bid(request: Request, work: str) -> Response:
    """Bids for licenses."""
    return await _page(request, work, OfferKind.LICENSE_BID)


@router.get("/works/{work}/offer")
async def offer(request: Request, work: str) -> Response:
    """Puts licenses on offer."""
    return await _page(request, work, OfferKind.LICENSE_ASK)


async def _page(request: Request, work: str, kind: OfferKind) -> Response:
    page, found = Page(request), side(request)
    number = work_id(work, found.settings.chain_id)
    inbox = parts(request).settings.open_inbox

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            indexed = works.work(view, number)
            if indexed is None or facts.hides([number]):
                raise Problem(404, "unknown-work", "no work of this number is certified")
            return _values(
                Form(page, request.query_params), found, view, facts, indexed, kind, inbox
            )

    return page.answer("form.html", await to_thread.run_sync(answer))


def _values(
    form: Form,
    found: ChainSide,
    view: View,
    facts: ShownFacts,
    work: IndexedWork,
    kind: OfferKind,
    inbox: bool,
) -> dict[str, Any]:
    page, say = form.page, form.page.say
    account = form.account("account")
    chosen = form.choice(
        "terms", [(name, page.words.name_of(each)) for name, each in READY.items()]
    )
    token = form.read("token", token_of(form, found, eth=not kind.is_bid), _usual(view, work, kind))
    info = None if token is None else found.tokens.info(token)
    price = form.amount("price", None if info is None else info.decimals, zero=not kind.is_bid)
    count = form.whole("count", _MOST_LICENSES, 1)
    days = form.whole("days", _MOST_DAYS, _DAYS)
    shown = brief(view, found, work.id)
    title = (shown.title if shown else "") or str(work.id)
    what = "bid" if kind.is_bid else "offer"
    values: dict[str, Any] = {
        "heading": say("form", what),
        "about": (page.url(f"/works/{work.id}"), title),
        "notes": [] if inbox else [say("form", "on-chain")],
        "plan": None,
        "as_of": as_of(view),
    }
    if account and chosen and token and price is not None and count and days:
        terms = READY[chosen]
        made = _drafted(view, work, kind, account, terms, token, price, count, days)
        problem = _problem(page, facts, work, made, terms)
        if problem is not None:
            form.wrong(*problem)
        else:
            total = found.tokens.shown(price * count, token, page.words)
            known = found.settings
            planner = Planner(page, known.deployment, known.chain_id, found.tokens)
            bought = say(
                "form",
                "licenses-of",
                count=page.words.number(count),
                terms=page.words.name_of(terms),
                title=title,
            )
            plan = planner.offer(
                made,
                bought if kind.is_bid else say("form", "when-sold", amount=total),
                inbox=inbox,
                then=page.url(f"/works/{work.id}"),
                known=licensing.terms(view, made.terms_hash) is not None,
            )
            values |= {"plan": plan.to_json(), "go": say("form", f"{what}-go", amount=total)}
            values["summary"] = _summary(page, found, made, terms, total)
    return {**values, "fields": form.fields}


def _summary(
    page: Page, found: ChainSide, offer: Offer, terms: Terms, total: str
) -> list[tuple[str, list[str]]]:
    words, say = page.words, page.say
    return [
        (say("form", "account"), [offer.maker]),
        (say("form", "terms"), [words.name_of(terms), *in_words(page, terms)]),
        (say("form", "price"), [found.tokens.shown(offer.price, offer.token, words)]),
        (say("form", "count"), [words.number(offer.quantity)]),
        (say("form", "total"), [total]),
        (say("form", "until"), [words.moment(offer.deadline)]),
    ]


def _usual(view: View, work: IndexedWork, kind: OfferKind) -> str:
    """The token to begin with: the first in which the work is on offer."""
    if not kind.is_bid:
        return "ETH"
    offers = trading.open_offers(view, view.as_of.time, work=work.id, limit=_MOST_OFFERS)
    tokens = (OFFER.parse(each.document).token for each in offers)
    return next((token for token in tokens if token != ETH), "")


def _drafted(
    view: View,
    work: IndexedWork,
    kind: OfferKind,
    maker: str,
    terms: Terms,
    token: str,
    price: int,
    count: int,
    days: int,
) -> Offer:
    bound = Rights.EXCLUSIVE in terms.grant
    return Offer(
        kind=kind,
        maker=maker,
        work=work.id,
        terms_hash=terms.hash(),
        token=token,
        price=price,
        quantity=count,
        transfers=0 if kind.is_bid else work.transfers,
        encumbrance=work.encumbrance if bound else NO_HASH,
        deadline=view.as_of.time + days * DAY,
        counter=trading.counter(view, maker),
        salt=secrets.randbits(256),
        terms=terms,
    )


def _problem(
    page: Page, facts: ShownFacts, work: IndexedWork, offer: Offer, terms: Terms
) -> tuple[str, str] | None:
    """The field that keeps the offer from being filled, and why."""
    if not offer.kind.is_bid and offer.maker != work.owner:
        return "account", page.say("form", "not-owner")
    if offer.kind.is_bid and offer.maker == work.owner:
        return "account", page.say("form", "own-work")
    if work.suspended:
        return "terms", page.say("work", "suspended")
    if not facts.fits(work.id, terms):
        return "terms", page.say("form", "no-fit")
    return None
