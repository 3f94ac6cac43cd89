"""What every content store does.

A store keeps bytes under the identifier computed from them. Nothing it returns is trusted: `get`
verifies the bytes against the identifier, whoever runs the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from gen_ip.content.cid import CID, RAW, raw_cid_of
from gen_ip.content.dag_pb import Link
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath
from gen_ip.content.unixfs import unixfs_cid
from gen_ip.errors import ContentCorrupted, ContentNotFound, ContentTooLarge, StoreUnavailable

# Kubo refuses larger blocks, since peers would not take them over bitswap.
MAX_BLOCK_BYTES = 1024 * 1024


@runtime_checkable
class Store(Protocol):
    """A place that keeps content by CID. Every method raises `StoreUnavailable` when it is down.

    `address` names the store for messages: a folder, or a node's RPC address.
    """

    @property
    def address(self) -> str:
        """Names the store in messages."""
        ...

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """Keep a file (its path, or its bytes) and return its UnixFS CID.

        `on_bytes` is told how far it has come with the file of a path, and of how many bytes.

        Raises:
            FileProblem: the path names no usable file.
            ContentTooLarge: `bytes` are more than `max_bytes`.
        """
        ...

    def put_block(self, data: bytes) -> str:
        """Keep `data`, at most 1 MiB, as one block and return its raw CID.

        The CID's digest is the sha2-256 of `data`: what a contract stores of metadata.

        Raises:
            ContentTooLarge: `data` is more than a block may hold.
        """
        ...

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """Keep a file that arrives in pieces and return its UnixFS CID; nothing is kept where the
        pieces end in an exception."""
        ...

    def put_node(self, block: bytes) -> str:
        """Keep a directory's node (dag-pb) and return its CID; its entries are kept beforehand.

        Raises:
            ContentTooLarge: it is more than a block may hold.
        """
        ...

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """The content of `cid`, verified against it.

        Raises:
            MalformedCID: `cid` is not a CID.
            ContentNotFound: the store does not hold it.
            ContentTooLarge: it has more than `max_bytes` bytes.
            ContentCorrupted: the store's bytes do not hash to `cid`.
        """
        ...

    def read(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> Iterator[bytes]:
        """The content of `cid` in pieces, in memory that does not grow with it.

        Each piece was verified, or at the latest before the last one is handed out: until the end
        is reached without an exception, nothing may be used. Raises as `get`, and `MalformedBlock`
        where the tree is no file's.
        """
        ...

    def directory(self, cid: str) -> tuple[Link, ...] | None:
        """The entries of a folder, verified; None where `cid` is a file.

        Raises:
            MalformedCID, ContentNotFound, ContentCorrupted, MalformedBlock: as `read`.
        """
        ...

    def blocks(self, cid: str) -> Iterator[tuple[CID, bytes | bytearray | memoryview]]:
        """All blocks of a file or a folder, as `ipfs dag export` writes them, in any order.

        A block is to be used before the next one is asked for. Raises as `read`.
        """
        ...

    def pin(self, cid: str) -> None:
        """Have the store keep `cid` and all below it, until it is unpinned.

        Raises:
            MalformedCID: `cid` is not a CID.
            ContentNotFound: the store does not hold it.
        """
        ...

    def unpin(self, cid: str) -> None:
        """Let go of a pin; nothing happens where there is none.

        Raises:
            MalformedCID: `cid` is not a CID.
        """
        ...

    def pins(self) -> Iterator[str]:
        """The CIDs that are pinned."""
        ...

    def has(self, cid: str) -> bool:
        """Whether the store holds the content of `cid` (its root block) itself.

        Raises:
            MalformedCID: `cid` is not a CID.
        """
        ...

    def remove(self, cid: str) -> None:
        """Forget a block: of a tree, only its root.

        Raises:
            MalformedCID: `cid` is not a CID.
        """
        ...

    def within(self, seconds: float) -> Store:
        """The same store, whose `get` raises `StoreUnavailable` after about so many seconds."""
        ...


def find(store: Store, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
    """`store.get`, where one content that cannot be had does not pass for a store that is down.

    A node may search its network for content that nobody serves, or stumble over it; both look
    like a store that is unavailable, until it is asked about its own disk.

    Raises:
        StoreUnavailable: the store is down altogether.
        ContentNotFound: it does not hold the content, or cannot give it.
        MalformedCID, ContentTooLarge, ContentCorrupted: as in `Store.get`.
    """
    try:
        return store.get(cid, max_bytes)
    except StoreUnavailable as error:
        store.has(cid)
        raise ContentNotFound(cid, store.address, error.reason) from error


def verified(cid: CID, data: bytes, address: str) -> bytes:
    """`data`, when it is the content of `cid`.

    A tree (dag-pb) is checked by building it anew with this package's parameters, so one built
    with another chunker or fan-out counts as corrupted.

    Raises:
        ContentCorrupted: it is not.
    """
    actual = raw_cid_of(data) if cid.codec == RAW else unixfs_cid(data)
    if actual != str(cid):
        raise ContentCorrupted(str(cid), address, actual)
    return data


def check_block(data: bytes) -> None:
    """Raises `ContentTooLarge` when `data` does not fit into one block."""
    if len(data) > MAX_BLOCK_BYTES:
        raise ContentTooLarge(raw_cid_of(data), MAX_BLOCK_BYTES, "put it as a file")


def check_bytes(data: bytes, max_bytes: int) -> None:
    """Raises `ContentTooLarge` when `data` is more than `max_bytes`."""
    if len(data) > max_bytes:
        raise ContentTooLarge(
            f"of {len(data):,} bytes", max_bytes, "put it from a file, or give a larger max_bytes"
        )
