"""Sending from many threads, stuck transactions, other processes, reorganizations."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from web3 import HTTPProvider, Web3

from gen_ip import GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import history, nonces, pyevm, transactions
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import (
    NodeError,
    NonceTaken,
    TransactionPending,
    TransactionVanished,
    UnexpectedChain,
)
from gen_ip.chain.faucet import fund
from gen_ip.chain.policy import Policy
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.sent import Sent
from tests.support.chain import LocalChain
from tests.support.geth import running_geth
from tests.support.nodes import Books
from tests.support.require import require

HASTY = Policy(timeout=20, replace_after=0.3)


@pytest.fixture
def rpc(anvil_binary: Path) -> Iterator[Rpc]:
    """A bare anvil of this test's own."""
    with Anvil() as anvil:
        yield Rpc(anvil.start())


def _send(rpc: Rpc, books: Books, policy: Policy | None = None) -> transactions.Receipt:
    intention = books.mean()
    return transactions.send(rpc, books.account, intention.to, b"", intention.value, policy=policy)


@contextmanager
def _no_mining(rpc: Rpc) -> Iterator[None]:
    rpc.request("evm_setAutomine", False)
    try:
        yield
    finally:
        rpc.request("evm_setAutomine", True)


def _later(seconds: float, *requests: tuple[Rpc, str, Any]) -> threading.Thread:
    def run() -> None:
        time.sleep(seconds)
        for rpc, method, parameter in requests:
            rpc.request(method, *parameter)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# ------------------------------------------------------------------ many at once


def test_fifty_threads_send_from_one_account(rpc: Rpc) -> None:
    books = Books(rpc)
    for _ in range(50):
        books.mean()

    def send(place: int) -> None:
        intention = books.meant[place]
        # Every thread has a connection of its own, as separate clients have.
        own = Rpc(rpc.web3.provider.endpoint_uri) if place % 2 else rpc  # type: ignore[attr-defined]
        transactions.send(own, books.account, intention.to, b"", intention.value)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(send, range(50)))
    books.check()


def test_threads_whose_blocks_come_slowly(rpc: Rpc) -> None:
    books = Books(rpc)
    with _no_mining(rpc), ThreadPoolExecutor(8) as pool:
        sending = [pool.submit(_send, rpc, books) for _ in range(8)]
        while rpc.nonce(books.account.address) < 8:
            time.sleep(0.01)
        assert rpc.nonce(books.account.address, "latest") == 0
        rpc.request("evm_mine")
        assert len({each.result(20).block for each in sending}) == 1
    books.check()


def test_a_refused_transaction_leaves_no_gap(rpc: Rpc) -> None:
    books = Books(rpc)
    first = books.mean()
    low = {"gas": 10_000, "value": 1, "data": b"", "to": first.to, "chainId": rpc.chain_id}
    with pytest.raises(NodeError, match="gas"):
        transactions._hand_over(
            rpc, books.account, {**low, "maxFeePerGas": 1, "maxPriorityFeePerGas": 2}, ExitStack()
        )
    transactions.send(rpc, books.account, first.to, b"", first.value)
    books.check()


