"""What a platform shows a creator before anything is signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gen_ip import statement_files as files
from gen_ip.signing.eip712 import BadStatement, typed_data
from gen_ip.signing.statements import CONSENT, Consent, SignedConsent, registry_domain
from gen_ip.works.certificates import PreparedCertificate, SignedCertificate
from gen_ip.works.ingredients import Proposal

READY = "gen-ip/ready-certificate/1"


@dataclass(frozen=True)
class Warned:
    """A certified work that the file has to do with.

    Attributes:
        work: its number.
        verdict: `exact-bytes`, `exact-content`, `near-duplicate`, `derivative` or `similar`.
        score: how likely, 0 to 1; 1 for the exact ones.
        own: whether it is the same creator's.
    """

    work: int
    verdict: str
    score: float
    own: bool

    def to_json(self) -> dict[str, Any]:
        """For JSON; the number as a decimal string."""
        return {
            "work": str(self.work),
            "verdict": self.verdict,
            "score": round(self.score, 6),
            "own": self.own,
        }


@dataclass(frozen=True)
class Ready:
    """A certificate that waits for its creator's signature.

    Attributes:
        certificate: what the creator will state.
        deadline: until when it can be submitted, in seconds since the epoch.
        warnings: works that the file is the same as, or like, the surest first.
        proposed: works that the file says it was made with, which may be parents.
    """

    certificate: PreparedCertificate
    deadline: int
    warnings: tuple[Warned, ...] = ()
    proposed: tuple[Proposal, ...] = field(default=())

    @property
    def typed_data(self) -> dict[str, Any]:
        """What the creator's wallet signs (`eth_signTypedData_v4`, EIP-712)."""
        certify = self.certificate.certify
        domain = registry_domain(certify.home_chain_id, self.certificate.registry)
        return typed_data(domain, CONSENT, SignedConsent(certify, self.deadline))

    def signed(self, signature: bytes) -> SignedCertificate:
        """With the creator's signature, which is not looked at here."""
        given = self.certificate
        return SignedCertificate(
            given.certify,
            given.registry,
            given.metadata_cid,
            given.content_cid,
            given.anchor,
            Consent(self.deadline, signature),
        )

    def to_json(self) -> dict[str, Any]:
        """For JSON, to be kept or shown until the creator has signed; `from_json` reads back what
        is signed of it."""
        return {
            "format": READY,
            "certificate": self.certificate.to_json(),
            "deadline": self.deadline,
            "typed_data": self.typed_data,
            "warnings": [each.to_json() for each in self.warnings],
            "proposed": [each.to_json() for each in self.proposed],
        }

    @classmethod
    def from_json(cls, document: object) -> Ready:
        """What `to_json` wrote, without warnings and proposals.

        Raises:
            BadStatement: it is something else.
        """
        names = ("certificate", "deadline", "typed_data", "warnings", "proposed")
        found = files.members(document, READY, names)
        deadline = found["deadline"]
        if type(deadline) is not int or not 0 < deadline < 2**64:
            raise BadStatement("deadline", deadline, "seconds since the epoch")
        return cls(PreparedCertificate.from_json(found["certificate"]), deadline)
