"""Several stores at once, and pinning services: who must succeed, and what is told where."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
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
from gen_ip.errors import BadStoreAddress, StoreUnavailable, TooFewStores, WrongRequirement
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
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
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


@pytest.mark.parametrize("address", ["a;require=x", "a;require=-1", ";", "require=1"])
def test_addresses_of_several_that_cannot_be(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadStoreAddress):
        open_store(address)


@pytest.mark.parametrize(
    ("address", "count"),
    [("a;b;require=3", 2), ("a;require=0", 1), ("a;require=2", 1), (["a", "b", "require=3"], 2)],
)
def test_requirements_that_no_number_of_stores_meets(
    address: str | list[str], count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongRequirement, match=f"of {count} stores are required.*name more") as got:
        open_store(address)
    assert got.value.count == count


def test_several_addresses_are_as_good_as_one_text(tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    store = open_store([a, str(b), "require=2", "require=1"])
    assert isinstance(store, SeveralStores)
    assert store.address == open_store(f"{a};{b}").address
    # One store that must succeed is that store.
    assert isinstance(open_store([a, "require=1"]), LocalStore)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_store_that_cannot_be_opened_counts_as_one_that_fails(tmp_path: Path, place: int) -> None:
    (tmp_path / "file").touch()
    folders = [tmp_path / "a", tmp_path / "b"]
    addresses: list[str | Path] = [*folders]
    addresses.insert(place, tmp_path / "file")
    with pytest.raises(TooFewStores, match="2 of at least 3 stores") as caught:
        open_store(addresses).put_file(b"x")
    assert list(caught.value.problems) == [str(tmp_path / "file")]
    store = open_store([*addresses, "require=2"])
    cids = {
        store.put_file(content(300_000)): content(300_000),
        store.put_block(b"block"): b"block",
        store.put_chunks(iter([b"in ", b"pieces"])): b"in pieces",
    }
    for cid, data in cids.items():
        store.pin(cid)
        assert [LocalStore(folder).get(cid) for folder in folders] == [data, data]
        assert store.get(cid) == b"".join(store.read(cid)) == data
    with pytest.raises(StoreUnavailable):
        open_store(tmp_path / "file")
    with pytest.raises(StoreUnavailable):
        open_store([tmp_path / "file", "require=1"])


def test_what_is_let_go_of_is_let_go_of_by_all_that_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = open_store([tmp_path / "file", tmp_path / "a", "require=1"])
    cid = store.put_block(b"x")
    store.pin(cid)
    with pytest.raises(StoreUnavailable):
        store.unpin(cid)
    with pytest.raises(StoreUnavailable):
        store.remove(cid)
    kept = LocalStore(tmp_path / "a")
    assert list(kept.pins()) == []
    assert not kept.has(cid)


def test_pieces_that_a_store_loses_are_not_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first store took is gone: the second one must not take the rest for the whole."""
    store = open_store([tmp_path / "a", tmp_path / "b", "require=1"])
    put = LocalStore.put_chunks

    def losing(self: LocalStore, chunks: Iterable[bytes]) -> str:
        if self.address.endswith("a"):
            next(iter(chunks))
            raise StoreUnavailable(self.address, "gone", "look for it")
        return put(self, chunks)

    monkeypatch.setattr(LocalStore, "put_chunks", losing)
    with pytest.raises(StoreUnavailable, match="gone"):
        store.put_chunks(iter([b"in ", b"pieces"]))
    assert list((tmp_path / "b").iterdir()) == []


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
