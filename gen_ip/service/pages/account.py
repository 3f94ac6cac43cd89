"""The page of an account: its works, what they earn, the licenses it holds, what waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup

from gen_ip.index.queries import income, licensing, works
from gen_ip.index.queries.view import View
from gen_ip.service.caching import cursor_of
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.pages.drawing import columns
from gen_ip.service.pages.planning import Planner
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import Brief, briefs, in_words
from gen_ip.service.pages.standing import bids
from gen_ip.service.parts import side
from gen_ip.service.routes.creators import account_of
from gen_ip.service.routes.inbox import entries
from gen_ip.service.routes.works import after_number

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 2
_LIMIT, _MOST_LICENSES, _MOST_ENTRIES = 24, 50, 20
_MOST_EARNING = 50


@dataclass(frozen=True)
class _Income:
    """What a work earns its owner in one token; `plan` is what a wallet sends to collect it."""

    work: Brief
    ready: str
    coming: str
    collected: str
    plan: str | None
    button: str


@dataclass(frozen=True)
class _Bid:
    """What somebody bids for licenses of a work of the account's; `plan` accepts all of it."""

    work: Brief
    name: str
    terms: Sequence[str]
    count: str
    price: str
    bidder: str
    until: str | None
    plan: str
    button: str


@router.get("/accounts/{account}")
async def account(
    request: Request,
    account: str,
    created: bool = False,
    after: Annotated[str, Query(max_length=1024)] = "",
) -> Response:
    """Who an account is and what it has."""
    page, found = Page(request), side(request)
    address, behind = account_of(account), after_number(after)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            rows = works.of_account(view, address, created=created, after=behind, limit=_LIMIT + 1)
            hidden = facts.hides([each.id for each in rows])
            listed = [each.id for each in rows[:_LIMIT] if each.id not in hidden]
            known = briefs(view, found, listed)
            profile = found.profiles.of(address)
            held = licensing.of_holder(view, address, limit=_MOST_LICENSES)
            incomes, chart = _incomes(page, found, view, address)
            titles = briefs(view, found, {each.work for each in held})
            return {
                "account": address,
                "created": created,
                "works": [known[each] for each in listed],
                "next": cursor_of(str(rows[_LIMIT - 1].id)) if len(rows) > _LIMIT else None,
                "profile": None if profile is None else profile.message,
                "licenses": [
                    {
                        "id": each.id,
                        "work": titles.get(each.work),
                        "until": page.words.moment(each.end)
                        if each.end
                        else page.say("work", "for-ever"),
                        "state": _state(page, view, each),
                    }
                    for each in held
                ],
                "incomes": incomes,
                "chart": chart,
                "balances": _balances(page, found, view, address),
                "bids": _bids(page, found, view, facts, address),
                "entries": entries(found, view, facts, address)[:_MOST_ENTRIES],
                "as_of": as_of(view),
            }

    values = await to_thread.run_sync(answer)
    return page.answer("account.html", values, max_age=_KEPT_SECONDS)


def _state(page: Page, view: View, license_: licensing.IndexedLicense) -> str:
    if license_.revoked:
        return page.say("work", "revoked")
    return page.say("work", "active" if license_.active(view.as_of.time) else "ended")


def _incomes(
    page: Page, found: ChainSide, view: View, account: str
) -> tuple[Sequence[_Income], Sequence[Markup]]:
    """Line by line, and a drawing for each token."""
    planner = Planner(page, found.settings.deployment, found.settings.chain_id, found.tokens)
    owned = works.of_account(view, account, created=False, limit=_MOST_EARNING)
    known = briefs(view, found, [each.id for each in owned])
    lines: list[_Income] = []
    bars: dict[str, list[tuple[str, int, str]]] = {}
    for each in owned:
        for earned in income.earnings(view, each.id):
            ready = earned.credited + earned.on_the_way
            shown = found.tokens.shown(ready, earned.token, page.words)
            path = [*earned.path, each.id]
            plan = planner.collect(path, earned.token, account, ready) if ready else None
            lines.append(
                _Income(
                    known[each.id],
                    found.tokens.shown(earned.credited, earned.token, page.words),
                    found.tokens.shown(earned.on_the_way, earned.token, page.words),
                    found.tokens.shown(earned.collected, earned.token, page.words),
                    None if plan is None else plan.to_json(),
                    page.say("account", "collect", amount=shown),
                )
            )
            whole = ready + earned.collected
            words = found.tokens.shown(whole, earned.token, page.words)
            title = known[each.id].title or str(each.id)
            bars.setdefault(earned.token, []).append((title, whole, words))
    label = page.say("account", "earnings")
    drawn = [
        Markup(columns(values, f"{label}: {'; '.join(f'{n}: {w}' for n, _, w in values[:5])}"))  # noqa: S704 - escaped as drawn
        for values in bars.values()
        if len(values) > 1
    ]
    return lines, drawn


def _bids(
    page: Page, found: ChainSide, view: View, facts: ShownFacts, account: str
) -> Sequence[_Bid]:
    planner = Planner(page, found.settings.deployment, found.settings.chain_id, found.tokens)
    owned = works.of_account(view, account, created=False, limit=_MOST_EARNING)
    told = []
    for work in owned:
        if work.suspended:
            continue
        for each in bids(view, found, facts, work.id, account):
            offer, count = each.offer, each.left
            plan = planner.accept(offer, each.signed, work, count, account, each.unknown)
            number = page.words.number(count)
            total = found.tokens.shown(offer.price * count, offer.token, page.words)
            told.append(
                _Bid(
                    briefs(view, found, [work.id])[work.id],
                    page.words.name_of(each.terms),
                    list(in_words(page, each.terms)),
                    number,
                    found.tokens.shown(offer.price, offer.token, page.words),
                    offer.maker,
                    page.words.moment(offer.deadline) if offer.deadline else None,
                    plan.to_json(),
                    page.say("account", "accept", count=number, amount=total),
                )
            )
    return told


def _balances(page: Page, found: ChainSide, view: View, account: str) -> Sequence[tuple[str, str]]:
    planner = Planner(page, found.settings.deployment, found.settings.chain_id, found.tokens)
    return [
        (
            page.say("account", "withdraw", amount=found.tokens.shown(amount, token, page.words)),
            planner.withdraw(token, account, amount).to_json(),
        )
        for token, amount in income.balances(view, account).items()
        if amount
    ]
