"""What is written into a copy of a work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gen_ip.terms import training
from gen_ip.terms.rights import Rights


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
        claim_time: seconds since the epoch.
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
    claim_time: int
    terms: Sequence[str] = ()
    grant: Rights = field(default_factory=lambda: Rights(0))
    parents: Sequence[Parent] = ()
    source: Source = Source.GENERATED
    iscc: str | None = None

    @property
    def usage(self) -> str:
        """One sentence for people: what one may do with the copy."""
        return (
            f"Claimed as work {self.work} of Gen-IP on chain {self.chain_id}. "
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
        }
        return found if self.iscc is None else found | {"iscc": self.iscc}
