"""How often a client may ask, and who may change something."""

from __future__ import annotations

import ipaddress
import math
import time

from fastapi import Request
from fastapi.security import HTTPBearer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from gen_ip.arguments import InvalidArgument
from gen_ip.service.kept.keys import Key, Keys
from gen_ip.service.problems import Problem, told

# One customer has as many addresses of IPv6.
_PREFIX = 64
# What is asked all the time by machines of the operator.
_UNCOUNTED = frozenset({"/health", "/ready", "/metrics"})

#: For the description of the API.
BEARER = HTTPBearer(auto_error=False, description="A key from `gen-ip service add-key`.")


class RateLimits:
    """Counts requests by client, in this process.

    Args:
        rate: as the library `limits` writes it, such as `600/minute`.

    Raises:
        InvalidArgument: it is not so written.
    """

    def __init__(self, name: str, rate: str) -> None:
        self._name, self._item = name, _parsed(rate)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def take(self, client: str) -> None:
        """Counts one request.

        Raises:
            Problem: 429, with how long to wait.
        """
        if self._limiter.hit(self._item, self._name, client):
            return
        stats = self._limiter.get_window_stats(self._item, self._name, client)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        raise Problem(429, "too-many-requests", f"at most {self._item} of one client", wait)


class Counting:
    """Middleware (ASGI): counts every request of a client, those of its operator's machines not."""

    def __init__(self, app: ASGIApp, rate: RateLimits) -> None:
        self._app, self._rate = app, rate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "http" and scope["path"] not in _UNCOUNTED:
            request = Request(scope)
            try:
                self._rate.take(client_of(request))
            except Problem as problem:
                await told(request, problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _parsed(rate: str) -> RateLimitItem:
    try:
        return parse(rate)
    except ValueError:
        raise InvalidArgument("rate", rate, "such as 60/minute") from None


def client_of(request: Request) -> str:
    """Whom a request is counted for: the address, of IPv6 the network."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, _PREFIX), strict=False))


def holder(request: Request, keys: Keys) -> Key:
    """The API key of a request that changes something.

    Raises:
        Problem: 401, there is none that opens.
        RecordsUnavailable.
    """
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    found = keys.holder(text.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Problem(401, "key-required", "send a valid API key: Authorization: Bearer KEY")
    return found
