"""Headers of blocks: their bytes, whose keccak256 is the block's hash.

The order of the members is that of the execution layer's specification; every fork has appended
some, so those that a node names are there in this order, without a gap.
"""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp
from eth_utils.crypto import keccak

from gen_ip.chain import answers
from gen_ip.chain.answers import reading
from gen_ip.errors import GenIPError
from gen_ip.proofs.trie import BrokenPath, decoded

_STATE, _RECEIPTS, _NUMBER, _TIME = 3, 5, 8, 11
_DATA, _QUANTITY = answers.data, answers.number
_MEMBERS = (
    ("parentHash", _DATA),
    ("sha3Uncles", _DATA),
    ("miner", _DATA),
    ("stateRoot", _DATA),
    ("transactionsRoot", _DATA),
    ("receiptsRoot", _DATA),
    ("logsBloom", _DATA),
    ("difficulty", _QUANTITY),
    ("number", _QUANTITY),
    ("gasLimit", _QUANTITY),
    ("gasUsed", _QUANTITY),
    ("timestamp", _QUANTITY),
    ("extraData", _DATA),
    ("mixHash", _DATA),
    ("nonce", _DATA),
    ("baseFeePerGas", _QUANTITY),
    ("withdrawalsRoot", _DATA),
    ("blobGasUsed", _QUANTITY),
    ("excessBlobGas", _QUANTITY),
    ("parentBeaconBlockRoot", _DATA),
    ("requestsHash", _DATA),
    ("blockAccessListHash", _DATA),
)
_FIRST = 15


class UnknownHeader(GenIPError):
    """A block's header has members that this release does not know, so that its hash differs."""

    def __init__(self, number: int, stated: bytes) -> None:
        self.number, self.stated = number, stated
        super().__init__(
            f"the members of block {number:,} known to this release do not hash to "
            f"0x{stated.hex()}; take a newer release of gen-ip, or a node of another make"
        )


@dataclass(frozen=True)
class Header:
    """A block's header. `time` in seconds since the epoch; the roots, 32 bytes, are those after
    the block's transactions."""

    data: bytes
    number: int
    time: int
    state_root: bytes
    receipts_root: bytes

    @property
    def hash(self) -> bytes:
        """The block's hash, 32 bytes."""
        return keccak(self.data)


def read(data: bytes) -> Header:
    """A header from its bytes.

    Raises:
        BrokenPath: they are none.
    """
    members = decoded(data)
    if (
        not isinstance(members, list)
        or not _FIRST <= len(members) <= len(_MEMBERS) + 8
        or not all(isinstance(each, bytes) for each in members)
        or {len(members[at]) for at in (0, _STATE, _RECEIPTS)} != {32}
        or max(len(members[at]) for at in (_NUMBER, _TIME)) > 8
    ):
        raise BrokenPath("bytes are no block's header")
    number, time = (int.from_bytes(members[at], "big") for at in (_NUMBER, _TIME))
    return Header(data, number, time, members[_STATE], members[_RECEIPTS])


def of_block(block: Mapping[str, Any]) -> Header:
    """The header of a block as a node tells it (`eth_getBlockByNumber`).

    Raises:
        NodeError: the answer cannot be read.
        UnknownHeader: its hash is not that of the members known here.
    """
    with reading("eth_getBlockByNumber"):
        there = [pair for pair in _MEMBERS if block.get(pair[0]) is not None]
        values = [read_as(block[name]) for name, read_as in there]
        data = rlp.encode(
            [value if isinstance(value, bytes) else _minimal(value) for value in values]
        )
        number, stated = _QUANTITY(block["number"]), _DATA(block["hash"])
    if keccak(data) != stated:
        raise UnknownHeader(number, stated)
    return read(data)


def _minimal(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")
