"""Sending through a network that loses, delays, repeats and mixes up what passes.

Other faults are drawn in every run, more of them with `GENIP_PROFILE=long`.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import gen_ip.chain.rpc
from gen_ip import GenIP
from gen_ip.chain import broadcasting, transactions
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import (
    ConnectionFailed,
    NodeError,
    TransactionPending,
    TransactionUncertain,
)
from gen_ip.chain.policy import Policy
from gen_ip.chain.rpc import Rpc
from tests.ledger.profile import LONG
from tests.support.chain import LocalChain
from tests.support.geth import running_geth
from tests.support.nodes import Books, Intention
from tests.support.proxy import CLIENT_SECONDS, Fault, Proxy
from tests.support.require import require

SEND = "eth_sendRawTransaction"
FORWARDED = [Fault.CUT, Fault.TRUNCATE, Fault.LATE, Fault.TWICE, Fault.STALE, Fault.DOWN_AFTER]
POLICY = Policy(timeout=4)


@pytest.fixture(scope="module")
def node(anvil_binary: Path) -> Iterator[Rpc]:
    """A bare anvil, shared by this file's tests: each uses an account of its own."""
    with Anvil() as anvil:
        yield Rpc(anvil.start())


@pytest.fixture
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses between attempts, as many as ever."""
    for module in (gen_ip.chain.rpc, broadcasting):
        pauses = tuple(pause / 30 for pause in module._PAUSES)
        monkeypatch.setattr(module, "_PAUSES", pauses)


def _url(rpc: Rpc) -> str:
    return str(rpc.web3.provider.endpoint_uri)  # type: ignore[attr-defined]


def _through(proxy: Proxy) -> Rpc:
    return Rpc(connect(proxy.url, CLIENT_SECONDS))


def _send(rpc: Rpc, books: Books, intention: Intention) -> transactions.Receipt:
    """What a careful caller does: repeats what was not sent, resumes what may have been."""
    for _ in range(30):
        try:
            return transactions.send(
                rpc, books.account, intention.to, b"", intention.value, policy=POLICY
            )
        except (TransactionPending, TransactionUncertain) as error:
            return _resume(rpc, books, error)
        except (ConnectionFailed, NodeError):
            # By contract nothing was sent.
            continue
    raise AssertionError("the faults never end")


def _resume(
    rpc: Rpc, books: Books, error: TransactionPending | TransactionUncertain
) -> transactions.Receipt:
    for _ in range(30):
        assert error.sent is not None
        try:
            return transactions.resume(rpc, books.account, error.sent, POLICY)
        except (TransactionPending, TransactionUncertain) as again:
            error = again
    raise AssertionError("the faults never end")


@pytest.mark.usefixtures("swift")
@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("times", [1, 3])
def test_a_fault_while_sending_has_no_double_effect(node: Rpc, fault: Fault, times: int) -> None:
    books = Books(node)
    with Proxy(_url(node), [fault] * times, only=[SEND]) as proxy:
        receipt = transactions.send(
            _through(proxy), books.account, books.mean().to, b"", 1_000, policy=POLICY
        )
        assert (SEND, fault) in proxy.seen
    books.check()
    assert receipt.block_hash == node.block(receipt.block).hash


@pytest.mark.parametrize("fault", Fault)
def test_reads_survive_a_fault(node: Rpc, fault: Fault) -> None:
    with Proxy(_url(node)) as proxy:
        rpc = _through(proxy)
        assert rpc.block().number == node.block().number
        proxy.faults.append(fault)
        # Were a stale answer taken for an answer, this would be the block.
        assert rpc.chain_id == 31337
        assert not proxy.faults


def test_reads_are_repeated_a_bounded_number_of_times(node: Rpc) -> None:
    with Proxy(_url(node)) as proxy:
        rpc = _through(proxy)
        assert rpc.chain_id == 31337
        for fault, error in ((Fault.BUSY, ConnectionFailed), (Fault.LIMITED, NodeError)):
            proxy.seen.clear()
            proxy.faults.extend([fault] * 20)
            with pytest.raises(error, match=r"429|limit exceeded"):
                rpc.block()
            assert len(proxy.seen) == 4
            proxy.faults.clear()


def test_what_is_not_a_read_is_asked_once(node: Rpc) -> None:
    with Proxy(_url(node)) as proxy:
        rpc = _through(proxy)
        assert rpc.chain_id == 31337
        for method in ("eth_sendTransaction", "evm_mine", "anvil_mine", "eth_sign", SEND):
            proxy.seen.clear()
            proxy.faults.append(Fault.DROP)
            with pytest.raises(ConnectionFailed):
                rpc.request(method)
            assert len(proxy.seen) == 1


def test_an_address_where_nothing_ever_answered_is_not_asked_again(node: Rpc) -> None:
    with Proxy(_url(node), [Fault.DROP]) as proxy:
        with pytest.raises(ConnectionFailed):
            _through(proxy).chain_id  # noqa: B018  (a request)
        assert len(proxy.seen) == 1


@pytest.mark.usefixtures("swift")
def test_no_answer_at_all_is_uncertain_and_can_be_resumed(node: Rpc) -> None:
    books = Books(node)
    with Proxy(_url(node), [Fault.CUT] * 5, only=[SEND]) as proxy:
        rpc = _through(proxy)
        # The first arrives; of the rest, and of the answers, nothing is ever heard.
        with pytest.raises(TransactionUncertain, match=r"resume\(error.sent\)") as lost:
            transactions.send(rpc, books.account, books.mean().to, b"", 1_000, policy=POLICY)
        assert node.receipt(lost.value.tx_hash) is not None
        again = transactions.resume(rpc, books.account, lost.value.sent, POLICY)
    assert again.tx_hash == lost.value.tx_hash
    books.check()


@pytest.mark.usefixtures("swift")
def test_what_never_arrived_goes_out_before_the_next(node: Rpc) -> None:
    """Otherwise the next would have to wait for it for ever, or take its place."""
    books = Books(node)
    with Proxy(_url(node), [Fault.DROP] * 5, only=[SEND]) as proxy:
        rpc = _through(proxy)
        with pytest.raises(TransactionUncertain) as lost:
            transactions.send(rpc, books.account, books.mean().to, b"", 1_000, policy=POLICY)
        assert node.nonce(books.account.address) == 0
        transactions.send(rpc, books.account, books.mean().to, b"", 1_001, policy=POLICY)
        receipt = transactions.resume(rpc, books.account, lost.value.sent, POLICY)
    assert receipt.tx_hash == lost.value.tx_hash
    books.check()


def test_a_request_that_arrives_twice_before_it_is_mined(node: Rpc) -> None:
    """The answer that passes is a refusal, "already imported"."""
    books = Books(node)
    node.request("evm_setAutomine", False)
    try:
        with Proxy(_url(node), [Fault.TWICE], only=[SEND]) as proxy:
            with pytest.raises(TransactionPending) as pending:
                transactions.send(
                    _through(proxy),
                    books.account,
                    books.mean().to,
                    b"",
                    1_000,
                    policy=Policy(timeout=0.3),
                )
            assert (SEND, Fault.TWICE) in proxy.seen
        assert pending.value.sent is not None
        assert pending.value.sent.nonce == 0
        assert node.nonce(books.account.address) == 1
    finally:
        node.request("evm_setAutomine", True)
    transactions.resume(node, books.account, pending.value.sent, POLICY)
    books.check()


@pytest.mark.parametrize("reason", ["insufficient funds", "replacement underpriced", "no"])
def test_a_refusal_after_a_lost_answer_proves_nothing(
    node: Rpc, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    """The first request may still be on its way, and be taken when it arrives."""
    books = Books(node)
    answers: list[Exception] = [
        ConnectionFailed("the node", "broken", passing=True),
        NodeError(SEND, reason),
    ]

    def send_raw(self: Rpc, transaction: bytes) -> str:
        raise answers.pop(0)

    with monkeypatch.context() as patch:
        patch.setattr(Rpc, "send_raw", send_raw)
        with pytest.raises(TransactionUncertain) as lost:
            transactions.send(node, books.account, books.mean().to, b"", 1_000)
    transactions.resume(node, books.account, lost.value.sent, POLICY)
    books.check()


def test_a_refusal_at_once_is_final(node: Rpc, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books(node)
    intention = books.mean()

    def send_raw(self: Rpc, transaction: bytes) -> str:
        raise NodeError(SEND, "transaction gas limit too high")

    with monkeypatch.context() as patch:
        patch.setattr(Rpc, "send_raw", send_raw)
        with pytest.raises(NodeError, match="too high"):
            transactions.send(node, books.account, intention.to, b"", intention.value)
    transactions.send(node, books.account, intention.to, b"", intention.value)
    books.check()


@pytest.mark.usefixtures("swift")
def test_a_connection_that_breaks_while_waiting_is_not_the_end(node: Rpc) -> None:
    books = Books(node)
    faults = [Fault.DROP, Fault.DOWN, Fault.STALE, Fault.LATE, Fault.TRUNCATE] * 2
    with Proxy(_url(node), faults, only=["eth_getTransactionReceipt"]) as proxy:
        transactions.send(
            _through(proxy), books.account, books.mean().to, b"", 1_000, policy=Policy(timeout=30)
        )
        assert not proxy.faults
    books.check()


FAULTS = st.lists(st.sampled_from(Fault), max_size=24)


@pytest.mark.usefixtures("swift")
@settings(max_examples=100 if LONG else 12, deadline=None, suppress_health_check=list(HealthCheck))
@example([Fault.NONE] * 3 + [Fault.CUT] * 5, 1)
@example([Fault.NONE] * 3 + [Fault.CUT, Fault.DOWN, Fault.DROP, Fault.STALE, Fault.CUT], 2)
@example([Fault.NONE] * 3 + [Fault.LATE] * 6, 3)
@given(FAULTS, st.integers(1, 4))
def test_every_intention_is_mined_exactly_once(
    node: Rpc, faults: list[Fault], intentions: int
) -> None:
    books = Books(node)
    with Proxy(_url(node), faults) as proxy:
        rpc = _through(proxy)
        for _ in range(intentions):
            _send(rpc, books, books.mean())
    books.check()


@pytest.mark.usefixtures("swift")
@settings(max_examples=60 if LONG else 8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from([*FORWARDED, Fault.DROP, Fault.BUSY]), max_size=40), st.data())
def test_threads_in_a_bad_network_send_each_once(
    node: Rpc, faults: list[Fault], data: st.DataObject
) -> None:
    books = Books(node)
    only = data.draw(st.sampled_from([None, (SEND,), (SEND, "eth_getTransactionCount")]))
    meant = [books.mean() for _ in range(5)]
    with Proxy(_url(node), faults, only=only) as proxy:
        rpc = _through(proxy)
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(lambda intention: _send(rpc, books, intention), meant))
    books.check()


def test_geth_behind_a_bad_network(tmp_path: Path) -> None:
    geth = require("geth")
    from eth_account import Account

    from gen_ip.chain.faucet import fund

    with running_geth(geth, tmp_path) as url:
        straight = Rpc(url)
        sender, receiver = Account.create(), Account.create().address
        fund(straight.web3, sender.address, 10**19)
        with Proxy(url, only=[SEND]) as proxy:
            rpc = Rpc(connect(proxy.url, 5.0))
            for fault in FORWARDED:
                proxy.faults.append(fault)
                transactions.send(rpc, sender, receiver, b"", 1, policy=Policy(timeout=30))
        assert straight.balance(receiver) == len(FORWARDED)
        assert straight.nonce(sender.address, "latest") == len(FORWARDED)


def test_the_whole_client_works_through_it(alice: GenIP, chain: LocalChain) -> None:
    faults = [Fault.TWICE, Fault.CUT, Fault.NONE, Fault.STALE, Fault.DOWN_AFTER, Fault.SLOW] * 20
    before = chain.web3.eth.get_transaction_count(chain.alice.address)
    with Proxy(chain.url) as proxy:
        web3 = connect(proxy.url, 5.0)
        client = GenIP(web3, chain.alice, deployment=chain.deployment, store=alice.store)
        proxy.faults.extend(faults)
        certificate = client.certify(b"work")
        client.pay(certificate.work_id, 1_000)
        assert client.collect(certificate.work_id).amount == 1_000
        assert len(proxy.faults) < len(faults) - 20
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == before + 3
