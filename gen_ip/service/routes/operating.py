"""Whether the service lives and is ready, its metrics, and what it says of itself."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from gen_ip.match.index.errors import IndexProblem
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.kind import IMAGE, kinds
from gen_ip.service.caching import answered
from gen_ip.service.parts import Parts, parts
from gen_ip.service.problems import Problem, documented

router = APIRouter()
_DAY = 86_400


class Health(BaseModel):
    """That it lives."""

    status: str


class Ready(BaseModel):
    """That it answers, and how many works of each kind it knows."""

    status: str
    works: dict[str, int]
    as_of_block: str | None
    finality: str | None


class Caps(BaseModel):
    """What a caller may send."""

    upload_bytes: int
    upload_seconds: float
    decode_pixels: int
    rate: str
    match_rate: str


class WellKnown(BaseModel):
    """What the service is and what it can be asked."""

    service: str
    versions: list[str]
    openapi: str
    kinds: list[str]
    match_verdicts: dict[str, str]
    limits: Caps
    as_of_block: str | None
    finality: str | None


@router.get("/health", response_model=Health, responses=documented())
async def health() -> dict[str, str]:
    """Whether the process answers at all."""
    return {"status": "alive"}


@router.get("/ready", response_model=Ready, responses=documented(503))
async def ready(request: Request) -> dict[str, Any]:
    """Whether questions are answered: 503 while it starts, ends, or has no index."""
    use = parts(request)
    if use.stopping:
        raise Problem(503, "stopping", "the service is ending", 5)
    # With a chain files are recognized by their bytes at once, and by more as works come in.
    if not use.warm and use.side is None:
        raise Problem(503, "starting", "the service is starting, or has no match index yet", 1)
    as_of = await to_thread.run_sync(use.chain.as_of)
    if use.side is not None and as_of.as_of_block is None:
        raise Problem(503, "starting", "nothing was read from the chain yet", 1)
    works = await to_thread.run_sync(_counts, use) if use.warm else {}
    return {"status": "ready", "works": works, **as_of.to_json()}


def _counts(use: Parts) -> dict[str, int]:
    counts = use.matching.index().counts()
    for kind, count in counts.items():
        use.metrics.works.labels(kind).set(count)
    return counts


@router.get(
    "/metrics",
    response_class=Response,
    responses={**documented(), 200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Numbers for Prometheus."""
    use = parts(request)

    def text() -> bytes:
        try:
            _counts(use)
        except IndexProblem as error:
            # The other numbers are wanted most when something is wrong.
            use.log.warning("index", problem=str(error))
        return generate_latest(use.metrics.registry)

    return Response(await to_thread.run_sync(text), media_type=CONTENT_TYPE_LATEST)


@router.get("/.well-known/gen-ip.json", response_model=WellKnown, responses=documented())
async def well_known(request: Request) -> Response:
    """What the service is, its kinds, verdicts and caps."""
    use = parts(request)
    as_of = await to_thread.run_sync(use.chain.as_of)
    caps = {name: getattr(use.settings, name) for name in Caps.model_fields}
    document = {
        "service": "gen-ip",
        "versions": ["v1"],
        "openapi": "/openapi.json",
        "kinds": [IMAGE, *kinds()],
        "match_verdicts": {each.value: each.words for each in Verdict},
        "limits": caps,
        **as_of.to_json(),
    }
    return answered(request, document, _DAY)
