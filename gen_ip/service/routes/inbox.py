"""`/v1/inbox`: what waits for an account, as JSON and as an Atom feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from gen_ip.chain.events import DealStruct
from gen_ip.deals import Deal
from gen_ip.index.queries import income, trading, works
from gen_ip.index.queries.view import View
from gen_ip.market.offers import from_struct
from gen_ip.service.caching import answered
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.parts import side
from gen_ip.service.problems import documented
from gen_ip.service.routes.creators import Account
from gen_ip.service.routes.works import stands
from gen_ip.signing.offers import OFFER, FeeShare
from gen_ip.status import atom
from gen_ip.status.inbox import Entry, Income, Received, Sale, inbox, to_json
from gen_ip.work import ETH

router = APIRouter()
_KEPT_SECONDS = 2
MOST_SALES = 200
_MOST_WORKS, _MOST_OFFERS = 200, 200


class InboxAnswer(BaseModel):
    """What waits, the newest first."""

    account: str
    entries: list[dict[str, Any]]
    as_of_block: str | None
    finality: str | None


@router.get("/v1/inbox/{account}", response_model=InboxAnswer, responses=documented(422, 503))
async def waiting(request: Request, account: Account) -> Response:
    """Bids and counter-offers, sales, deliveries that are due, income to collect: of the first 200
    works that it owns."""
    found = side(request)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            waits = entries(found, view, facts, account)
            return {**to_json(account, waits), **as_of(view).to_json()}

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


@router.get(
    "/v1/inbox/{account}/feed.atom",
    response_class=Response,
    responses={
        **documented(422, 503),
        200: {"content": {atom.MEDIA_TYPE: {"schema": {"type": "string"}}}},
    },
)
async def feed(request: Request, account: Account) -> Response:
    """The same as a feed (RFC 4287)."""
    found = side(request)

    def answer() -> bytes:
        with found.viewing() as (view, facts):
            waits = entries(found, view, facts, account)
        url = f"{found.settings.name}/v1/inbox/{account}/feed.atom"
        return atom.feed(account, waits, url=url)

    return Response(
        await to_thread.run_sync(answer),
        headers={"Cache-Control": f"public, max-age={_KEPT_SECONDS}"},
        media_type=atom.MEDIA_TYPE,
    )


def entries(
    found: ChainSide, view: View, facts: ShownFacts, account: str, most_sales: int = MOST_SALES
) -> Sequence[Entry]:
    """What waits for an account, the newest first."""
    now = view.as_of.time
    owned = works.of_account(view, account, created=False, limit=_MOST_WORKS)
    return inbox(
        account,
        received=_received(found, view, facts, account, [each.id for each in owned], now),
        sales=[
            Sale(
                f"{each.block}-{each.log_index}",
                each.offer,
                each.work,
                each.seller,
                each.buyer,
                each.licenses,
                each.paid,
                each.token or ETH,
                each.time,
            )
            for each in trading.sales(view, seller=account, limit=most_sales)
        ],
        deals=_deals(view, account),
        income=[
            Income(
                each.id, account, earned.token, earned.credited + earned.on_the_way, earned.paid_at
            )
            for each in owned
            for earned in income.earnings(view, each.id)
        ],
        at=now,
    )


def _received(
    found: ChainSide, view: View, facts: ShownFacts, account: str, owned: Sequence[int], now: int
) -> Iterator[Received]:
    for work in owned:
        for each in trading.open_offers(view, now, work=work, limit=_MOST_OFFERS):
            yield Received(from_struct(OFFER.parse(each.document)), each.posted, account)
        for signed, when in found.offers.of_work(work, now, _MOST_OFFERS):
            if stands(facts, signed):
                yield Received(signed.offer, when, account)
    for signed, when in found.offers.to(account, now, _MOST_OFFERS):
        if stands(facts, signed):
            yield Received(signed.offer, when, account)


def _deals(view: View, account: str) -> Iterator[tuple[Deal, int]]:
    for document, opened, delivered in trading.open_deals(view, account):
        yield _deal(document, delivered), opened


def _deal(document: dict[str, Any], delivered: int) -> Deal:
    numbers = ("number", "work", "count", "amount", "deliver_by", "challenge_window", "transfers")
    hashes = ("offer_hash", "terms_hash", "encumbrance")
    values: dict[str, Any] = {**document}
    values.update({name: int(document[name]) for name in numbers})
    values.update({name: bytes.fromhex(document[name][2:]) for name in hashes})
    fees = tuple(FeeShare(each["to"], int(each["share"])) for each in document["fees"])
    struct = DealStruct(**{**values, "fees": fees})
    return Deal(**vars(struct), delivered_at=delivered)
