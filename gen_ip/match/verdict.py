"""What is said about a file and a work, from the surest down."""

from __future__ import annotations

from enum import Enum


class Verdict(Enum):
    """How a file is related to a work.

    Only the two exact ones are proofs, and of sameness alone, never of authorship. A near
    duplicate and a derivative are findings with a score and evidence; `similar` is information to
    a person and nothing to act on.
    """

    EXACT_BYTES = "exact-bytes"
    EXACT_CONTENT = "exact-content"
    NEAR_DUPLICATE = "near-duplicate"
    DERIVATIVE = "derivative"
    SIMILAR = "similar"
    UNKNOWN = "unknown"

    @property
    def named(self) -> bool:
        """Whether it says that the file was made from the work."""
        return self not in (Verdict.SIMILAR, Verdict.UNKNOWN)

    @property
    def exact(self) -> bool:
        """Whether it is a proof that both are the same."""
        return self in (Verdict.EXACT_BYTES, Verdict.EXACT_CONTENT)

    @property
    def words(self) -> str:
        """One sentence for people."""
        return _WORDS[self]


_WORDS = {
    Verdict.EXACT_BYTES: "the same file, byte for byte",
    Verdict.EXACT_CONTENT: "the same content in another file",
    Verdict.NEAR_DUPLICATE: "the same work, edited little or saved anew",
    Verdict.DERIVATIVE: "made from the work: cut, combined, edited or translated",
    Verdict.SIMILAR: "alike, which proves nothing",
    Verdict.UNKNOWN: "no work is recognized, which proves nothing",
}
