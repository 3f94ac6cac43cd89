"""A content store in a folder: the embedded default, with the same CIDs as Kubo.

One file per CID, its name the CID. A file appears under its name only when it is complete and on
the disk (write, fsync, rename), so a crash leaves at most a temporary file. The next run
goes on with that of a large file, see `gen_ip.content.incoming`; others are removed a day later.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path

from gen_ip.content import incoming
from gen_ip.content.cid import CID, DAG_PB, RAW, is_cid, parse_cid, raw_cid_of
from gen_ip.content.dag_pb import Link, Node, parse_node
from gen_ip.content.files import MAX_FILE_BYTES, OnBytes, StrPath, read_chunks
from gen_ip.content.folders import entries_of
from gen_ip.content.incoming import Unfinished, sync_folder
from gen_ip.content.store import MAX_BLOCK_BYTES, check_block, check_bytes, verified
from gen_ip.content.unixfs import CHUNK_BYTES, UnixFSHasher, unixfs_cid_of_chunks
from gen_ip.errors import (
    BadStoreAddress,
    ContentCorrupted,
    ContentNotFound,
    ContentTooLarge,
    MalformedBlock,
    StoreUnavailable,
)

_PINS = ".pins"
# What has more is compared with what is there a piece at a time, and gone on with.
_HEAD_CHUNKS = 32


class LocalStore:
    """Keeps content below `root`, which is made when absent. See `gen_ip.content.store.Store`.

    Any number of processes may use one folder at once.

    Raises:
        StoreUnavailable: the folder cannot be made.
        BadStoreAddress: no folder can have the name.
    """

    def __init__(self, root: StrPath) -> None:
        try:
            self._root = Path(root).expanduser().absolute()
            with self._io():
                self._root.mkdir(parents=True, exist_ok=True)
                incoming.drop_stale(self._root)
        # A NUL or half a surrogate pair; `~` of nobody.
        except (ValueError, RuntimeError):
            raise BadStoreAddress(root, "no folder has such a name") from None

    @property
    def address(self) -> str:
        """The folder."""
        return str(self._root)

    def put_file(
        self,
        source: StrPath | bytes,
        max_bytes: int = MAX_FILE_BYTES,
        on_bytes: OnBytes | None = None,
    ) -> str:
        """See `Store.put_file`. What is there already, and the same, is not written again: the
        whole file, or what an interrupted run has written of one of more than 8 MiB."""
        if isinstance(source, bytes):
            check_bytes(source, max_bytes)
            return self._put((source,))
        chunks = read_chunks(source, max_bytes, on_bytes=on_bytes)
        head = list(islice(chunks, _HEAD_CHUNKS))
        following = next(chunks, None)
        if following is None:
            return self._put(head)
        size = _size(source)
        with self._io():
            kept = self._large_kept(size, head, chain(head, (following,), chunks))
            if kept is not None:
                return kept
            again = read_chunks(source, max_bytes, on_bytes=on_bytes)
            return incoming.write(self._root, again, f"{size}-{_sha256(head)}")

    def put_block(self, data: bytes) -> str:
        """See `Store.put_block`."""
        check_block(data)
        return self._put((data,), raw_cid_of(data))

    def put_chunks(self, chunks: Iterable[bytes]) -> str:
        """See `Store.put_chunks`."""
        with self._io():
            return incoming.write(self._root, chunks)

    def put_node(self, block: bytes) -> str:
        """See `Store.put_node`."""
        check_block(block)
        return self._put((block,), str(CID(DAG_PB, hashlib.sha256(block).digest())))

    def get(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> bytes:
        """See `Store.get`."""
        wanted = parse_cid(cid)
        with self._io():
            try:
                with self._path(wanted).open("rb") as file:
                    data = file.read(max_bytes + 1)
            except FileNotFoundError:
                raise ContentNotFound(cid, self.address) from None
        if len(data) > max_bytes:
            raise ContentTooLarge(cid, max_bytes)
        return verified(wanted, data, self.address)

    def read(self, cid: str, max_bytes: int = MAX_FILE_BYTES) -> Iterator[bytes]:
        """See `Store.read`."""
        hasher = UnixFSHasher()
        # What hangs on the hash of all is held back until that is known.
        last = b""
        for chunk in self._chunks(cid, max_bytes):
            hasher.update(chunk)
            if last:
                yield last
            last = chunk
        actual = hasher.built().cid
        wanted = parse_cid(cid)
        # A block may be larger than a leaf, but is small enough to have come in a few pieces.
        if actual != wanted and self._raw_digest(wanted) != wanted.digest:
            raise ContentCorrupted(cid, self.address, str(actual))
        yield last

    def directory(self, cid: str) -> tuple[Link, ...] | None:
        """See `Store.directory`."""
        wanted = parse_cid(cid)
        if (node := self._node(wanted)) is not None:
            return entries_of(node, wanted, self._checked)
        if not self.has(cid):
            raise ContentNotFound(cid, self.address)
        return None

    def children(self, cid: str) -> tuple[CID, ...]:
        """The CIDs that the node of a folder names, those of its shards among them; none of a
        file. Raises as `directory`."""
        node = self._node(parse_cid(cid))
        if node is None and not self.has(cid):
            raise ContentNotFound(cid, self.address)
        return () if node is None else tuple(link.cid for link in node.links)

    def blocks(self, cid: str) -> Iterator[tuple[CID, bytes | bytearray | memoryview]]:
        """See `Store.blocks`: a file's children come before their parents."""
        wanted = parse_cid(cid)
        if (block := self._block(wanted)) is not None:
            yield wanted, block
            if wanted.codec == DAG_PB:
                for link in parse_node(wanted, block).links:
                    yield from self.blocks(str(link.cid))
            return
        ready: list[tuple[CID, bytes | bytearray | memoryview]] = []
        hasher = UnixFSHasher(lambda cid, block: ready.append((cid, block)))
        for chunk in self._chunks(cid, sys.maxsize):
            hasher.update(chunk)
            yield from ready
            ready.clear()
        actual = hasher.built().cid
        if actual != wanted:
            raise ContentCorrupted(cid, self.address, str(actual))
        yield from ready

    def pin(self, cid: str) -> None:
        """See `Store.pin`."""
        if not self.has(cid):
            raise ContentNotFound(cid, self.address)
        with self._io():
            (self._root / _PINS).mkdir(exist_ok=True)
            (self._root / _PINS / cid).touch()
            sync_folder(self._root / _PINS)

    def unpin(self, cid: str) -> None:
        """See `Store.unpin`."""
        parse_cid(cid)
        with self._io():
            (self._root / _PINS / cid).unlink(missing_ok=True)

    def pins(self) -> Iterator[str]:
        """See `Store.pins`."""
        with self._io():
            yield from _named(self._root / _PINS)

    def contents(self) -> Iterator[tuple[str, os.stat_result]]:
        """Each CID that is here, and its file's size and times."""
        with self._io():
            for name in _named(self._root):
                with suppress(FileNotFoundError):
                    yield name, (self._root / name).stat()

    def drop_unfinished(self, older_than: float, dry_run: bool = False) -> Unfinished:
        """Removes what unfinished runs left, unless one was written to in the last `older_than`
        seconds, or is now.

        Raises:
            StoreUnavailable: the folder cannot be read or written.
        """
        with self._io():
            return incoming.drop(self._root, older_than, dry_run)

    def has(self, cid: str) -> bool:
        """See `Store.has`."""
        with self._io():
            return self._path(parse_cid(cid)).is_file()

    def remove(self, cid: str) -> None:
        """Forgets the content of `cid`, if it is here.

        Raises:
            MalformedCID, StoreUnavailable: as in `has`.
        """
        with self._io():
            self._path(parse_cid(cid)).unlink(missing_ok=True)

    def within(self, seconds: float) -> LocalStore:
        """See `Store.within`. A disk answers at once or never."""
        return self

    def _path(self, cid: CID) -> Path:
        return self._root / str(cid)

    def _chunks(self, cid: str, max_bytes: int) -> Iterator[bytes]:
        path = self._path(parse_cid(cid))
        with self._io():
            try:
                file = path.open("rb", buffering=0)
            except FileNotFoundError:
                raise ContentNotFound(cid, self.address) from None
        with file:
            if os.fstat(file.fileno()).st_size > max_bytes:
                raise ContentTooLarge(cid, max_bytes)
            while True:
                with self._io():
                    chunk = file.read(CHUNK_BYTES)
                if not chunk:
                    return
                yield chunk

    def _block(self, cid: CID) -> bytes | None:
        """What is kept under a CID, where that is the CID's own block; None where it is a file."""
        path = self._path(cid)
        with self._io():
            try:
                if path.stat().st_size > MAX_BLOCK_BYTES:
                    return None
                data = path.read_bytes()
            except FileNotFoundError:
                raise ContentNotFound(str(cid), self.address) from None
        return data if hashlib.sha256(data).digest() == cid.digest else None

    def _node(self, cid: CID) -> Node | None:
        """The node of a folder; None where a file is kept under the CID."""
        block = self._block(cid) if cid.codec == DAG_PB else None
        return None if block is None else parse_node(cid, block)

    def _checked(self, cid: CID) -> bytes:
        block = self._block(cid)
        if block is None:
            raise MalformedBlock(str(cid), "it is a file, not a shard of a folder")
        return block

    def _raw_digest(self, cid: CID) -> bytes | None:
        return cid.digest if cid.codec == RAW and self._block(cid) is not None else None

    def _put(self, chunks: Sequence[bytes], cid: str | None = None) -> str:
        """Keeps what is in memory, unless it is kept already."""
        name = cid or unixfs_cid_of_chunks(chunks)
        with self._io():
            if self._starts(name, chunks, whole=True) and self._renewed(name):
                return name
            return incoming.write(self._root, chunks, cid=name)

    def _large_kept(self, size: int, head: list[bytes], chunks: Iterable[bytes]) -> str | None:
        """The CID of a file that is kept already; only one of those that begin alike is read."""
        with os.scandir(self._root) as found:
            names = [each.name for each in found if is_cid(each.name) and _size(each) == size]
        for name in names:
            if self._starts(name, head):
                hasher = UnixFSHasher()
                same = self._starts(name, _hashing(chunks, hasher), whole=True)
                return name if same and hasher.cid() == name and self._renewed(name) else None
        return None

    def _starts(self, name: str, chunks: Iterable[bytes], *, whole: bool = False) -> bool:
        """Whether what is kept under a name starts with these bytes, or is them."""
        with suppress(FileNotFoundError), (self._root / name).open("rb", buffering=0) as file:
            same = all(file.read(len(chunk)) == chunk for chunk in chunks)
            return same and not (whole and file.read(1))
        return False

    def _renewed(self, name: str) -> bool:
        """Makes what is kept as young and as lasting as what is written now, if it can."""
        try:
            os.utime(self._root / name)
        except (FileNotFoundError, PermissionError):
            return False
        sync_folder(self._root)
        return True

    @contextmanager
    def _io(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            remedy = "check the folder's permissions and the free disk space, or name another"
            raise StoreUnavailable(self.address, reason, remedy) from error


def _size(path: StrPath) -> int:
    """A file's bytes; -1 where it is gone, which reading it tells."""
    try:
        return os.stat(path).st_size
    except OSError:
        return -1


def _sha256(chunks: Iterable[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


def _hashing(chunks: Iterable[bytes], hasher: UnixFSHasher) -> Iterator[bytes]:
    for chunk in chunks:
        hasher.update(chunk)
        yield chunk


def _named(folder: Path) -> list[str]:
    """The CIDs that files in a folder are named by."""
    try:
        names = sorted(os.listdir(folder))
    except FileNotFoundError:
        return []
    return [name for name in names if is_cid(name)]
