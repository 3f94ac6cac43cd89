"""Events searched for, and events as they come: live, through reorganizations and cut sockets."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import events, follower, logs, pyevm
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.chain.events import Certified, Event, Paid, Transfer
from gen_ip.chain.follower import Cursor, ReorganizedTooDeep
from gen_ip.content.local import LocalStore
from gen_ip.errors import GenIPError
from gen_ip.methods.watching import Retracted
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX
from tests.sdk.conftest import Derive
from tests.support.chain import LocalChain, prepare
from tests.support.cutter import Cutter
from tests.support.geth import running_geth
from tests.support.require import require

SOON = 10.0
"""Seconds within which what must come has to."""


class Watcher:
    """Takes what an iterator yields in a thread of its own."""

    def __init__(self, following: Iterator[Event | Retracted]) -> None:
        self._following = following
        self.got: list[Event | Retracted] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            for each in self._following:
                self.got.append(each)
        except (GenIPError, AssertionError, OSError, TypeError, ValueError) as error:
            self.error = error

    def until(self, done: Callable[[list[Event | Retracted]], bool]) -> list[Event | Retracted]:
        deadline = time.monotonic() + SOON
        while not done(self.got):
            assert self.error is None, self.error
            assert time.monotonic() < deadline, self.got
            time.sleep(0.01)
        return list(self.got)

    def ended(self) -> None:
        self.thread.join(SOON)
        assert not self.thread.is_alive()
        assert self.error is None


def standing(got: list[Event | Retracted]) -> list[str]:
    """Ids of what was told and not taken back; each told while it stood once only."""
    ids: list[str] = []
    for each in got:
        if isinstance(each, Retracted):
            # The newest goes first.
            assert ids.pop() == each.event.id
        else:
            assert each.id not in ids
            ids.append(each.id)
    return ids


def on_chain(client: GenIP) -> list[str]:
    return [event.id for event in client.events()]


# ------------------------------------------------------------------- searching


def test_events_of_a_chain_in_order(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", root).work_id
    alice.pay(child, 900)
    alice.collect(root, min_gain=1)
    found = list(alice.events())
    assert {"Certified", "Transfer", "OfferPosted", "Paid", "Settled"} <= {e.name for e in found}
    places = [(event.block, event.log_index) for event in found]
    assert places == sorted(set(places))
    assert [event.work_id for event in alice.events(Certified)] == [root, child]
    assert list(alice.events("Paid", Certified)) == [
        event for event in found if isinstance(event, Paid | Certified)
    ]
    paid = next(alice.events(Paid))
    assert list(alice.events(from_block=paid.block, to_block=paid.block)) == [paid]
    assert list(alice.events(Paid, to_block=10**9)) == [paid]
    assert list(alice.events(from_block=10**9)) == []
    monkeypatch.setattr(logs, "STEP", 1)
    assert list(alice.events()) == found


def test_what_belongs_to_a_work(
    alice: GenIP, bob: GenIP, derive: Derive, chain: LocalChain
) -> None:
    work, other = (alice.certify(name).work_id for name in (b"work", b"other"))
    child = derive(bob, b"child", work).work_id
    alice.offer(other, COMMERCIAL, price=0)
    offer = alice.offer(work, COMMERCIAL, price=0)
    alice.cancel(offer.hash)
    held = alice.offer(work, COMMERCIAL, price=7, deliver_within=60, challenge_window=60)
    deal = bob.order(held, max_price=7)
    (license_,) = bob.release(deal)
    bob.pay(other, 5)
    found = list(alice.events(work=work))
    names = Counter(event.name for event in found)
    assert names["OfferCancelled"] == names["DealOpened"] == names["DealReleased"] == 1
    assert names["EdgeOpened"] == 1
    # The certificate's, and those of two licenses.
    assert names["Transfer"] == 3
    assert {e.id_ for e in found if isinstance(e, Transfer)} >= {work, license_.id}
    assert other not in {event.args.get("work_id") for event in found}
    # What no search can narrow down is the same as what a look at all events finds.
    licenses = {e.license_id for e in found if isinstance(e, events.LicenseIssued)}
    for event in alice.events():
        mine = work in event.args.values()
        if isinstance(event, Transfer | events.Locked):
            mine = mine or bool(licenses & set(event.args.values()))
        assert (event in found) is mine or event.name in (
            "DealReleased",
            "OfferCancelled",
            "MetadataUpdate",
        ), event
    assert [e.parent for e in alice.events("EdgeOpened", work=child)] == [work]
    late = found[-1].block
    assert [e.id for e in alice.events(work=work, from_block=late)] == [
        e.id for e in found if e.block >= late
    ]


def test_what_names_an_account(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    bob.pay(work, 5)
    bob.buy(alice.offer(work, COMMERCIAL, price=3), max_price=3)
    found = list(alice.events(account=chain.bob.address.lower()))
    assert {"Paid", "OfferFilled", "LicenseIssued", "Transfer"} == {event.name for event in found}
    everything = [e for e in alice.events() if chain.bob.address in e.args.values()]
    assert found == everything
    both = list(alice.events(Paid, work=work, account=chain.bob.address))
    assert [event.amount for event in both if isinstance(event, Paid)] == [5, 3]


def test_what_cannot_be_searched_for(alice: GenIP) -> None:
    for wrong in ("paid", 7, Event, events.TokenTransfer):
        with pytest.raises(InvalidArgument, match=r"kind of event is .*; expected one of A"):
            alice.events(wrong)
    with pytest.raises(InvalidArgument, match="an event that names a work"):
        alice.events("AllCancelled", work=5)
    with pytest.raises(InvalidArgument, match="an event that names an account"):
        alice.follow("Settled", account="0x" + "11" * 20)
    with pytest.raises(InvalidArgument, match="from_block"):
        alice.events(from_block=-1)
    with pytest.raises(InvalidArgument, match="confirmations"):
        alice.follow(confirmations=0)
    with pytest.raises(InvalidArgument, match="ws:// or wss://"):
        alice.follow(url="http://127.0.0.1:1")


# --------------------------------------------------------------------- live


@pytest.fixture(params=["http", "websocket"])
def url(request: pytest.FixtureRequest, chain: LocalChain) -> str | None:
    return chain.url.replace("http", "ws") if request.param == "websocket" else None


def test_events_come_live(alice: GenIP, chain: LocalChain, url: str | None) -> None:
    before = alice.certify(b"before").work_id
    with alice.follow(url=url, every=0.05 if url is None else 30) as following:
        watcher = Watcher(following)
        # A subscription that is only about to be made misses nothing either.
        work = alice.certify(b"work").work_id
        watcher.until(lambda got: any(isinstance(each, Certified) for each in got))
        started = time.monotonic()
        alice.pay(work, 5)
        got = watcher.until(lambda got: isinstance(got[-1], Paid))
        assert time.monotonic() - started < 5
    watcher.ended()
    assert before not in {event.args.get("work_id") for event in got}
    assert standing(got) == on_chain(alice)[-len(got) :]


def test_only_what_is_wanted_comes(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work, other = (alice.certify(name).work_id for name in (b"work", b"other"))
    with bob.follow(work=work, every=0.05) as following:
        watcher = Watcher(following)
        bob.pay(other, 1)
        # The license's transfer is logged before what tells whose it is.
        (license_,) = bob.buy(alice.offer(work, COMMERCIAL, price=0), max_price=0)
        got = watcher.until(lambda got: any(e.name == "OfferFilled" for e in got))
    assert [e.id_ for e in got if isinstance(e, Transfer)] == [license_.id]
    assert not [e for e in got if isinstance(e, Paid)]


def test_what_was_comes_first_then_what_comes(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    following = alice.follow(from_block=0, every=0.05)
    first = [next(following) for _ in on_chain(alice)]
    assert standing(first) == on_chain(alice)
    alice.pay(work, 5)
    assert isinstance(next(following), Paid)


def test_confirmations_are_waited_for(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    with alice.follow(Paid, confirmations=3, every=0.02) as following:
        watcher = Watcher(following)
        alice.pay(work, 5)
        chain.rpc("evm_mine")
        time.sleep(0.3)
        assert watcher.got == []
        chain.rpc("evm_mine")
        watcher.until(lambda got: len(got) == 1)


def test_a_closed_one_ends_in_every_thread(
    alice: GenIP, chain: LocalChain, url: str | None
) -> None:
    following = alice.follow(url=url, every=600)
    watcher = Watcher(following)
    time.sleep(0.3)
    following.close()
    watcher.ended()
    assert list(following) == []


# ------------------------------------------------------------ reorganizations


def test_what_a_reorganization_takes_back(
    alice: GenIP, bob: GenIP, chain: LocalChain, url: str | None
) -> None:
    work = alice.certify(b"work").work_id
    with alice.follow(Paid, url=url, every=0.05 if url is None else 30) as following:
        watcher = Watcher(following)
        alice.pay(work, 1)
        watcher.until(lambda got: len(got) == 1)
        snapshot = chain.rpc("evm_snapshot")
        for amount in (2, 3):
            alice.pay(work, amount)
        watcher.until(lambda got: len(got) == 3)
        assert chain.rpc("evm_revert", snapshot)
        for amount in (4, 5, 6):
            bob.pay(work, amount)
        got = watcher.until(lambda got: len(got) == 8)
    told = [
        (isinstance(each, Retracted), (each.event if isinstance(each, Retracted) else each).amount)
        for each in got
    ]
    new, gone = False, True
    assert told == [
        *((new, 1), (new, 2), (new, 3)),
        *((gone, 3), (gone, 2)),
        *((new, 4), (new, 5), (new, 6)),
    ]
    assert got[3].to_json() == {**got[2].to_json(), "retracted": True}
    assert standing(got) == [event.id for event in alice.events(Paid)]


def test_a_deep_reorganization_of_blocks_that_came_at_once(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    with alice.follow(every=0.05) as following:
        watcher = Watcher(following)
        for amount in (1, 2, 3):
            alice.pay(work, amount)
            chain.rpc("anvil_mine", hex(15))
        watcher.until(lambda got: len(got) == 3)
        chain.rpc("anvil_reorg", 40, [])
        got = watcher.until(lambda got: any(isinstance(each, Retracted) for each in got))
    # Anvil mines new blocks in the place of the old; the first payment's block stays.
    assert [each.event.amount for each in got if isinstance(each, Retracted)] == [3, 2]
    assert standing(got) == on_chain(alice)[-1:]


def test_a_node_that_is_behind_takes_nothing_back(alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    alice.pay(work, 1)
    snapshot = chain.rpc("evm_snapshot")
    with alice.follow(Paid, from_block=0, every=0.05) as following:
        watcher = Watcher(following)
        watcher.until(lambda got: len(got) == 1)
        chain.rpc("anvil_mine", hex(5))
        time.sleep(0.2)
        chain.rpc("evm_revert", snapshot)
        time.sleep(0.3)
        assert len(watcher.got) == 1
        alice.pay(work, 2)
        got = watcher.until(lambda got: len(got) == 2)
    assert standing(got) == [event.id for event in alice.events(Paid)]


def test_a_cursor_goes_on_through_a_restart_and_a_reorganization(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"work").work_id
    snapshot = chain.rpc("evm_snapshot")
    for amount in (1, 2, 3):
        alice.pay(work, amount)
    first = alice.follow(Paid, from_block=0, every=0.05)
    got = [next(first), next(first)]
    kept = json.dumps(first.cursor.to_json())
    second = alice.follow(Paid, cursor=Cursor.from_json(json.loads(kept)), every=0.05)
    got.append(next(second))
    assert [event.amount for event in got if isinstance(event, Paid)] == [1, 2, 3]
    kept = json.dumps(second.cursor.to_json())
    assert chain.rpc("evm_revert", snapshot)
    for amount in (7, 8, 9, 10):
        bob.pay(work, amount)
    third = alice.follow(Paid, cursor=Cursor.from_json(json.loads(kept)), every=0.05)
    got += [next(third) for _ in range(7)]
    assert [type(each) for each in got[3:6]] == [Retracted] * 3
    assert standing(got) == [event.id for event in alice.events(Paid)]
    # Saved in the middle of what a step found, nothing is lost or comes again.
    assert third.cursor.waiting == ()
    with pytest.raises(InvalidArgument, match="same chain, kinds"):
        alice.follow(Certified, cursor=third.cursor)
    with pytest.raises(ValueError, match="no cursor"):
        Cursor.from_json({"searched": "7"})


def test_a_reorganization_below_what_is_remembered(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "WINDOW", 4)
    work = alice.certify(b"work").work_id
    snapshot = chain.rpc("evm_snapshot")
    following = alice.follow(Paid, every=0.02)
    for amount in range(1, 9):
        alice.pay(work, amount)
        next(following)
    assert len(following.cursor.marks) <= 5
    chain.rpc("evm_revert", snapshot)
    for _ in range(9):
        alice.pay(work, 100)
    with pytest.raises(ReorganizedTooDeep, match="start anew"):
        next(following)


def test_py_evm_is_followed_too(tmp_path: Path) -> None:
    chain = prepare(pyevm.connect())
    alice = GenIP(chain.web3, chain.alice, store=LocalStore(tmp_path))
    following = alice.follow(every=0.01)
    work = alice.certify(b"work").work_id
    alice.pay(work, 5)
    got = []
    while not got or not isinstance(got[-1], Paid):
        got.append(next(following))
    assert standing(got) == on_chain(alice)[-len(got) :]


# ----------------------------------------------------------- broken connections


def test_a_socket_cut_anywhere_loses_nothing(alice: GenIP, chain: LocalChain) -> None:
    failures: list[Exception] = []
    with Cutter(chain.url, after=1_500) as cutter:
        socket = f"ws://127.0.0.1:{cutter.port}"
        with alice.follow(url=socket, every=1, on_error=failures.append) as following:
            watcher = Watcher(following)
            work = alice.certify(b"work").work_id
            for amount in range(1, 12):
                alice.pay(work, amount)
                time.sleep(0.03)
            wanted = [event.id for event in alice.events(Paid)]
            got = watcher.until(
                lambda got: sum(isinstance(each, Paid) for each in got) == len(wanted)
            )
            assert cutter.cuts >= 2
            cutter.after, cutter.down = None, True
            cutter.cut()
            alice.pay(work, 100)
            watcher.until(lambda _: bool(failures))
            cutter.down = False
            alice.pay(work, 101)
            got = watcher.until(lambda got: isinstance(got[-1], Paid) and got[-1].amount == 101)
    assert standing(got) == on_chain(alice)[-len(got) :]
    assert isinstance(failures[0], ConnectionFailed)


def test_everything_over_one_websocket(chain: LocalChain, store: LocalStore) -> None:
    socket = chain.url.replace("http", "ws")
    client = GenIP(socket, chain.alice, store=store)
    with client.follow() as following:
        watcher = Watcher(following)
        work = client.certify(b"work").work_id
        client.pay(work, 5)
        assert client.earnings(work).credit == 5
        got = watcher.until(lambda got: bool(got) and isinstance(got[-1], Paid))
    assert standing(got) == on_chain(client)[-len(got) :]
    threads = [threading.Thread(target=client.pay, args=(work, 1)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.earnings(work).credit == 13
    # What is no longer open is not used again.
    client.web3.provider._idle[0].close()
    client.pay(work, 1)


def test_requests_over_a_websocket_that_is_cut(chain: LocalChain, store: LocalStore) -> None:
    with Cutter(chain.url) as cutter:
        client = GenIP(f"ws://127.0.0.1:{cutter.port}/?key=secret", chain.alice, store=store)
        cutter.cut()
        work = client.certify(b"work").work_id
        assert client.work(work).id == work
        cutter.down = True
        cutter.cut()
        with pytest.raises(ConnectionFailed) as broken:
            client.work(work)
        assert "secret" not in str(broken.value)


def test_no_websocket_there(chain: LocalChain, store: LocalStore) -> None:
    with pytest.raises(ConnectionFailed):
        GenIP("ws://127.0.0.1:1", store=store)
    with pytest.raises(ConnectionFailed, match="http:// or ws://"):
        GenIP("ftp://127.0.0.1:1", store=store)


def test_a_node_that_goes_on_refusing(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    following = alice.follow(every=0.01)
    following._look()

    def refuse(*arguments: object) -> None:
        raise NodeError("eth_getLogs", "unauthorized")

    monkeypatch.setattr("gen_ip.chain.following._FIRST_PAUSE", 0.001)
    alice.certify(b"work")
    monkeypatch.setattr("gen_ip.chain.rpc.Rpc.logs", refuse)
    with pytest.raises(NodeError, match="unauthorized"):
        next(following)


def test_a_node_that_is_restarted(anvil_binary: Path, tmp_path: Path) -> None:
    """Anvil writes its state when it ends, and goes on from it on the same port."""
    options = ["--state", str(tmp_path / "state.json")]
    failures: list[Exception] = []
    with Anvil(options) as first:
        url = first.start()
        chain = prepare(connect(url), url)
        alice = GenIP(url, chain.alice, store=LocalStore(tmp_path / "store"))
        work = alice.certify(b"work").work_id
        socket = url.replace("http", "ws")
        following = alice.follow(Paid, url=socket, every=0.5, on_error=failures.append)
        watcher = Watcher(following)
        alice.pay(work, 1)
        watcher.until(lambda got: len(got) == 1)
    watcher.until(lambda _: bool(failures))
    with Anvil(options) as second:
        assert second.start(int(url.rsplit(":", 1)[1])) == url
        alice.pay(work, 2)
        got = watcher.until(lambda got: len(got) == 2)
        following.close()
    watcher.ended()
    assert [each.amount for each in got if isinstance(each, Paid)] == [1, 2]


def test_geth_over_its_own_websocket(tmp_path: Path) -> None:
    with running_geth(require("geth"), tmp_path) as url:
        chain = prepare(connect(url), url)
        alice = GenIP(url.replace("http", "ws"), chain.alice, store=LocalStore(tmp_path / "store"))
        with alice.follow() as following:
            watcher = Watcher(following)
            work = alice.certify(b"work").work_id
            alice.pay(work, 5)
            bob = alice.using(chain.bob)
            bob.buy(alice.offer(work, COMMERCIAL_REMIX, price=2), max_price=2)
            got = watcher.until(lambda got: sum(isinstance(e, Paid) for e in got) == 2)
        watcher.ended()
        assert standing(got) == on_chain(alice)[-len(got) :]
