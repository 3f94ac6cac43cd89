"""Transactions that somebody else signs and sends, such as a browser wallet or a Safe."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from gen_ip.chain import transactions
from gen_ip.chain.events import Event
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.rpc import Rpc


@dataclass(frozen=True)
class UnsignedTransaction:
    """A transaction without nonce and signature.

    `value` and the fees are in wei; `gas` and the fees are None where they cannot be known before
    the transactions ahead of it are mined: the wallet then finds them.
    """

    chain_id: int
    sender: str
    to: str
    data: bytes = field(repr=False)
    value: int = 0
    gas: int | None = None
    max_fee_per_gas: int | None = None
    max_priority_fee_per_gas: int | None = None
    gas_price: int | None = None

    def to_json(self) -> dict[str, str]:
        """As `eth_sendTransaction` takes it (https://ethereum.github.io/execution-apis), numbers as
        hex."""
        numbers = {
            "value": self.value,
            "chainId": self.chain_id,
            "gas": self.gas,
            "maxFeePerGas": self.max_fee_per_gas,
            "maxPriorityFeePerGas": self.max_priority_fee_per_gas,
            "gasPrice": self.gas_price,
        }
        return {
            "from": self.sender,
            "to": self.to,
            "data": f"0x{self.data.hex()}",
            **{name: hex(number) for name, number in numbers.items() if number is not None},
        }


class NotSent(Exception):  # noqa: N818 - not an error: it ends a method that only builds
    """A method wants to know what its last transaction did."""


class _NoReceipt(Receipt):
    """What stands for the receipt of a transaction that is only built."""

    def find(self, kind: object) -> NoReturn:
        raise NotSent


class Recorder:
    """Keeps transactions instead of sending them. Only the first can be simulated: those after it
    may need what it does."""

    def __init__(self, rpc: Rpc, sender: str, max_fee: int) -> None:
        self.transactions: list[UnsignedTransaction] = []
        self._rpc, self._sender, self._max_fee = rpc, sender, max_fee

    def add(self, to: str, data: bytes, value: int) -> Receipt:
        """Keeps a transaction.

        Raises:
            ContractError, GasTooExpensive, InsufficientFunds: the first of them would fail.
        """
        fields: dict[str, Any] = {}
        if not self.transactions:
            fields = transactions.prepare(
                self._rpc, self._sender, to, data, value, self._max_fee, pays=False
            )
        self.transactions.append(
            UnsignedTransaction(
                self._rpc.chain_id,
                self._sender,
                to,
                data,
                value,
                fields.get("gas"),
                fields.get("maxFeePerGas"),
                fields.get("maxPriorityFeePerGas"),
                fields.get("gasPrice"),
            )
        )
        no_events: tuple[Event, ...] = ()
        return _NoReceipt(tx_hash="", gas_used=0, block=0, fee=0, events=no_events)
