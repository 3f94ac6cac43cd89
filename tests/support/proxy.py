"""A real HTTP proxy between a client and a node, that does what bad networks do.

Faults are taken from a queue, one for each request that passes, and none once it is empty.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

LATE_SECONDS = 0.35
"""More than the clients of these tests wait for an answer (`CLIENT_SECONDS`)."""
CLIENT_SECONDS = 0.25


class Fault(Enum):
    """What happens to one request and its answer."""

    NONE = "both pass"
    DROP = "the request is lost, the connection closed"
    CUT = "the node gets the request, the connection is closed before its answer"
    TRUNCATE = "the node gets the request, half of its answer passes"
    SLOW = "the answer comes late, but in time"
    LATE = "the request arrives after the client gave up"
    TWICE = "the node gets the request twice, its second answer passes"
    STALE = "the node gets the request, the answer is the one to another request"
    BUSY = "429, the node never gets it"
    DOWN = "503, the node never gets it"
    DOWN_AFTER = "503, after the node got it"
    LIMITED = "a JSON-RPC error of a gateway at its limit; the node never gets it"


class Proxy:
    """A context manager; `url` is where the node seems to be.

    `only` restricts faults to some JSON-RPC methods; those of others pass and use up nothing.
    """

    def __init__(
        self, node: str, faults: Iterable[Fault] = (), only: Iterable[str] | None = None
    ) -> None:
        self.faults = deque(faults)
        self.only = None if only is None else frozenset(only)
        self.seen: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()
        self._node = urlsplit(node)
        self._last = b'{"jsonrpc":"2.0","id":-1,"result":"0x0"}'
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._busy = threading.Condition()
        self._passing = 0
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Proxy:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Requests that are delayed must reach the node even when the client is gone.
        with self._busy:
            assert self._busy.wait_for(lambda: self._passing == 0, 30)
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """While a request is under way."""
        with self._busy:
            self._passing += 1
        try:
            yield
        finally:
            with self._busy:
                self._passing -= 1
                self._busy.notify_all()

    def next_fault(self, method: str) -> Fault:
        with self._lock:
            hit = self.only is None or method in self.only
            fault = self.faults.popleft() if hit and self.faults else Fault.NONE
            self.seen.append((method, fault))
            return fault

    def forward(self, body: bytes) -> bytes:
        node = http.client.HTTPConnection(self._node.hostname or "", self._node.port, timeout=30)
        try:
            node.request("POST", "/", body, {"Content-Type": "application/json"})
            return node.getresponse().read()
        finally:
            node.close()

    def swap(self, answer: bytes) -> bytes:
        """The answer before this one, which becomes the next one's."""
        with self._lock:
            self._last, before = answer, self._last
            return before

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                # An OSError: the client gave up.
                with proxy.passing(), suppress(OSError):
                    self._pass(body, proxy.next_fault(json.loads(body)["method"]))
                    return
                self.close_connection = True

            def _pass(self, body: bytes, fault: Fault) -> None:
                if fault is Fault.DROP:
                    self._cut()
                elif fault is Fault.BUSY:
                    self._answer(b"", 429)
                elif fault is Fault.DOWN:
                    self._answer(b"", 503)
                elif fault is Fault.LIMITED:
                    error = {"code": -32005, "message": "limit exceeded"}
                    identity = json.loads(body)["id"]
                    answer = {"jsonrpc": "2.0", "id": identity, "error": error}
                    self._answer(json.dumps(answer).encode())
                else:
                    if fault is Fault.LATE:
                        time.sleep(LATE_SECONDS)
                    answer = proxy.forward(body)
                    if fault is Fault.TWICE:
                        answer = proxy.forward(body)
                    self._deliver(answer, proxy.swap(answer), fault)

            def _deliver(self, answer: bytes, before: bytes, fault: Fault) -> None:
                if fault is Fault.CUT:
                    self._cut()
                elif fault is Fault.TRUNCATE:
                    self._answer(answer[: len(answer) // 2], declared=len(answer))
                    self._cut()
                elif fault is Fault.STALE:
                    self._answer(before)
                elif fault is Fault.DOWN_AFTER:
                    self._answer(b"", 503)
                else:
                    if fault is Fault.SLOW:
                        time.sleep(0.1)
                    self._answer(answer)

            def _answer(self, body: bytes, status: int = 200, declared: int | None = None) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body) if declared is None else declared))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def _cut(self) -> None:
                self.close_connection = True
                # A reset, not an orderly end.
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler
