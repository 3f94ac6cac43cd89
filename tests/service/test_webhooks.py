"""Webhooks: made by keys, told in order and at least once, signed, taken back after reorgs."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gen_ip import GenIP
from gen_ip.chain.rpc import Rpc
from gen_ip.service import telling
from gen_ip.service.app import app_of
from gen_ip.service.chain import ChainSettings
from gen_ip.service.kept.keys import Keys
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.similar import KeptSimilar, Similar
from gen_ip.service.kept.webhooks import MOST_TRIES, KeptWebhooks
from gen_ip.service.settings import Settings
from gen_ip.service.telling import Teller
from gen_ip.status.reaching import PublicHttps
from gen_ip.terms import COMMERCIAL
from gen_ip.webhooks import TOLERANCE, BadWebhook, signature, verified
from tests.index.following import caught_up, writer_of
from tests.sdk.conftest import Derive, alice, bob, derive, store
from tests.status.test_domains import HOST, certificate
from tests.support.chain import LocalChain

__all__ = ["alice", "bob", "certificate", "derive", "store"]
SECRET = "whsec_" + "A" * 43 + "="


class Receiver(ThreadingHTTPServer):
    """Keeps what it is told, and answers with what a test sets."""

    daemon_threads = True
    status = 204
    headers: dict[str, str]
    told: list[tuple[dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((dict(self.headers), body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Silent."""


@dataclass
class World:
    """A service with a hook, its receiver, and a clock of its own."""

    client: TestClient
    key: str
    receiver: Receiver
    kept: KeptWebhooks
    teller: Teller
    update: Callable[[], None]
    secrets: dict[str, str] = field(default_factory=dict)
    now: float = 0.0

    def hook(self, account: str, *kinds: str) -> str:
        """A new one for the receiver."""
        url = f"https://{HOST}:{self.receiver.server_address[1]}/told?a=1"
        wanted: dict[str, Any] = {"url": url, "account": account}
        made = self.ask("POST", "/v1/webhooks", {**wanted, "kinds": kinds} if kinds else wanted)
        self.secrets[made["id"]] = made["secret"]
        # It is looked at from the clock's now on, which a busy machine has far ahead of this one.
        self.now = max(self.now, time.time())
        return str(made["id"])

    def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def rounds(self, seconds: float = 6) -> None:
        """Looks until nothing is told."""
        self.now += seconds
        self.teller.round()

    def heard_by(self, hook: str) -> list[dict[str, Any]]:
        """The same where there are several hooks."""
        found = []
        for headers, body in self.receiver.told:
            with suppress(BadWebhook):
                found.append(verified(self.secrets[hook], headers, body, now=self.now))
        return found

    def heard(self, hook: str) -> list[dict[str, Any]]:
        """What the receiver took for the hook's, with its signature verified."""
        return [
            verified(self.secrets[hook], headers, body, now=self.now)
            for headers, body in self.receiver.told
        ]


