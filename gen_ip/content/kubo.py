"""A content store on an IPFS node of the user's own: Kubo, over its RPC.

Every parameter that shapes a CID is sent with each call, because a node's own configuration may
set others, and the CID it answers is compared with the one computed here.
"""

from __future__ import annotations

import copy
import hashlib
import io
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gen_ip.content.cid import CID, DAG_PB, is_cid, parse_cid, raw_cid_of
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath, read_chunks
from gen_ip.content.store import check_block, check_bytes, verified
from gen_ip.content.unixfs import CHUNK_BYTES, LINKS_PER_NODE, UnixFSHasher
from gen_ip.content.walking import MAX_BLOCK_READ, TOO_LARGE_BLOCK, ReadsBlocks
from gen_ip.errors import (
    BadStoreAddress,
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    StoreUnavailable,
)
from gen_ip.urls import public_url

if TYPE_CHECKING:
    from ipfshttpclient import Client

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 60.0
# A block has at most 2 MiB; what comes slower than this drips.
BLOCK_SECONDS = 120.0
_SLOW = "try again, allow more time, or ask a node that holds the content"

_MULTIADDR_STARTS = ("/ip4/", "/ip6/", "/dns/", "/dns4/", "/dns6/", "/unix/")
_URL_STARTS = ("http://", "https://")
_ABSENT = ("not found", "could not find")
# The pins of what an unfinished run sent.
_PART = "gen-ip-part"
# What the client stumbles into when a server answers, but not as a node does.
_MISREAD = (AssertionError, LookupError, TypeError, ValueError)
_START_NODE = "start the node with `ipfs daemon`, or correct the address"


