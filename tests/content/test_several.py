"""Several stores at once, and pinning services: who must succeed, and what is told where."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gen_ip.content.choice import open_store
from gen_ip.content.cid import raw_cid_of
from gen_ip.content.kubo import KuboStore
from gen_ip.content.local import LocalStore
from gen_ip.content.pinning import PinningService
from gen_ip.content.several import SeveralStores
from gen_ip.errors import BadStoreAddress, StoreUnavailable, TooFewStores
from tests.content.vectors import content
from tests.support.kubo import Kubo

TOKEN = "a-very-secret-token"
DOWN = "http://127.0.0.1:1"


class Service:
    """A pinning service's API over what it has been asked; `becomes` is what a pin turns into."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.becomes = "pinned"
        self.url = ""

    def handle(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        name = path.split("?")[0].removeprefix("/psa/pins").strip("/")
        if method == "POST":
            pin = json.loads(body)
            row = {"requestid": f"r{len(self.rows)}", "status": "queued", "pin": pin}
            row |= {"created": f"2026-01-01T00:00:{len(self.rows):02}Z", "delegates": []}
            self.rows[row["requestid"]] = row
            return 202, row
        if method == "DELETE":
            del self.rows[name]
            return 202, None
        if name:
            self.rows[name]["status"] = self.becomes
            return 200, self.rows[name]
        wanted = path.split("cid=")[1].split("&")[0] if "cid=" in path else None
        found = [row for row in self.rows.values() if wanted in (None, row["pin"]["cid"])]
        return 200, {"count": len(found), "results": found}


@contextmanager
def running(service: Service) -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, answer = 401, {"error": {"reason": "UNAUTHORIZED"}}
            else:
                status, answer = service.handle(self.command, self.path, body)
            data = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - the names that are called

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/psa"
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def service() -> Iterator[Service]:
    with running(Service()) as found:
        yield found


def test_both_stores_have_it(tmp_path: Path) -> None:
    store = open_store(f"{tmp_path / 'a'}; {tmp_path / 'b'}")
    cid = store.put_file(content(300_000))
    for name in "ab":
        assert LocalStore(tmp_path / name).get(cid) == content(300_000)
    again = store.put_chunks(iter([b"in ", b"pieces"]))
    assert LocalStore(tmp_path / "b").get(again) == b"in pieces"


def test_one_store_down(tmp_path: Path) -> None:
    kept = tmp_path / "a"
    with pytest.raises(TooFewStores, match="1 of at least 2 stores") as caught:
        open_store(f"{kept};{DOWN}").put_file(b"x")
    assert DOWN in caught.value.problems
    store = open_store(f"{DOWN};{kept};require=1")
    cid = store.put_file(b"x")
    assert store.get(cid) == b"x"
    assert store.has(cid)
    # Whether the one that is down holds it nobody can say.
    with pytest.raises(StoreUnavailable):
        store.get(raw_cid_of(b"absent"))


def test_a_damaged_copy_is_passed_over(tmp_path: Path) -> None:
    store = open_store(f"{tmp_path / 'a'};{tmp_path / 'b'}")
    cid = store.put_file(b"whole")
    (tmp_path / "a" / cid).write_bytes(b"damaged")
    assert store.get(cid) == b"whole"


@pytest.mark.parametrize(
    "address", ["a;b;require=3", "a;require=0", "a;require=x", "a;require=-1", ";", "require=1"]
)
def test_addresses_of_several_that_cannot_be(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadStoreAddress):
        open_store(address)


def test_service_pins_what_a_node_provides(kubo: Kubo, service: Service) -> None:
    store = SeveralStores([KuboStore(kubo.address)], [PinningService(service.url, TOKEN)])
    cid = store.put_file(content(400_000))
    (row,) = service.rows.values()
    assert row["pin"]["cid"] == cid
    assert row["pin"]["origins"] == KuboStore(kubo.address).addresses()
    assert PinningService(service.url, TOKEN).has(cid)
    assert list(PinningService(service.url, TOKEN).pins()) == [cid]
    # What is pinned is not asked for again.
    store.put_file(content(400_000))
    assert len(service.rows) == 1
    store.unpin(cid)
    assert service.rows == {}


@pytest.mark.parametrize("becomes", ["queued", "pinning", "failed", "nonsense"])
def test_accepted_is_not_pinned(service: Service, tmp_path: Path, becomes: str) -> None:
    service.becomes = becomes
    pinning = PinningService(service.url, TOKEN, wait=0.5)
    with pytest.raises(TooFewStores, match=r"still|did not pin"):
        SeveralStores([LocalStore(tmp_path)], [pinning]).put_file(b"x")
    assert SeveralStores([LocalStore(tmp_path)], [pinning], 1).put_file(b"x") == raw_cid_of(b"x")


def test_the_token_is_shown_nowhere(service: Service) -> None:
    for token, words in ((TOKEN, "not of the Pinning"), ("wrong-token", "accept the token")):
        pinning = PinningService(service.url, token)
        service.handle = lambda *_: (200, [])  # type: ignore[method-assign]
        with pytest.raises(StoreUnavailable, match=words) as caught:
            pinning.has(raw_cid_of(b"x"))
        assert token not in str(caught.value) + repr(caught.value.__dict__) + repr(pinning)
    with pytest.raises(StoreUnavailable) as down:
        PinningService(DOWN, TOKEN).has(raw_cid_of(b"x"))
    assert TOKEN not in str(down.value)


@pytest.mark.parametrize(
    ("url", "token"),
    [
        ("http://example.org", TOKEN),
        ("https://me:secret@example.org", TOKEN),
        ("ftp://127.0.0.1", TOKEN),
        ("https://example.org", ""),
        ("https://example.org", "two\nlines"),
    ],
)
def test_services_a_token_is_not_sent_to(url: str, token: str) -> None:
    with pytest.raises(BadStoreAddress) as caught:
        PinningService(url, token)
    assert "secret" not in str(caught.value)
    assert TOKEN not in str(caught.value)


def test_token_from_the_environment(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENIP_PIN_TOKEN", TOKEN)
    store = open_store(f"{tmp_path};pin+{service.url}")
    store.put_block(b"x")
    assert len(service.rows) == 1
    with pytest.raises(BadStoreAddress, match="name a node beside it"):
        open_store(f"pin+{service.url}")
