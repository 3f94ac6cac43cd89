"""What the answers of all kinds begin with: works that are the same, by their hashes."""

from __future__ import annotations

from gen_ip.match.answer import Finding
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.index import WorkIndex


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
