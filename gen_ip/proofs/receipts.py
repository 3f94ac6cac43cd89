"""Receipts as the trie of a block holds them (EIP-2718, EIP-658), and what their logs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import rlp
from eth_utils.address import to_checksum_address

from gen_ip.chain import answers
from gen_ip.chain.answers import reading
from gen_ip.proofs.trie import BrokenPath, decoded

_LEGACY = 0
_SUCCESS = b"\x01"


class Log(NamedTuple):
    """An event as the chain keeps it."""

    address: str
    topics: tuple[bytes, ...]
    data: bytes


def encoded(receipt: Mapping[str, Any]) -> bytes:
    """A receipt's bytes in the trie, from a node's answer.

    Raises:
        NodeError: the answer cannot be read.
    """
    with reading("eth_getTransactionReceipt"):
        logs = [
            [
                answers.data(log["address"]),
                [answers.data(topic) for topic in log["topics"]],
                answers.data(log["data"]),
            ]
            for log in receipt["logs"]
        ]
        body = rlp.encode(
            [
                answers.number(receipt["status"]),
                answers.number(receipt["cumulativeGasUsed"]),
                answers.data(receipt["logsBloom"]),
                logs,
            ]
        )
        kind = answers.number(receipt.get("type") or 0)
        return bytes(body) if kind == _LEGACY else bytes([kind]) + body


def proof(receipts: Sequence[bytes], index: int) -> tuple[bytes, tuple[bytes, ...]]:
    """The root (32 bytes) of the trie of a block's receipts, and the nodes (RLP) down to one."""
    from trie import HexaryTrie

    tree = HexaryTrie({})
    for place, receipt in enumerate(receipts):
        tree[rlp.encode(place)] = receipt
    path = tree.get_proof(rlp.encode(index))
    # What takes less than 32 bytes lies in the node above.
    nodes = [rlp.encode(node) for node in path]
    kept = [node for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]
    return tree.root_hash, tuple(kept)


def logs_of(receipt: bytes) -> tuple[Log, ...]:
    """The logs of a receipt in a trie.

    Raises:
        BrokenPath: it is none, or of a transaction that failed.
    """
    # A list's first byte is 0xc0 at least; a type's 0x7f at most (EIP-2718).
    body = decoded(receipt[1:] if receipt[:1] < b"\x80" else receipt)
    if not isinstance(body, list) or len(body) < 4 or body[0] != _SUCCESS:
        raise BrokenPath("the receipt is none of a transaction that succeeded")
    try:
        return tuple(
            Log(to_checksum_address(address), tuple(topics), data)
            for address, topics, data in body[3]
        )
    except (TypeError, ValueError):
        raise BrokenPath("the receipt has no logs that can be read") from None
