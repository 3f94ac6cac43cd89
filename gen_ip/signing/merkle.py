"""Merkle trees as the contracts check them: inner nodes are keccak256 of the sorted pair of their
children (Solady's `MerkleProofLib`, compatible with OpenZeppelin's), leaves are hashed twice, so
that no inner node passes for a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_utils.crypto import keccak

from gen_ip.errors import GenIPError


class EmptyTree(GenIPError):  # noqa: N818 - named like the package's other errors
    """A tree without leaves has no root."""

    def __init__(self) -> None:
        super().__init__("a Merkle tree of nothing; name at least one leaf")


class MerkleTree:
    """A tree over 32-byte leaves, in the order given. A node without a sibling rises as it is.

    Raises:
        EmptyTree: there are no leaves.
    """

    def __init__(self, leaves: Sequence[bytes]) -> None:
        if not leaves:
            raise EmptyTree
        self._levels = [list(leaves)]
        while len(level := self._levels[-1]) > 1:
            pairs = (level[i : i + 2] for i in range(0, len(level), 2))
            self._levels.append([_parent(*pair) if len(pair) == 2 else pair[0] for pair in pairs])

    @property
    def root(self) -> bytes:
        """The root, 32 bytes; of a single leaf the leaf itself."""
        return self._levels[-1][0]

    def path(self, index: int) -> tuple[bytes, ...]:
        """Siblings from the leaf at `index` up."""
        siblings = []
        for level in self._levels[:-1]:
            if (index ^ 1) < len(level):
                siblings.append(level[index ^ 1])
            index //= 2
        return tuple(siblings)


def twice(data: bytes) -> bytes:
    """A leaf: keccak256 of keccak256."""
    return keccak(keccak(data))


def climb(leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root that `path` leads to from `leaf`."""
    for sibling in path:
        leaf = _parent(leaf, sibling)
    return leaf


def _parent(one: bytes, other: bytes) -> bytes:
    return keccak(min(one, other) + max(one, other))