class KuboStore(ReadsBlocks):
    """Keeps content on a Kubo node, pinned. See `gen_ip.content.store.Store`.

    Nothing but the bytes is sent: no file name, no path. `get` may make the node search the IPFS
    network; `has` asks the node's own disk only. `timeout` is in seconds: to connect, and to wait
    for the next bytes of an answer.

    Raises:
        BadStoreAddress: `address` is neither a multiaddr nor an http(s) URL of a node's RPC.
    """

    def __init__(
        self, address: str, timeout: tuple[float, float] = (CONNECT_SECONDS, ANSWER_SECONDS)
    ) -> None:
        multiaddr = _multiaddr(address)
        self._address = address
        self._timeout = timeout
        self._seconds: float | None = None
        self._client = _client(address, multiaddr, timeout)

    @property
    def address(self) -> str:
        """The node's RPC address, as it was given."""
        return self._address

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """See `Store.put_file`."""
        if isinstance(source, bytes):
            check_bytes(source, max_bytes)
            return self.put_chunks(source[i : i + CHUNK_BYTES] for i in _chunk_starts(source))
        return self._put_parts(read_chunks(source, max_bytes, on_bytes=on_bytes))

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """See `Store.put_chunks`."""
        stream = _HashedStream(chunks)
        return self._agreed(self._add(stream, {}), stream.hasher.cid())

    def put_node(self, block: bytes) -> str:
        """See `Store.put_node`."""
        check_block(block)
        return self._put_dag_pb(block, "true")

    def put_block(self, data: bytes) -> str:
        """See `Store.put_block`."""
        check_block(data)
        options = {"cid-codec": "raw", "mhtype": "sha2-256", "pin": "true", "cid-base": "base32"}
        with self._rpc():
            theirs = str(self._client.block.put(io.BytesIO(data), opts=options)["Key"])
        return self._agreed(theirs, raw_cid_of(data))

    def pin(self, cid: str) -> None:
        """See `Store.pin`."""
        if not self.has(cid):
            raise ContentNotFound(cid, self._address)
        with self._rpc(cid):
            self._client.pin.add(cid, timeout=self._timeout)

    def unpin(self, cid: str) -> None:
        """See `Store.unpin`."""
        parse_cid(cid)
        if cid in self._pinned(cid):
            with self._rpc(cid):
                self._client.pin.rm(cid)

    def pins(self) -> Iterator[str]:
        """See `Store.pins`; of all programs that pin on the node."""
        with self._rpc():
            found = sorted(self._client.pin.ls(type="recursive")["Keys"])
        yield from (cid for cid in found if is_cid(cid))

    def addresses(self) -> list[str]:
        """Where the node says that others reach it, as multiaddrs with its peer id."""
        with self._rpc():
            found = self._client.id()["Addresses"]
            return [str(address) for address in found or ()]

    def block(self, cid: CID) -> bytes:
        """See `gen_ip.content.walking.Blocks.block`; the node may search its network for it."""
        data = bytearray()
        asked = ("/block/get", (str(cid),))
        started = time.monotonic()
        with (
            self._rpc(str(cid)),
            # The library's own method reads whatever comes into memory.
            self._client._client.request(*asked, stream=True, timeout=self._timeout) as pieces,
        ):
            for piece in pieces:
                data += piece
                if len(data) > MAX_BLOCK_READ:
                    raise ContentTooLarge(str(cid), MAX_BLOCK_READ, TOO_LARGE_BLOCK)
                if time.monotonic() - started > (self._seconds or BLOCK_SECONDS):
                    raise self._unavailable("no answer in time", _SLOW)
        return bytes(data)

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """See `Store.get`."""
        wanted = parse_cid(cid)
        data = bytearray()
        # One byte more than allowed tells "too large" from "just fits".
        options = {"length": str(max_bytes + 1)}
        started = time.monotonic()
        with (
            self._rpc(cid),
            self._client.cat(cid, opts=options, stream=True, timeout=self._timeout) as chunks,
        ):
            for chunk in chunks:
                data += chunk
                if len(data) > max_bytes:
                    raise ContentTooLarge(cid, max_bytes)
                # Peers may send a block at a time, each just before the timeout.
                if self._seconds is not None and time.monotonic() - started > self._seconds:
                    raise self._unavailable("no answer in time", _SLOW)
        return verified(wanted, bytes(data), self._address)

    def has(self, cid: str) -> bool:
        """See `Store.has`."""
        parse_cid(cid)
        try:
            with self._rpc(cid):
                self._client.block.stat(cid, opts={"offline": "true"}, timeout=self._timeout)
        except ContentNotFound:
            return False
        return True

    def remove(self, cid: str) -> None:
        """Unpins a block and removes it from the node's disk; of a file, only the root block.

        Raises:
            MalformedCID: `cid` is not a CID.
            ContentNotFound: the node does not hold it.
            StoreUnavailable: it is down.
        """
        parse_cid(cid)
        with self._rpc(cid):
            self._client.pin.rm(cid)
            # The library has no method for this one.
            self._client._client.request("/block/rm", (cid,))

    def version(self) -> str:
        """The node's version, such as `0.40.1`.

        Raises:
            StoreUnavailable: it is down.
        """
        with self._rpc():
            return str(self._client.version()["Version"])[:60]

    def within(self, seconds: float) -> KuboStore:
        """See `Store.within`. Its `has` waits no longer either."""
        other = copy.copy(self)
        connect, answer = self._timeout
        other._timeout = min(connect, seconds), min(answer, seconds)
        other._seconds = seconds
        return other

    def _add(self, stream: io.RawIOBase, more: dict[str, str]) -> str:
        options = {
            "cid-base": "base32",
            "hash": "sha2-256",
            "max-file-links": str(LINKS_PER_NODE),
            "inline": "false",
            **more,
        }
        with self._rpc():
            answer = self._client.add(
                stream,
                cid_version=1,
                raw_leaves=True,
                chunker=f"size-{CHUNK_BYTES}",
                trickle=False,
                pin=True,
                opts=options,
            )
            return str(answer["Hash"])

    def _put_parts(self, chunks: Iterator[bytes]) -> str:
        """Sends a file a part at a time, so that what an interrupted run sent is not sent again.

        A part is as many chunks as one node links, which makes its own tree that node: the whole
        is the parts, pinned one by one so that no garbage collection comes between, and the nodes
        above them.
        """
        upper: list[bytes] = []

        def keep(cid: CID, block: bytes | bytearray | memoryview) -> None:
            if cid.codec == DAG_PB:
                upper.append(bytes(block))

        whole = UnixFSHasher(keep)
        parts: list[str] = []
        while part := list(islice(chunks, LINKS_PER_NODE)):
            following = next(chunks, None)
            if following is not None:
                chunks = chain((following,), chunks)
            hasher = UnixFSHasher()
            for chunk in part:
                whole.update(chunk)
                hasher.update(chunk)
            cid = hasher.cid()
            if following is None and not parts:
                return self._agreed(self._add(_HashedStream(part), {}), cid)
            if cid not in self._pinned(cid):
                self._agreed(self._add(_HashedStream(part), {"pin-name": _PART}), cid)
            parts.append(cid)
        root = whole.cid()
        for block in upper:
            self._put_dag_pb(block, "false")
        with self._rpc(root):
            self._client.pin.add(root, timeout=self._timeout)
        for cid in parts:
            if self._pinned(cid).get(cid) == _PART:
                self.unpin(cid)
        return root

    def _put_dag_pb(self, block: bytes, pin: str) -> str:
        options = {"cid-codec": "dag-pb", "mhtype": "sha2-256", "pin": pin, "cid-base": "base32"}
        with self._rpc():
            theirs = str(self._client.block.put(io.BytesIO(block), opts=options)["Key"])
        return self._agreed(theirs, str(CID(DAG_PB, hashlib.sha256(block).digest())))

    def _pinned(self, cid: str) -> dict[str, str]:
        """The pin of a CID and its name, if there is one."""
        try:
            with self._rpc(cid):
                options = {"names": "true"}
                found = self._client.pin.ls(cid, type="recursive", opts=options)["Keys"]
                return {str(key): str(row.get("Name", "")) for key, row in found.items()}
        except StoreUnavailable as error:
            if "is not pinned" in error.reason:
                return {}
            raise

    def _agreed(self, theirs: str, ours: str) -> str:
        if theirs != ours:
            raise ContentCorrupted(ours, self._address, theirs)
        return ours

    @contextmanager
    def _rpc(self, cid: str | None = None) -> Iterator[None]:
        """Turns the client's errors into this package's; `cid` is what was asked for, if any."""
        from ipfshttpclient import exceptions
        from requests import RequestException

        try:
            with warnings.catch_warnings():
                # The client still passes urllib3 an argument that is no longer needed.
                warnings.filterwarnings("ignore", "The 'strict' parameter", FutureWarning)
                yield
        except exceptions.ErrorResponse as error:
            reason = str(error)
            if cid is not None and any(words in reason for words in _ABSENT):
                raise ContentNotFound(cid, self._address) from error
            raise self._unavailable(reason, "see the node's log") from error
        except exceptions.TimeoutError as error:
            raise self._unavailable("no answer in time", _SLOW) from error
        except exceptions.ConnectionError as error:
            raise self._unavailable("no connection", _START_NODE) from error
        except (exceptions.Error, RequestException, OSError, *_MISREAD) as error:
            # The client's own messages quote whole requests; the type says enough.
            reason = f"not a Kubo RPC answer: {type(error).__name__}"
            raise self._unavailable(reason, _START_NODE) from error

    def _unavailable(self, reason: str, remedy: str) -> StoreUnavailable:
        return StoreUnavailable(self._address, reason, remedy)


