"""What pages load: style, scripts, small pictures of works."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sql
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath

from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.index.schema.works import WORKS
from gen_ip.service.pages.rendering import STATIC, static_bytes, static_url
from gen_ip.service.parts import side
from gen_ip.service.problems import Problem

router = APIRouter(include_in_schema=False)
_FOR_EVER = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"
_MOST_WORKS = 20
# Pictures wait for a store and for decoding: answers must not wait for their threads.
_AT_A_TIME = 4


@router.get("/static/{version}/{name}")
async def static(request: Request, version: str, name: str) -> Response:
    """A file of the pages, under an address that changes with it."""
    if name not in STATIC or static_url(name) != request.url.path:
        raise Problem(404, "not-found", "there is no such file; load the page again")
    headers = {"Cache-Control": _FOR_EVER}
    return Response(static_bytes(name), headers=headers, media_type=STATIC[name])


@router.get("/thumbnails/{cid}.png")
async def thumbnail(
    request: Request, cid: Annotated[str, InPath(pattern="^[a-zA-Z0-9]{1,128}$")]
) -> Response:
    """A small picture of a certified work that the operator's store holds."""
    found = side(request)

    def answer() -> bytes | None:
        pictures = found.pictures
        if pictures is None:
            return None
        with found.viewing() as (view, facts):
            # What nobody certified, or the operator hides, is not shown.
            numbers = view.connection.execute(
                sql.select(WORKS.c.id)
                .join(DOCUMENTS, DOCUMENTS.c.digest == WORKS.c.metadata)
                .where(DOCUMENTS.c.cid == cid, DOCUMENTS.c.kind == "image", WORKS.c.certified > 0)
                .limit(_MOST_WORKS)
            )
            works = list(numbers.scalars())
            if not works or facts.hides(works):
                return None
        return pictures.get(cid)

    if found.picture_threads is None:
        found.picture_threads = CapacityLimiter(_AT_A_TIME)
    made = await to_thread.run_sync(answer, limiter=found.picture_threads)
    if made is None:
        raise Problem(404, "no-picture", "there is no picture of this work here")
    return Response(made, headers={"Cache-Control": _HOUR}, media_type="image/png")
