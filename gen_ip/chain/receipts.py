"""What a mined transaction did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from eth_utils.address import to_checksum_address

from gen_ip.chain import answers, events
from gen_ip.chain.answers import reading
from gen_ip.chain.errors import NodeError
from gen_ip.chain.events import Event
from gen_ip.chain.sent import Sent

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Receipt:
    """A transaction that succeeded.

    `fee` is what its gas cost, in wei; `created` the contract it made, if it made one; `block_hash`
    tells the block apart from another of its number, after a reorganization.
    """

    tx_hash: str
    gas_used: int
    block: int
    fee: int
    events: tuple[Event, ...]
    created: str | None = None
    block_hash: bytes = b""
    sent: Sent | None = field(default=None, repr=False, compare=False)

    @overload
    def find(self, kind: type[E]) -> E: ...
    @overload
    def find(self, kind: str) -> Event: ...
    def find(self, kind: type[Event] | str) -> Event:
        """The first event of this class or name; one that must be there.

        Raises:
            NodeError: it is not.
        """
        for event in self.events:
            if event.name == kind or type(event) is kind:
                return event
        name = kind if isinstance(kind, str) else kind.name
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


@dataclass(frozen=True)
class Mined:
    """A transaction's place in the chain, and what the node says of it."""

    tx_hash: str
    block: int
    block_hash: bytes
    ok: bool
    raw: Mapping[str, Any] = field(repr=False)


def mined(tx_hash: str, raw: Mapping[str, Any]) -> Mined:
    """A raw receipt's essentials.

    Raises:
        NodeError: it is none.
    """
    with reading("eth_getTransactionReceipt"):
        return Mined(
            tx_hash,
            answers.number(raw["blockNumber"]),
            answers.data(raw["blockHash"]),
            answers.number(raw["status"]) == 1,
            raw,
        )


def receipt(found: Mined, sent: Sent | None = None) -> Receipt:
    """The receipt of a transaction that succeeded.

    Raises:
        NodeError: what the node says cannot be read.
    """
    raw = found.raw
    with reading("eth_getTransactionReceipt"):
        decoded = [events.decode(log) for log in raw["logs"]]
        gas_used = answers.number(raw["gasUsed"])
        made = raw.get("contractAddress")
        return Receipt(
            tx_hash=found.tx_hash,
            gas_used=gas_used,
            block=found.block,
            fee=gas_used * answers.number(raw["effectiveGasPrice"]),
            events=tuple(event for event in decoded if event is not None),
            created=to_checksum_address(made) if made else None,
            block_hash=found.block_hash,
            sent=sent,
        )
