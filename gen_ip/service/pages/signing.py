"""The pages on which licensees let accounts use works, and on which anybody signs a profile."""

from __future__ import annotations

import secrets
import time
from collections import defaultdict
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from gen_ip.index.queries import licensing
from gen_ip.index.queries.licensing import IndexedLicense
from gen_ip.index.queries.view import View
from gen_ip.service.chain import ChainSide, as_of
from gen_ip.service.pages.fields import Form, NotGiven
from gen_ip.service.pages.planning import Planner
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import brief
from gen_ip.service.parts import parts, side
from gen_ip.service.problems import Problem
from gen_ip.service.routes.creators import account_of
from gen_ip.signing.eip712 import BadStatement
from gen_ip.signing.permits import UsePermit
from gen_ip.signing.profiles import Link, Profile
from gen_ip.status.accounts import account as spelled
from gen_ip.status.accounts import domain as domain_of
from gen_ip.status.errors import BadAccount
from gen_ip.status.permits import SignedPermit
from gen_ip.status.profiles import SignedProfile
from gen_ip.terms import Rights
from gen_ip.terms.rights import PERMISSIONS

router = APIRouter(include_in_schema=False)
_DAY = 86_400
_MOST_DAYS, _DAYS = 3_650, 365
_LINKS = 3
_LICENSE_BITS = 256


@router.get("/licenses/{license_}/permit")
async def permit(request: Request, license_: str) -> Response:
    """Lets an account use a work as a license allows."""
    page, found = Page(request), side(request)
    if not license_.isascii() or not license_.isdecimal() or int(license_[:80]) >> _LICENSE_BITS:
        raise Problem(404, "unknown-license", "no license has this number")
    query, many = request.query_params, defaultdict(list)
    for name, value in query.multi_items():
        many[name].append(value)
    form = Form(page, query, many)
    inbox = parts(request).settings.open_inbox

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            held = licensing.license_of(view, int(license_))
            if held is None or facts.hides([held.work]):
                raise Problem(404, "unknown-license", "no license has this number")
            return _permit(form, found, view, held, inbox)

    return page.answer("form.html", await to_thread.run_sync(answer))


def _permit(
    form: Form, found: ChainSide, view: View, held: IndexedLicense, inbox: bool
) -> dict[str, Any]:
    page, say, now = form.page, form.page.say, view.as_of.time
    rights = [each for each in (*_permissions(), Rights.EDITORIAL) if each in held.grant]
    to = form.read("user", lambda text: _spelled(form, text, needed=True))
    agency = form.read("agency", lambda text: _spelled(form, text, needed=False))
    use = form.checks("use", [(str(each.name), page.words.rights(each)[0]) for each in rights])
    days = form.whole("days", _MOST_DAYS, _DAYS)
    shown = brief(view, found, held.work)
    title = (shown.title if shown else "") or str(held.work)
    values = _begun(page, view, "permit", inbox)
    values["about"] = (page.url(f"/works/{held.work}"), title)
    if not held.active(now):
        values["notes"] = [say("form", "license-over")]
    elif to and agency is not None and use and days and inbox:
        granted = Rights(0)
        for name in use:
            granted |= Rights[name]
        until = now + days * _DAY
        message = UsePermit(
            held.holder,
            held.id,
            held.work,
            to,
            agency,
            int(granted),
            now,
            until if held.end == 0 else min(until, held.end),
            secrets.randbits(256),
        )
        known = found.settings
        bare = SignedPermit(message, known.chain_id, known.deployment.license, b"")
        planner = Planner(page, known.deployment, known.chain_id, found.tokens)
        gets = say("form", "permit-gets", user=to)
        plan = planner.statement(
            say("wallet", "sign-permit"),
            bare,
            "/v1/permits",
            gets,
            page.url(f"/accounts/{held.holder}"),
        )
        values |= {"plan": plan.to_json(), "go": say("form", "sign")}
        values["summary"] = [
            (say("form", "account"), [held.holder]),
            (say("form", "user"), [to]),
            *([(say("form", "agency"), [agency])] if agency else []),
            (say("form", "use"), page.words.rights(granted)),
            (say("form", "until"), [page.words.moment(message.expiry)]),
        ]
    return {**values, "fields": form.fields if inbox else []}


@router.get("/accounts/{account}/profile")
async def profile(request: Request, account: str) -> Response:
    """Signs who an account is."""
    page, found = Page(request), side(request)
    address = account_of(account)
    form = Form(page, request.query_params)
    inbox = parts(request).settings.open_inbox

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, _):
            return _profile(form, found, view, address, inbox)

    return page.answer("form.html", await to_thread.run_sync(answer))


def _profile(form: Form, found: ChainSide, view: View, address: str, inbox: bool) -> dict[str, Any]:
    page, say = form.page, form.page.say
    name = form.text("name")
    domain = form.read("domain", lambda text: _domain(form, text))
    links = [form.text(f"link-{place}", needed=False) for place in range(1, _LINKS + 1)]
    values = _begun(page, view, "profile", inbox)
    values["about"] = (page.url(f"/accounts/{address}"), address)
    if name and domain is not None and inbox:
        urls = [each for each in links if each]
        message = Profile(
            address,
            name,
            domain,
            tuple(Link(each.removeprefix("https://").split("/")[0], each) for each in urls),
            max(int(time.time()), view.as_of.time),
        )
        try:
            SignedProfile.check(message)
        except BadStatement as error:
            place = error.where.removeprefix("links[").partition("]")[0]
            field = f"link-{int(place) + 1}" if place.isdecimal() else error.where
            form.wrong(field, say("form", "no-link" if place.isdecimal() else "no-name"))
            return {**values, "fields": form.fields}
        known = found.settings
        bare = SignedProfile(message, known.chain_id, known.deployment.registry, b"")
        planner = Planner(page, known.deployment, known.chain_id, found.tokens)
        gets = say("form", "profile-gets")
        plan = planner.statement(
            say("wallet", "sign-profile"),
            bare,
            "/v1/profiles",
            gets,
            page.url(f"/accounts/{address}"),
        )
        values |= {"plan": plan.to_json(), "go": say("form", "sign")}
        values["summary"] = [
            (say("form", "account"), [address]),
            (say("form", "name"), [name]),
            *([(say("form", "domain"), [domain])] if domain else []),
            *([(say("account", "links"), urls)] if urls else []),
        ]
    return {**values, "fields": form.fields if inbox else []}


def _begun(page: Page, view: View, what: str, inbox: bool) -> dict[str, Any]:
    return {
        "heading": page.say("form", what),
        "notes": [] if inbox else [page.say("form", "no-inbox")],
        "plan": None,
        "as_of": as_of(view),
    }


def _permissions() -> list[Rights]:
    return [each for each in Rights if each in PERMISSIONS]


def _spelled(form: Form, text: str, *, needed: bool) -> str:
    if not text and not needed:
        return ""
    try:
        return spelled(text)
    except BadAccount:
        raise NotGiven(form.page.say("form", "no-user")) from None


def _domain(form: Form, text: str) -> str:
    if not text:
        return ""
    try:
        return domain_of(text)
    except BadAccount:
        raise NotGiven(form.page.say("form", "no-domain")) from None
