"""The client's part about certificates: made at once, or prepared, anchored, signed, submitted."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace

from gen_ip import arguments, documents
from gen_ip.arguments import InvalidArgument
from gen_ip.calls.registry import Entry
from gen_ip.certificates import (
    Anchored,
    Batch,
    PreparedCertificate,
    SignedCertificate,
    SignedDelegation,
)
from gen_ip.chain import reverts
from gen_ip.chain.errors import UnexpectedChain
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.transactions import Receipt
from gen_ip.connection import Connection
from gen_ip.content.cid import raw_cid
from gen_ip.content.declaration import Declaration
from gen_ip.documents import Content
from gen_ip.registry import Arbiter, Certificate
from gen_ip.signing.eip712 import Domain, sign
from gen_ip.signing.merkle import MerkleTree
from gen_ip.signing.offers import AskLimits, limits_leaf
from gen_ip.signing.statements import (
    CONSENT,
    CONSENT_TREE,
    DELEGATION,
    REVOKE,
    Certify,
    Consent,
    ConsentTree,
    Delegation,
    Edge,
    Payee,
    Revoke,
    SignedConsent,
    TreeProof,
    payees_hash,
    registry_domain,
)
from gen_ip.work import till_of

CONSENT_SECONDS = 30 * 24 * 3600
"""How long a signed certificate can be submitted, unless its deadline says otherwise."""

BATCH = 40
"""Certificates in one transaction: some 150,000 gas each, well below any block's limit."""


