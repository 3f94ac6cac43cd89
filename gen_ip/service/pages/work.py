"""The page of a certificate: the work, its claim, what is on offer, its family, its licenses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from gen_ip.index.queries import income, licensing, works
from gen_ip.index.queries.view import View
from gen_ip.index.queries.works import IndexedWork
from gen_ip.service.asking import work_id
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.pages.drawing import columns
from gen_ip.service.pages.family import drawn, family
from gen_ip.service.pages.planning import Planner
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import briefs, in_words
from gen_ip.service.pages.standing import asks
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem
from gen_ip.service.routes.works import title_of
from gen_ip.signing.statements import NOBODY

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 2
_MOST_LICENSES, _MOST_PAYMENTS, _MOST_LISTED = 20, 30, 40
_LEAST_DRAWN = 2


@dataclass(frozen=True)
class _OnOffer:
    """A license that anybody can take: its terms in words, what it costs, what a wallet sends."""

    name: str
    terms: list[str]
    price: str
    free: bool
    left: str
    until: str | None
    plan: str


@router.get("/works/{work}")
async def certificate(request: Request, work: str) -> Response:
    """A certificate, for people."""
    page, found = Page(request), side(request)
    number = work_id(work, found.settings.chain_id)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            indexed = works.work(view, number)
            if indexed is None or facts.hides([number]):
                raise Problem(404, "unknown-work", "no work of this number is certified")
            return _values(page, found, view, facts, indexed)

    # A read of a file takes less than handing it to a thread.
    values = answer() if found.in_file else await to_thread.run_sync(answer)
    answer_ = page.answer("work.html", values, max_age=_KEPT_SECONDS)
    answer_.headers["Link"] = f'</v1/works/{number}/license.xml>; rel="license"'
    return answer_


def _values(
    page: Page, found: ChainSide, view: View, facts: ShownFacts, work: IndexedWork
) -> dict[str, Any]:
    shown = briefs(view, found, [work.id])[work.id]
    _, _, _, text = title_of(view, work.metadata)
    document = {} if text is None else json.loads(text)
    description = document.get("description") if isinstance(document, dict) else None
    rows = licensing.of_work(view, work.id, 0, _MOST_LICENSES + 1)
    arbiter = work.arbiter if work.arbiter not in (None, NOBODY) else None
    powers = [
        name
        for name, has in (
            ("suspend", work.powers & 1),
            ("revoke", work.powers & 2),
            ("lien", work.lien_cap),
        )
        if has
    ]
    members = family(view, found, facts, work.id)
    return {
        "work": work,
        "shown": shown,
        "description": description if isinstance(description, str) else "",
        "claims": facts.works_on(work.content_hash, _MOST_LISTED),
        "finality": view.as_of.finality(work.claimed_in),
        "offers": list(_offers(page, found, view, facts, work, shown.title)),
        "arbiter": arbiter,
        "powers": [page.say("work", each) for each in powers],
        "exclusive": licensing.exclusive_until(view, work.id, view.as_of.time),
        "licenses": [_license(page, view, each) for each in rows[:_MOST_LICENSES]],
        "more_licenses": len(rows) > _MOST_LICENSES,
        "earned": [
            found.tokens.shown(each.direct + each.royalties, each.token, page.words)
            for each in income.earnings(view, work.id)
        ],
        "shares": [
            (page.words.share(share), payee) for payee, share in income.shares(view, work.id)
        ],
        "proves": found.settings.proof is not None,
        "history": _history(page, found, view, work.id),
        "site": page.site(found.settings.name),
        "as_of": as_of(view),
        **drawn(page, found, work.id, members, members.flows),
    }


def _offers(
    page: Page,
    found: ChainSide,
    view: View,
    facts: ShownFacts,
    work: IndexedWork,
    title: str,
) -> Iterator[_OnOffer]:
    """Those that anybody can take now."""
    if work.suspended or licensing.exclusive_until(view, work.id, view.as_of.time):
        return
    planner = Planner(page, found.settings.deployment, found.settings.chain_id, found.tokens)
    for each in asks(view, found, facts, work.id):
        offer, name = each.offer, page.words.name_of(each.terms)
        gets = f"{name} — {title or work.id}"
        yield _OnOffer(
            name,
            list(in_words(page, each.terms)),
            found.tokens.shown(offer.price, offer.token, page.words),
            offer.price == 0,
            page.words.number(each.left),
            page.words.moment(offer.deadline) if offer.deadline else None,
            planner.buy(offer, each.signed, work, gets, each.unknown).to_json(),
        )


def _license(page: Page, view: View, license_: licensing.IndexedLicense) -> dict[str, str]:
    terms = licensing.terms(view, license_.terms_hash)
    state = (
        "revoked"
        if license_.revoked
        else "active" if license_.active(view.as_of.time) else "ended"
    )  # fmt: skip
    return {
        "id": str(license_.id),
        "holder": license_.holder,
        "terms": "" if terms is None else page.words.name_of(terms),
        "until": page.words.moment(license_.end) if license_.end else page.say("work", "for-ever"),
        "state": page.say("work", state),
    }


def _history(page: Page, found: ChainSide, view: View, work: int) -> list[tuple[str, Markup]]:
    """A drawing of the latest payments for each token."""
    by_token: dict[str, list[tuple[str, int, str]]] = {}
    for time, token, _, amount in income.payments(view, work, _MOST_PAYMENTS):
        shown = found.tokens.shown(amount, token, page.words)
        by_token.setdefault(token, []).append((page.words.moment(time), amount, shown))
    charts = []
    for values in by_token.values():
        if len(values) < _LEAST_DRAWN:
            continue
        label = f"{page.say('work', 'history')}: {'; '.join(each[2] for each in values[:5])}"
        charts.append((label, Markup(columns(values[::-1], label))))  # noqa: S704 - escaped as drawn
    return charts
