"""One connection to a node: plain JSON-RPC over a Web3, every failure as one typed error.

Web3's own contract layer is passed by: it turns reverts into many kinds of exceptions, and on a
contract's demand it fetches URLs (EIP-3668), which nothing here may do.
"""

from __future__ import annotations

import ast
import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import requests
from eth_utils.address import to_checksum_address
from eth_utils.exceptions import ValidationError
from web3 import HTTPProvider, Web3
from web3.exceptions import Web3Exception, Web3RPCError
from web3.types import RPCEndpoint

from gen_ip.chain import answers, http, reverts, stopping
from gen_ip.chain.answers import reading
from gen_ip.chain.connecting import connect
from gen_ip.chain.errors import ConnectionFailed, NodeError
from gen_ip.chain.reverts import ContractError
from gen_ip.urls import public_url

_HEX_DATA = re.compile(r"0x(?:[0-9a-fA-F]{2})*")
_TESTER_BYTES = re.compile(r"""^(?:execution reverted: )?(b(['"]).*\2)$""", re.DOTALL)
# What only reads may be asked again: twice, or more often after quick failures.
_READS = re.compile(r"(eth|net|web3)_(?!send|sign|submit|(new|uninstall)\w*Filter|getFilterC)\w+")
_PAUSES = (0.1, 0.3, 0.9)
_RETRY_SECONDS = 45.0
_LONGEST_PAUSE = 5.0
_PASSING_STATUS = frozenset({408, 425, 429, 502, 503, 504})
# JSON-RPC errors of nodes and gateways at their limit (EIP-1474: -32005).
_LIMIT_CODES = frozenset({-32005, 429})
# Requests in one; where a node takes fewer, they become fewer.
_BATCH = 50

T = TypeVar("T")

Request = tuple[str, tuple[Any, ...]]
"""A JSON-RPC method and its parameters."""


@dataclass(frozen=True)
class Block:
    """Number, timestamp (seconds since the epoch), base fee (wei; None before EIP-1559), hash, and
    how much gas a block may use."""

    number: int
    timestamp: int
    base_fee: int | None
    hash: bytes = b""
    gas_limit: int = 0