class Certifying(Connection):
    """See `gen_ip.client.GenIP`."""

    def certify(
        self,
        content: Content,
        *,
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
        arbiter: Arbiter | None = None,
        declared: Declaration | None = None,
    ) -> Certificate:
        """Certifies a file (its path, or its bytes) as a work of the account.

        The file and its metadata, with a fingerprint where it is a picture, are put into the store
        first. `name` is by default the file's name without its ending. `payees` share what is
        drawn from the work, `resale_royalty` is what a sale of the certificate owes it, `arbiter`
        says who may act on the work, and how far. `declared` goes into the metadata: tools, base
        models, what people contributed, rights beyond the tools' licenses.

        Raises:
            FileProblem: the file is not usable, or it is a picture that cannot be decoded.
            MetadataError: a text does not fit.
            StoreError: the store does not take the content; the chain is not touched then.
            AlreadyCertified: the account certified the same bytes before.
            RoyaltyTooHigh, InvalidPayee, PayeesShareTooMuch, TooManyPayees, InvalidArbiter: as
                their names say.
        """
        return self._certify(
            content, name, description, payees, resale_royalty, arbiter, (), declared
        )

    def derive(
        self,
        content: Content,
        *,
        licenses: Sequence[int],
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
        arbiter: Arbiter | None = None,
        declared: Declaration | None = None,
    ) -> Certificate:
        """Certifies a derivative of the works that `licenses` are for; spends a unit of each.

        Raises:
            InvalidArgument: no license is named.
            UnknownLicense, LicenseNotHeld, LicenseNotActive, LicenseIsRevoked, NoDeriveRight,
                NoUnitsLeft: of a license, as their names say.
            ShareAlikeConflict, ShareAlikeDoesNotFit, OwesTooMuch, TooManyParents: the licenses do
                not go together.
            ParentsNotAscending: two licenses are for the same work.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify`.
        """
        if not licenses:
            raise InvalidArgument("licenses", licenses, "at least one license that grants DERIVE")
        return self._certify(
            content, name, description, payees, resale_royalty, arbiter, licenses, declared
        )

    # ---------------------------------------------------------------- without

    def prepare_certificate(
        self,
        content: Content,
        *,
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
        arbiter: Arbiter | None = None,
        licenses: Sequence[int] = (),
        declared: Declaration | None = None,
    ) -> PreparedCertificate:
        """What `certify`, or `derive` with `licenses`, would state, without a transaction: to be
        anchored or signed. The file and its metadata are put into the store.

        Raises:
            FileProblem, MetadataError, StoreError, ContractError: as in `certify` and `derive`.
        """
        until = self._until(None)
        return self._prepare(
            content,
            name,
            description,
            payees,
            resale_royalty,
            arbiter,
            licenses,
            lambda certify: self._check_signed(certify, until, None),
            declared=declared,
        )

    def sign_certificate(
        self,
        content: Content | PreparedCertificate,
        *,
        name: str | None = None,
        description: str = "",
        payees: Sequence[Payee] = (),
        resale_royalty: int = 0,
        arbiter: Arbiter | None = None,
        licenses: Sequence[int] = (),
        deadline: int | None = None,
        delegation: SignedDelegation | None = None,
        declared: Declaration | None = None,
    ) -> SignedCertificate:
        """Like `certify`, or `derive` with `licenses`, but signs only: costs the account nothing,
        and anyone may `submit` it until `deadline` (default: in 30 days).

        A prepared, perhaps anchored certificate is signed as it is. With a `delegation` the
        account signs as the delegate, in the name of the delegation's creator, with its payees and
        resale royalty.

        Raises:
            InvalidArgument: the delegation is for another account.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify` and `derive`.
        """
        until = self._until(deadline)
        if isinstance(content, PreparedCertificate):
            self._require_here(content)
            self._signs_for(content.certify.creator, delegation)
            return _signed(content, self._consent(content.certify, until, delegation))
        if delegation is not None:
            self._signs_for(delegation.delegation.creator, delegation)
            payees, resale_royalty = delegation.payees, delegation.delegation.resale_royalty
        prepared = self._prepare(
            content,
            name,
            description,
            payees,
            resale_royalty,
            arbiter,
            licenses,
            lambda certify: self._check_signed(certify, until, delegation),
            delegation.delegation.creator if delegation else None,
            declared,
        )
        return _signed(prepared, self._consent(prepared.certify, until, delegation))

    def sign_certificates(
        self,
        certificates: Sequence[PreparedCertificate],
        *,
        deadline: int | None = None,
        delegation: SignedDelegation | None = None,
    ) -> list[SignedCertificate]:
        """Signs many prepared certificates with one signature, over their Merkle tree.

        Raises:
            EmptyTree: there are none.
            InvalidArgument: one is another creator's, or the delegation is for another account.
        """
        for each in certificates:
            self._require_here(each)
            self._signs_for(each.certify.creator, delegation)
        until = self._until(deadline)
        tree, salts = _tree(certificates)
        message = ConsentTree(tree.root, until)
        signature = sign(self._session.account, self._domain, CONSENT_TREE, message)
        return [
            _signed(
                each,
                _with_delegation(
                    Consent(until, signature, TreeProof(tree.root, salts[place], tree.path(place))),
                    delegation,
                ),
            )
            for place, each in enumerate(certificates)
        ]

    def submit(self, certificate: PreparedCertificate) -> Certificate:
        """Certifies what was signed, for its creator; anyone may. What is only prepared can be
        submitted by its creator. The account pays the gas.

        Raises:
            InvalidSignature, ConsentExpired, ConsentRevoked: the creator's consent does not hold.
            DelegationNotValid, DelegationUsedUp, BeyondDelegation: the delegate's does not.
            NotCreator: there is none, and the account is not the creator.
            UnknownAnchor, InvalidProof: the proof of an earlier claim does not hold.
            AlreadyCertified: it is submitted already.
            UnexpectedChain, InvalidArgument: it is for another chain or registry.
            ContractError: as in `certify` and `derive`.
        """
        self._require_here(certificate)
        home = self._session.calls.home_of(certificate.certify)
        receipt = self._session.send(home.certify_for(*_entry(certificate)))
        return self._certificate(certificate, receipt)

    def certify_many(
        self, certificates: Sequence[PreparedCertificate], *, skip: bool = False
    ) -> Batch:
        """Submits many certificates, at most 40 in a transaction.

        With `skip` a bad one is left out, and the batch says why; else it stops its transaction
        (those before have happened).

        Raises:
            ContractError: as in `submit`, without `skip`.
            UnexpectedChain, InvalidArgument: one is for another chain or registry.
        """
        for each in certificates:
            self._require_here(each)
        certified: dict[int, Certificate] = {}
        skipped: dict[int, ContractError] = {}
        calls = self._session.calls
        for home in (calls.registry, calls.license):
            places = [
                place
                for place, each in enumerate(certificates)
                if calls.home_of(each.certify) is home
            ]
            for start in range(0, len(places), BATCH):
                part = places[start : start + BATCH]
                entries = [_entry(certificates[place]) for place in part]
                receipt = self._session.send(home.certify_many(entries, skip=skip))
                left_out = {
                    part[event.args["index"]]: reverts.decode(event.args["reason"])
                    for event in receipt.events
                    if event.name == "Skipped"
                }
                skipped |= left_out
                for place in part:
                    if place not in left_out:
                        certified[place] = self._certificate(certificates[place], receipt)
        return Batch(certified, skipped)

    def anchor(self, works: Sequence[Content | PreparedCertificate]) -> Anchored:
        """Claims any number of works in one transaction, for less than 100 gas each by the
        thousand. Minting can wait until a certificate is needed, and keeps the anchor's time.

        Keep what this returns (`Anchored.save`): without its salts no claim can be shown.

        Raises:
            EmptyTree: no work is named.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify`.
        """
        prepared = [
            each if isinstance(each, PreparedCertificate) else self.prepare_certificate(each)
            for each in works
        ]
        tree, salts = _tree(prepared)
        self._session.send(self._session.calls.registry.anchor(tree.root))
        proofs = (TreeProof(tree.root, salt, tree.path(i)) for i, salt in enumerate(salts))
        return Anchored(
            tree.root,
            self._session.read("IPRegistry", "anchorTime", tree.root),
            tuple(
                replace(each, anchor=proof) for each, proof in zip(prepared, proofs, strict=True)
            ),
        )

    def prove(self, certificate: PreparedCertificate) -> Receipt:
        """Shows the anchor of a work that is certified already: its claim is dated back. Anyone
        may, so that a submitter who left the proof out takes nothing away.

        Raises:
            UnknownWork: the work is not certified yet; `submit` it instead.
            UnknownAnchor, InvalidProof: the proof of an earlier claim does not hold.
            NotEarlierThan: the claim that stands is as early.
            UnexpectedChain, InvalidArgument: it is for another chain or registry.
        """
        self._require_here(certificate)
        calls = self._session.calls.registry
        return self._session.send(calls.prove(certificate.certify, certificate.anchor))

    # --------------------------------------------------------------- delegate

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
        signature = sign(self._session.account, self._domain, DELEGATION, delegation)
        registry = self.deployment.registry
        return SignedDelegation(delegation, registry, self.chain_id, shares, limits, signature)

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

    @property
    def _domain(self) -> Domain:
        return registry_domain(self.chain_id, self.deployment.registry)

    def _certify(
        self,
        content: Content,
        name: str | None,
        description: str,
        payees: Sequence[Payee],
        resale_royalty: int,
        arbiter: Arbiter | None,
        licenses: Sequence[int],
        declared: Declaration | None,
    ) -> Certificate:
        """Certifies a file as a work of the account."""

        def check(certify: Certify) -> None:
            self._session.simulate(self._session.calls.home_of(certify).certify(certify))

        prepared = self._prepare(
            content,
            name,
            description,
            payees,
            resale_royalty,
            arbiter,
            licenses,
            check,
            declared=declared,
        )
        call = self._session.calls.home_of(prepared.certify).certify(prepared.certify)
        return self._certificate(prepared, self._session.send(call))

    def _check_signed(
        self, certify: Certify, until: int, delegation: SignedDelegation | None
    ) -> None:
        """Raises the contract's error where nobody could submit what the account would sign. It is
        asked on nobody's behalf: the account may have no money at all."""
        consent = self._consent(certify, until, delegation)
        home = self._session.calls.home_of(certify)
        self._session.ask(home.certify_for(certify, TreeProof(), consent))

    def _consent(
        self, certify: Certify, until: int, delegation: SignedDelegation | None
    ) -> Consent:
        """The account's consent, signed."""
        message = SignedConsent(certify, until)
        signature = sign(self._session.account, self._domain, CONSENT, message)
        return _with_delegation(Consent(until, signature), delegation)

    def _prepare(
        self,
        content: Content,
        name: str | None,
        description: str,
        payees: Sequence[Payee],
        resale_royalty: int,
        arbiter: Arbiter | None,
        licenses: Sequence[int],
        check: Callable[[Certify], None],
        creator: str | None = None,
        declared: Declaration | None = None,
    ) -> PreparedCertificate:
        """Puts a file and its metadata into the store, and states what they are; but first `check`
        raises what the contract would."""
        creator = creator or self._session.account.address
        edges: list[Edge] = [self._licenses.edge(license_id) for license_id in licenses]
        with documents.as_file(content) as path:
            file = documents.fingerprinted(documents.summarize(content, path))
            work_id = self.deployment.work_id(creator, file.content_hash, self.chain_id)
            document = documents.write(
                file,
                name=name,
                description=description,
                work=work_id,
                parents=sorted({edge.parent for edge in edges}),
                terms=list(dict.fromkeys(edge.terms_hash for edge in sorted(edges))),
                declared=declared,
            )
            certify = self._registry.statement(
                creator,
                file.content_hash,
                documents.digest(document),
                resale_royalty,
                edges,
                payees,
                arbiter,
            )
            # What would fail on chain leaves nothing in the store, and the other way round.
            check(certify)
            metadata_cid = documents.keep(self.store, file, document)
        registry = self.deployment.registry
        return PreparedCertificate(certify, registry, metadata_cid, file.summary.cid)

    def _signs_for(self, creator: str, delegation: SignedDelegation | None) -> None:
        """Raises `InvalidArgument` unless the account may sign for the creator."""
        account = self._session.account.address
        if delegation is None:
            if account != creator:
                raise InvalidArgument("the account", account, f"the work's creator, {creator}")
            return
        given = delegation.delegation
        if (given.creator, given.delegate) != (creator, account):
            raise InvalidArgument(
                "the delegation",
                f"{given.creator} to {given.delegate}",
                f"one from the work's creator {creator} to the account {account}",
            )

    def _until(self, deadline: int | None) -> int:
        if deadline is None:
            return self._session.rpc.block().timestamp + CONSENT_SECONDS
        return arguments.positive("deadline", deadline)

    def _require_here(self, certificate: PreparedCertificate) -> None:
        if certificate.certify.home_chain_id != self.chain_id:
            raise UnexpectedChain(certificate.certify.home_chain_id, self.chain_id)
        if certificate.registry != self.deployment.registry:
            raise InvalidArgument(
                "the certificate's registry",
                certificate.registry,
                f"{self.deployment.registry}, the one of this deployment",
            )

    def _certificate(self, prepared: PreparedCertificate, receipt: Receipt) -> Certificate:
        certify = prepared.certify
        work_id = self.deployment.work_id(*certify[:3])
        return Certificate(
            work_id=work_id,
            till=till_of(work_id),
            creator=certify.creator,
            content_hash=certify.content_hash,
            metadata_cid=raw_cid(certify.metadata),
            content_cid=prepared.content_cid,
            receipt=receipt,
        )


