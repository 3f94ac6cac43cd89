"""`/v1/webhooks`: who is told what waits for an account, by the API key that asked for it."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field

from gen_ip.index.errors import NoChainIndex
from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept.webhooks import Hook, KeptWebhooks
from gen_ip.service.limits import BEARER, holder
from gen_ip.service.parts import parts, side
from gen_ip.service.problems import Problem, documented
from gen_ip.service.routes.creators import account_of

router = APIRouter(dependencies=[Depends(BEARER)])
_MOST_URL, _MOST_SHOWN = 500, 100
_RESPONSES = documented(401, 403, 404, 422, 503)


class WebhookKind(StrEnum):
    """What is told: what an account's inbox lists, or what happens to the works that it owns."""

    BID = "bid-received"
    COUNTER = "counter-received"
    SOLD = "sold"
    DELIVERY = "delivery-due"
    EARNINGS = "earnings-ready"
    CERTIFIED = "certified"
    CONTESTED = "contested"
    SIMILAR = "similar-work-found"
    LICENSED = "licensed"
    DERIVED = "derived"
    PAID = "paid"


class Wanted(BaseModel):
    """Where to send what of which account; by default, what its inbox lists."""

    url: str
    account: str
    kinds: list[WebhookKind] | None = Field(None, min_length=1, max_length=len(WebhookKind))


class WebhookAnswer(BaseModel):
    """A webhook; `secret` is told once, when it is made."""

    id: str
    url: str
    account: str
    created: int
    kinds: list[str] | None = None
    secret: str | None = None


class DeliveryAnswer(BaseModel):
    """What was told or is to be; `state`: pending, delivered, dead."""

    id: str
    state: str
    tries: int
    problem: str | None
    told: int | None


class WebhookDetails(WebhookAnswer):
    """With its latest deliveries, the newest first."""

    deliveries: list[DeliveryAnswer]


class Replayed(BaseModel):
    """How many deliveries are told again."""

    replayed: int


async def _key(request: Request) -> str:
    use = parts(request)
    if not use.settings.webhooks:
        raise Problem(403, "no-webhooks", "this service sends none; its operator turned them off")
    return (await to_thread.run_sync(holder, request, use.keys)).id


Key = Annotated[str, Depends(_key)]
Id = Annotated[str, InPath(pattern="^[0-9a-f]{18}$")]


def _kept(request: Request) -> KeptWebhooks:
    side(request)
    return KeptWebhooks(parts(request).records)


Kept = Annotated[KeptWebhooks, Depends(_kept)]


@router.post("/v1/webhooks", response_model=WebhookAnswer, responses=_RESPONSES)
async def add(
    request: Request, key: Key, kept: Kept, wanted: Annotated[Wanted, Body()]
) -> WebhookAnswer:
    """Have what waits for an account sent to an https URL from now on, signed with a secret."""
    url, account = _url(wanted.url), account_of(wanted.account)
    found = side(request)

    def make() -> Hook:
        # Times of entries are those of blocks: what the index has is what was before.
        try:
            with found.viewing() as (view, _):
                now, block = min(int(time.time()), view.as_of.time), view.as_of.number
        except NoChainIndex:
            now = block = 0
        kinds = None if wanted.kinds is None else frozenset(each.value for each in wanted.kinds)
        return kept.add(key, url, account, now, kinds, block)

    try:
        made = await to_thread.run_sync(make)
    except NotTaken as error:
        raise Problem(422, "too-many-webhooks", str(error)) from None
    return _shown(made, made.secret)


@router.get("/v1/webhooks", response_model=list[WebhookAnswer], responses=_RESPONSES)
async def mine(key: Key, kept: Kept) -> list[WebhookAnswer]:
    """The webhooks of this key."""
    return [_shown(each) for each in await to_thread.run_sync(kept.of_key, key)]


@router.get("/v1/webhooks/{hook}", response_model=WebhookDetails, responses=_RESPONSES)
async def one(key: Key, kept: Kept, hook: Id) -> WebhookDetails:
    """A webhook and its latest deliveries."""
    found = await _of(key, kept, hook)
    latest = await to_thread.run_sync(kept.latest, hook, _MOST_SHOWN)
    return WebhookDetails(
        **_shown(found).model_dump(),
        deliveries=[
            DeliveryAnswer(
                id=each.entry,
                state=each.state,
                tries=each.tries,
                problem=each.problem,
                told=each.told,
            )
            for each in latest
        ],
    )


@router.delete("/v1/webhooks/{hook}", response_model=WebhookAnswer, responses=_RESPONSES)
async def remove(key: Key, kept: Kept, hook: Id) -> WebhookAnswer:
    """Tell it nothing any more."""
    found = await _of(key, kept, hook)
    await to_thread.run_sync(kept.remove, key, hook)
    return _shown(found)


@router.post("/v1/webhooks/{hook}/replay", response_model=Replayed, responses=_RESPONSES)
async def replay(
    key: Key,
    kept: Kept,
    hook: Id,
    after: Annotated[str | None, Query(max_length=300)] = None,
) -> Replayed:
    """Try its dead deliveries again; with `after`, tell again all that came after a delivery."""
    await _of(key, kept, hook)
    try:
        return Replayed(replayed=await to_thread.run_sync(kept.replay, hook, after))
    except UnknownName:
        detail = "after names no delivery of this webhook; GET it for their ids"
        raise Problem(404, "unknown-delivery", detail) from None


async def _of(key: str, kept: KeptWebhooks, hook: str) -> Hook:
    try:
        return await to_thread.run_sync(kept.get, key, hook)
    except UnknownName:
        raise Problem(404, "unknown-webhook", "this key has no webhook of this id") from None


def _shown(hook: Hook, secret: str | None = None) -> WebhookAnswer:
    return WebhookAnswer(
        id=hook.id,
        url=hook.url,
        account=hook.account,
        created=hook.created,
        kinds=None if hook.kinds is None else sorted(hook.kinds),
        secret=secret,
    )


def _url(text: str) -> str:
    bad = Problem(422, "bad-url", "give an https URL of a host by its name, without a password")
    if len(text) > _MOST_URL or not text.isascii() or any(each <= " " for each in text):
        raise bad
    try:
        parts_ = urlsplit(text)
        port = parts_.port
    except ValueError:
        raise bad from None
    if parts_.scheme != "https" or not parts_.hostname or "@" in parts_.netloc or port == 0:
        raise bad
    return text
