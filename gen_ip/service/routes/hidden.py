"""`/v1/hidden`: the operator's hide list, for those with an API key; every change is logged."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field, StringConstraints

from gen_ip.service.caching import answered, cursor_of, key_of
from gen_ip.service.errors import UnknownName
from gen_ip.service.kept.keys import Key
from gen_ip.service.limits import BEARER, holder
from gen_ip.service.parts import parts
from gen_ip.service.problems import Problem, documented

router = APIRouter(dependencies=[Depends(BEARER)])

# As keys of works are: whatever is text, without what would tear a line of a log.
_Work = Annotated[str, InPath(min_length=1, max_length=512, pattern=r"^[^\x00-\x1f\x7f]+$")]
_Reason = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class HiddenWork(BaseModel):
    """A work that is named to nobody, why, and since when (seconds since 1970)."""

    work: str
    reason: str
    since: int


class HiddenPage(BaseModel):
    """A page of the list; `next` goes on behind it, as `after`."""

    hidden: list[HiddenWork]
    next: str | None
    as_of_block: str | None
    finality: str | None


class Hide(BaseModel, extra="forbid"):
    """Why."""

    reason: _Reason = Field(description="Kept in the list and in the log.")


async def _holder(request: Request) -> Key:
    return await to_thread.run_sync(holder, request, parts(request).keys)


@router.get("/v1/hidden", response_model=HiddenPage, responses=documented(401, 422, 503))
async def hidden(
    request: Request,
    after: Annotated[str, Query(max_length=1024)] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Response:
    """The hidden works by name."""
    use = parts(request)
    await _holder(request)
    # One more tells whether there is more.
    found = await to_thread.run_sync(use.hidden.page, key_of(after), limit + 1)
    more = cursor_of(found[limit - 1].work) if len(found) > limit else None
    document = {"hidden": [each.to_json() for each in found[:limit]], "next": more}
    as_of = await to_thread.run_sync(use.chain.as_of)
    return answered(request, {**document, **as_of.to_json()}, 0)


@router.put(
    "/v1/hidden/{work:path}", response_model=HiddenWork, responses=documented(401, 422, 503)
)
async def hide(request: Request, work: _Work, why: Annotated[Hide, Body()]) -> HiddenWork:
    """Hide a work."""
    use = parts(request)
    key = await _holder(request)
    done = await to_thread.run_sync(use.hidden.add, work, why.reason)
    use.log.info(
        "hide", request_id=request.state.request_id, work=work, reason=why.reason, key=key.id
    )
    return HiddenWork(**done.to_json())


@router.delete("/v1/hidden/{work:path}", status_code=204, responses=documented(401, 404, 422, 503))
async def show(request: Request, work: _Work) -> Response:
    """Show a work again."""
    use = parts(request)
    key = await _holder(request)
    try:
        await to_thread.run_sync(use.hidden.remove, work)
    except UnknownName as error:
        raise Problem(404, "not-hidden", str(error)) from None
    use.log.info("show", request_id=request.state.request_id, work=work, key=key.id)
    return Response(status_code=204)
