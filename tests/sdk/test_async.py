"""The client for asyncio and trio."""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup

from gen_ip import AsyncGenIP, GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import ConnectionFailed, NoAccount
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.stopping import Stop, Stopped
from gen_ip.content.local import LocalStore
from gen_ip.workers import ClientClosed
from tests.ledger.profile import LONG
from tests.support.chain import LocalChain, prepare
from tests.support.proxy import Fault, Proxy
from tests.support.require import ROOT

# What answers at once, or is an object of its own.
PLAIN = {"using", "unsigned", "web3", "deployment", "calls", "store"}


@pytest.fixture(params=["asyncio", "trio"])
def run(request: pytest.FixtureRequest) -> Callable[[Callable[[], Awaitable[Any]]], Any]:
    return lambda function: anyio.run(function, backend=request.param)


Run = Callable[[Callable[[], Awaitable[Any]]], Any]


@pytest.fixture
def ip(chain: LocalChain, store: LocalStore) -> AsyncGenIP:
    return AsyncGenIP(chain.url, chain.alice, deployment=chain.deployment, store=store)


# ----------------------------------------------------------------- the interface


def _public(kind: type) -> dict[str, Any]:
    return {name: value for name, value in inspect.getmembers(kind) if not name.startswith("_")}


def test_every_method_is_there_with_the_same_signature() -> None:
    plain, other = _public(GenIP), _public(AsyncGenIP)
    assert set(other) - set(plain) == {"connect", "close"}
    assert set(plain) - set(other) == set()
    for name in set(plain) - PLAIN - {"chain_id"}:
        assert inspect.signature(other[name]) == inspect.signature(plain[name]), name
        assert inspect.getdoc(other[name]) == inspect.getdoc(plain[name]), name
        assert other[name].__qualname__ == plain[name].__qualname__
        if inspect.signature(plain[name]).return_annotation.startswith("Iterator["):
            assert not inspect.iscoroutinefunction(other[name])
        else:
            assert inspect.iscoroutinefunction(other[name]), name
    options = dict(inspect.signature(AsyncGenIP).parameters)
    assert options.pop("max_workers").default == 256
    assert options == dict(inspect.signature(GenIP).parameters)


def test_mypy_knows_every_type() -> None:
    files = ["tests/sdk/typed_async.py"]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout) == (0, "")


# -------------------------------------------------------------------- what it does


def test_the_whole_story(run: Run, ip: AsyncGenIP, chain: LocalChain) -> None:
    async def story() -> None:
        async with ip:
            certificate = await ip.certify(b"work", name="Morning")
            work = await ip.work(certificate.work_id)
            assert (work.name, work.owner) == ("Morning", chain.alice.address)
            bob = ip.using(chain.bob)
            assert (await bob.pay(work.id, 1_000)).find("Paid").args["amount"] == 1_000
            assert (await ip.collect(work.id)).amount == 1_000
            assert [claim.work async for claim in ip.works()] == [work.id]
            assert await ip.chain_id() == 31337
            plan = await bob.unsigned.certify(b"other")
            assert plan.transactions[0].sender == chain.bob.address
            with pytest.raises(reverts.AlreadyCertified):
                await ip.certify(b"work")
            with pytest.raises(NoAccount):
                await ip.using(None).pay(work.id, 1)
            with pytest.raises(AttributeError, match="certifi"):
                ip.unsigned.certifi  # noqa: B018
        for closed in (ip, bob):
            with pytest.raises(ClientClosed):
                await closed.work(work.id)

    run(story)


def test_what_can_be_wrong_is_told_at_once(chain: LocalChain) -> None:
    for wrong in ({"max_workers": 0}, {"confirmations": 0}, {"account": "0xabc"}):
        with pytest.raises(InvalidArgument, match=next(iter(wrong))):
            AsyncGenIP(chain.url, **wrong)  # type: ignore[arg-type]
    with pytest.raises(ConnectionFailed, match="such as http://127"):
        AsyncGenIP("nowhere")


def test_it_connects_when_it_must(run: Run, chain: LocalChain) -> None:
    async def connecting() -> None:
        with Proxy(chain.url) as proxy:
            ip = AsyncGenIP(proxy.url, deployment=chain.deployment)
            other = ip.using(chain.bob)
            assert (ip.deployment, ip.calls.deployment) == (chain.deployment, chain.deployment)
            assert proxy.seen == []
            async with anyio.create_task_group() as group:
                for each in (ip, other, ip, other):
                    group.start_soon(each.connect)
            # One of them did, for all.
            assert len(proxy.seen) == 2
        nowhere = AsyncGenIP("http://127.0.0.1:9")
        for _ in range(2):
            with pytest.raises(ConnectionFailed):
                await nowhere.chain_id()

    run(connecting)


def test_the_loop_is_never_held_up(run: Run, ip: AsyncGenIP) -> None:
    """It ticks while a client connects and works on a file."""

    async def working() -> float:
        longest, last = 0.0, time.monotonic()

        async def tick() -> None:
            nonlocal longest, last
            while True:
                await anyio.sleep(0.01)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()

        async with anyio.create_task_group() as group:
            group.start_soon(tick)
            await ip.certify(bytes(20_000_000))
            group.cancel_scope.cancel()
        return longest

    assert run(working) < 0.5


