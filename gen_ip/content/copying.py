"""Content from one place to another: into a file, into an archive and out of it, between stores."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from gen_ip.content import hamt
from gen_ip.content.car import CarFile, write_car
from gen_ip.content.cid import CID, RAW, parse_cid
from gen_ip.content.dag_pb import SHARD, Link, parse_node
from gen_ip.content.files import StrPath, open_file
from gen_ip.content.folders import entries_of
from gen_ip.content.store import Store
from gen_ip.content.walking import (
    MAX_BLOCK_READ,
    Blocks,
    Leaf,
    ReadsBlocks,
    checked,
    fetched,
    leaves,
)
from gen_ip.errors import ContentCorrupted, FileProblem, MalformedBlock

# For content a user asks for by name: what fits on the disk.
NO_CAP = 1 << 62

OnBytes: TypeAlias = Callable[[int], None]


class UnwritableFile(FileProblem):
    """The operating system refuses to make or write a file."""

    def __init__(self, path: object, reason: str) -> None:
        self.reason = reason
        super().__init__(
            path, f"cannot be written ({reason}); check the folder, its permissions and the disk"
        )


class AlreadyThere(FileProblem):
    """Something is at the path, and is not written over."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "is there already; remove it, or give another path")


def fetch(
    store: Store,
    cid: str,
    path: StrPath,
    max_bytes: int = NO_CAP,
    on_bytes: OnBytes | None = None,
) -> None:
    """Writes a file or a folder to `path`, which appears only once it is whole and verified.

    Interrupted, what has come stays beside it in a hidden `.part`, and is used the next time where
    the store serves blocks: each piece of it is verified again, only the others are asked for.
    `max_bytes` holds for each file; `on_bytes` is told how many bytes are there.

    Raises:
        AlreadyThere, UnwritableFile: about the path.
        MalformedCID, StoreError: see `Store.read`.
    """
    target = Path(path)
    if os.path.lexists(target):
        raise AlreadyThere(target)
    part = target.with_name(f".{target.name}.{cid}.part")
    told = _Told(on_bytes)
    _fetch(store, cid, part, max_bytes, told)
    with _writing(target):
        os.replace(part, target)


def export(store: Store, cids: list[str], path: StrPath) -> int:
    """Writes an archive (CAR, version 1) of files and folders; returns how many bytes it has.

    Raises:
        AlreadyThere, UnwritableFile: about the path.
        MalformedCID, StoreError: see `Store.blocks`.
    """
    target = Path(path)
    if os.path.lexists(target):
        raise AlreadyThere(target)
    roots = [parse_cid(cid) for cid in cids]
    part = target.with_name(f".{target.name}.part")
    try:
        with _writing(target):
            file = part.open("wb")
        with file:
            size = 0
            with _writing(target):
                size = write_car(file, roots, (each for cid in cids for each in store.blocks(cid)))
                file.flush()
                os.fsync(file.fileno())
        with _writing(target):
            os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return size


def import_(store: Store, path: StrPath, max_bytes: int = NO_CAP) -> list[str]:
    """Keeps all roots of an archive, pinned, and returns their CIDs.

    Every block is verified before anything is kept. Files whose trees have other parameters than
    this package's are refused: kept as a file they would have another CID.

    Raises:
        FileProblem: the file cannot be read, or has more than `max_bytes` bytes.
        MalformedArchive, MalformedBlock, ContentCorrupted, ContentNotFound: it is not a whole
            archive of UnixFS files and folders.
        StoreError: the store does not take it.
    """
    with open_file(path, max_bytes) as file:
        archive = CarFile(file, os.fspath(path))
        kept = []
        for root in archive.roots:
            _keep(store, archive, root)
            store.pin(str(root))
            kept.append(str(root))
    return kept


def copy(source: Store, target: Store, cid: str, on_bytes: OnBytes | None = None) -> None:
    """Has `target` keep a file or a folder of `source`, pinned.

    Raises:
        MalformedCID, StoreError: either of them refuses.
    """
    _copy(source, target, cid, _Told(on_bytes))
    target.pin(cid)


class _Told:
    """Adds up the bytes of several files."""

    def __init__(self, on_bytes: OnBytes | None) -> None:
        self._on_bytes, self._done = on_bytes, 0

    def __call__(self, size: int) -> None:
        self._done += size
        if self._on_bytes is not None:
            self._on_bytes(self._done)


