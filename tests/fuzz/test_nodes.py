"""A node may answer anything: bytes, JSON, logs, receipts, revert data, tokens' words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from eth_abi import abi as eth_abi
from hypothesis import given
from hypothesis import strategies as st

from gen_ip import GenIP
from gen_ip.chain import abi, answers, artifacts, events, history, logs, receipts, reverts, rpc
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.chain.reverts.decode import by_selector
from gen_ip.chain.rpc import Rpc
from gen_ip.cli.show.text import plain
from gen_ip.cli.values import format_amount
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL, Rights

from .nodes import LyingNode, OddNode, rpc_of
from .profile import examples
from .promise import Refused, attempt, check_message, little_memory
from .strategies import damaged, deep, json_values, mutated, raw, texts, written

ADDRESS, HASH = "0x" + "11" * 20, "0x" + "ab" * 32
BLOCK = {
    "number": "0x5",
    "timestamp": "0x6500",
    "baseFeePerGas": "0x7",
    "hash": HASH,
    "transactions": [{"from": ADDRESS, "nonce": "0x0", "hash": HASH}],
}
LOG = {
    "address": ADDRESS,
    "topics": [events.topic_of("Drawn"), *(events.word(n) for n in (7, 0, 1))],
    "data": events.word(5),
    "blockNumber": "0x5",
    "blockHash": HASH,
    "logIndex": "0x0",
    "transactionHash": HASH,
    "blockTimestamp": "0x6500",
}
RECEIPT = {
    "blockNumber": "0x5",
    "blockHash": HASH,
    "status": "0x1",
    "gasUsed": "0x5208",
    "effectiveGasPrice": "0x7",
    "contractAddress": ADDRESS,
    "logs": [LOG],
}
REVERT = "0x08c379a0" + eth_abi.encode(["string"], ["no"]).hex()
ERROR = {"code": -32000, "message": "execution reverted", "data": REVERT}


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    """A busy node is asked again at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rpc, "_PAUSES", (0.0,))
        patch.setattr(rpc, "_LONGEST_PAUSE", 0.0)
        yield


def _receipt(node: Rpc) -> object:
    found = node.receipt(HASH)
    return None if found is None else receipts.receipt(receipts.mined(HASH, found))


ASK: dict[str, tuple[Any, Callable[[Rpc], object]]] = {
    "chain_id": ("0x7a69", lambda node: node.chain_id),
    "block": (BLOCK, lambda node: node.block()),
    "transactions": (BLOCK, lambda node: node.transactions(5)),
    "balance": ("0x5", lambda node: node.balance(ADDRESS)),
    "nonce": ("0x5", lambda node: node.nonce(ADDRESS)),
    "call": ("0x" + "00" * 32, lambda node: node.call(ADDRESS, b"")),
    "code": ("0x6001", lambda node: node.code(ADDRESS)),
    "estimate": ("0x5208", lambda node: node.estimate_gas(ADDRESS, b"", ADDRESS, 0)),
    "logs": ([LOG], lambda node: list(logs.decoded(node.logs({})))),
    "send": (HASH, lambda node: node.send_raw(b"\x02")),
    "receipt": (RECEIPT, _receipt),
    "knows": (BLOCK, lambda node: node.knows(HASH)),
    "fees": ("0x5", lambda node: (node.priority_fee(), node.gas_price())),
}
ask = pytest.mark.parametrize("name", ASK)