def test_no_more_threads_than_asked_for(run: Run, chain: LocalChain, store: LocalStore) -> None:
    async def working() -> int:
        ip = AsyncGenIP(chain.url, deployment=chain.deployment, store=store, max_workers=3)
        most = running = 0
        lock = threading.Lock()

        def count() -> None:
            nonlocal most, running
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.05)
            with lock:
                running -= 1

        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(ip._workers.run, count)
        return most

    assert run(working) == 3


def test_an_iterator_that_is_left(run: Run, ip: AsyncGenIP) -> None:
    left: list[str] = []

    def numbers() -> Iterator[int]:
        try:
            yield from range(1_000)
        finally:
            left.append("closed")

    async def iterating() -> list[int]:
        found = []
        items = ip._workers.iterate(numbers)
        async for item in items:
            found.append(item)
            if item == 2:
                break
        await items.aclose()  # type: ignore[attr-defined]  # an async generator
        return found

    assert run(iterating) == [0, 1, 2]
    assert left == ["closed"]


def test_events_are_followed_and_none_is_lost(
    run: Run, ip: AsyncGenIP, alice: GenIP, chain: LocalChain
) -> None:
    async def following() -> list[str]:
        found: list[str] = []
        async with await ip.follow("Paid", every=0.05) as paid:
            work = (await ip.certify(b"work")).work_id
            # Waiting in vain, again and again, as with a timeout; no event goes with it.
            for amount in range(5):
                with anyio.move_on_after(0.02 * amount):
                    if len(found) < 3:
                        found.append((await anext(paid)).to_json()["args"]["amount"])
                await ip.pay(work, 100 + amount)
            with anyio.fail_after(20):
                while len(found) < 5:
                    found.append((await anext(paid)).to_json()["args"]["amount"])
                    if len(found) == 4:
                        before = paid.cursor
        assert [event async for event in paid] == []
        async with await ip.follow("Paid", cursor=before) as again:
            assert (await anext(again)).to_json()["args"]["amount"] == found[4]
        names = [event.name async for event in ip.events("Certified", "Paid", work=work)]
        assert names == ["Certified"] + 5 * ["Paid"]
        return found

    assert run(following) == [str(100 + amount) for amount in range(5)]


# -------------------------------------------------------------------- cancelling


def _cancelled_when(
    run: Run, ip: AsyncGenIP, start: Callable[[], Awaitable[Any]], reached: Callable[[], bool]
) -> float:
    """Cancels a method once something is so; seconds that the cancelled task takes to end."""

    async def cancelling() -> float:
        async with anyio.create_task_group() as group:
            group.start_soon(start)
            with anyio.fail_after(20):
                while not reached():
                    await anyio.sleep(0.005)
            group.cancel_scope.cancel()
            since = time.monotonic()
        took = time.monotonic() - since
        with anyio.CancelScope(shield=True):
            await ip.close()
        return took

    return float(run(cancelling))


def test_cancelled_before_it_is_sent_nothing_is_sent(
    run: Run, chain: LocalChain, tmp_path: Path
) -> None:
    reached, goes_on = threading.Event(), threading.Event()

    class Slow(LocalStore):
        """A store that holds the method up, after the simulation and before the sending."""

        def put_block(self, data: bytes) -> str:
            reached.set()
            assert goes_on.wait(20)
            return super().put_block(data)

    with Proxy(chain.url) as proxy:
        slow = Slow(tmp_path / "slow")
        ip = AsyncGenIP(proxy.url, chain.alice, deployment=chain.deployment, store=slow)
        before = chain.web3.eth.get_transaction_count(chain.alice.address)
        timer = threading.Timer(0.5, goes_on.set)
        timer.start()
        took = _cancelled_when(run, ip, lambda: ip.certify(b"work"), reached.is_set)
        assert took < 0.4
        assert goes_on.is_set()
        seen = [method for method, _ in proxy.seen]
        assert "eth_call" in seen
        assert "eth_sendRawTransaction" not in seen
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == before


def test_cancelled_after_it_is_sent_it_is_looked_after(
    run: Run, chain: LocalChain, store: LocalStore
) -> None:
    receipts: list[Receipt] = []
    ip = AsyncGenIP(
        chain.url,
        chain.alice,
        deployment=chain.deployment,
        store=store,
        on_receipt=receipts.append,
    )
    rpc = Rpc(chain.url)
    before = rpc.nonce(chain.alice.address)
    chain.rpc("evm_setAutomine", False)
    try:
        mining = threading.Timer(1.0, lambda: chain.rpc("evm_mine"))

        def handed_over() -> bool:
            if rpc.nonce(chain.alice.address) == before:
                return False
            mining.start()
            return True

        took = _cancelled_when(run, ip, lambda: ip.certify(b"work"), handed_over)
        assert took < 0.5
        mining.join()
    finally:
        chain.rpc("evm_setAutomine", True)
    # `close` has waited for it.
    (receipt,) = receipts
    assert receipt.find("Certified").args["creator"] == chain.alice.address


