"""Folders as UnixFS directories, with the CIDs of `ipfs add -r --cid-version=1 --hidden`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gen_ip.content import hamt
from gen_ip.content.cid import CID, DAG_PB, parse_cid
from gen_ip.content.dag_pb import DIRECTORY, SHARD, Link, Node, directory_node
from gen_ip.content.files import StrPath
from gen_ip.content.unixfs import UnixFSHasher
from gen_ip.errors import FileProblem, MissingFile, NotAFile, UnreadableFile

# Of more, Kubo spreads a directory's entries over shards (Import.UnixFSHAMTDirectorySize-
# Threshold), counted as the bytes of their names and CIDs.
SHARDING_BYTES = 256 * 1024
_MAX_DEPTH = 30


class FolderTooWide(FileProblem):
    """A folder has so many entries, or such names, that it could not be read again."""

    def __init__(self, path: object, problem: str) -> None:
        super().__init__(path, f"{problem}: spread its files over several folders")


class Takes(Protocol):
    """Where a folder's parts go: a file's path or bytes, and a directory's node."""

    def put_file(self, source: StrPath | bytes, max_bytes: int) -> str:
        """Keep a file and return its CID."""
        ...

    def put_node(self, block: bytes) -> str:
        """Keep a dag-pb block and return its CID."""
        ...


def put_folder(
    store: Takes, path: StrPath, max_bytes: int, on_file: Callable[[str], None] | None = None
) -> str:
    """Keeps a folder with all that is in it, hidden files, too, and returns its CID.

    `max_bytes` holds for each file; `on_file` is told each file's path once it is kept.

    Raises:
        NotAFile: something in it is neither file nor folder; links are not followed.
        FolderTooWide: a folder has more than `hamt.MAX_ENTRIES` entries.
        MissingFile, UnreadableFile, FileTooLarge: as their names say.
        StoreError: the store does not take it.
    """
    return str(_put(store, Path(path), max_bytes, on_file, 0).cid)


def _put(
    store: Takes, path: Path, max_bytes: int, on_file: Callable[[str], None] | None, depth: int
) -> Link:
    if depth > _MAX_DEPTH:
        raise NotAFile(path, f"more than {_MAX_DEPTH} folders deep")
    try:
        found = sorted(os.scandir(path), key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingFile(path) from None
    except OSError as error:
        raise UnreadableFile(path, error.strerror or str(error)) from None
    links = []
    for entry in found:
        try:
            entry.name.encode()
        except UnicodeEncodeError:
            raise UnreadableFile(entry.path, "its name is no text in UTF-8") from None
        if entry.is_dir(follow_symlinks=False):
            link = _put(store, Path(entry.path), max_bytes, on_file, depth + 1)
        elif entry.is_file(follow_symlinks=False):
            link = _file(store, entry, max_bytes)
            if on_file is not None:
                on_file(entry.path)
        else:
            raise NotAFile(entry.path, "a link, a device or a pipe")
        links.append(link._replace(name=entry.name))
    return _put_entries(store, path, links)


def _put_entries(store: Takes, path: Path, links: list[Link]) -> Link:
    size = sum(len(link.name.encode()) + len(bytes(link.cid)) for link in links)
    if size > SHARDING_BYTES:
        if len(links) > hamt.MAX_ENTRIES:
            raise FolderTooWide(
                path, f"has {len(links):,} entries, the cap is {hamt.MAX_ENTRIES:,}"
            )
        try:
            return hamt.build(links, store.put_node)
        except hamt.NamesCollide as error:
            raise FolderTooWide(path, f"has names that hash alike, {error}") from None
    block = directory_node(links)
    cid = parse_cid(store.put_node(block))
    return Link(cid, "", len(block) + sum(link.tree_bytes for link in links))


def entries_of(node: Node, cid: CID, block: Callable[[CID], bytes]) -> tuple[Link, ...] | None:
    """The entries of the folder whose root is a node; None of a file. `block` gives the blocks of
    further shards, verified.

    Raises:
        MalformedBlock: its shards do not fit together; what `block` raises.
    """
    if node.kind == SHARD:
        return hamt.entries(cid, node, block)
    return node.links if node.kind == DIRECTORY else None


def _file(store: Takes, entry: os.DirEntry[str], max_bytes: int) -> Link:
    size = entry.stat(follow_symlinks=False).st_size
    # An empty file is no work, and is a part of a folder all the same.
    cid = parse_cid(store.put_file(entry.path if size else b"", max_bytes))
    return Link(cid, "", UnixFSHasher.tree_bytes_of(size) if cid.codec == DAG_PB else size)
