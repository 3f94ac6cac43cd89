"""The nodes of UnixFS trees as bytes: dag-pb, with UnixFS inside.

Formats: https://ipld.io/specs/codecs/dag-pb/spec/ and https://specs.ipfs.tech/unixfs/. Written as
Kubo writes them; read strictly, since the nodes of a stranger's tree are a stranger's bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gen_ip.content.cid import CID, cid_of_bytes
from gen_ip.errors import MalformedBlock, MalformedCID

DIRECTORY, FILE = 1, 2
_RAW_LEAF = 0  # UnixFS's "Raw": a leaf of a file, in old trees.
_NAMES = {3: "a metadata entry", 4: "a symbolic link", 5: "a sharded directory (HAMT)"}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


class Link(NamedTuple):
    """A child: its CID, its name ("" in files), and `tree_bytes`, all its blocks together."""

    cid: CID
    name: str
    tree_bytes: int


class Node(NamedTuple):
    """A node that was read.

    `kind` is `DIRECTORY` or `FILE`. Of files, `data` are the bytes the node itself holds, and
    `sizes` the bytes of the file below each link.
    """

    kind: int
    links: tuple[Link, ...]
    data: bytes = b""
    sizes: tuple[int, ...] = ()


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
    kind, data, total, sizes = -1, b"", None, []
    for number, value in _fields(unixfs):
        if number == 1 and isinstance(value, int):
            kind = value
        elif number == 2 and isinstance(value, bytes):
            data = value
        elif number == 3 and isinstance(value, int):
            total = value
        elif number == 4 and isinstance(value, int):
            sizes.append(value)
    if kind == DIRECTORY:
        return Node(DIRECTORY, tuple(links))
    if kind not in (FILE, _RAW_LEAF):
        raise _Refused(f"it is {_NAMES.get(kind, f'UnixFS of the unknown type {kind}')}")
    if len(sizes) != len(links):
        raise _Refused(f"it names {len(links)} children and {len(sizes)} sizes of them")
    if total is not None and total != len(data) + sum(sizes):
        raise _Refused(f"its {total} bytes are not the sum of its parts")
    return Node(FILE, tuple(links), data, tuple(sizes))


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
