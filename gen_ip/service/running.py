"""The service in this process, until it is told to end: what is under way is finished first."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import FrameType
from typing import Any

import uvicorn

from gen_ip.errors import GenIPError
from gen_ip.service.app import app_of
from gen_ip.service.chain import ChainSettings
from gen_ip.service.errors import PortUnavailable
from gen_ip.service.parts import Parts
from gen_ip.service.protocol import CappedProtocol
from gen_ip.service.settings import Settings

_GRACE_SECONDS = 30
_KEPT_SECONDS = 10
_BACKLOG = 512

Beside = Callable[[Parts], AbstractContextManager[object]]


class _Server(uvicorn.Server):
    """Tells when it listens, and ends by itself: the base would raise the signal once more."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to end; a second Ctrl-C waits for nothing."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.should_exit = True


class _Handler(logging.Handler):
    """What uvicorn says, as lines of the service's own log."""

    def __init__(self, log: Any) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.error("server", problem=record.getMessage(), exc_info=record.exc_info)


def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    listening: Callable[[str], None],
    proxies: str | None = None,
    chain: ChainSettings | None = None,
    beside: Beside | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM, then finishes what is under way, at most 30 seconds.

    Args:
        settings: how.
        chain: which chain it speaks of, if any.
        beside: what goes on in the same process meanwhile, made from the service's parts.
        host, port: where to listen; port 0 is a free one.
        listening: told the service's URL once it answers.
        proxies: addresses whose X-Forwarded-For is believed, separated by commas; by default none.

    Raises:
        PortUnavailable: it cannot listen there.
        RecordsUnavailable, ChainIndexProblem, InvalidArgument: see `app_of`.
    """
    listener = _listener(host, port)
    try:
        app = app_of(settings, chain)
    except GenIPError:
        listener.close()
        raise
    bound = listener.getsockname()
    shown = f"[{bound[0]}]" if ":" in bound[0] else bound[0]
    handler = _Handler(app.state.parts.log)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = [handler] if name == "uvicorn" else []
    config = uvicorn.Config(
        app,
        http=CappedProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxies is not None,
        forwarded_allow_ips=proxies,
        timeout_keep_alive=_KEPT_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        backlog=_BACKLOG,
    )
    use: Parts = app.state.parts
    try:
        with nullcontext() if beside is None else beside(use):
            _Server(config, lambda: listening(f"http://{shown}:{bound[1]}")).run([listener])
    finally:
        listener.close()


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind)
    except (OSError, UnicodeError) as error:
        raise PortUnavailable(host, port, str(error)) from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortUnavailable(host, port, error.strerror or str(error)) from None
    listener.setblocking(False)
    return listener
