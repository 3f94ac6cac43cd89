"""Garbage collection of a folder store: what nobody needs any more is removed.

Kept is all that is pinned, every certificate's metadata and every file that one of them names,
whoever made it: which certificates are the user's own only chains tell, and none is asked here.
Kept is also what is young, since its certificate may be in the making.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from gen_ip.content.cid import RAW, cid_of_uri, is_cid, parse_cid
from gen_ip.content.local import LocalStore
from gen_ip.content.metadata import MAX_METADATA_BYTES, decode
from gen_ip.errors import ContentNotFound, ContentTooLarge, MalformedCID, MetadataError

YOUNG_SECONDS = 24 * 3600.0


class Collected(NamedTuple):
    """What was removed, or would be: CIDs, bytes, and files that were never finished, which have no
    CID; and how many contents are kept."""

    removed: tuple[str, ...]
    removed_bytes: int
    kept: int
    unfinished: int = 0


def collect(
    store: LocalStore, young_seconds: float = YOUNG_SECONDS, dry_run: bool = False
) -> Collected:
    """Removes what is neither pinned, named by a certificate in the store, nor young; and what is
    left of files that were never finished, unless somebody is writing them.

    Raises:
        StoreError: the folder cannot be read, or what may name other content is damaged; nothing
            was removed then.
    """
    now = time.time()
    found = list(store.contents())
    needed = set(_needed(store, [name for name, _ in found]))
    removed, freed = [], 0
    for name, status in found:
        if name in needed or now - status.st_mtime < young_seconds:
            continue
        removed.append(name)
        freed += status.st_size
        if not dry_run:
            store.remove(name)
    left = store.drop_unfinished(young_seconds, dry_run)
    return Collected(tuple(removed), freed + left.size, len(found) - len(removed), left.files)


def named(document: Any) -> Iterator[str]:
    """Every CID in a certificate's metadata, as text of its own or as an ipfs:// address."""
    if isinstance(document, dict):
        for value in document.values():
            yield from named(value)
    elif isinstance(document, list):
        for value in document:
            yield from named(value)
    elif isinstance(document, str):
        if is_cid(document):
            yield document
        elif document.startswith("ipfs://"):
            try:
                yield cid_of_uri("ipfs://" + document.removeprefix("ipfs://").split("/")[0])
            except MalformedCID:
                return


def _needed(store: LocalStore, names: list[str]) -> Iterator[str]:
    for cid in store.pins():
        yield from _below(store, cid)
    for name in names:
        document = _metadata(store, name)
        if document is not None:
            yield name
            for cid in named(document):
                yield from _below(store, cid)


def _below(store: LocalStore, cid: str) -> Iterator[str]:
    yield cid
    try:
        children = store.children(cid)
    except ContentNotFound:
        return
    for child in children:
        yield from _below(store, str(child))


def _metadata(store: LocalStore, name: str) -> Any:
    """A certificate's metadata, where the content is one."""
    if parse_cid(name).codec != RAW:
        return None
    try:
        return decode(store.get(name, MAX_METADATA_BYTES))
    except (MetadataError, ContentTooLarge):
        return None
