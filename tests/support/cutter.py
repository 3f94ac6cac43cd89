"""A real TCP proxy whose connections a test can cut at any byte, as networks do."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit


class Cutter:
    """A context manager; `port` of 127.0.0.1 leads to the node.

    `after` bytes of the node's answers on one connection it is cut, mid-frame if it comes so; None
    for never. While `down`, new connections are refused at once.
    """

    def __init__(self, node: str, after: int | None = None) -> None:
        parts = urlsplit(node)
        self._node = (parts.hostname or "", parts.port or 0)
        self.after = after
        self.down = False
        self.opened = self.cuts = 0
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Cutter:
        self._start(self._accept)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A thread waits in accept().
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def cut(self) -> None:
        """Resets every connection that is open."""
        with self._lock:
            open_, self._open = self._open, set()
        for each in open_:
            _reset(each)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                if self.down:
                    _reset(client)
                    continue
                self.opened += 1
                node = socket.create_connection(self._node)
                with self._lock:
                    self._open |= {client, node}
                self._start(self._pass, client, node, None)
                self._start(self._pass, node, client, self.after)

    def _pass(self, origin: socket.socket, end: socket.socket, after: int | None) -> None:
        left = after
        with suppress(OSError):
            while data := origin.recv(65536):
                part = data if left is None else data[:left]
                end.sendall(part)
                if left is not None:
                    left -= len(part)
                    if left <= 0:
                        self.cuts += 1
                        break
        with self._lock:
            self._open -= {origin, end}
        for each in (origin, end):
            _reset(each)

    def _start(self, run: object, *args: object) -> None:
        thread = threading.Thread(target=run, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
