"""A node may answer anything: it ends in one typed error, or in what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip import GenIP
from gen_ip.chain import answers, events, transactions
from gen_ip.chain.errors import NodeError
from gen_ip.chain.rpc import Rpc
from gen_ip.terms import COMMERCIAL
from tests.sdk.test_logs import _log
from tests.support.chain import LocalChain

HASH = "0x" + "ab" * 32
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def node(answer: Any) -> Rpc:
    """A node that answers every request with `answer`."""
    rpc = object.__new__(Rpc)
    rpc.request = lambda *_: answer  # type: ignore[method-assign]
    return rpc


ASK: dict[str, Callable[[Rpc], object]] = {
    "block": lambda rpc: rpc.block(),
    "balance": lambda rpc: rpc.balance("0x"),
    "call": lambda rpc: rpc.call("0x", b""),
    "logs": lambda rpc: [events.decode(log) for log in rpc.logs({})],
    "send": lambda rpc: rpc.send_raw(b""),
    "receipt": lambda rpc: rpc.receipt(HASH),
}


@pytest.mark.parametrize("ask", ASK.values(), ids=ASK)
@given(JSON)
def test_any_answer_is_read_or_refused(ask: Callable[[Rpc], object], answer: Any) -> None:
    with suppress(NodeError):
        ask(node(answer))


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        "x",
        5,
        {"number": "0x1"},
        {"number": None, "timestamp": "0x1"},
        {"number": "0x1", "timestamp": "0x1", "baseFeePerGas": "much"},
        {"number": "-0x1", "timestamp": "0x1"},
        {"number": "0x1", "timestamp": True},
        {"number": "0x1", "timestamp": hex(2**256)},
    ],
)
def test_what_is_no_block(answer: Any) -> None:
    with pytest.raises(NodeError, match="eth_getBlockByNumber"):
        node(answer).block()


@pytest.mark.parametrize("answer", [5, 10**12, None, [1, 2], {}, "0x1", "0xzz"])
def test_what_is_no_data(answer: Any) -> None:
    with pytest.raises(NodeError, match="eth_call"):
        node(answer).call("0x" + "11" * 20, b"")


@pytest.mark.parametrize(
    "log",
    [
        {},
        7,
        {"topics": 5},
        {"topics": ["zz"]},
        {"topics": [None]},
        {**_log(1), "address": "0x12"},
        {**_log(1), "address": None},
        {**_log(1), "blockNumber": "latest"},
        {**_log(1), "data": 10**12},
        {key: value for key, value in _log(1).items() if key != "transactionHash"},
    ],
)
def test_what_is_no_log(log: Any) -> None:
    with pytest.raises(NodeError, match="eth_getLogs"):
        events.decode(log)


def test_both_forms_of_numbers_and_data_are_read() -> None:
    assert answers.number("0x10") == answers.number(16) == 16
    assert answers.data("0x0102") == answers.data(b"\1\2") == b"\1\2"


@pytest.mark.parametrize(
    "change",
    [
        {"status": None},
        {"blockNumber": "soon"},
        {"gasUsed": []},
        {"effectiveGasPrice": "-0x1"},
        {"logs": 7},
        {"logs": [{}]},
        {"contractAddress": "nowhere"},
        {"logs": []},
    ],
    ids=lambda change: f"{change}",
)
def test_a_malformed_receipt(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    work = alice.certify(b"work").work_id
    offer = alice.offer(work, COMMERCIAL, price=0)
    true = Rpc.receipt

    def forged(self: Rpc, tx_hash: str) -> object:
        found = true(self, tx_hash)
        return None if found is None else {**found, **change}

    monkeypatch.setattr(Rpc, "receipt", forged)
    with pytest.raises(NodeError):
        alice.using(chain.bob).buy(offer, max_price=0)


def test_no_receipt_at_all() -> None:
    with pytest.raises(NodeError, match="no receipt"):
        transactions.wait(node("mined"), HASH)
