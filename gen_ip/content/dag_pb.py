"""The nodes of UnixFS trees as bytes: dag-pb, with UnixFS inside.

Formats: https://ipld.io/specs/codecs/dag-pb/spec/ and https://specs.ipfs.tech/unixfs/. Written as
Kubo writes them; read strictly, since the nodes of a stranger's tree are a stranger's bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gen_ip.content.cid import CID, DAG_PB, cid_of_bytes
from gen_ip.errors import MalformedBlock, MalformedCID

DIRECTORY, FILE, SHARD = 1, 2, 5
_RAW_LEAF = 0  # UnixFS's "Raw": a leaf of a file, in old trees.
_NAMES = {3: "a metadata entry", 4: "a symbolic link"}
# The hash function of names in shards, as multicodec numbers it: murmur3-x64-64.
_MURMUR3 = 0x22
# Kubo's own limit.
_MAX_FANOUT = 1024
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


class Link(NamedTuple):
    """A child: its CID, its name ("" in files), and `tree_bytes`, all its blocks together."""

    cid: CID
    name: str
    tree_bytes: int


class Node(NamedTuple):
    """A node that was read.

    `kind` is `DIRECTORY`, `FILE` or `SHARD`. Of files, `data` are the bytes the node itself holds,
    and `sizes` the bytes of the file below each link. Of a shard of a folder, the bits of `data`
    say which of its `fanout` places have a link; see `slots`.
    """

    kind: int
    links: tuple[Link, ...]
    data: bytes = b""
    sizes: tuple[int, ...] = ()
    fanout: int = 0


def file_node(links: Sequence[tuple[bytes, int, int]]) -> bytes:
    """A node inside a file's tree: of each child its binary CID, file bytes and tree bytes."""
    total = sum(size for _, size, _ in links)
    unixfs = b"\x08\x02\x18" + varint(total)
    unixfs += b"".join(b"\x20" + varint(size) for _, size, _ in links)
    # dag-pb writes the links (field 2) before the data (field 1); each link's name is empty.
    written = b"".join(_link(cid, b"", tree_bytes) for cid, _, tree_bytes in links)
    return written + _field(0x0A, unixfs)


def directory_node(links: Sequence[Link]) -> bytes:
    """A folder's node, its entries sorted by the bytes of their names."""
    rows = sorted((link.name.encode(), link) for link in links)
    written = b"".join(_link(bytes(link.cid), name, link.tree_bytes) for name, link in rows)
    return written + _field(0x0A, b"\x08\x01")


