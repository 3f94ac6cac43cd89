"""What the answers of all kinds begin with: works that are the same, by their hashes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from gen_ip.match.answer import Finding
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.catalog import Candidate
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Entry


def exact(
    index: WorkIndex, kind: str, sha256: bytes, content: bytes | None, method: str
) -> list[Finding]:
    """A finding for each work of the same file, and for each other of the same content.

    Args:
        index: what is asked.
        kind: of the works wanted.
        sha256: of the file.
        content: the hash of its content, 32 bytes, where there is one.
        method: what that hash is called.
    """
    found: dict[str, Finding] = {}
    for entry in index.by_sha256(sha256):
        if entry.kind == kind:
            found[entry.key] = Finding(entry.key, Verdict.EXACT_BYTES, 1.0, "sha256")
    for entry in index.by_content(kind, content) if content is not None else ():
        found.setdefault(entry.key, Finding(entry.key, Verdict.EXACT_CONTENT, 1.0, method))
    return list(found.values())


def in_turn(
    index: WorkIndex, kind: str, searches: Sequence[Sequence[Candidate]]
) -> Iterator[tuple[Entry, bytes]]:
    """The works of a kind that searches found and their fingerprints' bytes, each once, the first
    of every search before the second of any."""
    found = itertools.chain.from_iterable(itertools.zip_longest(*searches))
    for handle in dict.fromkeys(each.handle for each in found if each is not None):
        entry, data = index.by_handle(handle), index.data(handle)
        # It may have been removed since it was found.
        if entry is not None and data is not None and entry.kind == kind:
            yield entry, data