def _entry(certificate: PreparedCertificate) -> Entry:
    """Certification, anchor and consent, as the contracts take them."""
    consent = certificate.consent if isinstance(certificate, SignedCertificate) else Consent()
    return (certificate.certify, certificate.anchor, consent)


def _with_delegation(consent: Consent, delegation: SignedDelegation | None) -> Consent:
    if delegation is None:
        return consent
    return consent._replace(
        delegation=delegation.delegation, delegation_signature=delegation.signature
    )


def _signed(prepared: PreparedCertificate, consent: Consent) -> SignedCertificate:
    return SignedCertificate(
        certify=prepared.certify,
        registry=prepared.registry,
        metadata_cid=prepared.metadata_cid,
        content_cid=prepared.content_cid,
        anchor=prepared.anchor,
        consent=consent,
    )


def _tree(certificates: Sequence[PreparedCertificate]) -> tuple[MerkleTree, list[bytes]]:
    """The tree over certificates, each leaf with a secret salt."""
    salts = [secrets.token_bytes(32) for _ in certificates]
    leaves = [each.leaf(salt) for each, salt in zip(certificates, salts, strict=True)]
    return MerkleTree(leaves), salts


def _hash_of(statement: SignedCertificate | SignedDelegation) -> bytes:
    return statement.hash if isinstance(statement, SignedDelegation) else statement.consent_hash
