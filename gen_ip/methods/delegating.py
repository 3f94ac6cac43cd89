"""The client's part about who may sign for a creator, and about taking back what was signed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.receipts import Receipt
from gen_ip.methods.preparing import Preparing
from gen_ip.signing.eip712 import sign
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import AskLimits, limits_leaf
from gen_ip.signing.statements import DELEGATION, REVOKE, Delegation, Payee, Revoke, payees_hash
from gen_ip.works.certificates import SignedCertificate, SignedDelegation


class Delegating(Preparing):
    """See `gen_ip.client.GenIP`."""

    def delegate(
        self,
        delegate: str,
        *,
        expiry: int,
        works: int,
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
        max_owed: int = 0,
        asks: Sequence[AskLimits] = (),
    ) -> SignedDelegation:
        """Signs that `delegate` may certify up to `works` works in the account's name until
        `expiry` (seconds since the epoch), all with these payees and this resale royalty, owing
        their parents at most `max_owed` basis points of income and volume together (0: without
        parents); and sign asks for licenses within `asks`. Costs nothing.

        Raises:
            InvalidArgument: a value does not fit.
        """
        drafted = self._drafted_delegation(
            delegate,
            expiry=expiry,
            works=works,
            payees=payees,
            resale_royalty=resale_royalty,
            max_owed=max_owed,
            asks=asks,
        )
        signature = sign(self._session.account, self._domain, DELEGATION, drafted.delegation)
        return replace(drafted, signature=signature)

    def revoke(self, statement: SignedCertificate | SignedDelegation) -> Receipt:
        """Takes back what the account signed: a certificate not yet submitted (with all that were
        signed with it), or a delegation, at once and for good."""
        return self._session.send(self._session.calls.registry.revoke(_hash_of(statement)))

    def sign_revocation(self, statement: SignedCertificate | SignedDelegation) -> bytes:
        """The account's signature with which anyone may `submit_revocation`. Costs nothing."""
        revoked = Revoke(_hash_of(statement))
        return sign(self._session.account, self._domain, REVOKE, revoked)

    def submit_revocation(
        self, statement: SignedCertificate | SignedDelegation, signature: bytes
    ) -> Receipt:
        """Takes back a statement for whoever signed it; anyone may.

        Raises:
            InvalidSignature: the signature is not that of the statement's signer.
        """
        struct_hash = _hash_of(statement)
        if isinstance(statement, SignedDelegation):
            signer = statement.delegation.creator
        else:
            signer = statement.signer
        calls = self._session.calls.registry
        return self._session.send(calls.revoke_for(signer, struct_hash, signature))

    # ----------------------------------------------------------------- inside

    def _drafted_delegation(
        self,
        delegate: str,
        *,
        expiry: int,
        works: int,
        payees: Sequence[Payee],
        resale_royalty: int,
        max_owed: int,
        asks: Sequence[AskLimits],
    ) -> SignedDelegation:
        """As `delegate` makes it, with no signature yet."""
        if any(not isinstance(ask, AskLimits) for ask in asks):
            raise InvalidArgument("asks", asks, "a list of AskLimits")
        shares = tuple(
            Payee(arguments.address("payee", to), arguments.unsigned("payee's share", share, 16))
            for to, share in payees
        )
        limits = tuple(ask._replace(token=arguments.address("token", ask.token)) for ask in asks)
        root = MerkleTree([limits_leaf(ask) for ask in limits]).root if limits else bytes(32)
        delegation = Delegation(
            creator=self._session.account.address,
            delegate=arguments.address("delegate", delegate),
            expiry=arguments.positive("expiry", expiry),
            works=arguments.unsigned("works", works),
            payees=payees_hash(shares),
            resale_royalty=arguments.unsigned("resale_royalty", resale_royalty, 16),
            max_owed=arguments.unsigned("max_owed", max_owed, 16),
            terms_root=root,
            salt=secrets.randbits(256),
        )
        registry = self.deployment.registry
        return SignedDelegation(delegation, registry, self.chain_id, shares, limits, b"")


def _hash_of(statement: SignedCertificate | SignedDelegation) -> bytes:
    return statement.hash if isinstance(statement, SignedDelegation) else statement.consent_hash
