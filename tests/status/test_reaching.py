"""Hosts that strangers name: whatever they send, and however slowly, it ends in time."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from gen_ip.status.reaching import PublicHttps, Unreached
from tests.status.test_domains import HOST, certificate

__all__ = ["certificate"]
SECONDS, PAUSE, PIECES = 0.3, 0.05, 100
BEGINNINGS = {
    "status": b"HTTP/1.1 2",
    "head": b"HTTP/1.1 200 OK\r\nX: ",
    "chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    "body": b"HTTP/1.1 200 OK\r\n\r\n",
}


@contextmanager
def listening(serve: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """The port of a host that serves one connection so; the event is set when it is to end."""
    ended = threading.Event()

    def run() -> None:
        with suppress(OSError):
            connected, _ = listener.accept()
            with connected:
                serve(connected, ended)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            thread.join()


def asked_in_vain(port: int, certificate: Path) -> float:
    """Seconds until a request to a slow host was given up."""
    https = PublicHttps(
        resolve=lambda host, port: ["127.0.0.1"],
        public=lambda address: True,
        context=ssl.create_default_context(cafile=certificate),
        seconds=SECONDS,
    )
    began = time.monotonic()
    with pytest.raises(Unreached):
        https.request("POST", HOST, "/", port=port, headers={}, body=b"{}", most_bytes=16_384)
    return time.monotonic() - began


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=BEGINNINGS)
def test_an_answer_that_drips_is_given_up_in_time(beginning: bytes, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def drip(connected: socket.socket, ended: threading.Event) -> None:
        with context.wrap_socket(connected, server_side=True) as secure:
            secure.recv(65_536)
            secure.sendall(beginning)
            for _ in range(PIECES):
                if ended.wait(PAUSE):
                    return
                secure.sendall(b"0")

    with listening(drip) as port:
        assert asked_in_vain(port, certificate) < PIECES * PAUSE / 2


def test_tls_that_drips_is_given_up_in_time(certificate: Path) -> None:
    def drip(connected: socket.socket, ended: threading.Event) -> None:
        connected.recv(65_536)
        # A record of the handshake that is announced as long, and comes byte by byte.
        connected.sendall(b"\x16\x03\x03\x20\x00")
        for _ in range(PIECES):
            if ended.wait(PAUSE):
                return
            connected.sendall(b"\x02")

    with listening(drip) as port:
        assert asked_in_vain(port, certificate) < PIECES * PAUSE / 2