class Rpc:
    """What the package asks of a node.

    Every method raises `ConnectionFailed` when no node answers and `NodeError` when it refuses.
    What only reads is asked up to four times, within 45 seconds, when the node is busy, the
    connection breaks or the answer belongs to another request; what sends is asked once.
    """

    _answered = False
    _answered_batch = False
    _batch_size = _BATCH
    usual_wait = 0.0
    """Seconds that the last transactions took to be mined, about."""

    def __init__(self, target: str | Web3) -> None:
        self.web3 = target if isinstance(target, Web3) else connect(target)
        self.address = public_address(self.web3)
        # Without Web3's middleware, which rewrites requests and looks for ENS names in them.
        self._local = threading.local()
        self._bare = Web3(self.web3.provider, middleware=[])

    @cached_property
    def chain_id(self) -> int:
        """The chain's id (EIP-155)."""
        return self._number("eth_chainId")

    def request(self, method: str, *params: Any) -> Any:
        """The plain result of a JSON-RPC method: numbers and bytes are hex strings."""
        if (method, _key(params)) in (ahead := getattr(self._local, "ahead", {})):
            found = ahead[method, _key(params)]
            if isinstance(found, Exception):
                raise found
            return found
        pauses = _PAUSES if _READS.fullmatch(method) else ()
        return self._patiently(lambda: self._ask(method, params), pauses)

    @contextmanager
    def together(self, requests: Sequence[Request]) -> Iterator[None]:
        """Within the block these requests are answered, where this thread makes them, from what
        the node answered to all of them in one round trip at its start."""
        found = self.batch(requests)
        self._local.ahead = {
            (method, _key(params)): answer
            for (method, params), answer in zip(requests, found, strict=True)
        }
        try:
            yield
        finally:
            self._local.ahead = {}

    def batch(self, requests: Sequence[Request]) -> list[Any]:
        """The plain results of requests that only read, in their order; in the place of one that
        the node refuses its error, a `ContractError` or `NodeError`.

        They go to a node by the dozen in one round trip (JSON-RPC batches), one by one where it
        does not take that; and so does each that is left unanswered or refused among others.
        """
        if odd := [method for method, _ in requests if not _READS.fullmatch(method)]:
            raise ValueError(f"{odd[0]} does not only read")
        found: list[Any] = []
        while len(found) < len(requests):
            found += self._part(requests[len(found) : len(found) + self._batch_size])
        return found

    def takes_batches(self) -> bool:
        """Whether the node answers several requests in one; it is asked two."""
        fresh = Rpc(self.web3)
        fresh.batch([("eth_chainId", ()), ("eth_blockNumber", ())])
        return fresh._answered_batch

    def calls(self, calls: Sequence[tuple[str, bytes]]) -> list[bytes | ContractError]:
        """What calls of addresses with data by nobody would return in the latest block, each by
        itself; in the place of one that reverts its error."""
        requests = [("eth_call", (_transaction(to, data, None, 0), "latest")) for to, data in calls]
        found: list[bytes | ContractError] = []
        for answer in self.batch(requests):
            if isinstance(answer, NodeError):
                raise answer
            found.append(answer if isinstance(answer, ContractError) else _data("eth_call", answer))
        return found

    def _part(self, part: Sequence[Request]) -> list[Any]:
        """Results of the first of `part`; of none where the node refuses as many in one."""
        provider = self.web3.provider
        if len(part) == 1 or not isinstance(provider, HTTPProvider):
            return [self._singly(each) for each in part]
        try:
            answers = self._patiently(lambda: self._ask_batch(provider, part), _PAUSES[:1])
        except ConnectionFailed as error:
            if error.passing and self._answered_batch:
                # Too much for a bad moment; one by one they are asked more often.
                return [self._singly(each) for each in part]
            # There are proxies that break on what they do not know.
            self._batch_size = 1 if error.passing else len(part) // 2
            return []
        self._answered_batch = True
        missing = [place for place, answer in enumerate(answers) if isinstance(answer, NodeError)]
        if 2 * len(missing) > len(part):
            self._batch_size = len(part) // 2
        for place in missing:
            answers[place] = self._singly(part[place])
        return answers

    def _singly(self, request: Request) -> Any:
        method, params = request
        try:
            return self.request(method, *params)
        except (ContractError, NodeError) as error:
            return error

    def _patiently(self, ask: Callable[[], T], pauses: Sequence[float]) -> T:
        until = time.monotonic() + _RETRY_SECONDS
        for pause in pauses:
            try:
                return ask()
            except ConnectionFailed as error:
                # Where nothing ever answered, the address is more likely wrong than the node busy.
                if not error.passing or time.monotonic() > until:
                    raise
                time.sleep(min(max(pause, error.retry_after), _LONGEST_PAUSE))
            except NodeError as error:
                if not error.passing:
                    raise
                time.sleep(pause)
        return ask()

    def _ask(self, method: str, params: tuple[Any, ...]) -> Any:
        stopping.check()

        def ask() -> Any:
            found = self._bare.manager.request_blocking(RPCEndpoint(method), list(params))
            self._answered = True
            return found

        return self._told(method, ask)

    def _ask_batch(self, provider: HTTPProvider, part: Sequence[Request]) -> list[Any]:
        stopping.check()

        def ask() -> list[Any]:
            answers = http.batch(provider, part)
            self._answered = True
            return [
                _of_batch(method, answer) for (method, _), answer in zip(part, answers, strict=True)
            ]

        return self._told("a batch of requests", ask)

    def call(
        self, to: str | None, data: bytes, *, sender: str | None = None, value: int = 0
    ) -> bytes:
        """What a call of `to` with `data` would return in the latest block (`eth_call`).

        Raises:
            ContractError: it reverts.
        """
        return self._bytes("eth_call", _transaction(to, data, sender, value), "latest")

    def call_at(self, to: str, data: bytes, sender: str, value: int, block: int) -> bytes:
        """Like `call`, in the state after `block`."""
        return self._bytes("eth_call", _transaction(to, data, sender, value), hex(block))

    def estimate_gas(self, to: str | None, data: bytes, sender: str, value: int) -> int:
        """Gas that the transaction would use.

        Raises:
            ContractError: it reverts.
        """
        return self._number("eth_estimateGas", _transaction(to, data, sender, value))

    def estimates(
        self, calls: Sequence[tuple[str, bytes]], sender: str
    ) -> list[int | ContractError | NodeError]:
        """Gas that each of several transactions would use, by itself, if sent now; in the place of
        one that reverts, or that the node refuses to estimate, its error."""
        requests = [("eth_estimateGas", (_transaction(to, data, sender, 0),)) for to, data in calls]
        return [
            answer
            if isinstance(answer, ContractError | NodeError)
            else _quantity("eth_estimateGas", answer)
            for answer in self.batch(requests)
        ]

    def block(self, number: int | str = "latest") -> Block:
        """A block by its number, or by a name such as "latest".

        Raises:
            NodeError: the node has none of this name.
        """
        name = hex(number) if isinstance(number, int) else number
        found = self.request("eth_getBlockByNumber", name, False)
        if found is None:
            raise NodeError("eth_getBlockByNumber", f"block {name} is unknown")
        with reading("eth_getBlockByNumber"):
            base_fee = found.get("baseFeePerGas")
            return Block(
                answers.number(found["number"]),
                answers.number(found["timestamp"]),
                None if base_fee is None else answers.number(base_fee),
                answers.data(found.get("hash") or b""),
                answers.number(found.get("gasLimit") or 0),
            )

    def transactions(self, block: int) -> list[Mapping[str, Any]]:
        """The transactions of a block, whole."""
        found = self.request("eth_getBlockByNumber", hex(block), True)
        with reading("eth_getBlockByNumber"):
            return list(found["transactions"])

    def priority_fee(self) -> int:
        """What the node suggests to pay above the base fee (EIP-1559), in wei a gas."""
        return self._number("eth_maxPriorityFeePerGas")

    def gas_price(self) -> int:
        """What the node suggests to pay, in wei a gas, on chains without a base fee."""
        return self._number("eth_gasPrice")

    def balance(self, account: str) -> int:
        """Wei of an account."""
        return self._number("eth_getBalance", account, "latest")

    def nonce(self, account: str, block: int | str = "pending") -> int:
        """The account's next nonce after a block; by default with those that wait included."""
        name = hex(block) if isinstance(block, int) else block
        return self._number("eth_getTransactionCount", account, name)

    def knows(self, tx_hash: str) -> bool:
        """Whether the node has a transaction, waiting or mined."""
        return self.request("eth_getTransactionByHash", tx_hash) is not None

    def code(self, account: str, block: int | str = "latest") -> bytes:
        """The code at an address after a block; empty for accounts and for addresses unused."""
        name = hex(block) if isinstance(block, int) else block
        return self._bytes("eth_getCode", account, name)

    def codes(self, accounts: Sequence[str]) -> list[bytes]:
        """The code of each of several accounts, in the latest block."""
        found = self.batch([("eth_getCode", (account, "latest")) for account in accounts])
        if refused := [each for each in found if isinstance(each, Exception)]:
            raise refused[0]
        return [_data("eth_getCode", each) for each in found]

    def storage(self, account: str, places: Sequence[str]) -> list[int]:
        """What several slots (hex) of a contract's storage hold, in the latest block."""
        found = self.batch([("eth_getStorageAt", (account, place, "latest")) for place in places])
        if refused := [each for each in found if isinstance(each, Exception)]:
            raise refused[0]
        return [int.from_bytes(_data("eth_getStorageAt", each), "big") for each in found]

    def logs(self, query: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The logs that fit an `eth_getLogs` filter, as the node gives them."""
        found = self.request("eth_getLogs", dict(query))
        if not isinstance(found, list):
            raise NodeError("eth_getLogs", "an answer that is no list")
        return found

    def send_raw(self, transaction: bytes) -> str:
        """Sends a signed transaction and returns its hash."""
        answer = self.request("eth_sendRawTransaction", f"0x{transaction.hex()}")
        with reading("eth_sendRawTransaction"):
            return f"0x{answers.data(answer).hex()}"

    def receipt(self, tx_hash: str) -> Mapping[str, Any] | None:
        """The raw receipt, None while the transaction is not mined."""
        try:
            found = self.request("eth_getTransactionReceipt", tx_hash)
        except NodeError as error:
            # What geth says shortly after its start, instead of null.
            if "indexing is in progress" not in error.reason:
                raise
            return None
        if not isinstance(found, Mapping | None):
            raise NodeError("eth_getTransactionReceipt", "an answer that is no receipt")
        return found

    def _number(self, method: str, *params: Any) -> int:
        return _quantity(method, self.request(method, *params))

    def _bytes(self, method: str, *params: Any) -> bytes:
        return _data(method, self.request(method, *params))

    def _told(self, method: str, ask: Callable[[], T]) -> T:
        """What `ask` returns; what goes wrong in it as an error of this package."""
        try:
            return ask()
        except Web3RPCError as error:
            detail: Any = (error.rpc_response or {}).get("error", {})
            failure: Exception = _node_error(method, detail, _one_line(error))
        except _tester_errors() as error:
            failure = _tester_error(method, error)
        except (ValidationError, Web3Exception, ValueError) as error:
            if isinstance(error, json.JSONDecodeError):
                failure = self._no_node()
            elif isinstance(error, requests.RequestException):
                failure = self._broken(error)
            else:
                failure = NodeError(method, _one_line(error))
        except http.NoBatch:
            failure = ConnectionFailed(self.address, "it does not take several requests in one")
        except OSError as error:
            failure = self._broken(error)
        except (AttributeError, KeyError, RecursionError, TypeError):
            # What Web3 meets when the answer is JSON of another form.
            failure = self._no_node()
        # Out here the library's error is over, and not kept as the context: it holds the whole URL.
        raise failure

    def _no_node(self) -> ConnectionFailed:
        # Of a node that did answer before, it is an answer cut short.
        reason = "what answers is no Ethereum node"
        return ConnectionFailed(self.address, reason, passing=self._answered)

    def _broken(self, error: Exception) -> ConnectionFailed:
        passing, retry_after = self._answered, 0.0
        if isinstance(error, requests.HTTPError) and error.response is not None:
            passing = error.response.status_code in _PASSING_STATUS
            asked = error.response.headers.get("Retry-After", "")
            retry_after = float(asked) if asked.isascii() and asked.isdecimal() else 0.0
        reason = _reason(error)
        return ConnectionFailed(self.address, reason, passing=passing, retry_after=retry_after)


def public_address(web3: Web3) -> str:
    """Scheme, host and port of a connection: what may be shown of it."""
    uri = getattr(web3.provider, "endpoint_uri", None)
    return type(web3.provider).__name__ if uri is None else public_url(uri)


def _key(params: Any) -> str:
    return json.dumps(params, sort_keys=True)


def before_sending(
    to: str | None, data: bytes, sender: str, value: int, *, pays: bool
) -> list[Request]:
    """What is asked before a transaction is signed, for `Rpc.together`; the sender's balance where
    it matters."""
    transaction = _transaction(to, data, sender, value)
    requests: list[Request] = [
        ("eth_call", (transaction, "latest")),
        ("eth_estimateGas", (transaction,)),
        ("eth_getBlockByNumber", ("latest", False)),
        ("eth_maxPriorityFeePerGas", ()),
    ]
    if pays or value:
        requests.append(("eth_getBalance", (sender, "latest")))
    return requests


def _transaction(to: str | None, data: bytes, sender: str | None, value: int) -> dict[str, str]:
    transaction = {"data": f"0x{data.hex()}"}
    if to is not None:
        transaction["to"] = to
    if sender is not None:
        transaction["from"] = to_checksum_address(sender)
    if value:
        transaction["value"] = hex(value)
    return transaction


def _quantity(method: str, value: Any) -> int:
    try:
        return answers.number(value)
    except (TypeError, ValueError):
        raise NodeError(method, "an answer that is no number") from None


def _data(method: str, value: Any) -> bytes:
    try:
        return answers.data(value)
    except (TypeError, ValueError):
        raise NodeError(method, "an answer that is no hex") from None


def _of_batch(method: str, answer: Mapping[str, Any] | None) -> Any:
    """A result, or the error in its place."""
    if answer is None:
        return NodeError(method, "it is not answered among others")
    if "error" in answer:
        return _node_error(method, answer["error"], "an error that cannot be read")
    if "result" not in answer:
        return NodeError(method, "an answer without a result")
    return answer["result"]


def _node_error(method: str, detail: Any, otherwise: str) -> ContractError | NodeError:
    """The error that a node's answer holds; `otherwise` where it says nothing of use."""
    if not isinstance(detail, Mapping):
        return NodeError(method, otherwise)
    message, data = str(detail.get("message", "")), detail.get("data")
    if isinstance(data, Mapping):
        data = data.get("data")
    if isinstance(data, str) and _HEX_DATA.fullmatch(data):
        return reverts.decode(bytes.fromhex(data[2:]))
    if "revert" in message.lower():
        return reverts.decode(b"")
    busy = detail.get("code") in _LIMIT_CODES
    return NodeError(method, message or otherwise, passing=busy)


def _tester_errors() -> tuple[type[Exception], ...]:
    """eth-tester's exceptions, without importing it where it is not in use: it takes 0.5 s."""
    module = sys.modules.get("eth_tester.exceptions")
    kinds = () if module is None else vars(module).values()
    return tuple(kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Exception))


def _tester_error(method: str, error: Exception) -> Exception:
    if type(error).__name__ != "TransactionFailed":
        return NodeError(method, _one_line(error))
    # eth-tester puts the revert data into the message, as Python writes bytes.
    text = str(error.args[0]) if error.args else ""
    if found := _TESTER_BYTES.match(text):
        try:
            return reverts.decode(ast.literal_eval(found[1]))
        except (SyntaxError, ValueError):
            pass
    reason = text.removeprefix("execution reverted: ")
    return reverts.RevertedWithReason(reason) if reason else reverts.Reverted()


def _reason(error: Exception) -> str:
    """What happened, without the text of the error: that may hold the whole URL."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"HTTP status {error.response.status_code}"
    if isinstance(error, requests.Timeout | TimeoutError):
        return "no answer in time"
    if isinstance(error, http.StrayAnswer):
        return "the answer is to another request"
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS handshake failed"
    if isinstance(error, requests.ConnectionError | ConnectionError):
        return "the connection is refused or broken"
    return type(error).__name__


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
