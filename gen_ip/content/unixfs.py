"""The CID of a file, computed without a node and equal to the one Kubo gives.

Parameters: `ipfs add --cid-version=1 --raw-leaves --chunker=size-262144`, balanced tree, at most
174 links a node. Formats: see `gen_ip.content.dag_pb`. A file of one chunk is that chunk's raw
block; a larger one is a tree of raw leaves below dag-pb nodes, every leaf at the same depth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import chain, repeat
from typing import BinaryIO, NamedTuple, TypeAlias

from gen_ip.content.cid import CID, DAG_PB, RAW
from gen_ip.content.dag_pb import file_node

CHUNK_BYTES = 262_144
LINKS_PER_NODE = 174

OnBlock: TypeAlias = Callable[[CID, "bytes | bytearray | memoryview"], None]


class Built(NamedTuple):
    """A tree: its root, the bytes of the file, and of all its blocks ("Tsize" in dag-pb)."""

    cid: CID
    file_bytes: int
    tree_bytes: int


class UnixFSHasher:
    """Computes a file's CID from its bytes in order; memory does not grow with the file.

    Use like `hashlib`: `update` any number of times, then `cid()`. `on_block` is handed every
    block of the tree once it is complete, children before parents; the last ones by `built()` or
    `cid()`, and a second time when these are asked again. It must copy what it keeps.
    """

    def __init__(self, on_block: OnBlock | None = None) -> None:
        self._on_block = on_block
        self._chunk = bytearray()
        self._levels: list[list[Built]] = [[]]

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Add the next bytes of the file."""
        view = memoryview(data)
        if self._chunk:
            missing = CHUNK_BYTES - len(self._chunk)
            self._chunk += view[:missing]
            view = view[missing:]
            if len(self._chunk) < CHUNK_BYTES:
                return
            self._push(0, self._leaf(self._chunk))
            # Not cleared: whoever was handed the block may still look at it.
            self._chunk = bytearray()
        while len(view) >= CHUNK_BYTES:
            self._push(0, self._leaf(view[:CHUNK_BYTES]))
            view = view[CHUNK_BYTES:]
        self._chunk += view

    def cid(self) -> str:
        """The CID of the bytes so far. More may follow."""
        return str(self.built().cid)

    def built(self) -> Built:
        """The tree of the bytes so far. More may follow."""
        levels = [list(level) for level in self._levels]
        if self._chunk or levels == [[]]:
            levels[0].append(self._leaf(bytes(self._chunk)))
        pending: list[Built] = []
        for depth, level in enumerate(levels):
            pending = level + pending
            is_top = depth == len(levels) - 1
            if is_top and len(pending) == 1:
                break
            # A lone child still gets its own parent, so that all leaves are equally deep.
            pending = self._parents(pending)
        while len(pending) > 1:
            pending = self._parents(pending)
        return pending[0]

    @classmethod
    def tree_bytes_of(cls, size: int) -> int:
        """The bytes of all blocks of a file's tree, which hang on its `size` alone."""
        tree = cls()
        whole, rest = divmod(size, CHUNK_BYTES)
        for length in chain(repeat(CHUNK_BYTES, whole), (rest,) if rest else ()):
            tree._push(0, Built(CID(RAW, bytes(32)), length, length))
        return tree.built().tree_bytes

    def _push(self, depth: int, node: Built) -> None:
        if depth == len(self._levels):
            self._levels.append([])
        level = self._levels[depth]
        if len(level) == LINKS_PER_NODE:
            self._push(depth + 1, self._parent(level))
            level.clear()
        level.append(node)

    def _leaf(self, chunk: bytes | bytearray | memoryview) -> Built:
        cid = CID(RAW, hashlib.sha256(chunk).digest())
        if self._on_block is not None:
            self._on_block(cid, chunk)
        return Built(cid, len(chunk), len(chunk))

    def _parents(self, nodes: list[Built]) -> list[Built]:
        starts = range(0, len(nodes), LINKS_PER_NODE)
        return [self._parent(nodes[start : start + LINKS_PER_NODE]) for start in starts]

    def _parent(self, children: list[Built]) -> Built:
        block = file_node([(bytes(cid), size, tree) for cid, size, tree in children])
        cid = CID(DAG_PB, hashlib.sha256(block).digest())
        if self._on_block is not None:
            self._on_block(cid, block)
        file_bytes = sum(child.file_bytes for child in children)
        return Built(cid, file_bytes, len(block) + sum(child.tree_bytes for child in children))


def unixfs_cid(data: bytes) -> str:
    """The CID of a file with the content `data`."""
    hasher = UnixFSHasher()
    hasher.update(data)
    return hasher.cid()


def unixfs_cid_of_stream(stream: BinaryIO) -> str:
    """The CID of what is left to read in `stream`, which is read a chunk at a time."""
    return unixfs_cid_of_chunks(iter(lambda: stream.read(CHUNK_BYTES), b""))


def unixfs_cid_of_chunks(chunks: Iterable[bytes]) -> str:
    """The CID of a file that arrives in pieces."""
    hasher = UnixFSHasher()
    for chunk in chunks:
        hasher.update(chunk)
    return hasher.cid()
