"""Logs of the contracts as events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from gen_ip.chain import abi, answers, artifacts
from gen_ip.chain.answers import reading
from gen_ip.jsonable import jsonable


@dataclass(frozen=True)
class Event:
    """One log. `args` are the event's arguments by name in snake case."""

    address: str
    name: str
    args: Mapping[str, Any]
    block: int
    tx_hash: str

    def to_json(self) -> dict[str, Any]:
        """For JSON; integers as decimal strings, since they may exceed what others read."""
        return {"name": self.name, "address": self.address, "args": jsonable(dict(self.args))}


def topic_of(name: str) -> str:
    """The first topic of the event `name`, as hex."""
    return next(f"0x{key[0].hex()}" for key, entry in _known().items() if entry["name"] == name)


def word(value: int | str | bytes) -> str:
    """An integer, an address or 32 bytes as a topic."""
    if isinstance(value, str):
        value = int(value, 16)
    number = value if isinstance(value, int) else int.from_bytes(value, "big")
    return f"0x{number:064x}"


def decode(log: Mapping[str, Any]) -> Event | None:
    """The event behind a raw log; None when none of our ABIs has it.

    Raises:
        NodeError: it is no log.
    """
    with reading("eth_getLogs"):
        return _decode(log)


def _decode(log: Mapping[str, Any]) -> Event | None:
    topics = [answers.data(topic) for topic in log["topics"]]
    if not topics or (entry := _known().get((topics[0], len(topics)))) is None:
        return None
    indexed = [field for field in entry["inputs"] if field["indexed"]]
    plain = [field for field in entry["inputs"] if not field["indexed"]]
    values: dict[str, Any] = {}
    for fields, data in ((indexed, b"".join(topics[1:])), (plain, answers.data(log["data"]))):
        found = abi.decode(fields, data)
        if found is None:
            return None
        values |= {abi.snake(f["name"]): v for f, v in zip(fields, found, strict=True)}
    return Event(
        address=to_checksum_address(log["address"]),
        name=entry["name"],
        args={
            abi.snake(field["name"]): values[abi.snake(field["name"])] for field in entry["inputs"]
        },
        block=answers.number(log["blockNumber"]),
        tx_hash=f"0x{answers.data(log['transactionHash']).hex()}",
    )


@cache
def _known() -> dict[tuple[bytes, int], Mapping[str, Any]]:
    """(first topic, number of topics) -> ABI entry: ERC-20 and ERC-721 share `Transfer`'s topic."""
    table = {}
    for name in artifacts.NAMES:
        for entry in artifacts.load(name).abi:
            if entry["type"] == "event":
                count = 1 + sum(field["indexed"] for field in entry["inputs"])
                table[keccak(text=abi.signature(entry)), count] = entry
    return table
