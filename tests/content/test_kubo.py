"""The Kubo store against a daemon, and against everything that is not one."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gen_ip.content.cid import raw_cid_of
from gen_ip.content.kubo import KuboStore
from gen_ip.content.store import find
from gen_ip.content.unixfs import unixfs_cid
from gen_ip.errors import (
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    StoreUnavailable,
)
from tests.content.vectors import content
from tests.support.kubo import Kubo

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A web server that is no Kubo; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self)

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


def replies(status: int, body: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def test_url_and_multiaddr_reach_the_same_node(kubo: Kubo) -> None:
    cid = KuboStore(kubo.url).put_file(b"by url")
    assert KuboStore(kubo.address).get(cid) == b"by url"
    assert KuboStore(kubo.address.removesuffix("/http")).has(cid)


def test_what_is_put_is_pinned(kubo: Kubo) -> None:
    store = KuboStore(kubo.address)
    kept = [store.put_file(content(600_000)), store.put_block(b"metadata to keep")]
    kubo.ipfs("repo", "gc")
    pins = kubo.ipfs("pin", "ls", "--type=recursive", "--quiet").split()
    assert set(kept) <= set(pins)
    assert store.get(kept[0]) == content(600_000)
    assert store.get(kept[1]) == b"metadata to keep"


def test_daemon_reads_what_the_store_wrote(kubo: Kubo) -> None:
    cid = KuboStore(kubo.address).put_block(b"plain block")
    assert kubo.ipfs("cat", cid) == "plain block"


def test_tree_of_other_parameters_is_not_taken_for_a_file_of_ours(kubo: Kubo) -> None:
    options = ("--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-1000")
    foreign = kubo.ipfs("add", *options, "-", stdin=content(5000))
    with pytest.raises(ContentCorrupted) as caught:
        KuboStore(kubo.address).get(foreign)
    assert caught.value.actual == unixfs_cid(content(5000))


def test_no_file_name_reaches_the_node(tmp_path: Path) -> None:
    seen = bytearray()

    def record(request: BaseHTTPRequestHandler) -> None:
        seen.extend(str(request.headers).encode())
        line = b""
        # The last chunk; a boundary may end in 0, too.
        while line != b"0\r\n":
            line = request.rfile.readline()
            seen.extend(line)
        replies(500, b"")(request)

    path = tmp_path / "Jane Doe, passport.png"
    path.write_bytes(b"the bytes")
    with serving(record) as url, pytest.raises(StoreUnavailable):
        KuboStore(url).put_file(path)
    assert b"the bytes" in seen
    assert b"Jane" not in seen
    assert str(tmp_path).encode() not in seen


def test_refused_connection() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"/ip4/127.0.0.1/tcp/{closed.getsockname()[1]}/http"
        for attempt in (
            lambda store: store.put_file(b"x"),
            lambda store: store.put_block(b"x"),
            lambda store: store.get(raw_cid_of(b"x")),
            lambda store: store.has(raw_cid_of(b"x")),
            lambda store: find(store.within(1), raw_cid_of(b"x")),
        ):
            with pytest.raises(StoreUnavailable, match=r"no connection.*`ipfs daemon`") as caught:
                attempt(KuboStore(address))
            assert caught.value.address == address
            assert address in str(caught.value)


def test_node_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = KuboStore(f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=(1, 0.2))
        with pytest.raises(StoreUnavailable, match=r"no answer in time.*allow more time"):
            store.get(raw_cid_of(b"x"))


def test_a_node_that_seeks_in_vain_is_not_down() -> None:
    """Asked for content it waits for its network; asked about its own disk it answers at once."""
    stopped = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        if "/block/stat" in request.path:
            replies(500, b'{"Message":"block was not found locally (offline)"}')(request)
        else:
            stopped.wait(20)

    with serving(answer) as url:
        store = KuboStore(url)
        started = time.monotonic()
        try:
            with pytest.raises(ContentNotFound, match="no answer in time"):
                find(store.within(0.3), raw_cid_of(b"x"))
        finally:
            stopped.set()
        assert time.monotonic() - started < 5


def test_content_that_drips_is_given_up() -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for _ in range(100):
            try:
                request.wfile.write(b"1\r\nx\r\n")
                request.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    with serving(drip) as url:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="no answer in time"):
            KuboStore(url).within(0.5).get(raw_cid_of(b"x"))
        assert time.monotonic() - started < 5


def test_what_a_node_cannot_read_is_not_the_nodes_fault(kubo: Kubo) -> None:
    kubo.ipfs("files", "mkdir", "--cid-version=1", "/folder")
    folder = kubo.ipfs("files", "stat", "--hash", "/folder")
    store = KuboStore(kubo.address)
    with pytest.raises(StoreUnavailable):
        store.get(folder)
    with pytest.raises(ContentNotFound, match="directory"):
        find(store, folder)
    assert find(store, store.put_file(b"here")) == b"here"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"<html>not here</html>"),
        (405, b""),
        (403, b'{"Message":"forbidden"}'),
        (200, b"<html>a router's page</html>"),
        (200, b"{}"),
        (200, b""),
        (200, b"[1,2]"),
    ],
)
def test_server_that_is_no_kubo(status: int, body: bytes) -> None:
    with serving(replies(status, body)) as url:
        for attempt in (
            lambda store: store.put_file(b"x"),
            lambda store: store.put_block(b"x"),
        ):
            with pytest.raises(StoreUnavailable) as caught:
                attempt(KuboStore(url))
            assert len(str(caught.value)) < 400


def test_node_that_answers_with_another_cid() -> None:
    other = raw_cid_of(b"other")
    body = f'{{"Hash":"{other}","Key":"{other}"}}'.encode()
    with serving(replies(200, body)) as url:
        for attempt in (
            lambda store: store.put_file(b"x"),
            lambda store: store.put_block(b"x"),
        ):
            with pytest.raises(ContentCorrupted):
                attempt(KuboStore(url))


def test_node_that_returns_other_bytes() -> None:
    with serving(replies(200, b"forged")) as url, pytest.raises(ContentCorrupted):
        KuboStore(url).get(raw_cid_of(b"asked for"))


def test_node_that_ignores_the_length_asked_for() -> None:
    with serving(replies(200, bytes(1_000_000))) as url, pytest.raises(ContentTooLarge):
        KuboStore(url).get(raw_cid_of(b"asked for"), max_bytes=1000)


def test_connection_that_breaks_off() -> None:
    def break_off(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        request.wfile.write(b"only this")

    with serving(break_off) as url, pytest.raises(StoreUnavailable):
        KuboStore(url).get(raw_cid_of(b"asked for"))


def test_no_warning_reaches_the_user(kubo: Kubo) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        KuboStore(kubo.address).put_file(b"quiet")


def test_client_is_imported_only_when_used() -> None:
    program = """
import sys, gen_ip.content.store, gen_ip.content.local, gen_ip.content.kubo
assert not {"ipfshttpclient", "requests"} & set(sys.modules), "imported too early"
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