def _copy(source: Store, target: Store, cid: str, told: _Told) -> None:
    links = source.directory(cid)
    if links is None:
        wanted = parse_cid(cid)
        if wanted.codec == RAW:
            # It may be a block that is larger than a leaf, which would make a tree of a file.
            block = source.get(cid)
            kept = target.put_block(block)
            told(len(block))
        else:
            kept = target.put_chunks(_telling(source.read(cid, NO_CAP), told))
    else:
        for link in links:
            _copy(source, target, str(link.cid), told)
        kept = _put_nodes(target, parse_cid(cid), lambda cid: _block_of(source, str(cid)))
    _check_kept(kept, cid, source.address)


def _put_nodes(target: Store, cid: CID, block: Callable[[CID], bytes]) -> str:
    """Keeps the node of a folder, and before it those of its shards."""
    data = block(cid)
    node = parse_node(cid, data)
    for link in hamt.inner(node) if node.kind == SHARD else ():
        _put_nodes(target, link.cid, block)
    return target.put_node(data)


def _block_of(source: Store, cid: str) -> bytes:
    for found, block in source.blocks(cid):
        if str(found) == cid:
            return bytes(block)
    raise MalformedBlock(cid, "its store does not give its node")


def _check_kept(kept: str, cid: str, address: str) -> None:
    if kept != cid:
        raise ContentCorrupted(cid, address, f"{kept}, built with this package's parameters")


def _telling(chunks: Iterator[bytes], told: _Told) -> Iterator[bytes]:
    for chunk in chunks:
        told(len(chunk))
        yield chunk


def _keep(store: Store, archive: CarFile, root: CID) -> None:
    """Keeps what an archive has below a root; its blocks are verified already."""
    block = checked(archive, root)
    if root.codec == RAW:
        kept = store.put_block(block)
    else:
        found = entries_of(parse_node(root, block), root, partial(checked, archive))
        if found is not None:
            for link in found:
                _keep(store, archive, link.cid)
            kept = _put_nodes(store, root, partial(checked, archive))
        else:
            # Told before the store has anything of it.
            pieces = (fetched(archive, leaf) for leaf in leaves(archive, root, NO_CAP))
            kept = store.put_chunks(pieces)
    _check_kept(kept, str(root), archive.address)


def _fetch(store: Store, cid: str, part: Path, max_bytes: int, told: _Told) -> None:
    links = store.directory(cid)
    if links is not None:
        with _writing(part):
            part.mkdir(exist_ok=True)
        for link in links:
            _check_name(cid, link)
            _fetch(store, str(link.cid), part / link.name, max_bytes, told)
        return
    with _writing(part):
        file = part.open("r+b" if part.exists() else "w+b")
    with file:
        if isinstance(store, ReadsBlocks):
            size = _resume(store, cid, file, part, max_bytes, told)
        else:
            size = 0
            for chunk in store.read(cid, max_bytes):
                with _writing(part):
                    size += file.write(chunk)
                told(len(chunk))
        with _writing(part):
            file.truncate(size)
            file.flush()
            os.fsync(file.fileno())


def _resume(
    store: Blocks, cid: str, file: BinaryIO, part: Path, max_bytes: int, told: _Told
) -> int:
    end = 0
    for leaf in leaves(store, parse_cid(cid), max_bytes):
        if not _is_there(file, leaf):
            data = fetched(store, leaf)
            with _writing(part):
                file.seek(leaf.offset)
                file.write(data)
        end = leaf.offset + leaf.size
        told(leaf.size)
    return end


def _is_there(file: BinaryIO, leaf: Leaf) -> bool:
    """Whether an earlier run wrote a leaf; what the file holds is verified like anything else."""
    if leaf.data is not None or leaf.size > MAX_BLOCK_READ:
        return False
    file.seek(leaf.offset)
    data = file.read(leaf.size)
    return len(data) == leaf.size and hashlib.sha256(data).digest() == leaf.cid.digest


def _check_name(cid: str, link: Link) -> None:
    """A stranger's folder names no path outside it."""
    if link.name in ("", ".", "..") or "/" in link.name or "\\" in link.name or "\0" in link.name:
        raise MalformedBlock(cid, f"an entry in it is called {link.name[:80]!r}")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UnwritableFile(path, error.strerror or str(error)) from None
