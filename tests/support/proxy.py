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


class Batches(Enum):
    """What happens to several requests in one (a JSON-RPC batch)."""

    PASS = "they pass, and so do their answers"
    SHUFFLED = "the answers come in another order"
    PARTIAL = "only every second one is answered"
    ALMOST = "all but the last are answered"
    TWICE = "one is answered twice, with two answers"
    STRAY = "one answer is to another request"
    LIMITED = "every second one is refused for now, as at a gateway's limit"
    FEW = "more than three are refused with one error"
    FEW_LISTED = "of more than three, the first is refused and nothing said of the others"
    REFUSED = "all are refused with one error"
    HTTP = "all are refused with HTTP status 400"
    BROKEN = "the connection is closed: the node does not know them"


class Proxy:
    """A context manager; `url` is where the node seems to be.

    `only` restricts faults to some JSON-RPC methods; those of others pass and use up nothing.
    Several requests in one are of the method "batch". `seen` has an entry for each round trip.
    """

    def __init__(
        self, node: str, faults: Iterable[Fault] = (), only: Iterable[str] | None = None
    ) -> None:
        self.faults = deque(faults)
        self.only = None if only is None else frozenset(only)
        self.seen: list[tuple[str, Fault]] = []
        self.batches = Batches.PASS
        self._lock = threading.Lock()
        self._node = urlsplit(node)
        self._last = b'{"jsonrpc":"2.0","id":-1,"result":"0x0"}'
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._busy = threading.Condition()
        self._passing = 0
        # Its end is waited for as long as it takes to look, half a second if nothing is said.
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True)

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
                    request = json.loads(body)
                    many = isinstance(request, list)
                    fault = proxy.next_fault("batch" if many else request["method"])
                    if many and proxy.batches is not Batches.PASS:
                        self._pass_batch(request, body)
                    else:
                        self._pass(body, fault)
                    return
                self.close_connection = True

            def _pass_batch(self, requests: list[Any], body: bytes) -> None:
                kind, error = proxy.batches, {"code": -32600, "message": "batch too large"}
                refusal = {"jsonrpc": "2.0", "id": None, "error": error}
                over = len(requests) > 3
                if kind is Batches.BROKEN:
                    self._cut()
                elif kind is Batches.HTTP:
                    self._answer(b"", 400)
                elif kind is Batches.REFUSED or (kind is Batches.FEW and over):
                    self._answer(json.dumps(refusal).encode())
                elif kind is Batches.FEW_LISTED and over:
                    self._answer(json.dumps([{**refusal, "id": requests[0]["id"]}]).encode())
                else:
                    answers = json.loads(proxy.forward(body))
                    self._answer(json.dumps(_changed(answers, kind)).encode())

            def _pass(self, body: bytes, fault: Fault) -> None:
                if fault is Fault.DROP:
                    self._cut()
                elif fault is Fault.BUSY:
                    self._answer(b"", 429)
                elif fault is Fault.DOWN:
                    self._answer(b"", 503)
                elif fault is Fault.LIMITED:
                    error = {"code": -32005, "message": "limit exceeded"}
                    request = json.loads(body)
                    one = request[0] if isinstance(request, list) else request
                    answer = {"jsonrpc": "2.0", "id": one["id"], "error": error}
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


def _changed(answers: list[Any], kind: Batches) -> list[Any]:
    if kind is Batches.SHUFFLED:
        return answers[1::2] + answers[::2][::-1]
    if kind is Batches.PARTIAL:
        return answers[::2]
    if kind is Batches.ALMOST:
        return answers[:-1]
    if kind is Batches.TWICE:
        return [*answers, {**answers[0], "result": "0x1"}]
    if kind is Batches.STRAY:
        return [{**answers[0], "id": -1}, *answers[1:]]
    if kind is Batches.LIMITED:
        busy = {"code": -32005, "message": "limit exceeded"}
        refused = [{"jsonrpc": "2.0", "id": each["id"], "error": busy} for each in answers[::2]]
        return [*refused, *answers[1::2]]
    return answers
