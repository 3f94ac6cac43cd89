"""Nodes that are absent, wrong or broken; and secrets that stay secret."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3

from gen_ip import GenIP
from gen_ip.chain import answers, connecting
from gen_ip.chain.errors import ChainError, ConnectionFailed, NodeError
from gen_ip.chain.http import NodeProvider
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.websocket import Heads
from tests.support.chain import LocalChain

SECRET = "v3-s3cr3t-k3y"


class _Handler(BaseHTTPRequestHandler):
    status, body = 200, b""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.body.replace(b"ID", str(request["id"]).encode())
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """A local HTTP server that answers with `_Handler.status` and `_Handler.body`."""
    httpd = HTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def test_nothing_listens() -> None:
    with pytest.raises(ConnectionFailed, match="connection is refused") as failed:
        GenIP(f"http://user:{SECRET}@127.0.0.1:9/{SECRET}?key={SECRET}")
    assert failed.value.address == "http://127.0.0.1:9"
    assert SECRET not in str(failed.value)
    assert failed.value.__cause__ is None


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that a traceback, or whoever reports errors, could show besides."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("scheme", ["http", "ws"])
@pytest.mark.parametrize("listens", [False, True])
def test_nothing_behind_an_error_holds_the_whole_url(
    server: str, scheme: str, listens: bool
) -> None:
    _Handler.status, _Handler.body = 401, b""
    node = server if listens else "127.0.0.1:9"
    url = f"{scheme}://{node}/{SECRET}?key={SECRET}"
    with pytest.raises(ConnectionFailed) as failed:
        GenIP(url)
    for each in _behind(failed.value):
        assert SECRET not in f"{each!r} {each} {vars(each)}"
    socket = f"ws://{node}/{SECRET}?key={SECRET}"
    with pytest.raises(ConnectionFailed) as failed, closing(Heads(socket, 1.0)) as heads:
        heads.wait(1.0)
    for each in _behind(failed.value):
        assert SECRET not in f"{each!r} {each} {vars(each)}"


@pytest.mark.parametrize(
    "url",
    ["", "127.0.0.1:8545", "ftp://a.b", f"ipc://{SECRET}", "http://", "http://[::1", "http://a:b",
     "http://a:0"],
)  # fmt: skip
def test_addresses_of_no_node(url: str) -> None:
    with pytest.raises(ConnectionFailed, match="such as http://127") as failed:
        GenIP(url)
    assert SECRET not in str(failed.value)


@pytest.mark.parametrize(
    ("status", "body", "error", "said"),
    [
        (200, b"<html>hello</html>", ConnectionFailed, "no Ethereum node"),
        (401, b"", ConnectionFailed, "HTTP status 401"),
        (500, b"", ConnectionFailed, "HTTP status 500"),
        (200, b'{"jsonrpc":"2.0","id":ID,"result":[]}', NodeError, "eth_chainId"),
        (200, b'{"jsonrpc":"2.0","id":ID,"result":"word"}', NodeError, "eth_chainId"),
        (200, b'{"jsonrpc":"2.0","id":ID,"error":{"code":-32005,"message":"slow\\ndown"}}',
         NodeError, "slow"),
        (200, b'{"jsonrpc":"2.0","id":ID}', NodeError, "eth_chainId"),
        (200, b"[]", ConnectionFailed, "no Ethereum node"),
    ],
)  # fmt: skip
def test_what_answers_is_no_usable_node(
    server: str, status: int, body: bytes, error: type[ChainError], said: str
) -> None:
    _Handler.status, _Handler.body = status, body
    with pytest.raises(error) as failed:
        GenIP(f"http://user:{SECRET}@{server}/{SECRET}")
    assert said in str(failed.value)
    assert SECRET not in str(failed.value)
    assert str(failed.value).isprintable()


def test_a_node_that_goes_away(alice: GenIP, chain: LocalChain) -> None:
    provider = HTTPProvider(chain.url)
    client = GenIP(Web3(provider), chain.alice, deployment=chain.deployment, store=alice.store)
    provider.endpoint_uri = "http://127.0.0.1:9"
    for run in (
        lambda: client.works().__next__(),
        lambda: client.certify(b"content"),
        lambda: client.earnings(1),
    ):
        with pytest.raises(ConnectionFailed):
            run()


def test_a_url_and_a_web3_are_the_same(chain: LocalChain) -> None:
    assert GenIP(chain.url).chain_id == GenIP(chain.web3).chain_id == 31337


def test_a_refused_request_names_its_method(chain: LocalChain) -> None:
    with pytest.raises(NodeError, match="the node refuses eth_getLogs") as refused:
        Rpc(chain.web3).request("eth_getLogs", {"fromBlock": "no block"})
    assert refused.value.method == "eth_getLogs"


def test_the_default_store_is_a_folder_of_the_user(
    chain: LocalChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.content.choice.user_data_path", lambda name: tmp_path / name)
    client = GenIP(chain.web3, chain.alice, deployment=chain.deployment)
    assert not (tmp_path / "gen-ip").exists()
    certificate = client.certify(b"content")
    assert (tmp_path / "gen-ip/content" / certificate.content_cid).read_bytes() == b"content"


def test_a_client_for_another_account_shares_everything_else(
    alice: GenIP, chain: LocalChain
) -> None:
    bob = alice.using(chain.bob)
    assert bob.account is chain.bob
    assert alice.account is chain.alice
    assert bob.store is alice.store
    assert bob.web3 is alice.web3
    assert bob.certify(b"content").creator == chain.bob.address


def test_no_key_in_any_text(alice: GenIP, chain: LocalChain) -> None:
    key = bytes(chain.alice.key).hex()
    for thing in (alice, alice._session, alice.certify(b"content"), chain.alice):
        assert key not in repr(thing)


def test_what_the_environment_says_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Of proxies, certificates and passwords, as with every program that uses requests."""
    (tmp_path / "netrc").write_text("machine node.example login me password secret\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    session = NodeProvider("https://node.example/v1")._request_session_manager._explicit_session
    assert session is not None
    assert session.proxies["https"] == "http://127.0.0.1:9"
    assert (session.auth, session.verify) == (("me", "secret"), "/nowhere/ca.pem")
    session = NodeProvider("https://127.0.0.1/v1")._request_session_manager._explicit_session
    assert session is not None
    assert "https" not in session.proxies
    assert session.auth is None


class _Endless(BaseHTTPRequestHandler):
    """Answers with spaces for ever: what stands before a JSON value, and in front of its end."""

    pause = 0.0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while True:
                self.wfile.write(b" " * (1 if self.pause else 4096))
                time.sleep(self.pause)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def endless() -> Iterator[str]:
    """A local HTTP server whose answers do not end."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    httpd.daemon_threads = True
    threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()


def test_an_answer_that_does_not_end(endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MAX_BYTES", 100_000)
    with pytest.raises(NodeError, match="an answer of more than 100,000 bytes"):
        Rpc(endless).block()
    # The same where several requests go in one.
    found = Rpc(endless).batch([("eth_chainId", ()), ("eth_blockNumber", ())])
    assert [type(each) for each in found] == [NodeError, NodeError]


def test_an_answer_that_does_not_end_in_time(endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Endless, "pause", 0.05)
    with pytest.raises(ConnectionFailed, match="no answer in time"):
        Rpc(connecting.connect(endless, timeout=0.5)).block()
