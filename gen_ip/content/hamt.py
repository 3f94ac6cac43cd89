"""Folders of many entries, spread over shards as Kubo spreads them: a hash array mapped trie.

Format: https://specs.ipfs.tech/unixfs/#dag-pb-hamtdirectory. An entry's place is the murmur3 hash
(x64, its first 64 bits, big-endian) of its name's bytes, from the highest bits on: each node takes
as many as its fan-out has. A place with one entry is a link named by the place in hex digits and
the entry's name; one with several is a node of its own, named by the place alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence

import mmh3

from gen_ip.content.cid import CID, DAG_PB
from gen_ip.content.dag_pb import SHARD, Link, Node, parse_node, shard_node, slots
from gen_ip.errors import MalformedBlock

FANOUT = 256
MAX_ENTRIES = 500_000
MAX_NODE_BYTES = 256 * 1024 * 1024
_HASH_BITS = 64


class NamesCollide(ValueError):  # noqa: N818 - named like the package's other errors
    """Names whose hashes are the same from end to end: no trie can hold them."""


def place_of(name: str) -> int:
    """The 64 bits that say where a name lies, the first ones highest."""
    return mmh3.hash64(name.encode(), 0, True, signed=False)[0]


def build(entries: Sequence[Link], put: Callable[[bytes], str]) -> Link:
    """The trie of a folder's entries, whose names all differ; `put` is handed each node, children
    before parents, and what is returned links to the root.

    Raises:
        NamesCollide: two names have the same hash.
    """
    return _build([(place_of(each.name), each) for each in entries], put, _HASH_BITS)


def _build(placed: list[tuple[int, Link]], put: Callable[[bytes], str], left: int) -> Link:
    bits = FANOUT.bit_length() - 1
    left -= bits
    if left < 0:
        raise NamesCollide(", ".join(repr(link.name) for _, link in placed[:2]))
    groups: dict[int, list[tuple[int, Link]]] = {}
    for place, link in placed:
        groups.setdefault(place >> left & FANOUT - 1, []).append((place, link))
    links = {
        slot: group[0][1] if len(group) == 1 else _build(group, put, left)
        for slot, group in sorted(groups.items())
    }
    block = shard_node(links, FANOUT)
    put(block)
    cid = CID(DAG_PB, hashlib.sha256(block).digest())
    return Link(cid, "", len(block) + sum(link.tree_bytes for link in links.values()))


def inner(node: Node) -> tuple[Link, ...]:
    """The links of a shard that lead to further shards."""
    return tuple(link for place, link in slots(node) if link.name == place)


def entries(root: CID, node: Node, block: Callable[[CID], bytes]) -> tuple[Link, ...]:
    """All entries of a folder, sorted by the bytes of their names; `node` is what is read of the
    block of `root`, and `block` gives those of further shards, verified.

    Raises:
        MalformedBlock: an entry does not lie where its name belongs, or there are too many.
    """
    found: list[Link] = []
    size = 0

    def walk(cid: CID, node: Node, before: int, left: int) -> Iterator[Link]:
        nonlocal size
        bits = node.fanout.bit_length() - 1
        left -= bits
        if left < 0:
            raise MalformedBlock(str(cid), "its shards lie deeper than hashes have bits")
        for place, link in slots(node):
            here = before << bits | int(place, 16)
            name = link.name[len(place) :]
            if name:
                if place_of(name) >> left != here:
                    raise MalformedBlock(str(cid), f"{name[:80]!r} lies where no such name belongs")
                yield link._replace(name=name)
                continue
            data = block(link.cid)
            size += len(data)
            if size > MAX_NODE_BYTES:
                raise MalformedBlock(
                    str(root), f"its shards have more than {MAX_NODE_BYTES:,} bytes"
                )
            below = parse_node(link.cid, data)
            if below.kind != SHARD or below.fanout != node.fanout:
                raise MalformedBlock(str(link.cid), "it is no shard like the one above it")
            if not below.links:
                # Any number of places could lead to it, and to nothing.
                raise MalformedBlock(str(link.cid), "it is a shard without entries")
            yield from walk(link.cid, below, here, left)

    for each in walk(root, node, 0, _HASH_BITS):
        found.append(each)
        if len(found) > MAX_ENTRIES:
            raise MalformedBlock(str(root), f"it has more than {MAX_ENTRIES:,} entries")
    return tuple(sorted(found, key=lambda link: link.name.encode()))
