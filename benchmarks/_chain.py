"""A private chain for measurements: anvil with the contracts on it, and many transactions a block.

Transactions are real: signed by their senders, mined, their receipts checked. They are queued and
run in the order they were queued, whoever sends them: anvil takes the highest bidder first, so
each bids a little less than the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils.crypto import keccak
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from gen_ip.accounts import dev_account
from gen_ip.chain import abi, artifacts
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.call import Call
from gen_ip.chain.deploy import deploy
from gen_ip.chain.errors import NodeError
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.errors import GenIPError
from gen_ip.work import ETH

UNLIMITED = 2**256 - 1
_PER_BLOCK = 400
_PER_REQUEST = 400
_GAS_LIMIT = 16_000_000
_BLOCK_GAS_LIMIT = 64_000_000 * _PER_BLOCK
_HIGHEST_BID = 10**12
_FUNDS = 2**200


class Refused(GenIPError):  # noqa: N818
    """The chain refused a queued transaction; `where` says which one."""

    def __init__(self, where: str, reason: object) -> None:
        super().__init__(f"{where}: the chain refuses it: {reason}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Mined:
    """A transaction that succeeded, and the gas on its receipt."""

    tx_hash: str
    gas: int
    block: int


@dataclass(frozen=True, slots=True)
class _Queued:
    sender: LocalAccount
    call: Call
    where: str


class Chain:
    """A context manager: starts anvil on a free port, deploys, and stops it at the end.

    `seed` makes the accounts; the same seed gives the same ones, so that gas repeats exactly.
    With `steps`, anvil keeps the steps of every transaction for `benchmarks.opcodes`. `gas_limit`
    is what each transaction may use, at most 64 million; it may be set between them.

    Raises:
        AnvilNotFound, AnvilFailed: there is no anvil, or it does not start.
    """

    def __init__(self, seed: bytes, steps: bool = False) -> None:
        self._seed = seed
        self._options = ("--steps-tracing",) if steps else ()
        self.gas_limit = _GAS_LIMIT
        self.tokens: list[str] = []
        self._accounts = 0
        self._nonces: dict[str, int] = {}
        self._queue: list[_Queued] = []
        self._stack = ExitStack()

    def __enter__(self) -> Chain:
        with ExitStack() as stack:
            anvil = stack.enter_context(Anvil(self._options))
            self._provider = HTTPProvider(anvil.start(), request_kwargs={"timeout": 120})
            web3 = Web3(self._provider)
            deployer = dev_account("dev0")
            assert deployer is not None
            self.rpc = Rpc(web3)
            self.session = Session(self.rpc, deploy(web3, deployer), None)
            self.rpc.request("evm_setAutomine", False)
            self.rpc.request("evm_setBlockGasLimit", hex(_BLOCK_GAS_LIMIT))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def node(self) -> dict[str, str]:
        """Version and hard fork of the node that everything ran on."""
        return {
            "client": str(self.rpc.request("web3_clientVersion")),
            "hardfork": str(self.rpc.request("anvil_nodeInfo")["hardFork"]),
        }

    # --- accounts and tokens

    def account(self) -> LocalAccount:
        """A new account, rich in ETH. Its address has no zero byte: see `dense`."""
        while True:
            self._accounts += 1
            key = keccak(self._seed + self._accounts.to_bytes(8, "big"))
            account: LocalAccount = Account.from_key(key)
            if dense(bytes.fromhex(account.address[2:])):
                break
        self.rpc.request("anvil_setBalance", account.address, hex(_FUNDS))
        self._nonces[account.address] = 0
        return account

    def token(self, code: bytes | None = None) -> str:
        """A new ERC-20 that anyone may mint: `code`, by default DemoToken. Its address is dense."""
        creator = self.account()
        while not dense(_first_contract(creator.address)):
            creator = self.account()
        self._nonces[creator.address] = 1
        self._send_raw([self._sign(creator, None, code or _token_code(), 0, 0, _HIGHEST_BID)])
        self.rpc.request("evm_mine")
        (receipt,) = self.rpc.request("eth_getBlockReceipts", "latest")
        if int(receipt["status"], 16) != 1:
            raise Refused("the token's creation", "it reverts")
        self.tokens.append(Web3.to_checksum_address(receipt["contractAddress"]))
        return self.tokens[-1]

    def endow(self, account: LocalAccount, token: str, amount: int = 2**200) -> None:
        """Queue: `amount` of the token for the account, and both contracts' approval without end.

        Nothing to do for ETH.
        """
        if token == ETH:
            return
        self.add(account, token_call(token, "mint", account.address, amount))
        deployment = self.session.deployment
        for spender in (deployment.splitter, deployment.marketplace):
            self.add(account, token_call(token, "approve", spender, UNLIMITED))

    # --- transactions

    def add(self, sender: LocalAccount, call: Call, where: str = "a transaction") -> None:
        """Queue a call; `where` names it should the chain refuse it."""
        self._queue.append(_Queued(sender, call, where))

    def mine(self) -> list[Mined]:
        """Send and mine what is queued, in that order; what each transaction used.

        Raises:
            Refused: one failed; what was queued before it has happened.
        """
        queue, self._queue = self._queue, []
        mined: list[Mined] = []
        for start in range(0, len(queue), _PER_BLOCK):
            mined += self._mine(queue[start : start + _PER_BLOCK])
        return mined

    def do(self, sender: LocalAccount, call: Call, where: str = "a transaction") -> Mined:
        """Queue a call and mine; what it used."""
        self.add(sender, call, where)
        return self.mine()[-1]

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is queued or mined inside the block has not happened after it."""
        nonces, queued = dict(self._nonces), len(self._queue)
        snapshot = self.rpc.request("evm_snapshot")
        try:
            yield
        finally:
            self.rpc.request("evm_revert", snapshot)
            # The limit is lost with the state.
            self.rpc.request("evm_setBlockGasLimit", hex(_BLOCK_GAS_LIMIT))
            self._nonces = nonces
            del self._queue[queued:]

    def read(self, calls: Sequence[Call]) -> list[Any]:
        """What view functions return, each one value or a tuple."""
        answers = self._batch(
            "eth_call",
            [[{"to": call.to, "data": f"0x{call.data.hex()}"}, "latest"] for call in calls],
        )
        found = []
        for call, answer in zip(calls, answers, strict=True):
            values = abi.decode(call.outputs, bytes.fromhex(answer[2:]))
            if values is None:
                raise NodeError("eth_call", f"an answer that cannot be read: {answer}")
            found.append(values[0] if len(values) == 1 else values)
        return found

    def _mine(self, queue: Sequence[_Queued]) -> list[Mined]:
        signed = []
        for position, item in enumerate(queue):
            nonce = self._nonces[item.sender.address]
            self._nonces[item.sender.address] = nonce + 1
            bid = _HIGHEST_BID - position
            call = item.call
            signed.append(self._sign(item.sender, call.to, call.data, call.value, nonce, bid))
        hashes = self._send_raw(signed)
        self.rpc.request("evm_mine")
        receipts = self.rpc.request("eth_getBlockReceipts", "latest")
        if [receipt["transactionHash"] for receipt in receipts] != hashes:
            raise NodeError("evm_mine", "the block does not hold what was sent, in that order")
        for item, receipt in zip(queue, receipts, strict=True):
            if int(receipt["status"], 16) != 1:
                raise Refused(item.where, self._reason(item, int(receipt["blockNumber"], 16)))
        return [
            Mined(item["transactionHash"], int(item["gasUsed"], 16), int(item["blockNumber"], 16))
            for item in receipts
        ]

    def _reason(self, item: _Queued, block: int) -> str:
        call = item.call
        try:
            self.rpc.call_at(call.to, call.data, item.sender.address, call.value, block)
        except ContractError as error:
            return str(error)
        return "it reverts"

    def _sign(
        self, sender: LocalAccount, to: str | None, data: bytes, value: int, nonce: int, bid: int
    ) -> str:
        fields: dict[str, Any] = {
            "chainId": self.rpc.chain_id,
            "nonce": nonce,
            "gas": self.gas_limit,
            "gasPrice": bid,
            "value": value,
            "data": data,
        }
        if to is not None:
            fields["to"] = to
        return f"0x{bytes(sender.sign_transaction(fields).raw_transaction).hex()}"

    def _send_raw(self, signed: Sequence[str]) -> list[str]:
        return self._batch("eth_sendRawTransaction", [[item] for item in signed])

    def _batch(self, method: str, parameters: Sequence[Any]) -> list[Any]:
        results = []
        for start in range(0, len(parameters), _PER_REQUEST):
            part = parameters[start : start + _PER_REQUEST]
            try:
                answers = self._provider.make_batch_request(
                    [(RPCEndpoint(method), item) for item in part]
                )
            except requests.RequestException as error:
                raise NodeError(method, f"{type(error).__name__} on a batch") from error
            if not isinstance(answers, list):
                raise NodeError(method, str(answers.get("error", answers)))
            for answer in answers:
                if "error" in answer:
                    raise NodeError(method, str(answer["error"].get("message")))
                results.append(answer["result"])
        return results


def token_call(token: str, function: str, *values: object) -> Call:
    """A call of an ERC-20 that anyone may mint."""
    entry = artifacts.load("DemoToken").functions[function]
    return Call(token, abi.encode_call(entry, *values), 0, tuple(entry["outputs"]))


def dense(data: bytes) -> bool:
    """Whether no byte is zero.

    Calldata pays more for other bytes than for zeros (EIP-2028: 16 and 4 gas). Without zeros in
    ids, addresses and hashes equal calls have equal gas, and the highest there is.
    """
    return 0 not in data


def _first_contract(creator: str) -> bytes:
    # CREATE: keccak256 of RLP [address, 0].
    return keccak(b"\xd6\x94" + bytes.fromhex(creator[2:]) + b"\x80")[12:]


def _token_code() -> bytes:
    return artifacts.load("DemoToken").bytecode