@pytest.fixture
def world(chain: LocalChain, tmp_path: Path, certificate: Path) -> Iterator[World]:
    receiver = Receiver(("127.0.0.1", 0), _Handler)
    receiver.told, receiver.headers = [], {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    receiver.socket = context.wrap_socket(receiver.socket, server_side=True)
    thread = threading.Thread(target=receiver.serve_forever, args=(0.02,))
    thread.start()
    path = tmp_path / "chain.sqlite"
    database, writer = writer_of(path, Rpc(chain.web3), chain.deployment)
    caught_up(writer)
    settings = Settings(index=tmp_path / "match", store=tmp_path / "service", webhooks=True)
    known = ChainSettings(path, chain.web3.eth.chain_id, chain.deployment)
    app = app_of(settings, known)
    use = app.state.parts
    https = PublicHttps(
        resolve=lambda host, port: ["127.0.0.1"],
        public=lambda address: True,
        context=ssl.create_default_context(cafile=certificate),
        # Where others are busy, the receiver is slow.
        seconds=60,
    )
    kept = KeptWebhooks(use.records)
    with TestClient(app) as client:
        made = World(
            client,
            Keys(use.records).add("platform")[1],
            receiver,
            kept,
            Teller(use.side, kept, KeptSimilar(use.records), https, lambda: made.now),
            lambda: caught_up(writer) and None,
        )
        made.now = float(chain.now())
        yield made
    writer.close()
    database.close()
    receiver.shutdown()
    receiver.server_close()
    thread.join()


def test_a_sale_is_told_once_signed_and_taken_back(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    work = alice.certify(b"a work").work_id
    hook = world.hook(chain.alice.address)
    snapshot = chain.rpc("evm_snapshot")
    bob.buy(alice.offer(work, COMMERCIAL, price=5), max_price=5)
    world.update()
    world.rounds()
    kinds = [each["type"] for each in world.heard(hook)]
    assert sorted(kinds) == ["earnings-ready", "sold"]
    sold = next(each for each in world.heard(hook) if each["type"] == "sold")
    assert (sold["account"], sold["finality"]) == (chain.alice.address, "pending")
    assert sold["data"]["work"] == str(work)
    headers, _ = world.receiver.told[0]
    assert headers["Host"].startswith(HOST)
    for _ in range(3):
        world.rounds()
    assert len(world.receiver.told) == 2
    chain.rpc("evm_revert", snapshot)
    chain.rpc("anvil_mine", hex(8))
    world.update()
    world.rounds()
    last = world.heard(hook)[-1]
    assert (last["type"], last["data"]["id"]) == ("retracted", sold["data"]["id"])
    world.rounds()
    assert len(world.receiver.told) == 3


def test_another_sale_in_the_place_of_one_that_was_taken_back_is_told(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    offer = alice.offer(alice.certify(b"a work").work_id, COMMERCIAL, price=5)
    hook = world.hook(chain.alice.address)
    snapshot = chain.rpc("evm_snapshot")
    bob.buy(offer, max_price=5)
    world.update()
    world.rounds()
    chain.rpc("evm_revert", snapshot)
    carol = chain.accounts["carol"]
    bob.using(carol).buy(offer, max_price=5)
    world.update()
    world.rounds()
    world.rounds()
    told = list(zip(world.heard(hook), world.receiver.told, strict=True))
    first, gone, second = (
        (each["data"], headers["webhook-id"])
        for each, (headers, _) in told
        if each["type"] != "earnings-ready"
    )
    # The same block number and place in it: only the block's hash tells them apart.
    assert first[0]["id"] == gone[0]["id"] == second[0]["id"]
    assert gone[0]["webhook"] == first[1] != second[1]
    assert carol.address in second[0]["text"]


def test_more_sales_than_an_inbox_has_are_all_told_and_none_taken_back(
    world: World,
    chain: LocalChain,
    alice: GenIP,
    bob: GenIP,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "MOST_SALES", 2)
    offer = alice.offer(alice.certify(b"a work").work_id, COMMERCIAL, price=5, quantity=10)
    hook = world.hook(chain.alice.address)
    for sales in (1, 4, 1):
        for _ in range(sales):
            bob.buy(offer, max_price=5)
        world.update()
        world.rounds()
    told = [each for each in world.heard(hook) if each["type"] != "earnings-ready"]
    assert [each["type"] for each in told] == ["sold"] * 6
    places = [int(each["data"]["id"].removeprefix("sale:").partition("-")[0]) for each in told]
    assert places == sorted(set(places))


def test_what_happens_to_works_is_told_by_kind_and_taken_back(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP, derive: Derive
) -> None:
    works = ("certified", "licensed", "derived", "paid", "contested")
    before = alice.certify(b"of before").work_id
    world.update()
    hook = world.hook(chain.alice.address, *works)
    few = world.hook(chain.alice.address, "paid")
    assert world.ask("GET", f"/v1/webhooks/{few}")["kinds"] == ["paid"]
    work = alice.certify(b"a work").work_id
    child = derive(bob, b"a remix", work).work_id
    bob.pay(work, 70)
    rival = bob.certify(b"a work").work_id
    bob.pay(child, 9)
    world.update()
    world.rounds()
    told = {each: world.heard_by(each) for each in (hook, few)}
    assert [each["type"] for each in told[hook]] == [
        "certified",
        "licensed",
        "derived",
        "paid",
        "contested",
    ]
    assert {each["data"]["work"] for each in told[hook]} == {str(work)}
    assert {each["finality"] for each in told[hook]} == {"pending"}
    certified, licensed, derived, paid, contested = (each["data"] for each in told[hook])
    assert bytes.fromhex(certified["content_hash"]) == alice.work(work).content_hash
    assert licensed["licensee"] == chain.bob.address
    assert (derived["derivative"], derived["creator"]) == (str(child), chain.bob.address)
    assert (paid["amount"], paid["payer"]) == ("70", chain.bob.address)
    assert (contested["by"], contested["why"]) == (str(rival), "same-bytes")
    assert [each["data"]["id"] for each in told[few]] == [paid["id"]]
    # Found by the match index: told once, taken back with the work's block.
    like = world.hook(chain.alice.address, "similar-work-found")
    noted = Similar(work, chain.alice.address, child, "near-duplicate", 0.9, int(time.time()) + 9)
    world.teller._similar.note([noted, noted._replace(by=7)])
    world.rounds()
    world.rounds()
    [told_of] = world.heard_by(like)
    assert (told_of["type"], told_of["finality"]) == ("similar-work-found", "pending")
    assert (told_of["data"]["work"], told_of["data"]["by"]) == (str(work), str(child))
    assert (told_of["data"]["verdict"], told_of["data"]["score"]) == ("near-duplicate", 0.9)
    # Nothing twice; what comes later is told, of works of before, too.
    snapshot = chain.rpc("evm_snapshot")
    bob.pay(before, 5)
    world.update()
    for _ in range(3):
        world.rounds()
    assert [each["type"] for each in world.heard_by(few)] == ["paid", "paid"]
    last = world.heard_by(few)[-1]["data"]
    assert last["work"] == str(before)
    # A reorganization takes the last one back, and brings another in its place.
    chain.rpc("evm_revert", snapshot)
    bob.pay(before, 6)
    world.update()
    world.rounds()
    gone, new = world.heard_by(few)[-2:]
    assert (gone["type"], gone["data"]["id"]) == ("retracted", last["id"])
    assert (new["type"], new["data"]["amount"]) == ("paid", "6")
    # All from one on, once more, in the same order.
    ids = [each["id"] for each in world.ask("GET", f"/v1/webhooks/{few}")["deliveries"]][::-1]
    assert world.ask("POST", f"/v1/webhooks/{few}/replay?after={ids[0]}") == {"replayed": 3}
    world.ask("POST", f"/v1/webhooks/{few}/replay?after=none", status=404)
    world.rounds()
    assert world.heard_by(few)[-3:] == world.heard_by(few)[-6:-3]
    wrong = {"url": "https://a.example/", "account": chain.alice.address, "kinds": ["all"]}
    world.ask("POST", "/v1/webhooks", wrong, status=422)


def test_events_far_apart_are_found_in_steps(
    world: World,
    chain: LocalChain,
    alice: GenIP,
    bob: GenIP,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(telling, "_BLOCKS", 2)
    work = alice.certify(b"a work").work_id
    world.update()
    hook = world.hook(chain.alice.address, "paid")
    for amount in range(1, 6):
        bob.pay(work, amount)
        chain.rpc("anvil_mine", hex(3))
    world.update()
    for _ in range(20):
        world.rounds()
    assert [each["data"]["amount"] for each in world.heard_by(hook)] == list("12345")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_hooks_are_kept_in_any_database(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """And by the next process, as they were."""
    where = tmp_path / "records.sqlite"
    if kind == "postgresql":
        where = request.getfixturevalue("postgres").database()
    records = Records(where)
    key = Keys(records).add("platform")[0].id
    kept = KeptWebhooks(records)
    plain = kept.add(key, "https://a.example/", "0x" + "11" * 20, 5)
    some = kept.add(key, "https://b.example/", "0x" + "11" * 20, 5, frozenset({"paid"}), 7)
    assert kept.get(key, plain.id) == plain
    kept.note(some.id, [("one", {"a": 1}, 8), ("two", {"a": 2}, 0)], block=9)
    records.close()
    kept = KeptWebhooks(Records(where))
    taken = {each.id: each for each in kept.take(10, 8)}
    assert (taken[plain.id].kinds, taken[some.id].kinds) == (None, frozenset({"paid"}))
    assert taken[some.id].block == 9
    assert kept.take(11, 8) == []
    first = kept.next(some.id)
    assert first is not None
    assert (first.entry, first.open) == ("one", 8)
    for entry in ("one", "two"):
        kept.delivered(some.id, entry, 12)
    assert kept.next(some.id) is None
    assert kept.replay(some.id, "one") == 1
    again = kept.next(some.id)
    assert again is not None
    assert again.entry == "two"
    kept.remove(key, some.id)
    assert [each.id for each in kept.of_key(key)] == [plain.id]


def test_hooks_end_with_their_key(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    world.hook(chain.alice.address)
    keys = Keys(world.kept._records)
    [key] = keys.list()
    bob.buy(alice.offer(alice.certify(b"a work").work_id, COMMERCIAL, price=5), max_price=5)
    world.update()
    keys.remove(key.id)
    world.rounds()
    assert not world.receiver.told
    assert world.kept.of_key(key.id) == []


def test_who_fails_is_told_again_in_order_and_at_last_set_aside(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    work = alice.certify(b"a work").work_id
    hook = world.hook(chain.alice.address)
    world.receiver.status = 500
    for price in (5, 6):
        bob.buy(alice.offer(work, COMMERCIAL, price=price), max_price=price)
        world.update()
        world.rounds()
    assert len({headers["webhook-id"] for headers, _ in world.receiver.told}) == 1
    world.receiver.status, world.receiver.headers = 302, {"Location": "https://127.0.0.1/"}
    world.rounds(100_000)
    found = world.ask("GET", f"/v1/webhooks/{hook}")
    assert found["secret"] is None
    assert found["deliveries"][-1]["problem"] == "it answered 302"
    world.receiver.status = 200
    world.rounds(100_000)
    states = [each["state"] for each in world.ask("GET", f"/v1/webhooks/{hook}")["deliveries"]]
    assert set(states) == {"delivered"}
    sent = [headers["webhook-id"] for headers, _ in world.receiver.told]
    order = list(dict.fromkeys(sent))
    assert [
        each["id"] for each in reversed(world.ask("GET", f"/v1/webhooks/{hook}")["deliveries"])
    ] == order

    world.receiver.status = 500
    bob.buy(alice.offer(work, COMMERCIAL, price=7), max_price=7)
    world.update()
    for _ in range(2 * MOST_TRIES + 2):
        world.rounds(100_000)
    deliveries = world.ask("GET", f"/v1/webhooks/{hook}")["deliveries"]
    dead = [each for each in deliveries if each["state"] == "dead"]
    assert dead
    assert {each["tries"] for each in dead} == {MOST_TRIES}
    world.receiver.status = 200
    world.rounds(100_000)
    assert world.ask("POST", f"/v1/webhooks/{hook}/replay") == {"replayed": len(dead)}
    world.rounds()
    deliveries = world.ask("GET", f"/v1/webhooks/{hook}")["deliveries"]
    assert {each["state"] for each in deliveries} == {"delivered"}


def test_hooks_belong_to_their_key_and_lead_to_public_hosts_alone(
    world: World, chain: LocalChain, alice: GenIP, bob: GenIP
) -> None:
    account = chain.alice.address
    for url in (
        "http://artist.example/",
        "https://",
        "https://user:word@artist.example/",
        "https://artist.example:0/",
        "https://artist.example:x/",
        "https://artist.example/\n",
        "ftp://artist.example/",
        "https://" + "a" * 600,
    ):
        world.ask("POST", "/v1/webhooks", {"url": url, "account": account}, status=422)
    world.ask("POST", "/v1/webhooks", {"url": "https://a.example/", "account": "0x1"}, status=422)
    hook = world.hook(account)
    other = Keys(world.kept._records).add("other")[1]
    mine, world.key = world.key, other
    assert world.ask("GET", "/v1/webhooks") == []
    world.ask("GET", f"/v1/webhooks/{hook}", status=404)
    world.ask("DELETE", f"/v1/webhooks/{hook}", status=404)
    world.key = "nothing"
    world.ask("GET", "/v1/webhooks", status=401)
    world.key = mine

    # A name that leads into the operator's own network is not followed, and not told of.
    world.teller._https = PublicHttps(resolve=lambda host, port: ["10.0.0.1"])
    work = alice.certify(b"a work").work_id
    bob.buy(alice.offer(work, COMMERCIAL, price=5), max_price=5)
    world.update()
    world.rounds()
    assert not world.receiver.told
    problems = [each["problem"] for each in world.ask("GET", f"/v1/webhooks/{hook}")["deliveries"]]
    assert set(problems) == {"unreachable", None}
    world.ask("DELETE", f"/v1/webhooks/{hook}")
    world.ask("GET", f"/v1/webhooks/{hook}", status=404)
    world.rounds(100_000)


def test_without_the_operators_word_there_are_none(tmp_path: Path) -> None:
    settings = Settings(index=tmp_path / "match", store=tmp_path / "service")
    with TestClient(app_of(settings)) as client:
        assert client.get("/v1/webhooks").status_code == 403


@given(
    st.binary(max_size=200), st.text("abc:-0123", min_size=1, max_size=40), st.integers(0, 2**33)
)
def test_what_is_signed_is_verified_and_nothing_else(body: bytes, name: str, at: int) -> None:
    document = json.dumps({"x": body.hex()}).encode()
    headers = {
        "Webhook-Id": name,
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v1,AAAA {signature(SECRET, name, at, document)}",
    }
    assert verified(SECRET, headers, document, now=at + TOLERANCE) == {"x": body.hex()}
    for changed in (
        {"Webhook-Id": name + "x"},
        {"Webhook-Timestamp": str(at + 1)},
        {"Webhook-Signature": "v1,AAAA"},
        {"Webhook-Timestamp": "soon"},
    ):
        with pytest.raises(BadWebhook):
            verified(SECRET, {**headers, **changed}, document, now=at)
    with pytest.raises(BadWebhook):
        verified(SECRET, headers, document + b" ", now=at)
    with pytest.raises(BadWebhook):
        verified(SECRET, headers, document, now=at + TOLERANCE + 1)
    with pytest.raises(BadWebhook):
        verified(SECRET, {}, document, now=at)
