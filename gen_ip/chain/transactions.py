"""Sending a transaction: simulate, sign here, send, wait, check the receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from eth_account.signers.local import LocalAccount
from eth_utils.address import to_checksum_address

from gen_ip.chain import answers, events
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import (
    GasTooExpensive,
    InsufficientFunds,
    NodeError,
    TransactionFailed,
)
from gen_ip.chain.events import Event
from gen_ip.chain.rpc import Rpc
from gen_ip.work import ETH

MAX_FEE = 5 * 10**16
"""The most that the gas of one transaction may cost unless told otherwise, in wei: 0.05 ETH."""

WAIT_SECONDS = 180
# No transaction takes less.
_LEAST_GAS = 21_000
_LONGEST_PAUSE = 1.0


@dataclass(frozen=True)
class Receipt:
    """A transaction that succeeded.

    `fee` is what its gas cost, in wei; `created` the contract it made, if it made one.
    """

    tx_hash: str
    gas_used: int
    block: int
    fee: int
    events: tuple[Event, ...]
    created: str | None = None

    def find(self, name: str) -> Event:
        """The first event of this name; one that must be there.

        Raises:
            NodeError: it is not.
        """
        for event in self.events:
            if event.name == name:
                return event
        raise NodeError("eth_getTransactionReceipt", f"no event {name} in {self.tx_hash}")

    def to_json(self) -> dict[str, Any]:
        """For JSON; the fee as a decimal string."""
        return {
            "tx_hash": self.tx_hash,
            "gas_used": self.gas_used,
            "block": self.block,
            "fee": str(self.fee),
            "events": [event.to_json() for event in self.events],
        }


def send(
    rpc: Rpc,
    account: LocalAccount,
    to: str | None,
    data: bytes,
    value: int = 0,
    *,
    max_fee: int = MAX_FEE,
) -> Receipt:
    """Sends `data` to `to` (None: creates a contract) and waits until it is mined.

    Prices come from the node, which may lie and share in the tips. So what is signed never lets
    the gas cost more than `max_fee` wei. (Some chains charge for their parent chain besides.)

    Raises:
        ContractError: it would revert, told before anything is sent; or it did.
        GasTooExpensive: the gas would cost more than `max_fee`.
        InsufficientFunds: the account cannot pay the value and the gas.
        TransactionFailed: it was mined without success, or not within 180 seconds.
    """
    # Two requests: a node may estimate gas on an older state than it calls on.
    simulate(rpc, account.address, to, data, value)
    estimate = rpc.estimate_gas(to, data, account.address, value)
    # What others do in between may make it costlier; unused gas costs nothing.
    gas = max(estimate + estimate // 4, _LEAST_GAS)
    fees, most = _fees(rpc, gas, max_fee)
    _check_funds(rpc, account.address, value + estimate * most)
    transaction: dict[str, Any] = {
        "chainId": rpc.chain_id,
        "nonce": rpc.nonce(account.address),
        "gas": gas,
        "value": value,
        "data": data,
        **fees,
    }
    if to is not None:
        transaction["to"] = to
    signed = account.sign_transaction(transaction)
    tx_hash = rpc.send_raw(bytes(signed.raw_transaction))
    raw = wait(rpc, tx_hash)
    with reading("eth_getTransactionReceipt"):
        status, block = answers.number(raw["status"]), answers.number(raw["blockNumber"])
    if status != 1:
        _explain(rpc, account.address, to, data, value, block)
        raise TransactionFailed(tx_hash, "was mined but failed; try again")
    with reading("eth_getTransactionReceipt"):
        return _receipt(tx_hash, raw)


def simulate(rpc: Rpc, sender: str, to: str | None, data: bytes, value: int = 0) -> bytes:
    """What the transaction would return now.

    Raises:
        ContractError: it would revert.
        InsufficientFunds: the sender has less than `value`.
    """
    if value:
        _check_funds(rpc, sender, value)
    return rpc.call(to, data, sender=sender, value=value)


def wait(rpc: Rpc, tx_hash: str, seconds: float = WAIT_SECONDS) -> Mapping[str, Any]:
    """The raw receipt of a transaction, once it is mined.

    Raises:
        TransactionFailed: it is not mined within `seconds`.
    """
    found = _poll(lambda: rpc.receipt(tx_hash), seconds)
    if found is None:
        raise TransactionFailed(
            tx_hash, f"was sent but not mined within {seconds:g} seconds; look it up before a retry"
        )
    return found


def _poll(ask: Callable[[], Mapping[str, Any] | None], seconds: float) -> Mapping[str, Any] | None:
    deadline, pause = time.monotonic() + seconds, 0.005
    while (found := ask()) is None:
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return found


def _fees(rpc: Rpc, gas: int, max_fee: int) -> tuple[dict[str, int], int]:
    """Fee fields of a transaction, and the wei a unit of gas costs at most.

    Raises:
        GasTooExpensive: at today's prices `gas` costs more than `max_fee`.
    """
    base = rpc.block().base_fee
    tip = rpc.gas_price() if base is None else rpc.priority_fee()
    price = tip + (base or 0)
    if price * gas > max_fee:
        raise GasTooExpensive(price * gas, max_fee)
    if base is None:
        return {"gasPrice": price}, price
    # Twice the base fee outlasts six full blocks (EIP-1559: at most 1/8 more each).
    most = min(2 * base + tip, max_fee // gas)
    return {"maxFeePerGas": most, "maxPriorityFeePerGas": tip}, most


def _check_funds(rpc: Rpc, account: str, needs: int) -> None:
    has = rpc.balance(account)
    if has < needs:
        raise InsufficientFunds(account, ETH, has, needs)


def _explain(rpc: Rpc, sender: str, to: str | None, data: bytes, value: int, block: int) -> None:
    """Raises the contract's error if the call reverts in the state it was mined in."""
    if to is not None:
        rpc.call_at(to, data, sender, value, block)


def _receipt(tx_hash: str, raw: Mapping[str, Any]) -> Receipt:
    decoded = (events.decode(log) for log in raw["logs"])
    gas_used = answers.number(raw["gasUsed"])
    return Receipt(
        tx_hash=tx_hash,
        gas_used=gas_used,
        block=answers.number(raw["blockNumber"]),
        fee=gas_used * answers.number(raw["effectiveGasPrice"]),
        events=tuple(event for event in decoded if event is not None),
        created=to_checksum_address(created) if (created := raw.get("contractAddress")) else None,
    )