@pytest.mark.parametrize("at_once", [1, 3])
def test_of_many_transactions_at_a_time_no_more_are_sent(
    run: Run, chain: LocalChain, alice: GenIP, at_once: int
) -> None:
    """Those under way are looked after, each in a thread of its own."""
    for number in range(9):
        alice.certify(f"work {number}".encode())
    plan = alice.plan_move(chain.bob.address)
    receipts: list[Receipt] = []
    ip = AsyncGenIP(chain.url, chain.alice, deployment=chain.deployment, on_receipt=receipts.append)
    rpc = Rpc(chain.url)
    before = rpc.nonce(chain.alice.address)
    chain.rpc("evm_setAutomine", False)
    try:
        mining = threading.Timer(1.0, lambda: chain.rpc("evm_setAutomine", True))

        def handed_over() -> bool:
            if rpc.nonce(chain.alice.address) < before + at_once:
                return False
            mining.start()
            return True

        took = _cancelled_when(run, ip, lambda: ip.move(plan, at_once=at_once), handed_over)
        assert took < 0.5
        mining.join()
    finally:
        chain.rpc("evm_setAutomine", True)
        chain.rpc("evm_mine")
    assert len(receipts) == at_once
    assert rpc.nonce(chain.alice.address) == before + at_once


def test_of_two_transactions_the_second_is_not_sent(
    run: Run, chain: LocalChain, alice: GenIP
) -> None:
    """The first, an approval, is under way when the method is cancelled."""
    work = alice.certify(b"work").work_id
    receipts: list[Receipt] = []
    ip = AsyncGenIP(
        chain.url,
        chain.bob,
        deployment=chain.deployment,
        store=alice.store,
        on_receipt=receipts.append,
    )
    rpc = Rpc(chain.url)
    before = rpc.nonce(chain.bob.address)
    chain.rpc("evm_setAutomine", False)
    try:
        mining = threading.Timer(0.5, lambda: chain.rpc("evm_mine"))

        def handed_over() -> bool:
            if rpc.nonce(chain.bob.address) == before:
                return False
            mining.start()
            return True

        _cancelled_when(run, ip, lambda: ip.pay(work, 100, token=chain.token), handed_over)
    finally:
        chain.rpc("evm_setAutomine", True)
    assert [receipt.events[0].name for receipt in receipts] == ["Approval"]
    assert rpc.nonce(chain.bob.address) == before + 1
    assert alice.earnings(work, token=chain.token).credit == 0


def test_a_stop_is_one_or_the_other() -> None:
    stop = Stop()
    stop.check()
    with stop.sending():
        stop.ask()
        # Too late: it is out.
        stop.check()
    with pytest.raises(Stopped):
        stop.check()
    with pytest.raises(Stopped), stop.sending():
        pytest.fail("it was asked before")


# ---------------------------------------------------------------------- many at once


@pytest.fixture(scope="module")
def slow_chain(anvil_binary: Path) -> Iterator[LocalChain]:
    """A block every second, whatever is sent."""
    from web3 import HTTPProvider, Web3

    with Anvil() as anvil:
        url = anvil.start()
        made = prepare(Web3(HTTPProvider(url)), url)
        made.rpc("evm_setAutomine", False)
        made.rpc("evm_setIntervalMining", 1)
        yield made


def test_many_at_once_in_a_bad_network(
    run: Run, slow_chain: LocalChain, store: LocalStore, request: pytest.FixtureRequest
) -> None:
    """One account, a block a second, some answers lost: every intention is mined once."""
    count, name = 200 if LONG else 60, request.node.name
    faults = [Fault.CUT, Fault.TWICE, Fault.NONE, Fault.BUSY, Fault.LATE, Fault.TRUNCATE] * 5
    before = slow_chain.web3.eth.get_transaction_count(slow_chain.alice.address)
    with Proxy(slow_chain.url, faults, only=["eth_sendRawTransaction"]) as proxy:
        ip = AsyncGenIP(
            connect(proxy.url, 5.0),
            slow_chain.alice,
            deployment=slow_chain.deployment,
            store=store,
        )
        works: dict[int, int] = {}

        async def one(place: int) -> None:
            works[place] = (await ip.certify(f"{name} {place}".encode())).work_id

        async def sending() -> None:
            async with ip, anyio.create_task_group() as group:
                start(group)

        def start(group: TaskGroup) -> None:
            for place in range(count):
                group.start_soon(one, place)

        run(sending)
        assert not proxy.faults
    assert len(set(works.values())) == count
    after = slow_chain.web3.eth.get_transaction_count(slow_chain.alice.address)
    assert after == before + count
    reader = GenIP(slow_chain.url, deployment=slow_chain.deployment, store=store)
    assert set(works.values()) <= {claim.work for claim in reader.works()}