def test_a_node_that_lags_behind(rpc: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a load balancer another node may answer, which has not heard of the last one yet."""
    books = Books(rpc)
    _send(rpc, books)
    true = Rpc.nonce
    monkeypatch.setattr(
        Rpc,
        "nonce",
        lambda self, account, block="pending": (
            0 if block == "pending" else true(self, account, block)
        ),
    )
    handed: list[bytes] = []
    send_raw = Rpc.send_raw
    monkeypatch.setattr(
        Rpc, "send_raw", lambda self, raw: handed.append(raw) or send_raw(self, raw)
    )
    _send(rpc, books)
    assert len(handed) == 1
    # And where it has not even heard of the transaction, the refusal is understood.
    monkeypatch.setattr(nonces.Lane, "next", lambda self, rpc, account, taken: len(taken))
    _send(rpc, books)
    books.check()


def test_a_chain_that_was_rolled_back(rpc: Rpc) -> None:
    books = Books(rpc)
    snapshot = rpc.request("evm_snapshot")
    _undo(rpc, snapshot, _send(rpc, books))
    books.meant.clear()
    _send(rpc, books)
    books.check()


# --------------------------------------------------------------- other processes


def test_another_process_takes_the_nonce_first(rpc: Rpc) -> None:
    """It is in a block while ours is refused: the next nonce is taken."""
    books = Books(rpc)
    real, spent = nonces.Lane.next, []

    def slow(self: nonces.Lane, rpc: Rpc, account: str, taken: Any) -> int:
        nonce = real(self, rpc, account, taken)
        if not spent:
            spent.append(_elsewhere(rpc, books, nonce))
            transactions.wait(rpc, rpc.send_raw(spent[0]))
        return nonce

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nonces.Lane, "next", slow)
        _send(rpc, books)
    books.check()


def test_another_process_is_mined_in_our_place(rpc: Rpc) -> None:
    books = Books(rpc)
    with _no_mining(rpc), ThreadPoolExecutor(1) as pool:
        ours = pool.submit(_send, rpc, books, Policy(timeout=30, replace_after=100))
        while rpc.nonce(books.account.address) < 1:
            time.sleep(0.01)
        by = rpc.send_raw(_elsewhere(rpc, books, 0, price=10**12))
        rpc.request("evm_mine")
        with pytest.raises(NonceTaken, match="safe to repeat") as taken:
            ours.result(30)
    assert (taken.value.by, taken.value.nonce) == (by, 0)
    assert rpc.balance(books.meant[0].to) == 0
    assert history.spender(rpc, books.account.address, 0) == (by, rpc.block().number)
    assert history.spender(rpc, books.account.address, 1) is None


def test_the_block_of_an_old_nonce_is_found(rpc: Rpc) -> None:
    books = Books(rpc)
    receipts = []
    for _ in range(6):
        receipts.append(_send(rpc, books))
        rpc.request("anvil_mine", hex(3))
    for nonce, receipt in enumerate(receipts):
        found = history.spender(rpc, books.account.address, nonce)
        assert found == (receipt.tx_hash, receipt.block)


def _elsewhere(rpc: Rpc, books: Books, nonce: int, price: int = 10**11) -> bytes:
    """A signed transaction of the same account that this process did not send."""
    intention = books.mean()
    transaction = {
        "to": intention.to,
        "value": intention.value,
        "nonce": nonce,
        "gas": 21_000,
        "maxFeePerGas": price,
        "maxPriorityFeePerGas": price,
        "chainId": rpc.chain_id,
    }
    return bytes(books.account.sign_transaction(transaction).raw_transaction)


# ------------------------------------------------------------------------- stuck


def test_a_stuck_transaction_is_replaced(rpc: Rpc) -> None:
    """The base fee rises beyond what was signed; only the replacement pays enough."""
    books = Books(rpc)
    with _no_mining(rpc):
        rpc.request("anvil_setNextBlockBaseFeePerGas", hex(10**9))
        rpc.request("evm_mine")
        with ThreadPoolExecutor(1) as pool:
            sending = pool.submit(_send, rpc, books, HASTY)
            while rpc.nonce(books.account.address) < 1:
                time.sleep(0.01)
            (first,) = rpc.request("eth_getBlockByNumber", "pending", True)["transactions"]
            rpc.request("anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
            rpc.request("evm_mine")
            assert rpc.receipt(first["hash"]) is None
            until = time.monotonic() + 20
            while not sending.done() and time.monotonic() < until:
                rpc.request("anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
                rpc.request("evm_mine")
                time.sleep(0.1)
            receipt = sending.result(1)
    assert receipt.tx_hash != first["hash"]
    mined = rpc.request("eth_getTransactionByHash", receipt.tx_hash)
    assert mined["nonce"] == first["nonce"] == "0x0"
    for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
        assert int(mined[name], 16) >= int(first[name], 16) * 1.125
    books.check()


@pytest.mark.parametrize("chance", [True, False])
def test_a_replacement_never_costs_more_than_the_maximum(rpc: Rpc, chance: bool) -> None:
    books = Books(rpc)
    fees = transactions.prepare(rpc, books.account.address, books.account.address, b"", 0, 10**18)
    # Room for two replacements, or for none.
    cap = int(fees["gas"] * fees["maxFeePerGas"] * (1.3 if chance else 1.1))
    policy = Policy(max_fee=cap, timeout=3, replace_after=0.2)
    with _no_mining(rpc), pytest.raises(TransactionPending) as pending:
        _send(rpc, books, policy)
    sent = pending.value.sent
    assert sent is not None
    assert len(sent.signed) == (3 if chance else 1)
    assert sent.transaction["gas"] * sent.transaction["maxFeePerGas"] <= cap
    receipt = transactions.resume(rpc, books.account, sent, Policy())
    assert receipt.tx_hash in sent.hashes
    books.check()


def test_the_first_variant_is_mined_after_all(rpc: Rpc) -> None:
    books = Books(rpc)
    receipt = _send(rpc, books)
    sent = receipt.sent
    assert sent is not None
    dearer = {**sent.transaction, "maxFeePerGas": 2 * sent.transaction["maxFeePerGas"]}
    replaced = sent.plus(dearer, bytes(books.account.sign_transaction(dearer).raw_transaction))
    again = transactions.resume(rpc, books.account, replaced, Policy(timeout=5))
    assert again == receipt
    books.check()


def test_only_the_one_that_holds_up_the_others_is_replaced(rpc: Rpc) -> None:
    books = Books(rpc)
    policy = Policy(timeout=2, replace_after=0.4)
    with _no_mining(rpc):
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(_send, rpc, books, policy)
            while rpc.nonce(books.account.address) < 1:
                time.sleep(0.01)
            second = pool.submit(_send, rpc, books, policy)
            errors = [each.exception(10) for each in (first, second)]
        variants = []
        for error in errors:
            assert isinstance(error, TransactionPending)
            assert error.sent is not None
            variants.append(len(error.sent.signed))
        assert variants[0] > 1
        assert variants[1] == 1
        rpc.request("evm_mine")
    books.check()


def test_a_transaction_that_nodes_forgot_is_handed_over_again(rpc: Rpc) -> None:
    books = Books(rpc)
    with _no_mining(rpc), ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send, rpc, books, Policy(timeout=20, replace_after=100))
        while rpc.nonce(books.account.address) < 1:
            time.sleep(0.01)
        rpc.request("anvil_dropAllTransactions")
        assert rpc.nonce(books.account.address) == 0
        rpc.request("evm_setAutomine", True)
        sending.result(20)
    books.check()


# --------------------------------------------------------- confirmations, reorgs


def test_confirmations_are_waited_for(rpc: Rpc) -> None:
    books = Books(rpc)
    mining = _later(0.4, (rpc, "anvil_mine", ("0x1",)), (rpc, "anvil_mine", ("0x1",)))
    receipt = _send(rpc, books, Policy(confirmations=3))
    mining.join()
    assert rpc.block().number == receipt.block + 2
    with pytest.raises(TransactionPending, match="3 of 9 blocks deep") as shallow:
        transactions.wait_for(rpc, books.account, receipt, Policy(timeout=0.3, confirmations=9))
    assert shallow.value.sent == receipt.sent
    books.check()


def test_a_transaction_that_a_reorganization_took_back_is_mined_again(rpc: Rpc) -> None:
    """It is mined, its block is replaced by an empty one, and the same bytes are handed over."""
    books = Books(rpc)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(_send, rpc, books, Policy(confirmations=3))
        while rpc.nonce(books.account.address, "latest") < 1:
            time.sleep(0.01)
        old = _mined_hash(rpc, books)
        rpc.request("anvil_reorg", 1, [])
        assert rpc.balance(books.meant[0].to) == 0
        until = time.monotonic() + 20
        while not sending.done() and time.monotonic() < until:
            rpc.request("anvil_mine", "0x1")
            time.sleep(0.2)
        receipt = sending.result(1)
    assert receipt.tx_hash == old
    assert rpc.block(receipt.block).hash == receipt.block_hash
    books.check()


def test_a_reorganization_after_the_receipt(rpc: Rpc) -> None:
    """A snapshot is restored: the transaction was never there; `wait_for` brings it back once."""
    books = Books(rpc)
    rpc.request("anvil_mine", "0x2")
    snapshot = rpc.request("evm_snapshot")
    receipt = _send(rpc, books)
    _undo(rpc, snapshot, receipt)
    rpc.request("anvil_mine", "0x5")
    assert rpc.receipt(receipt.tx_hash) is None
    mining = _later(4.0, (rpc, "anvil_mine", ("0x2",)))
    again = transactions.wait_for(rpc, books.account, receipt, Policy(confirmations=2))
    mining.join()
    assert again.tx_hash == receipt.tx_hash
    assert again.block > receipt.block
    books.check()


def test_a_reorganization_that_gave_the_nonce_to_another(rpc: Rpc) -> None:
    books = Books(rpc)
    snapshot = rpc.request("evm_snapshot")
    receipt = _send(rpc, books)
    _undo(rpc, snapshot, receipt)
    by = rpc.send_raw(_elsewhere(rpc, books, 0))
    with pytest.raises(NonceTaken) as taken:
        transactions.wait_for(rpc, books.account, receipt, Policy())
    assert taken.value.by == by


def test_a_receipt_without_signed_bytes_that_vanished(rpc: Rpc) -> None:
    from dataclasses import replace

    books = Books(rpc)
    snapshot = rpc.request("evm_snapshot")
    receipt = replace(_send(rpc, books), sent=None)
    assert transactions.wait_for(rpc, None, receipt, Policy()) == receipt
    _undo(rpc, snapshot, receipt)
    with pytest.raises(TransactionVanished, match="no longer part of the chain"):
        transactions.wait_for(rpc, None, receipt, Policy())


def _undo(rpc: Rpc, snapshot: str, receipt: transactions.Receipt) -> None:
    """Brings the chain back to where the transaction was never sent."""
    assert rpc.request("evm_revert", snapshot)
    # The node's pool may not have noticed yet that it was mined, and mine it again.
    rpc.request("anvil_dropTransaction", receipt.tx_hash)


def _mined_hash(rpc: Rpc, books: Books) -> str:
    found = history.spender(rpc, books.account.address, 0)
    assert found is not None
    return found.tx_hash


# ------------------------------------------------------------------- the client


def test_the_client_waits_and_resumes(alice: GenIP, chain: LocalChain) -> None:
    receipt = alice.certify(b"work").receipt
    chain.rpc("anvil_mine", "0x4")
    assert alice.wait_for(receipt, confirmations=5) == receipt
    with pytest.raises(InvalidArgument, match="confirmations"):
        alice.wait_for(receipt, confirmations=0)
    assert receipt.sent is not None
    assert alice.resume(receipt.sent) == receipt
    foreign = Sent(chain.alice.address, 0, {**receipt.sent.transaction, "chainId": 1}, (b"",))
    with pytest.raises(UnexpectedChain):
        alice.resume(foreign)


@pytest.mark.parametrize(
    "wrong",
    [{"confirmations": 0}, {"confirmations": 1.5}, {"timeout": 0}, {"replace_after": -1},
     {"timeout": "1"}, {"replace_after": float("nan")}],
)  # fmt: skip
def test_limits_are_checked(chain: LocalChain, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument, match=next(iter(wrong))):
        GenIP(chain.web3, deployment=chain.deployment, **wrong)


# -------------------------------------------------------------- geth and py-evm


def test_geth_takes_many_at_once(tmp_path: Path) -> None:
    geth = require("geth")
    with running_geth(geth, tmp_path) as url:
        rpc = Rpc(connect(url))
        sender = Account.create()
        fund(rpc.web3, sender.address, 10**19)
        targets = [Account.create().address for _ in range(12)]
        with ThreadPoolExecutor(12) as pool:
            work = [
                pool.submit(transactions.send, rpc, sender, to, b"", 7 + place)
                for place, to in enumerate(targets)
            ]
            receipts = [each.result(60) for each in work]
        assert [rpc.balance(to) for to in targets] == list(range(7, 19))
        assert rpc.nonce(sender.address, "latest") == 12
        # The very same bytes again: geth says nonce too low, and nothing happens twice.
        for receipt in receipts[:2]:
            assert receipt.sent is not None
            assert transactions.resume(rpc, sender, receipt.sent, Policy()) == receipt
        assert rpc.nonce(sender.address, "latest") == 12
        found = history.spender(rpc, sender.address, 5)
        assert found is not None
        assert found.tx_hash in {receipt.tx_hash for receipt in receipts}


def test_py_evm_takes_one_after_another() -> None:
    web3 = pyevm.connect(accounts=2)
    rpc = Rpc(web3)
    sender = Account.create()
    fund(web3, sender.address, 10**19)
    targets = [Account.create().address for _ in range(3)]
    receipts = [transactions.send(rpc, sender, to, b"", 5) for to in targets]
    assert receipts[1].sent is not None
    assert transactions.resume(rpc, sender, receipts[1].sent, Policy()) == receipts[1]
    assert [rpc.balance(to) for to in targets] == [5, 5, 5]
    assert rpc.nonce(sender.address, "latest") == 3
    assert history.spender(rpc, sender.address, 2) == (receipts[2].tx_hash, receipts[2].block)


def test_lanes_are_per_account_and_chain() -> None:
    one, other = Rpc(pyevm.connect(accounts=1)), Rpc(pyevm.connect(accounts=1))
    assert nonces.lane(one, "0xa") is nonces.lane(one, "0xa")
    assert nonces.lane(one, "0xa") is not nonces.lane(other, "0xa")
    assert nonces.lane(one, "0xa") is not nonces.lane(one, "0xb")


def test_lanes_are_shared_by_connections_to_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (Rpc(Web3(HTTPProvider(f"http://127.0.0.1:{port}"))) for port in (1, 2))
    for chain_id, same in ((1, True), (31337, False)):
        for each in (first, second):
            each.__dict__["chain_id"] = chain_id
        assert (nonces.lane(first, "0xa") is nonces.lane(second, "0xa")) is same
