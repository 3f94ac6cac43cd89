"""Websockets to a node: requests over a few connections, and a subscription to new blocks."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from web3.providers.base import JSONBaseProvider
from web3.types import RPCEndpoint, RPCResponse
from websockets.exceptions import WebSocketException
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect

from gen_ip.chain.answers import MAX_BYTES, MAX_NESTING
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.nesting import parse
from gen_ip.urls import public_url

_CLOSING_SECONDS = 1.0


class SocketProvider(JSONBaseProvider):
    """A Web3 provider over websockets, for any number of threads: each request has a connection
    for itself while it runs, and leaves it open for later ones."""

    def __init__(self, url: str, timeout: float) -> None:
        super().__init__()
        self.endpoint_uri, self._timeout = url, timeout
        # Not from 0, so that an answer to another client's request does not pass.
        self.request_counter = itertools.count(secrets.randbits(40))
        self._idle: list[ClientConnection] = []
        self._lock = threading.Lock()

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """One request and its answer; whatever else comes over the connection is passed over.

        Raises:
            ConnectionError, TimeoutError: the connection breaks, or no answer comes in time.
        """
        request = self.encode_rpc_request(method, params)
        wanted = json.loads(request)["id"]
        with self._connection() as connection:
            connection.send(request.decode())
            until = time.monotonic() + self._timeout
            while True:
                answer = _received(connection, max(0.0, until - time.monotonic()))
                response: RPCResponse = parse(answer, MAX_NESTING)
                # A node that could not read the request's id answers null with its error.
                unread = response.get("id") is None and "error" in response
                if response.get("id") == wanted or unread:
                    return response

    @contextmanager
    def _connection(self) -> Iterator[ClientConnection]:
        connection = self._take() or opened(self.endpoint_uri, self._timeout)
        try:
            with _as_connection_errors():
                yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)

    def _take(self) -> ClientConnection | None:
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                # One that broke while it was idle is known to be closed.
                if connection.protocol.state is State.OPEN:
                    return connection
        return None


class Heads:
    """Tells of new blocks, over a connection of its own that is made again when it breaks.

    `wait` returns when there is something new to see, and also when the connection was made or
    lost: what happened meanwhile has to be looked up. `close` may be called from any thread.
    """

    def __init__(self, url: str, timeout: float) -> None:
        self._url, self._timeout = url, timeout
        self._connection: ClientConnection | None = None
        self._closed = threading.Event()

    def wait(self, seconds: float) -> None:
        """Waits for a new block, for `seconds` at most.

        Raises:
            ConnectionFailed: no connection can be made.
            NodeError: the node takes no subscription.
        """
        if self._closed.is_set():
            return
        connection = self._connection
        if connection is None:
            self._connect()
            return
        try:
            with _as_connection_errors():
                _received(connection, seconds)
        except (ConnectionError, TimeoutError):
            # Blocks may come less often; but a subscription may also have died without a word.
            self._drop()

    def close(self) -> None:
        """Ends a `wait` that is under way, and makes every later one return at once."""
        self._closed.set()
        self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> None:
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"]}
        answer, failure = None, ""
        try:
            with _as_connection_errors():
                self._connection = connection = opened(self._url, self._timeout)
                if self._closed.is_set():
                    self._drop()
                    return
                connection.send(json.dumps(request))
                answer = parse(_received(connection, self._timeout), MAX_NESTING)
        except (OSError, ValueError) as error:
            self._drop()
            failure = f"no subscription over the websocket: {type(error).__name__}"
        if failure:
            # Out here the library's error, which holds the whole URL, is not kept as the context.
            raise ConnectionFailed(public_url(self._url), failure, passing=True)
        if not isinstance(answer, dict) or "result" not in answer:
            self._drop()
            raise NodeError("eth_subscribe", "it takes no subscription to new blocks")


def opened(url: str, timeout: float) -> ClientConnection:
    """A new connection to the node at `url`.

    Raises:
        ConnectionError, TimeoutError: it cannot be made.
    """
    with _as_connection_errors():
        return connect(
            url, open_timeout=timeout, close_timeout=_CLOSING_SECONDS, max_size=MAX_BYTES
        )


def _received(connection: ClientConnection, seconds: float) -> bytes:
    found = connection.recv(timeout=seconds)
    return found.encode() if isinstance(found, str) else found


@contextmanager
def _as_connection_errors() -> Iterator[None]:
    """The library's errors as Python's own, without their text: that may hold the whole URL."""
    try:
        yield
    except WebSocketException as error:
        raise ConnectionError(type(error).__name__) from None
