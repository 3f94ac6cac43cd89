"""What is written into a copy of a work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gen_ip.terms import training
from gen_ip.terms.rights import Rights

#: What `Saying.usage` begins with.
CLAIMED = "Claimed as work "
_MOST_NAMES, _MOST_NAME, _MOST_TEXT = 32, 64, 10_000


class Source(Enum):
    """How a picture came about, in the words of the IPTC's digital source types.

    Standard: https://cv.iptc.org/newscodes/digitalsourcetype/
    """

    GENERATED = "trainedAlgorithmicMedia"
    COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
    MADE = "digitalCreation"

    @property
    def uri(self) -> str:
        """The term's address, a name that nothing fetches."""
        return f"http://cv.iptc.org/newscodes/digitalsourcetype/{self.value}"


@dataclass(frozen=True)
class Parent:
    """A work that this one was made from."""

    work: int
    title: str
    media_type: str


@dataclass(frozen=True)
class Saying:
    """All that a copy says of its work.

    Attributes:
        work, chain_id: where the certificate is.
        title, creator: as it states them; the creator is an account's address.
        claim_time: seconds since the epoch; None before it is certified.
        terms: addresses of the terms under which licenses are sold, `ipfs://`.
        grant: every right that one of them grants; what none does is not to be had.
        parents: what it was made from.
        source: how it came about.
        iscc: its ISCC code (ISO 24138), where it was computed.
    """

    work: int
    chain_id: int
    title: str
    creator: str
    claim_time: int | None = None
    terms: Sequence[str] = ()
    grant: Rights = field(default_factory=lambda: Rights(0))
    parents: Sequence[Parent] = ()
    source: Source = Source.GENERATED
    iscc: str | None = None

    @property
    def usage(self) -> str:
        """One sentence for people: what one may do with the copy."""
        return (
            f"{CLAIMED}{self.work} of Gen-IP on chain {self.chain_id}. "
            "Use, and training of models above all, needs a license that names this work."
        )

    @property
    def training(self) -> Mapping[str, Any]:
        """Entries of the training and data mining assertion for everybody without a license."""
        public: Mapping[str, Any] = training.assertion(self.grant)["public"]
        return public

    def certificate(self) -> dict[str, Any]:
        """For JSON: what points to the certificate; ids as decimal strings."""
        found: dict[str, Any] = {
            "work": str(self.work),
            "chain": self.chain_id,
            "creator": self.creator,
            "claim_time": self.claim_time,
            "terms": list(self.terms),
            "parents": [str(parent.work) for parent in self.parents],
            "iscc": self.iscc,
        }
        return {name: value for name, value in found.items() if value is not None}


def flat(value: object) -> dict[str, str] | None:
    """What `Saying.certificate` gave, or a file says in its place, as texts, the most important
    first; None where it is nothing of the kind. Names and texts are cut, for anybody wrote them."""
    if not isinstance(value, Mapping):
        return None
    found = {}
    for name, each in [*value.items()][:_MOST_NAMES]:
        items = each if isinstance(each, list) else [each]
        if items and all(isinstance(item, str | int) for item in items):
            found[str(name)[:_MOST_NAME]] = ", ".join(map(_shown, items))[:_MOST_TEXT]
    return found or None


def _shown(item: str | int) -> str:
    # Python writes no number of more than 4,300 digits.
    return item if isinstance(item, str) else str(item) if item.bit_length() < 1_024 else "?"
