"""Certificates beside a site's own pages: an ASGI middleware that answers under one path.

Sites that run Starlette, FastAPI or anything else that speaks ASGI add it, and load its script:

    app.add_middleware(Certificates, platform=platform, who=who)

Requests that change something come as JSON or as bytes with a header of their own, which no other
site's page can send in a visitor's name (https://fetch.spec.whatwg.org/#cors-preflight-fetch).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gen_ip.errors import GenIPError
from gen_ip.platform.platform import Platform
from gen_ip.platform.web import answering, routes
from gen_ip.platform.web.kept import Kept
from gen_ip.platform.web.routes import Who
from gen_ip.platform.web.screening import Screen
from gen_ip.platform.web.settings import Settings
from gen_ip.platform.web.visits import Visits

_PAUSE_SECONDS = 2.0


class Certificates:
    """The middleware.

    Args:
        app: the site.
        platform: its certificates, its share, its queue.
        who: tells whose account a request is from. The site's own sessions come before this: in
            Starlette and FastAPI, add their middleware after this one.
        prefix: the path under which it answers.
        settings: the site's.

    Raises:
        QueueUnavailable: the queue's database cannot be used.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        platform: Platform,
        who: Who,
        prefix: str = "/gen-ip",
        settings: Settings | None = None,
    ) -> None:
        self._app, self._platform = app, platform
        self._prefix = "/" + prefix.strip("/")
        self._settings = settings or Settings()
        self._screen = Screen(self._settings)
        if platform.matches is None and self._settings.index is not None:
            platform.matches = self._screen.matches
        visits = Visits(platform, Kept(platform.queue), self._screen, self._settings)
        self._own = Starlette(
            routes=[Mount(self._prefix, routes=routes.made())],
            exception_handlers=answering.handlers(),
        )
        self._own.state.use = routes.Use(visits, who, self._settings)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI asks (https://asgi.readthedocs.io/en/latest/specs/main.html)."""
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(f"{self._prefix}/"):
            await self._own({**scope, "state": dict(scope.get("state", {}))}, receive, send)
        else:
            await self._app(scope, receive, send)

    def close(self) -> None:
        """Ends its processes, and its rounds. A server that runs the site does so by itself."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._screen.close()

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "lifespan.startup.complete":
                self._begin()
            elif message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                await asyncio.to_thread(self.close)
            await send(message)

        await self._app(scope, receive, told)

    def _begin(self) -> None:
        if self._settings.submits and self._thread is None:
            self._thread = threading.Thread(target=self._rounds, name="gen-ip", daemon=True)
            self._thread.start()

    def _rounds(self) -> None:
        submitter = self._platform.submitter()
        while not self._stop.is_set():
            # What fails now is tried again: what was begun is in the queue.
            with contextlib.suppress(GenIPError):
                submitter.round()
            self._stop.wait(_PAUSE_SECONDS)
