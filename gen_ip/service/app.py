"""The app (ASGI): its routes, and what every request goes through."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from gen_ip.match.index.errors import IndexProblem
from gen_ip.service import problems
from gen_ip.service.chain import ChainSettings
from gen_ip.service.limits import Counting
from gen_ip.service.observing import Observing
from gen_ip.service.pages import (
    account,
    assets,
    certifying,
    errors,
    explore,
    family,
    home,
    offering,
    papers,
    signing,
    work,
)
from gen_ip.service.parts import Parts, made
from gen_ip.service.problems import ProblemDocument
from gen_ip.service.routes import (
    creators,
    handing,
    hidden,
    inbox,
    match,
    operating,
    searching,
    status,
    webhooks,
    works,
)
from gen_ip.service.settings import Settings

_LOOK_AGAIN_SECONDS = 2.0


def app_of(settings: Settings, chain: ChainSettings | None = None) -> FastAPI:
    """The service as an app; its parts are at `app.state.parts`.

    Raises:
        RecordsUnavailable: the service's folder cannot be used.
        InvalidArgument: a rate is out of form.
    """
    use = made(settings, chain)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        warming = asyncio.create_task(_warm(use))
        try:
            yield
        finally:
            use.stopping = True
            warming.cancel()
            await to_thread.run_sync(use.matching.__exit__, None, None, None)
            if use.describer is not None:
                use.describer.close()
            if use.side is not None:
                use.side.close()

    app = FastAPI(
        title="Gen-IP",
        version="1",
        summary="May I use this? Asked about a file, answered with evidence.",
        lifespan=lifespan,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = use

    app.add_middleware(Counting, rate=use.rate)
    app.add_middleware(Observing, metrics=use.metrics, log=use.log)
    problems.install(app)
    app.state.error_page = errors.page
    asked = (match, status, works, creators, searching, handing, inbox, webhooks, hidden, operating)
    for each in asked:
        app.include_router(each.router)
    for shown in (
        home,
        work,
        family,
        account,
        explore,
        certifying,
        offering,
        papers,
        signing,
        assets,
    ):
        app.include_router(shown.router)
    _describe(app)
    return app


async def _warm(use: Parts) -> None:
    """Until there is an index and the first question is answered as fast as the others."""
    while not use.warm:
        try:
            await to_thread.run_sync(use.matching.warm)
            use.warm = True
            use.log.info("ready")
        except IndexProblem as problem:
            use.log.info("waiting", problem=str(problem))
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _describe(app: FastAPI) -> None:
    """The description of the API (OpenAPI 3.1), with the form of problems."""

    def described() -> dict[str, object]:
        if app.openapi_schema is None:
            found = get_openapi(
                title=app.title,
                version=app.version,
                summary=app.summary,
                openapi_version="3.1.0",
                routes=app.routes,
            )
            schemas = found["components"]["schemas"]
            schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way