def shard_node(links: Mapping[int, Link], fanout: int) -> bytes:
    """A shard's node, from its links by their places; see `gen_ip.content.hamt`."""
    digits = _digits(fanout)
    written = b"".join(
        _link(bytes(link.cid), f"{place:0{digits}X}{link.name}".encode(), link.tree_bytes)
        for place, link in sorted(links.items())
    )
    bits = sum(1 << place for place in links)
    field = _field(0x12, bits.to_bytes((bits.bit_length() + 7) // 8, "big")) if bits else b""
    unixfs = b"\x08\x05" + field + b"\x28" + varint(_MURMUR3) + b"\x30" + varint(fanout)
    return written + _field(0x0A, unixfs)


def slots(node: Node) -> tuple[tuple[str, Link], ...]:
    """The links of a shard, each with its place in hex digits, which its name begins with."""
    digits = _digits(node.fanout)
    return tuple((link.name[:digits], link) for link in node.links)


def parse_node(cid: CID, block: bytes) -> Node:
    """The node in the block of a dag-pb CID.

    Raises:
        MalformedBlock: it is none, or of a kind this package does not read.
    """
    try:
        return _parse(block)
    except (_Refused, MalformedCID, UnicodeDecodeError) as error:
        raise MalformedBlock(str(cid), str(error)) from None


def varint(number: int) -> bytes:
    """`number` >= 0 as an unsigned varint, least significant seven bits first."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


class _Refused(ValueError):  # noqa: N818
    pass


def _parse(block: bytes) -> Node:
    links, unixfs = [], None
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes):
            links.append(_parse_link(value))
        elif number == 1 and isinstance(value, bytes) and unixfs is None:
            unixfs = value
        else:
            raise _Refused("it is no dag-pb node")
    if unixfs is None:
        raise _Refused("it is a dag-pb node without UnixFS data")
    kind, data, total, sizes, hashed, fanout = -1, b"", None, [], 0, 0
    for number, value in _fields(unixfs):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2 and isinstance(value, bytes):
            data = value
        elif number == 3 and isinstance(value, int):
            total = value
        elif number == 4 and isinstance(value, int):
            sizes.append(value)
        elif number == 5 and isinstance(value, int):
            hashed = value
        elif number == 6 and isinstance(value, int):
            fanout = value
    if kind == DIRECTORY:
        return Node(DIRECTORY, tuple(links))
    if kind == SHARD:
        _check_shard(links, data, hashed, fanout)
        return Node(SHARD, tuple(links), data, (), fanout)
    if kind not in (FILE, _RAW_LEAF):
        raise _Refused(f"it is {_NAMES.get(kind, f'UnixFS of the unknown type {kind}')}")
    if len(sizes) != len(links):
        raise _Refused(f"it names {len(links)} children and {len(sizes)} sizes of them")
    if total is not None and total != len(data) + sum(sizes):
        raise _Refused(f"its {total} bytes are not the sum of its parts")
    return Node(FILE, tuple(links), data, tuple(sizes))


def _check_shard(links: Sequence[Link], data: bytes, hashed: int, fanout: int) -> None:
    if hashed != _MURMUR3:
        raise _Refused(f"its names are hashed by the unknown function 0x{hashed:x}")
    if not 8 <= fanout <= _MAX_FANOUT or fanout & fanout - 1:
        raise _Refused(f"it is a shard of {fanout:,} places, and not of 8 to {_MAX_FANOUT:,}")
    bits = int.from_bytes(data, "big") if len(data) <= fanout // 8 else 1 << fanout
    places = [place for place in range(fanout + 1) if bits >> place & 1]
    digits = _digits(fanout)
    if [link.name[:digits] for link in links] != [f"{place:0{digits}X}" for place in places]:
        raise _Refused("its links are not those that its bits say")
    if any(len(link.name) == digits and link.cid.codec != DAG_PB for link in links):
        raise _Refused("a link in it leads to no shard")


def _digits(fanout: int) -> int:
    return len(f"{fanout - 1:X}")


def _parse_link(data: bytes) -> Link:
    cid, name, tree_bytes = None, "", 0
    for number, value in _fields(data):
        if number == 1 and isinstance(value, bytes):
            cid = cid_of_bytes(value)
        elif number == 2 and isinstance(value, bytes):
            name = value.decode()
        elif number == 3 and isinstance(value, int):
            tree_bytes = value
    if cid is None:
        raise _Refused("a link in it names no CID")
    return Link(cid, name, tree_bytes)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a protobuf message."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        if key & 7 == _VARINT:
            number, at = _read_varint(data, at)
            yield key >> 3, number
            continue
        if key & 7 == _BYTES:
            size, at = _read_varint(data, at)
        elif key & 7 in (_FIXED64, _FIXED32):
            size = 8 if key & 7 == _FIXED64 else 4
        else:
            raise _Refused("it is no protobuf message")
        if at + size > len(data):
            raise _Refused("it ends in the middle of a field")
        yield key >> 3, data[at : at + size]
        at += size


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for index, byte in enumerate(data[at : at + _MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return number, at + index + 1
    raise _Refused("a number in it has no end")


def _link(cid: bytes, name: bytes, tree_bytes: int) -> bytes:
    inner = _field(0x0A, cid) + _field(0x12, name) + b"\x18" + varint(tree_bytes)
    return _field(0x12, inner)


def _field(tag: int, payload: bytes) -> bytes:
    return bytes((tag,)) + varint(len(payload)) + payload
