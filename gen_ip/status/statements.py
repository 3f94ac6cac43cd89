"""A verdict that a service has signed: it can be shown later, and checked without the service.

It says what the service found as of a block. That the service tells the truth, no signature shows:
whoever reads it trusts its key, or asks the chain again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from gen_ip.match.verdict import Verdict as Method
from gen_ip.signers.protocol import Signer
from gen_ip.signing.eip712 import BadStatement, Domain
from gen_ip.signing.statements import NOBODY
from gen_ip.signing.verdicts import VERDICT, VerdictMessage, status_domain
from gen_ip.status.facts import Question
from gen_ip.status.signed import SignedStatement, spelled
from gen_ip.status.uses import Use
from gen_ip.status.verdict import Status, Verdict
from gen_ip.status.wording import catalog

SIGNED_VERDICT = "gen-ip/signed-verdict/1"
FINALITIES = ("pending", "safe", "final")
_NO_METHOD = Method.UNKNOWN.value


class AsOf(NamedTuple):
    """The block that an answer follows from; `finality` is one of `FINALITIES`."""

    number: int
    hash: bytes
    finality: str


@dataclass(frozen=True)
class SignedVerdict(SignedStatement[VerdictMessage]):
    """A verdict with the signature of the service that gave it; `contract` is the registry."""

    FORMAT = SIGNED_VERDICT
    STRUCT = VERDICT

    @property
    def domain(self) -> Domain:
        """Of verdicts."""
        return status_domain(self.chain_id, self.contract)

    @property
    def signer(self) -> str:
        """The service's key."""
        return self.message.signer

    @classmethod
    def check(cls, message: VerdictMessage) -> None:
        """See the base. A statement that no verdict could have led to is refused: one that is not
        for sure, and automatic."""
        status = _one_of("verdict", message.verdict, [each.value for each in Status])
        method = _one_of("method", message.method, [each.value for each in Method])
        _one_of("finality", message.finality, FINALITIES)
        _one_of("reason", message.reason, catalog("en")["verdict"])
        for name in ("account", "agency"):
            if value := getattr(message, name):
                spelled(name, value)
        uses = message.uses.split(",")
        if [use.value for use in Use if use.value in uses] != uses:
            raise BadStatement("uses", message.uses, "words for uses, separated by commas")
        sure = Status(status).decides and Method(method).exact and message.first_seen
        if message.automatic and not sure:
            raise BadStatement("automatic", True, f"false beside {status} by {method}")


def statement(
    by: Signer,
    verdict: Verdict,
    question: Question,
    *,
    content_hash: bytes,
    as_of: AsOf,
    time: int,
    service: str,
    chain_id: int,
    registry: str,
) -> SignedVerdict:
    """Signs a verdict; `content_hash` is the sha2-256 of what was asked about, or of the work's
    file where it was asked for by its id; `time` in seconds since the epoch.

    Raises:
        BadStatement: a value does not fit.
        SignerError: the account does not sign.
    """
    right = verdict.held or verdict.lacking
    message = VerdictMessage(
        content_hash=content_hash,
        licensee=question.licensee or NOBODY,
        account=question.account or "",
        agency=question.agency or "",
        uses=",".join(use.value for use in Use if use in question.intended),
        first_seen=question.first_seen or 0,
        at=question.at,
        verdict=verdict.status.value,
        reason=verdict.reason,
        work=verdict.work.id if verdict.work else 0,
        method=verdict.match.method.value if verdict.match else _NO_METHOD,
        license=(right.license or 0) if right else 0,
        permit=(right.permit or bytes(32)) if right else bytes(32),
        automatic=verdict.automatic,
        block_number=as_of.number,
        block_hash=as_of.hash,
        finality=as_of.finality,
        time=time,
        service=service,
        signer=by.address,
    )
    return SignedVerdict.signed(by, message, chain_id, registry)


def _one_of(name: str, value: str, known: Any) -> str:
    if value not in known:
        raise BadStatement(name, value, f"one of {', '.join(known)}")
    return value
