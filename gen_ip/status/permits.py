"""Use permits: a licensee lets an account that posts use a work as their license allows.

A permit ends with its time, with its license, with the license's transfer (also if the license
comes back), and when its licensee signs that it is revoked.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gen_ip.signers.protocol import Signer
from gen_ip.signing.eip712 import BadStatement, Domain
from gen_ip.signing.permits import (
    REVOKE_USE_PERMIT,
    USE_PERMIT,
    RevokeUsePermit,
    UsePermit,
    permits_domain,
)
from gen_ip.status.accounts import account
from gen_ip.status.facts import PermitFact
from gen_ip.status.signed import SignedStatement, spelled
from gen_ip.terms.rights import PERMISSIONS, Rights

SIGNED_PERMIT = "gen-ip/use-permit/1"
PERMIT_REVOCATION = "gen-ip/use-permit-revocation/1"
_USES = PERMISSIONS | Rights.EDITORIAL

SignedBy = Callable[[str, bytes, bytes], bool]
"""Whether an account (ERC-1271 ones too) signed a digest: account, digest, signature."""


@dataclass(frozen=True)
class SignedPermit(SignedStatement[UsePermit]):
    """A use permit with its licensee's signature; `contract` is the license contract."""

    FORMAT = SIGNED_PERMIT
    STRUCT = USE_PERMIT

    @property
    def domain(self) -> Domain:
        """Of use permits."""
        return permits_domain(self.chain_id, self.contract)

    @property
    def signer(self) -> str:
        """The licensee."""
        return self.message.licensee

    @property
    def use(self) -> Rights:
        """What it allows."""
        return Rights(self.message.use)

    @classmethod
    def check(cls, message: UsePermit) -> None:
        """See the base."""
        spelled("account", message.account)
        if message.agency:
            spelled("agency", message.agency)
        if Rights(message.use) & ~_USES:
            raise BadStatement("use", message.use, "bits of permissions, and of EDITORIAL")
        if not 0 < message.work < 1 << 160:
            raise BadStatement("workId", message.work, "the id of a work")
        if message.expiry < message.valid_from:
            raise BadStatement("expiry", message.expiry, f"no earlier than {message.valid_from}")


@dataclass(frozen=True)
class PermitRevocation(SignedStatement[RevokeUsePermit]):
    """That a permit holds no longer; who signed it counts for nothing unless it is the licensee."""

    FORMAT = PERMIT_REVOCATION
    STRUCT = REVOKE_USE_PERMIT

    @property
    def domain(self) -> Domain:
        """Of use permits."""
        return permits_domain(self.chain_id, self.contract)

    @property
    def signer(self) -> str:
        """Whoever's key it is: the revocation does not name its signer, the permit does."""
        from gen_ip.signing.recovery import recover

        return recover(self.digest, self.signature) or ""

    @property
    def holds(self) -> bool:
        """Whether any key signed it; whether the right one did, says `revokes`."""
        return bool(self.signer)


def permit(
    by: Signer,
    *,
    chain_id: int,
    license_contract: str,
    license_id: int,
    work: int,
    to: str,
    use: Rights,
    valid_from: int,
    expiry: int,
    agency: str = "",
) -> SignedPermit:
    """Signs that `to` (`@user@site` or a domain, in any spelling) may use a work.

    Raises:
        BadAccount: `to` or `agency` is neither account nor domain.
        BadStatement: a value makes no sense.
        SignerError: the account does not sign.
    """
    message = UsePermit(
        licensee=by.address,
        license=license_id,
        work=work,
        account=account(to),
        agency=account(agency) if agency else "",
        use=int(use),
        valid_from=valid_from,
        expiry=expiry,
        nonce=secrets.randbits(256),
    )
    return SignedPermit.signed(by, message, chain_id, license_contract)


def revocation(by: Signer, signed: SignedPermit) -> PermitRevocation:
    """Signs that a permit holds no longer.

    Raises:
        BadStatement: it is somebody else's permit.
        SignerError: the account does not sign.
    """
    if by.address != signed.signer:
        raise BadStatement("licensee", signed.signer, f"the account that signs, {by.address}")
    message = RevokeUsePermit(signed.hash)
    return PermitRevocation.signed(by, message, signed.chain_id, signed.contract)


def with_key(account_: str, digest: bytes, signature: bytes) -> bool:
    """`SignedBy` without a chain: only what keys sign."""
    from gen_ip.signing.recovery import recover

    return recover(digest, signature) == account_


def revokes(
    taken_back: PermitRevocation, signed: SignedPermit, signed_by: SignedBy = with_key
) -> bool:
    """Whether a revocation is of this permit, and its licensee's."""
    return (
        taken_back.message.permit == signed.hash
        and (taken_back.chain_id, taken_back.contract) == (signed.chain_id, signed.contract)
        and signed_by(signed.signer, taken_back.digest, taken_back.signature)
    )


def fact_of(
    signed: SignedPermit,
    revocations: Iterable[PermitRevocation] = (),
    signed_by: SignedBy = with_key,
) -> PermitFact:
    """What a verdict takes of a permit: signatures checked, revocations weighed."""
    message = signed.message
    return PermitFact(
        hash=signed.hash,
        work=message.work,
        license=message.license,
        licensee=message.licensee,
        account=message.account,
        agency=message.agency,
        use=signed.use,
        valid_from=message.valid_from,
        expiry=message.expiry,
        holds=signed_by(signed.signer, signed.digest, signed.signature),
        revoked=any(revokes(each, signed, signed_by) for each in revocations),
    )
