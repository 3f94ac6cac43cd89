"""What is seen of the service: an id and a line of log for each request, and Prometheus metrics."""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Parameters whose values are logged; of all others only the names are.
_LOGGED = frozenset(
    {"after", "cid", "evidence", "kind", "limit", "sha256", "sort", "state", "tag", "work"}
)
_MOST_LOGGED = 100
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADER = "X-Request-ID"
_OTHER = "other"
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# Seconds: from an answer at hand to a picture looked at twice.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The numbers of one app, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        names = ("method", "route", "status")
        self.requests = Histogram(
            "genip_request_seconds", "Requests.", names, buckets=_BUCKETS, registry=self.registry
        )
        self.matches = Histogram(
            "genip_match_seconds",
            "From a file on the disk to its answer.",
            ("kind",),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.verdicts = Counter(
            "genip_verdicts", "Answers by verdict.", ("verdict",), registry=self.registry
        )
        self.refused = Counter(
            "genip_refused", "Requests refused by a cap.", ("cap",), registry=self.registry
        )
        self.works = Gauge(
            "genip_index_works", "Works in the match index.", ("kind",), registry=self.registry
        )
        self.ended = Gauge(
            "genip_work_ended",
            "1 where work in the background ended by an error that waiting does not mend.",
            ("work",),
            registry=self.registry,
        )
        self.lag = Gauge(
            "genip_chain_lag_blocks",
            "Blocks that the chain index is behind its node.",
            registry=self.registry,
        )


def logger() -> Any:
    """Lines of JSON on stderr, one an event."""
    return structlog.wrap_logger(
        _Lines(),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )


class _Lines:
    """Writes to whatever stderr is by then."""

    def info(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    warning = error = critical = info


def scrubbed(query: bytes) -> dict[str, str]:
    """The parameters of a query, for a log: values of well-known ones, of others `…`."""
    pairs = parse_qsl(query.decode("latin-1")[:4096], keep_blank_values=True)
    return {
        name if name in _LOGGED else "…": value[:_MOST_LOGGED] if name in _LOGGED else "…"
        for name, value in pairs
    }


class Observing:
    """Middleware (ASGI): gives each request an id, times it, and logs how it ended."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Any) -> None:
        self._app, self._metrics, self._log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _given(scope) or secrets.token_hex(12)
        state: dict[str, Any] = scope.setdefault("state", {})
        state["request_id"] = request_id
        began, status = time.perf_counter(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[_HEADER] = request_id
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - began
            method = scope["method"] if scope["method"] in _METHODS else _OTHER
            route = getattr(scope.get("route"), "path", _OTHER)
            self._metrics.requests.labels(method, route, str(status)).observe(seconds)
            told = {"failure": state["failure"]} if "failure" in state else {}
            self._log.info(
                "request",
                request_id=request_id,
                method=method,
                route=route,
                query=scrubbed(scope.get("query_string", b"")),
                status=status,
                milliseconds=round(1000 * seconds, 3),
                **told,
            )


def _given(scope: Mapping[str, Any]) -> str | None:
    """The id that a caller or a proxy gave it, if it is one that can be logged."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            text = value.decode("latin-1")
            return text if _GIVEN_ID.fullmatch(text) else None
    return None
