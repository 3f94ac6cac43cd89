"""Signed statements read without a chain: which one a file holds, and whether its signatures hold.

A signature that is not its signer's own may still be that of a contract wallet (ERC-1271); of that
only the chain can tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from gen_ip import statement_files as files
from gen_ip.chain.deployment import predicted
from gen_ip.market.offers import SIGNED_OFFER, SignedOffer
from gen_ip.market.purchases import SIGNED_PURCHASE, SignedPurchase
from gen_ip.signing.eip712 import BadStatement, Domain
from gen_ip.signing.merkle import climb
from gen_ip.signing.offers import (
    OFFER_TREE,
    OfferKind,
    OfferTree,
    limits_leaf,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.signing.recovery import recover
from gen_ip.signing.statements import DELEGATION, NOBODY, Delegation, registry_domain
from gen_ip.status.permits import PermitRevocation, SignedPermit
from gen_ip.status.profiles import SignedProfile
from gen_ip.status.signed import SignedStatement
from gen_ip.status.statements import SignedVerdict
from gen_ip.works.certificates import (
    ANCHORED,
    PREPARED,
    SIGNED_CERTIFICATE,
    SIGNED_DELEGATION,
    Anchored,
    PreparedCertificate,
    SignedCertificate,
    SignedDelegation,
)

AnyStatement: TypeAlias = (
    PreparedCertificate
    | SignedCertificate
    | Anchored
    | SignedDelegation
    | SignedOffer
    | SignedPurchase
    | SignedPermit
    | PermitRevocation
    | SignedProfile
    | SignedVerdict
)

_KINDS: dict[str, type[AnyStatement]] = {
    PREPARED: PreparedCertificate,
    SIGNED_CERTIFICATE: SignedCertificate,
    ANCHORED: Anchored,
    SIGNED_DELEGATION: SignedDelegation,
    SIGNED_OFFER: SignedOffer,
    SIGNED_PURCHASE: SignedPurchase,
    SignedPermit.FORMAT: SignedPermit,
    PermitRevocation.FORMAT: PermitRevocation,
    SignedProfile.FORMAT: SignedProfile,
    SignedVerdict.FORMAT: SignedVerdict,
}


class Check(NamedTuple):
    """One signature of a statement: who should have signed, and whether their key did."""

    what: str
    signer: str
    holds: bool


def is_statement(document: object) -> bool:
    """Whether JSON says that it is one of the statements of this package."""
    return _format(document) in _KINDS


def read(document: object) -> AnyStatement:
    """The statement that JSON holds, whichever it is.

    Raises:
        BadStatement: it holds none.
    """
    if (kind := _format(document)) not in _KINDS:
        raise BadStatement("format", kind or document, f"one of {', '.join(_KINDS)}")
    made: Any = _KINDS[kind].from_json(document)
    statement: AnyStatement = made
    return statement


def load(path: str | Path) -> AnyStatement:
    """The statement that a file holds, whichever it is.

    Raises:
        StatementFileProblem: the file cannot be read.
        BadStatement: it holds none.
    """
    return read(files.load(path))


def checks(statement: AnyStatement) -> list[Check]:
    """Its signatures, each with whether it is its signer's own; none where nothing is signed."""
    if isinstance(statement, SignedCertificate):
        return _of_certificate(statement)
    if isinstance(statement, SignedDelegation):
        domain = registry_domain(statement.chain_id, statement.registry)
        return [_delegation(domain, statement.delegation, statement.signature)]
    if isinstance(statement, SignedOffer):
        return _of_offer(statement)
    if isinstance(statement, SignedStatement):
        what = statement.FORMAT.split("/")[1].replace("-", " ")
        return [Check(what, statement.signer, statement.holds)]
    if isinstance(statement, SignedPurchase) and statement.offer.approval.signature:
        # Of the buyer's signature the token alone can tell; a posted offer needs none.
        return _of_offer(statement.offer)
    return []


def _format(document: object) -> str:
    found = document.get("format") if isinstance(document, dict) else None
    return found if isinstance(found, str) else ""


def _of_certificate(certificate: SignedCertificate) -> list[Check]:
    chain_id, consent = certificate.certify.home_chain_id, certificate.consent
    domain = registry_domain(chain_id, certificate.registry)
    digest = domain.digest(certificate.consent_hash)
    found = [_check("consent", certificate.signer, digest, consent.signature)]
    if consent.delegation.delegate != NOBODY:
        given = consent.delegation
        found.append(_delegation(domain, given, consent.delegation_signature))
        if given.creator != certificate.certify.creator:
            found[-1] = found[-1]._replace(signer=certificate.certify.creator, holds=False)
    return found


def _of_offer(signed: SignedOffer) -> list[Check]:
    approval, offer = signed.approval, signed.offer
    domain = marketplace_domain(signed.chain_id, signed.marketplace)
    signer = approval.delegation.delegate if signed.is_delegated else offer.maker
    holds = True
    if approval.is_tree:
        holds = climb(offer_leaf(offer.hash), approval.path) == approval.root
        digest = domain.digest(OFFER_TREE.hash(OfferTree(approval.root)))
    else:
        digest = domain.digest(offer.hash)
    check = _check("offer", signer, digest, approval.signature)
    found = [check._replace(holds=check.holds and holds)]
    if signed.is_delegated:
        found.append(Check("limits", offer.maker, _covered(signed)))
        # Which registry the delegation was signed for is not in the file: ours, beside our market.
        known = predicted()
        if signed.marketplace == known.marketplace:
            registry = registry_domain(signed.chain_id, known.registry)
            found.append(_delegation(registry, approval.delegation, approval.delegation_signature))
    return found


def _covered(signed: SignedOffer) -> bool:
    """Whether the delegation is its maker's, and lists such an offer."""
    approval, offer = signed.approval, signed.offer
    given, limits = approval.delegation, approval.limits
    return (
        given.creator == offer.maker
        and offer.kind is OfferKind.LICENSE_ASK
        and any(given.terms_root)
        and climb(limits_leaf(limits), approval.limits_path) == given.terms_root
        and (limits.terms_hash, limits.token) == (offer.terms_hash, offer.token)
        and offer.price >= limits.min_price
        and sum(fee.share for fee in offer.fees) <= limits.max_fees
    )


def _delegation(domain: Domain, given: Delegation, signature: bytes) -> Check:
    return _check("delegation", given.creator, domain.digest(DELEGATION.hash(given)), signature)


def _check(what: str, signer: str, digest: bytes, signature: bytes) -> Check:
    return Check(what, signer, recover(digest, signature) == signer)
