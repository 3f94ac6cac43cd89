"""What the chain itself says about gas: the receipts of all its transactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eth_utils.address import to_checksum_address

if TYPE_CHECKING:
    from gen_ip.chain.rpc import Rpc


@dataclass(frozen=True, slots=True)
class Spent:
    """Gas of one mined transaction: its sender, what it used, and its cost in wei."""

    sender: str
    gas: int
    wei: int


def spent_since(rpc: Rpc, block: int) -> list[Spent]:
    """Every transaction mined after `block`, by anyone, oldest first."""
    spent = []
    for number in range(block + 1, rpc.block().number + 1):
        found = rpc.request("eth_getBlockByNumber", hex(number), False)
        for tx_hash in found["transactions"]:
            receipt = rpc.receipt(_hex(tx_hash))
            assert receipt is not None  # noqa: S101 - its block is mined; for mypy
            gas = _int(receipt["gasUsed"])
            wei = gas * _int(receipt["effectiveGasPrice"])
            spent.append(Spent(to_checksum_address(receipt["from"]), gas, wei))
    return spent


def _int(value: Any) -> int:
    return value if isinstance(value, int) else int(value, 16)


def _hex(value: Any) -> str:
    return value if isinstance(value, str) else f"0x{bytes(value).hex()}"
