"""Merkle-Patricia proofs, as the Ethereum yellow paper (appendix D) defines the trie: a path of
nodes, each named by its hash in the one above, from a root to one value.

Strict, for a saved proof has one spelling: every node given must be on the path, in its order.
"""

# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak
from rlp.exceptions import RLPException

from gen_ip.errors import GenIPError

_BRANCH, _PAIR = 17, 2
_VALUE = 16
_ODD, _LEAF = 1, 2


class BrokenPath(GenIPError):
    """Nodes of a trie do not lead from its root to a value."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the path does not hold ({problem}); ask for an unaltered proof")


def proven(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes:
    """The value that a trie with this root (32 bytes) holds under `key`, by its nodes (RLP) from
    the root down. In a secure trie the key is the keccak256 of what is looked up.

    Raises:
        BrokenPath: a node is not the one that its hash names, is on no path, or the trie holds
            nothing under the key.
    """
    given = iter(nodes)
    node = _named(root, given)
    rest = _nibbles(key)
    while True:
        if len(node) == _BRANCH:
            if not rest:
                found = node[_VALUE]
                break
            child, rest = node[rest[0]], rest[1:]
        elif len(node) == _PAIR:
            part, is_leaf = _part(node[0])
            if rest[: len(part)] != part:
                raise BrokenPath("it leads to another key")
            rest, child = rest[len(part) :], node[1]
            if is_leaf:
                if rest:
                    raise BrokenPath("it leads to another key")
                found = child
                break
        else:
            raise BrokenPath("a node is neither a branch nor a pair")
        node = child if isinstance(child, list) else _named(child, given)
    if not isinstance(found, bytes) or not found:
        raise BrokenPath("there is no value at its end")
    if next(given, None) is not None:
        raise BrokenPath("a node is not on it")
    return found


def decoded(data: bytes) -> Any:
    """RLP: bytes, or lists of such.

    Raises:
        BrokenPath: it is none, or not the one spelling of it.
    """
    try:
        found = rlp.decode(data)
    except (RLPException, RecursionError):
        raise BrokenPath("bytes are no RLP") from None
    return found


def _named(name: Any, nodes: Iterator[bytes]) -> list[Any]:
    node = next(nodes, None)
    if node is None or keccak(node) != name:
        raise BrokenPath("a node is missing, or is not the one that its hash names")
    found = decoded(node)
    if not isinstance(found, list):
        raise BrokenPath("a node is no list")
    return found


def _part(coded: Any) -> tuple[list[int], bool]:
    """Nibbles of a pair's first half, and whether it is a leaf (hex-prefix encoding)."""
    nibbles = _nibbles(coded) if isinstance(coded, bytes) else []
    if not nibbles or nibbles[0] > (_ODD | _LEAF):
        raise BrokenPath("a node's key has no prefix")
    flags = nibbles[0]
    if not flags & _ODD and nibbles[1]:
        raise BrokenPath("a node's key has a wrong prefix")
    return nibbles[1:] if flags & _ODD else nibbles[2:], bool(flags & _LEAF)


def _nibbles(data: bytes) -> list[int]:
    return [half for byte in data for half in (byte >> 4, byte & 15)]
