"""A gateway that lies, drips, redirects or breaks off gives nothing false, and takes no time."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gen_ip.content.choice import open_store
from gen_ip.content.cid import parse_cid, raw_cid_of
from gen_ip.content.copying import fetch
from gen_ip.content.gateway import GatewayStore
from gen_ip.content.local import LocalStore
from gen_ip.content.unixfs import CHUNK_BYTES
from gen_ip.errors import (
    BadStoreAddress,
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    StoreUnavailable,
)
from tests.content.vectors import content

SIZE = 4 * CHUNK_BYTES + 9


@contextmanager
def gateway(answer: Callable[[BaseHTTPRequestHandler, str], None]) -> Iterator[str]:
    """A web server whose `answer` is handed each request and the CID it asks for."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self, self.path.split("?")[0].rsplit("/", 1)[-1])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(request: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    request.send_response(status)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def served(tmp_path: Path) -> tuple[str, dict[str, bytes]]:
    """The CID of a file of five leaves, and its blocks."""
    store = LocalStore(tmp_path / "origin")
    cid = store.put_file(content(SIZE))
    return cid, {str(each): bytes(block) for each, block in store.blocks(cid)}


def test_an_honest_gateway(served: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    cid, blocks = served

    def answer(request: BaseHTTPRequestHandler, asked: str) -> None:
        assert request.headers["Accept"] == "application/vnd.ipld.raw"
        send(request, blocks.get(asked, b""), 200 if asked in blocks else 404)

    with gateway(answer) as url:
        store = open_store(f"gateway+{url}")
        assert store.get(cid) == content(SIZE)
        assert store.has(cid)
        assert not store.has(raw_cid_of(b"absent"))
        fetch(store, cid, tmp_path / "file")
        assert (tmp_path / "file").read_bytes() == content(SIZE)
        with pytest.raises(ContentNotFound):
            store.get(raw_cid_of(b"absent"))
        with pytest.raises(ContentTooLarge):
            store.get(cid, max_bytes=SIZE - 1)
        with pytest.raises(StoreUnavailable, match="only serves"):
            store.put_block(b"x")


@pytest.mark.parametrize("victim", range(6))
def test_one_forged_block_is_noticed(
    served: tuple[str, dict[str, bytes]], tmp_path: Path, victim: int
) -> None:
    cid, blocks = served
    forged = dict(blocks)
    name = sorted(blocks)[victim]
    forged[name] = blocks[name][:-1] + bytes([blocks[name][-1] ^ 1])
    with gateway(lambda request, asked: send(request, forged[asked])) as url:
        with pytest.raises(ContentCorrupted) as caught:
            fetch(GatewayStore(url), cid, tmp_path / "file")
        assert caught.value.cid == name
        assert not (tmp_path / "file").exists()


def test_an_interrupted_download_goes_on(
    served: tuple[str, dict[str, bytes]], tmp_path: Path
) -> None:
    cid, blocks = served
    asked_for: list[str] = []
    broken = True

    def answer(request: BaseHTTPRequestHandler, asked: str) -> None:
        if broken and len(asked_for) == 4:
            request.connection.close()
            return
        asked_for.append(asked)
        send(request, blocks[asked])

    with gateway(answer) as url:
        store = GatewayStore(url)
        with pytest.raises(StoreUnavailable):
            fetch(store, cid, tmp_path / "file")
        assert not (tmp_path / "file").exists()
        (part,) = tmp_path.glob(".file.*.part")
        # What lies there meanwhile is trusted no more than the gateway.
        with part.open("r+b") as file:
            file.write(b"\0\0\0\0")
        broken = False
        asked_for.clear()
        fetch(store, cid, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content(SIZE)
    # The root twice, the damaged leaf, and the three that had not come.
    assert len(asked_for) == 6
    assert not part.exists()


def test_a_gateway_that_drips() -> None:
    def answer(request: BaseHTTPRequestHandler, _: str) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b"x")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.05)

    with gateway(answer) as url:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="no answer in time"):
            GatewayStore(url, seconds=0.3).get(raw_cid_of(b"x"))
        with pytest.raises(StoreUnavailable, match="no answer in time"):
            GatewayStore(url).within(0.3).get(raw_cid_of(b"x"))
        assert time.monotonic() - started < 5


def test_a_gateway_that_sends_without_end() -> None:
    def answer(request: BaseHTTPRequestHandler, _: str) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while True:
                request.wfile.write(bytes(100_000))
        except OSError:
            return

    with gateway(answer) as url, pytest.raises(StoreUnavailable, match="more than a block"):
        GatewayStore(url).get(raw_cid_of(b"x"))


def test_no_other_host_is_called() -> None:
    called = threading.Event()

    def other(request: BaseHTTPRequestHandler, _: str) -> None:
        called.set()
        send(request, b"x")

    with gateway(other) as elsewhere:

        def redirect(request: BaseHTTPRequestHandler, asked: str) -> None:
            request.send_response(302)
            request.send_header("Location", f"{elsewhere}/ipfs/{asked}")
            request.end_headers()

        with gateway(redirect) as url, pytest.raises(StoreUnavailable, match="status 302"):
            GatewayStore(url).get(raw_cid_of(b"x"))
    assert not called.is_set()


def test_a_tree_without_end_is_not_walked_for_ever() -> None:
    """Nodes cannot name themselves, since their hash would have to be known before."""
    from gen_ip.content.dag_pb import file_node
    from gen_ip.errors import MalformedBlock

    blocks: dict[str, bytes] = {}
    cid, size = raw_cid_of(b"leaf"), 4
    blocks[cid] = b"leaf"
    for _ in range(100):
        block = file_node([(bytes(parse_cid(cid)), size, size)])
        cid = str(parse_cid(cid)._replace(codec=0x70, digest=hashlib.sha256(block).digest()))
        blocks[cid] = block
    with (
        gateway(lambda request, asked: send(request, blocks[asked])) as url,
        pytest.raises(MalformedBlock, match="32 nodes deep"),
    ):
        GatewayStore(url).get(cid)


@pytest.mark.parametrize("url", ["ftp://x", "", "http://", "https://me:secret@host"])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(BadStoreAddress) as caught:
        open_store(f"gateway+{url}")
    assert "secret" not in str(caught.value)
