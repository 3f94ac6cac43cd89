"""`/v1/search`: works by title, kind, tag, rights, price."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from gen_ip import arguments
from gen_ip.index.queries.search import Wanted, search
from gen_ip.service.caching import answered, cursor_of, key_of
from gen_ip.service.chain import as_of
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem, documented
from gen_ip.service.routes.match import FileKind
from gen_ip.terms import Rights

router = APIRouter()
_KEPT_SECONDS = 2
HIGHEST_PRICE = 2**256 - 1

RightName = StrEnum("RightName", {name: name for name in Rights.__members__})  # type: ignore[misc]


class FoundWork(BaseModel):
    """A work as a list shows it."""

    work: str
    title: str
    kind: str
    explicit: bool
    creator: str
    owner: str
    claim_time: int


class SearchAnswer(BaseModel):
    """A page of works, the latest claims first."""

    works: list[FoundWork]
    next: str | None
    as_of_block: str | None
    finality: str | None


@router.get("/v1/search", response_model=SearchAnswer, responses=documented(422, 503))
async def find(
    request: Request,
    q: Annotated[str, Query(max_length=200, description="How words of the title begin.")] = "",
    kind: Annotated[FileKind | None, Query()] = None,
    tag: Annotated[str | None, Query(max_length=64)] = None,
    right: Annotated[
        list[RightName] | None, Query(description="What a standing offer grants.")
    ] = None,
    max_price: Annotated[
        str | None,
        Query(pattern="^[0-9]{1,78}$", description="Of that offer, in the token's smallest unit."),
    ] = None,
    token: Annotated[str | None, Query(max_length=42)] = None,
    creator: Annotated[str | None, Query(max_length=42)] = None,
    owner: Annotated[str | None, Query(max_length=42)] = None,
    after: Annotated[str, Query(max_length=1024)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Response:
    """Works that fit all of it."""
    found = side(request)
    rights = Rights(0)
    for each in right or ():
        rights |= Rights[each.value]
    wanted = Wanted(
        text=q,
        kind=None if kind is None else kind.value,
        tag=tag,
        rights=rights if right else None,
        token=_address("token", token),
        max_price=None if max_price is None else min(int(max_price), HIGHEST_PRICE),
        creator=_address("creator", creator),
        owner=_address("owner", owner),
    )
    place = behind(after)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            rows = search(view, wanted, view.as_of.time, place, limit + 1)
            page = rows[:limit]
            hidden = facts.hides([each.id for each in page])
            more = len(rows) > limit
            return {
                "works": [
                    {
                        "work": str(each.id),
                        "title": each.title,
                        "kind": each.kind,
                        "explicit": each.explicit,
                        "creator": each.creator,
                        "owner": each.owner,
                        "claim_time": each.claimed,
                    }
                    for each in page
                    if each.id not in hidden
                ],
                "next": cursor_of(f"{page[-1].claimed}:{page[-1].id}") if more else None,
                **as_of(view).to_json(),
            }

    return answered(request, await to_thread.run_sync(answer), _KEPT_SECONDS)


def _address(name: str, value: str | None) -> str | None:
    try:
        return None if value is None else arguments.address(name, value)
    except arguments.InvalidArgument as error:
        raise Problem(422, "bad-account", str(error)) from None


def behind(cursor: str) -> tuple[int, int] | None:
    """The claim and the number of the last work before a page; None of the first.

    Raises:
        Problem: 422, it is no cursor.
    """
    key = key_of(cursor)
    if not key:
        return None
    claimed, _, number = key.partition(":")
    for each, most in ((claimed, 18), (number, 49)):
        if not (each.isascii() and each.isdigit() and len(each) <= most):
            raise Problem(422, "bad-cursor", "after is no cursor of this list; take next from it")
    if int(number) >= 1 << 160:
        raise Problem(422, "bad-cursor", "after is no cursor of this list; take next from it")
    return int(claimed), int(number)
