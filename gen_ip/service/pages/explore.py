"""Works found by title, kind, what is on offer, and price."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from gen_ip.index.queries.search import Wanted, search
from gen_ip.service.caching import cursor_of
from gen_ip.service.chain import as_of
from gen_ip.service.pages.fields import amount_of
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import briefs
from gen_ip.service.parts import side
from gen_ip.service.routes.match import FileKind
from gen_ip.service.routes.searching import HIGHEST_PRICE, behind
from gen_ip.terms import Rights
from gen_ip.terms.rights import PERMISSIONS
from gen_ip.work import ETH

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 2
_LIMIT = 24
_ETHER_DIGITS = 18


@router.get("/explore")
async def explore(
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=16)] = "",
    right: Annotated[str, Query(max_length=32)] = "",
    price: Annotated[str, Query(max_length=40)] = "",
    after: Annotated[str, Query(max_length=1024)] = "",
) -> Response:
    """A form and what fits it; what is out of form in it is left out of account."""
    page, found = Page(request), side(request)
    rights = [each for each in Rights if each in PERMISSIONS]
    kinds = [each.value for each in FileKind]
    chosen = next((each for each in rights if each.name == right), None)
    limit = amount_of(price.strip(), _ETHER_DIGITS)
    limit = None if limit is None or limit < 0 else min(limit, HIGHEST_PRICE)
    wanted = Wanted(
        text=q,
        kind=kind if kind in kinds else None,
        rights=chosen,
        token=None if limit is None else ETH,
        max_price=limit,
    )
    place = behind(after)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            rows = search(view, wanted, view.as_of.time, place, _LIMIT + 1)
            shown = rows[:_LIMIT]
            hidden = facts.hides([each.id for each in shown])
            known = briefs(view, found, [each.id for each in shown if each.id not in hidden])
            last = shown[-1] if len(rows) > _LIMIT else None
            return {
                "works": [known[each.id] for each in shown if each.id in known],
                "next": None if last is None else cursor_of(f"{last.claimed}:{last.id}"),
                "as_of": as_of(view),
            }

    values = await to_thread.run_sync(answer)
    form = {
        "q": q,
        "kind": kind if kind in kinds else "",
        "right": right if chosen is not None else "",
        "price": price,
    }
    rights_in_words = [(each.name, page.words.rights(each)[0]) for each in rights]
    values |= {"form": form, "kinds": kinds, "rights": rights_in_words}
    return page.answer("explore.html", values, max_age=_KEPT_SECONDS)
