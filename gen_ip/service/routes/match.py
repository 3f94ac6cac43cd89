"""`POST /v1/match`: which works a file was made from; and the evidence it links to."""

from __future__ import annotations

import base64
from enum import StrEnum
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel

from gen_ip.service.limits import client_of
from gen_ip.service.matching import Matched, timed, without
from gen_ip.service.parts import Parts, parts
from gen_ip.service.problems import Problem, documented

router = APIRouter()
_PNG = "image/png"
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "required": ["file"],
        "properties": {"file": {"type": "string", "format": "binary"}},
    }
}


FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": _FORM, "application/octet-stream": _BINARY},
    }
}
"""How a file is sent, for the description of the API."""


class Show(StrEnum):
    """How evidence comes: not at all, as links that hold for a while, or as base64."""

    NONE = "none"
    LINK = "link"
    INLINE = "inline"


class FileKind(StrEnum):
    """What a file can be asked about as."""

    IMAGE = "image"
    TEXT = "text"
    PROMPT = "prompt"
    MODEL = "model"
    WORKFLOW = "workflow"


class Evidence(BaseModel):
    """A PNG picture that shows why: `href`, or its bytes in base64 as `png`."""

    name: str
    href: str | None = None
    png: str | None = None


class FoundWork(BaseModel):
    """A work that the file has to do with, surest first."""

    work: str
    verdict: str
    score: float
    method: str
    measured: dict[str, Any]
    evidence: list[Evidence]


class MatchAnswer(BaseModel):
    """What the match index says of a file; `as_of_block` is null where no chain is followed."""

    sha256: str
    kind: str
    verdict: str
    words: str
    findings: list[FoundWork]
    thresholds: str
    milliseconds: float
    as_of_block: str | None
    finality: str | None


@router.post(
    "/v1/match",
    response_model=MatchAnswer,
    responses=documented(400, 408, 413, 422, 503),
    openapi_extra=FILE_BODY,
)
async def match(
    request: Request,
    kind: Annotated[FileKind | None, Query(description="By default what its bytes say.")] = None,
    evidence: Annotated[Show, Query()] = Show.LINK,
) -> Response:
    """Which works of the index a file was made from, how surely, and why."""
    use = parts(request)
    use.match_rate.take(client_of(request))
    async with use.uploads.file(request) as file:
        stated = None if kind is None else kind.value

        def work() -> dict[str, Any]:
            matched, seconds = timed(use.matching, file, stated)
            use.metrics.matches.labels(matched.answer.kind).observe(seconds)
            return _document(use, request.state.request_id, matched, evidence)

        document = await use.pool.run(work)
    use.metrics.verdicts.labels(document["verdict"]).inc()
    as_of = await to_thread.run_sync(use.chain.as_of)
    answer = MatchAnswer(**document, **as_of.to_json())
    body = answer.model_dump_json(exclude_unset=True)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type="application/json")


def _document(use: Parts, request_id: str, matched: Matched, show: Show) -> dict[str, Any]:
    works = [each.key for each in matched.answer.findings]
    hidden = use.hidden.among(works)
    for work in sorted(hidden):
        use.log.info("hidden", request_id=request_id, work=work)
    answer = without(matched.answer, hidden)
    drawn: dict[str, list[dict[str, str]]] = {}
    if show is not Show.NONE and answer.findings:
        for work, pictures in matched.evidence():
            if work not in hidden:
                drawn[work] = [_shown(use, name, png, show) for name, png in pictures.items()]
    document = answer.to_json()
    document.pop("descriptor", None)
    for each in document["findings"]:
        each["evidence"] = drawn.get(each["work"], [])
    return {"sha256": matched.sha256.hex(), "words": answer.verdict.words, **document}


def _shown(use: Parts, name: str, png: bytes, show: Show) -> dict[str, str]:
    if show is Show.INLINE:
        return {"name": name, "png": base64.b64encode(png).decode()}
    return {"name": name, "href": f"/v1/evidence/{use.evidence.put(png)}.png"}


@router.get(
    "/v1/evidence/{name}.png",
    response_class=Response,
    responses={**documented(404, 422), 200: {"content": {_PNG: _BINARY}}},
)
async def evidence_picture(
    request: Request, name: Annotated[str, InPath(pattern="^[0-9a-f]{32}$")]
) -> Response:
    """A picture that an answer links to; it is kept for some minutes."""
    found = await to_thread.run_sync(parts(request).evidence.get, name)
    if found is None:
        raise Problem(404, "gone", "this evidence is gone; ask about the file again")
    return Response(found, headers={"Cache-Control": "private, max-age=300"}, media_type=_PNG)
