"""The CID of a file, computed without a node and equal to the one Kubo gives.

Parameters: `ipfs add --cid-version=1 --raw-leaves --chunker=size-262144`, balanced tree, at most
174 links a node. Formats: dag-pb (https://ipld.io/specs/codecs/dag-pb/spec/) and UnixFS
(https://specs.ipfs.tech/unixfs/). A file of one chunk is that chunk's raw block; a larger one is
a tree of raw leaves below dag-pb nodes, every leaf at the same depth.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import BinaryIO, NamedTuple

from gen_ip.content.cid import CID, DAG_PB, RAW

CHUNK_BYTES = 262_144
LINKS_PER_NODE = 174

_UNIXFS_FILE = b"\x08\x02"


class _Node(NamedTuple):
    cid: bytes
    file_bytes: int  # of the file, below this node
    tree_bytes: int  # of all blocks, this node's included ("Tsize" in dag-pb)


class UnixFSHasher:
    """Computes a file's CID from its bytes in order; memory does not grow with the file.

    Use like `hashlib`: `update` any number of times, then `cid()`.
    """

    def __init__(self) -> None:
        self._chunk = bytearray()
        self._levels: list[list[_Node]] = [[]]

    def update(self, data: bytes) -> None:
        """Add the next bytes of the file."""
        view = memoryview(data)
        if self._chunk:
            missing = CHUNK_BYTES - len(self._chunk)
            self._chunk += view[:missing]
            view = view[missing:]
            if len(self._chunk) < CHUNK_BYTES:
                return
            self._push(0, _leaf(self._chunk))
            self._chunk.clear()
        while len(view) >= CHUNK_BYTES:
            self._push(0, _leaf(view[:CHUNK_BYTES]))
            view = view[CHUNK_BYTES:]
        self._chunk += view

    def cid(self) -> str:
        """The CID of the bytes so far. More may follow."""
        levels = [list(level) for level in self._levels]
        if self._chunk or levels == [[]]:
            levels[0].append(_leaf(self._chunk))
        pending: list[_Node] = []
        for depth, level in enumerate(levels):
            pending = level + pending
            is_top = depth == len(levels) - 1
            if is_top and len(pending) == 1:
                break
            # A lone child still gets its own parent, so that all leaves are equally deep.
            pending = [_parent(pending[i : i + LINKS_PER_NODE]) for i in _steps(len(pending))]
        while len(pending) > 1:
            pending = [_parent(pending[i : i + LINKS_PER_NODE]) for i in _steps(len(pending))]
        return str(CID(pending[0].cid[1], pending[0].cid[4:]))

    def _push(self, depth: int, node: _Node) -> None:
        if depth == len(self._levels):
            self._levels.append([])
        level = self._levels[depth]
        if len(level) == LINKS_PER_NODE:
            self._push(depth + 1, _parent(level))
            level.clear()
        level.append(node)


def unixfs_cid(data: bytes) -> str:
    """The CID of a file with the content `data`."""
    hasher = UnixFSHasher()
    hasher.update(data)
    return hasher.cid()


def unixfs_cid_of_stream(stream: BinaryIO) -> str:
    """The CID of what is left to read in `stream`, which is read a chunk at a time."""
    hasher = UnixFSHasher()
    while block := stream.read(CHUNK_BYTES):
        hasher.update(block)
    return hasher.cid()


def _steps(count: int) -> Iterable[int]:
    return range(0, count, LINKS_PER_NODE)


def _leaf(chunk: bytes | bytearray | memoryview) -> _Node:
    digest = hashlib.sha256(chunk).digest()
    return _Node(bytes(CID(RAW, digest)), len(chunk), len(chunk))


def _parent(children: list[_Node]) -> _Node:
    file_bytes = sum(child.file_bytes for child in children)
    unixfs = _UNIXFS_FILE + b"\x18" + _varint(file_bytes)
    unixfs += b"".join(b"\x20" + _varint(child.file_bytes) for child in children)
    # dag-pb writes the links (field 2) before the data (field 1); each link's name is empty.
    block = b"".join(_field(0x12, _link(child)) for child in children) + _field(0x0A, unixfs)
    cid = bytes(CID(DAG_PB, hashlib.sha256(block).digest()))
    return _Node(cid, file_bytes, len(block) + sum(child.tree_bytes for child in children))


def _link(child: _Node) -> bytes:
    return _field(0x0A, child.cid) + b"\x12\x00" + b"\x18" + _varint(child.tree_bytes)


def _field(tag: int, payload: bytes) -> bytes:
    return bytes((tag,)) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
