"""Files out of blocks from anybody: each block is checked against its CID before it is used.

The order is that of the file, and what is held is one path of nodes from the root to a leaf, so
memory does not grow with the file. A liar can withhold blocks, not forge them: a block's CID
comes from its parent, whose own hash was checked, and the first of them from the caller.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from gen_ip.content.cid import CID, DAG_PB, RAW, parse_cid
from gen_ip.content.dag_pb import FILE, Link, Node, parse_node
from gen_ip.content.files import MAX_FILE_BYTES
from gen_ip.content.folders import entries_of
from gen_ip.errors import ContentCorrupted, ContentTooLarge, MalformedBlock

# Kubo's own limit for what is exchanged; other programs make blocks of up to 2 MiB.
MAX_BLOCK_READ = 2 * 1024 * 1024
TOO_LARGE_BLOCK = "no IPFS program makes such blocks: ask another store"
# 174 links a node make five levels 41 TB; trees of other parameters may be somewhat deeper.
_MAX_DEPTH = 32


class Blocks(Protocol):
    """Whoever serves blocks. What it returns is not trusted."""

    @property
    def address(self) -> str:
        """Names it in messages."""
        ...

    def block(self, cid: CID) -> bytes:
        """The block of `cid`, at most `MAX_BLOCK_READ` bytes.

        Raises:
            ContentNotFound, StoreUnavailable: it cannot be had.
        """
        ...


class Leaf(NamedTuple):
    """A piece of a file: where it begins and how long it is; `data` where it is at hand, else
    `cid` is the raw block to ask for."""

    cid: CID
    offset: int
    size: int
    data: bytes | None


def checked(source: Blocks, cid: CID) -> bytes:
    """The block of `cid`, when it is what its CID says.

    Raises:
        ContentCorrupted: it is not.
        ContentNotFound, StoreUnavailable: it cannot be had.
    """
    data = source.block(cid)
    actual = CID(cid.codec, hashlib.sha256(data).digest())
    if actual != cid:
        raise ContentCorrupted(str(cid), source.address, str(actual))
    return data


def leaves(source: Blocks, root: CID, max_bytes: int) -> Iterator[Leaf]:
    """The pieces of a file in order; only the nodes above them are asked for.

    Raises:
        ContentTooLarge: the file has more than `max_bytes` bytes, told before any leaf.
        ContentCorrupted, ContentNotFound, StoreUnavailable: a node cannot be had.
        MalformedBlock: it is no file's tree, such as a folder's.
    """
    block = checked(source, root)
    if root.codec == RAW:
        if len(block) > max_bytes:
            raise ContentTooLarge(str(root), max_bytes)
        yield Leaf(root, 0, len(block), block)
        return
    node = _file(root, block)
    if len(node.data) + sum(node.sizes) > max_bytes:
        raise ContentTooLarge(str(root), max_bytes)
    yield from _below(source, root, node, 0, 1)


def chunks(source: Blocks, root: CID, max_bytes: int) -> Iterator[bytes]:
    """The bytes of a file in order, each piece verified; raises as `leaves`."""
    for leaf in leaves(source, root, max_bytes):
        yield fetched(source, leaf)


def fetched(source: Blocks, leaf: Leaf) -> bytes:
    """A leaf's bytes, verified.

    Raises:
        ContentCorrupted, ContentNotFound, StoreUnavailable: see `checked`.
        MalformedBlock: it is not as long as its parent says.
    """
    if leaf.data is not None:
        return leaf.data
    data = checked(source, leaf.cid)
    if len(data) != leaf.size:
        reason = f"it has {len(data)} bytes, the node above it says {leaf.size}"
        raise MalformedBlock(str(leaf.cid), reason)
    return data


class ReadsBlocks(ABC):
    """What a store that serves blocks can read."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Names it in messages."""

    @abstractmethod
    def block(self, cid: CID) -> bytes:
        """See `Blocks.block`."""

    def read(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> Iterator[bytes]:
        """See `gen_ip.content.store.Store.read`."""
        yield from chunks(self, parse_cid(cid), max_bytes)

    def directory(self, cid: str) -> tuple[Link, ...] | None:
        """See `gen_ip.content.store.Store.directory`."""
        wanted = parse_cid(cid)
        if wanted.codec == RAW:
            return None
        node = parse_node(wanted, checked(self, wanted))
        return entries_of(node, wanted, lambda inner: checked(self, inner))

    def blocks(self, cid: str) -> Iterator[tuple[CID, bytes]]:
        """See `gen_ip.content.store.Store.blocks`."""
        yield from _all(self, parse_cid(cid), 1)


def _all(source: Blocks, cid: CID, depth: int) -> Iterator[tuple[CID, bytes]]:
    block = checked(source, cid)
    yield cid, block
    if cid.codec != DAG_PB:
        return
    _check_depth(cid, depth)
    for link in parse_node(cid, block).links:
        yield from _all(source, link.cid, depth + 1)


def _below(source: Blocks, cid: CID, node: Node, offset: int, depth: int) -> Iterator[Leaf]:
    _check_depth(cid, depth)
    if node.data:
        yield Leaf(cid, offset, len(node.data), node.data)
        offset += len(node.data)
    for link, size in zip(node.links, node.sizes, strict=True):
        if link.cid.codec == RAW:
            yield Leaf(link.cid, offset, size, None)
        else:
            inner = _file(link.cid, checked(source, link.cid))
            if len(inner.data) + sum(inner.sizes) != size:
                raise MalformedBlock(str(link.cid), f"the node above it says {size} bytes")
            yield from _below(source, link.cid, inner, offset, depth + 1)
        offset += size


def _check_depth(cid: CID, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise MalformedBlock(str(cid), f"it lies more than {_MAX_DEPTH} nodes deep")


def _file(cid: CID, block: bytes) -> Node:
    node = parse_node(cid, block)
    if node.kind != FILE:
        raise MalformedBlock(str(cid), "it is a directory, not a file")
    return node