def response(result: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": "{id}", "result": result}


@ask
def test_what_the_changes_start_from_is_read(name: str) -> None:
    result, read = ASK[name]
    assert not isinstance(attempt(read, rpc_of(OddNode(written(response(result))))), Refused)


@ask
@given(data=st.data())
@examples(20)
def test_answers_with_something_wrong(name: str, data: st.DataObject) -> None:
    result, read = ASK[name]
    answer = data.draw(mutated(st.sampled_from([response(result), response([result])])))
    attempt(read, rpc_of(OddNode(written(answer))))


@ask
@given(result=json_values)
@examples(20)
def test_any_result(name: str, result: Any) -> None:
    attempt(ASK[name][1], rpc_of(OddNode(written(response(result)))))


@given(error=mutated(st.just(ERROR)) | json_values)
@examples(130)
def test_any_error(error: Any) -> None:
    answer = {"jsonrpc": "2.0", "id": "{id}", "error": error}
    for name in ("call", "balance", "send", "receipt"):
        attempt(ASK[name][1], rpc_of(OddNode(written(answer))))


@given(data=raw | json_values.map(written) | damaged(st.just(written(response(BLOCK)))))
@examples(60)
def test_any_bytes(data: bytes) -> None:
    for name in ("block", "call"):
        attempt(ASK[name][1], rpc_of(OddNode(data)))


BOMBS = {
    "lists": b'{"id": "{id}", "jsonrpc": "2.0", "result": ' + deep(10**5).encode() + b"}",
    "objects": b'{"id": "{id}", "jsonrpc": "2.0", "result": ' + b'{"a":' * 10**5,
    "error": b'{"id": "{id}", "jsonrpc": "2.0", "error": ' + deep(10**5).encode() + b"}",
    "digits": b'{"id": "{id}", "jsonrpc": "2.0", "result": ' + b"9" * 10**6 + b"}",
    "hex": b'{"id": "{id}", "jsonrpc": "2.0", "result": "0x' + b"f" * 10**6 + b'"}',
    "text": b'{"id": "{id}", "jsonrpc": "2.0", "result": "' + b"\xe2\x80\xae" * 10**6 + b'"}',
    "message": b'{"id": "{id}", "jsonrpc": "2.0", "error": {"code": 1, "message": "'
    + b"\\u001b" * 10**6
    + b'"}}',
    "nan": b'{"id": "{id}", "jsonrpc": "2.0", "result": NaN}',
    "twice": b'{"id": "{id}", "jsonrpc": "2.0", "result": "0x1", "result": []}',
    "both": b'{"id": "{id}", "jsonrpc": "2.0", "result": "0x1", "error": []}',
    "neither": b'{"id": "{id}", "jsonrpc": "2.0"}',
    "nothing": b"",
    "html": b"<html>" * 1_000,
    "latin": b'"\xff"',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(bomb: str) -> None:
    for name in ("block", "call", "logs", "receipt", "send"):
        with little_memory(200 * 2**20):
            attempt(ASK[name][1], rpc_of(OddNode(BOMBS[bomb])))


@given(value=json_values | texts | st.binary(max_size=40))
@examples(100)
def test_quantities_and_data(value: Any) -> None:
    def number() -> int:
        with reading("eth_x"):
            return answers.number(value)

    def data() -> bytes:
        with reading("eth_x"):
            return answers.data(value)

    found = attempt(number)
    assert isinstance(found, Refused) or 0 <= found < 2**256
    if not isinstance(found, Refused):
        assert answers.number(hex(found)) == found
    found_data = attempt(data)
    assert isinstance(found_data, Refused) or answers.data(f"0x{found_data.hex()}") == found_data


# ------------------------------------------------------------------ events


@given(data=st.data())
@examples(130)
def test_logs_of_every_event(data: st.DataObject) -> None:
    """Any words in the places of an event's arguments."""
    kind = data.draw(st.sampled_from(list(events.kinds(artifacts.NAMES).values())))
    words = st.binary(min_size=32, max_size=32) | st.integers(0, 2**40).map(
        lambda number: number.to_bytes(32, "big")
    )
    topics = data.draw(st.lists(words, min_size=0, max_size=3))
    size = len(kind.indexed) if data.draw(st.booleans()) else len(topics)
    topics = (topics + [bytes(32)] * 3)[:size]
    log = {
        **LOG,
        "topics": [f"0x{kind.topic.hex()}", *(f"0x{topic.hex()}" for topic in topics)],
        "data": f"0x{b''.join(data.draw(st.lists(words, max_size=12))).hex()}",
    }
    event = attempt(events.decode, log)
    if event is not None and not isinstance(event, Refused):
        json.dumps(event.to_json())
        repr(event)


@given(log=mutated(st.just(LOG)) | json_values)
@examples(100)
def test_logs_with_something_wrong(log: Any) -> None:
    event = attempt(events.decode, log)
    if event is not None and not isinstance(event, Refused):
        json.dumps(event.to_json())
        assert event.id.isascii()


@given(
    answer=st.lists(mutated(st.just(LOG)) | json_values, max_size=3), last=st.integers(0, 40_000)
)
@examples(30)
def test_searching_logs_ends(answer: list[Any], last: int) -> None:
    node = rpc_of(LyingNode(lambda method, _: answer if method == "eth_getLogs" else BLOCK))
    attempt(lambda: list(logs.scan(node, ADDRESS, [None], 0, last)))


@given(numbers=st.lists(st.integers(0, 2**256 - 1), min_size=1, max_size=5))
@examples(20)
def test_searching_a_nonce_ends(numbers: list[int]) -> None:
    said = iter(numbers * 2_000)

    def answer(method: str, _: list[Any]) -> Any:
        if method == "eth_getBlockByNumber":
            return {**BLOCK, "number": hex(next(said))}
        return hex(next(said))

    attempt(history.spender, rpc_of(LyingNode(answer)), ADDRESS, 3)
    attempt(logs.first_block, rpc_of(LyingNode(answer)), ADDRESS)


# ------------------------------------------------------------------ reverts

SELECTORS = sorted([*by_selector(), b"\x08\xc3\x79\xa0", b"\x4e\x48\x7b\x71"])
WORDS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.sampled_from([0, 1, 32, 64, 2**40, 2**63, 2**64, 2**160 - 1, 2**255, 2**256 - 1]).map(
        lambda number: number.to_bytes(32, "big")
    ),
)


@given(
    selector=st.sampled_from(SELECTORS) | st.binary(max_size=5),
    body=st.lists(WORDS, max_size=8).map(b"".join),
    tail=raw,
)
@examples(200)
def test_revert_data(selector: bytes, body: bytes, tail: bytes) -> None:
    for data in (selector + body, selector + body + tail):
        error = reverts.decode(data)
        check_message(error)
        repr(error.values)


@given(text=texts | texts.map(lambda text: f"0x{text}"))
@examples(50)
def test_reasons(text: str) -> None:
    data = eth_abi.encode(["string"], [text.encode("utf-8", "replace").decode()])
    check_message(reverts.decode(SELECTORS[SELECTORS.index(b"\x08\xc3\x79\xa0")] + data))


@pytest.mark.parametrize(
    "text", ["0x" + "\x1b[2J" * 10**6, "\u202e" * 10**6, "a" * 10**6], ids=range(3)
)
def test_long_reasons(text: str) -> None:
    data = eth_abi.encode(["string"], [text])
    check_message(attempt_decode(b"\x08\xc3\x79\xa0" + data))
    check_message(attempt_decode(b"\xff\xff\xff\xff" + data))


def attempt_decode(data: bytes) -> reverts.ContractError:
    found = attempt(reverts.decode, data)
    assert isinstance(found, reverts.ContractError)
    return found


# ------------------------------------------------------------------ tokens


def token_node(symbol: bytes, decimals: bytes, other: bytes = b"") -> LyingNode:
    """A chain whose tokens answer this."""
    entries = artifacts.load("DemoToken").functions
    said = {
        f"0x{abi.selector(entries[name]).hex()}": data
        for name, data in (("symbol", symbol), ("decimals", decimals))
    }

    def answer(method: str, params: list[Any]) -> Any:
        if method == "eth_call":
            return f"0x{said.get(params[0]['data'][:10], other).hex()}"
        return {"eth_chainId": "0x7a69", "eth_getCode": "0x6001"}.get(method, "0x5")

    return LyingNode(answer)


def client(node: LyingNode, store: LocalStore | None = None) -> GenIP:
    return GenIP(rpc_of(node).web3, store=store)


SYMBOLS = texts.map(
    lambda text: eth_abi.encode(["string"], [text.encode("utf-8", "replace").decode()])
) | st.lists(WORDS, max_size=4).map(b"".join)


@given(symbol=SYMBOLS | raw, decimals=WORDS | raw, other=WORDS | raw)
@examples(60)
def test_hostile_tokens(symbol: bytes, decimals: bytes, other: bytes) -> None:
    ip = client(token_node(symbol, decimals, other))
    found = attempt(ip.token, ADDRESS)
    if not isinstance(found, Refused):
        assert plain(found.symbol) == found.symbol
        assert found.symbol.isascii() or "…" in found.symbol
        assert len(found.symbol) <= 40
        assert 0 <= found.decimals <= 255
        # Beside a number it is still the number.
        assert format_amount(5 * 10**found.decimals, found.decimals, found.symbol).startswith("5 ")
    balance = attempt(lambda: ip.balance(ADDRESS, token=ADDRESS))
    assert isinstance(balance, Refused) or 0 <= balance < 2**256


def test_a_symbol_of_a_megabyte() -> None:
    for text in ("A" * 2**20, "\x1b[31m" * 2**18):
        ip = client(token_node(eth_abi.encode(["string"], [text]), (18).to_bytes(32, "big")))
        found = attempt(ip.token, ADDRESS)
        assert not isinstance(found, Refused)
        assert len(found.symbol) < 40


# ------------------------------------------------------------------ the client's reading

READ: dict[str, Callable[[GenIP], object]] = {
    "work": lambda ip: ip.work(7),
    "works": lambda ip: list(ip.works()),
    "lineage": lambda ip: ip.lineage(7),
    "proposed parents": lambda ip: ip.proposed_parents(b"content"),
    "verify": lambda ip: ip.verify(b"content"),
    "verify one": lambda ip: ip.verify(b"content", 7),
    "terms": lambda ip: ip.terms(HASH),
    "license": lambda ip: ip.license(7),
    "licenses": lambda ip: ip.licenses(ADDRESS, 7),
    "check": lambda ip: ip.check(7, ADDRESS, Rights.MERCH),
    "earnings": lambda ip: ip.earnings(7),
    "offers": lambda ip: ip.offers(7),
    "upstream": lambda ip: ip.upstream_conflicts(7, COMMERCIAL),
    "balance": lambda ip: ip.balance(ADDRESS, token=ADDRESS),
}


@pytest.mark.parametrize("name", READ)
@given(
    words=st.lists(WORDS, max_size=24).map(b"".join), found=st.booleans(), number=st.integers(0, 3)
)
@examples(15)
def test_a_node_that_lies_about_the_contracts(
    name: str, words: bytes, found: bool, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    block = {**BLOCK, "number": hex(number)}
    simple = {"eth_chainId": "0x7a69", "eth_getCode": "0x6001", "eth_getBlockByNumber": block}

    def answer(method: str, params: list[Any]) -> Any:
        if method == "eth_getLogs":
            topics = [each if isinstance(each, str) else HASH for each in params[0]["topics"]]
            return [{**LOG, "topics": topics, "data": f"0x{words.hex()}"}] if found else []
        return f"0x{words.hex()}" if method == "eth_call" else simple.get(method, "0x1")

    store = LocalStore(tmp_path_factory.getbasetemp() / "store")
    attempt(READ[name], client(LyingNode(answer), store), seconds=5.0)


def test_what_is_no_node_is_said_to_be_none() -> None:
    for answer in (b"", b"<html>", b"[]", b"7"):
        found = attempt(Rpc.block, rpc_of(OddNode(answer)))
        assert isinstance(found, Refused)
        assert isinstance(found.error, ConnectionFailed | NodeError)