def is_rpc_address(text: str) -> bool:
    """Whether `text` has the form of a node's RPC address rather than a folder's path."""
    return text.startswith(_MULTIADDR_STARTS + _URL_STARTS)


class _HashedStream(io.RawIOBase):
    """Chunks as a file without a name, hashed as they pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.hasher = UnixFSHasher()
        self._chunks = iter(chunks)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = next(self._chunks, b"")
            self.hasher.update(self._rest)
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def _chunk_starts(data: bytes) -> range:
    return range(0, len(data), CHUNK_BYTES)


def _client(address: str, multiaddr: str, timeout: tuple[float, float]) -> Client:
    import ipfshttpclient

    try:
        # Not connect(): that refuses every Kubo newer than the client.
        return ipfshttpclient.Client(multiaddr, timeout=timeout)
    except (ipfshttpclient.exceptions.Error, ValueError) as error:
        raise BadStoreAddress(address, "it is no multiaddr of a node's RPC") from error


def _multiaddr(address: str) -> str:
    if not address.startswith(_URL_STARTS):
        return address
    try:
        url = urlsplit(address)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise BadStoreAddress(address, str(error)) from None
    if url.username is not None or url.password is not None:
        # Not shown: it holds a password.
        raise BadStoreAddress(f"{url.scheme}://…@{host}", "it has a user name or password in it")
    if not host or url.query or url.fragment or url.path.strip("/") not in ("", "api/v0"):
        # Of a path or a query nothing is shown: it may hold a key.
        raise BadStoreAddress(public_url(address), "there is more than scheme, host and port in it")
    port = port or (443 if url.scheme == "https" else 80)
    try:
        kind = f"ip{ip_address(host).version}"
    except ValueError:
        kind = "dns"
    return f"/{kind}/{host}/tcp/{port}/{url.scheme}"
