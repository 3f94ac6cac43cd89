"""The client's part about certificates: made at once, or signed for others to submit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.calls.certify import Entry
from gen_ip.chain import reverts
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import AlreadyCertified, ContractError
from gen_ip.content.cid import raw_cid
from gen_ip.content.files import OnBytes
from gen_ip.inspection import checks
from gen_ip.methods.preparing import Preparing, Stated, Statement
from gen_ip.signing.eip712 import sign
from gen_ip.signing.statements import (
    CONSENT,
    CONSENT_TREE,
    Certify,
    Consent,
    ConsentTree,
    SignedConsent,
    TreeProof,
)
from gen_ip.work import till_of
from gen_ip.works.certificates import (
    Batch,
    PreparedCertificate,
    SignedCertificate,
    SignedDelegation,
    salted_tree,
)
from gen_ip.works.documents import Content
from gen_ip.works.registry import Certificate

CONSENT_SECONDS = 30 * 24 * 3600
"""How long a signed certificate can be submitted, unless its deadline says otherwise."""

BATCH = 40
"""Certificates in one transaction: some 150,000 gas each, well below any block's limit."""


class Certifying(Preparing):
    """See `gen_ip.client.GenIP`."""

    def certify(
        self,
        content: Content,
        *,
        on_bytes: OnBytes | None = None,
        **statement: Unpack[Statement],
    ) -> Certificate:
        """Certifies a file (its path, or its bytes) as a work of the account.

        The file and its metadata, with a fingerprint where it is a picture, are put into the store
        first. What else may be stated of it is in `gen_ip.methods.preparing.Statement`: `name`, by
        default the file's without its ending; `description`; `payees`, who share what is drawn
        from the work; `resale_royalty`, what a sale of the certificate owes it; `arbiter`, who may
        act on the work, and how far; `declared`, which goes into the metadata: tools, base models,
        what people contributed, rights beyond the tools' licenses.

        `on_bytes` is told how many bytes are read and kept, and of how many: a file is read two or
        three times.

        Raises:
            FileProblem: the file is not usable, or it is a picture that cannot be decoded.
            MetadataError: a text does not fit.
            StoreError: the store does not take the content; the chain is not touched then.
            AlreadyCertified: the account certified the same bytes before.
            RoyaltyTooHigh, InvalidPayee, PayeesShareTooMuch, TooManyPayees, InvalidArbiter: as
                their names say.
        """
        return self._certify(content, Stated(**statement), (), on_bytes)

    def derive(
        self,
        content: Content,
        *,
        licenses: Sequence[int],
        on_bytes: OnBytes | None = None,
        **statement: Unpack[Statement],
    ) -> Certificate:
        """Certifies a derivative of the works that `licenses` are for; spends a unit of each.
        `on_bytes` as in `certify`.

        Raises:
            InvalidArgument: no license is named.
            UnknownLicense, LicenseNotHeld, LicenseNotActive, LicenseIsRevoked: of a license, as
                their names say.
            NoDeriveRight, NoUnitsLeft: a license does not allow it, or no more of them.
            ShareAlikeConflict, ShareAlikeDoesNotFit, OwesTooMuch, TooManyParents: the licenses do
                not go together.
            ParentsNotAscending: two licenses are for the same work.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify`.
        """
        if not licenses:
            raise InvalidArgument("licenses", licenses, "at least one license that grants DERIVE")
        return self._certify(content, Stated(**statement), licenses, on_bytes)

    # ---------------------------------------------------------------- without

    def sign_certificate(
        self,
        content: Content | PreparedCertificate,
        *,
        licenses: Sequence[int] = (),
        deadline: int | None = None,
        delegation: SignedDelegation | None = None,
        **statement: Unpack[Statement],
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
        stated, until = Stated(**statement), self._until(deadline)
        if isinstance(content, PreparedCertificate):
            self._require_here(content)
            self._signs_for(content.certify.creator, delegation)
            return signed_with(content, self._consent(content.certify, until, delegation))
        creator = None
        if delegation is not None:
            given = delegation.delegation
            self._signs_for(given.creator, delegation)
            creator = given.creator
            stated = replace(stated, payees=delegation.payees, resale_royalty=given.resale_royalty)

        def check(certify: Certify) -> None:
            # On nobody's behalf: the account may have no money at all.
            consent = self._consent(certify, until, delegation)
            home = self._session.calls.home_of(certify)
            self._session.ask(home.certify_for(certify, TreeProof(), consent))

        prepared = self._prepare(content, stated, licenses, check, creator)
        return signed_with(prepared, self._consent(prepared.certify, until, delegation))

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
        tree, salts = salted_tree(certificates)
        message = ConsentTree(tree.root, until)
        signature = sign(self._session.account, self._domain, CONSENT_TREE, message)
        return [
            signed_with(
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
        receipt = self._session.send(home.certify_for(*self._entry(certificate)))
        return self._certificate(certificate, receipt)

    def certify_many(
        self, certificates: Sequence[PreparedCertificate], *, skip: bool = False
    ) -> Batch:
        """Submits many certificates, at most 40 in a transaction. Of several those whose works
        exist already are left out, and the batch says so.

        With `skip` a bad one is left out, too; else it stops its transaction (those before have
        happened).

        Raises:
            ContractError: as in `submit`, without `skip`.
            UnexpectedChain, InvalidArgument: one is for another chain or registry.
        """
        for each in certificates:
            self._require_here(each)
        certified: dict[int, Certificate] = {}
        skipped: dict[int, ContractError] = {}
        entries: dict[int, Entry] = {}
        if len(certificates) > 1:
            skipped |= self._existing(certificates)
        for place, each in enumerate(certificates):
            if place in skipped:
                continue
            try:
                entries[place] = self._entry(each)
            except ContractError as error:
                if not skip:
                    raise
                skipped[place] = error
        calls = self._session.calls
        for home in (calls.registry, calls.license):
            places = [
                place for place in entries if calls.home_of(certificates[place].certify) is home
            ]
            for start in range(0, len(places), BATCH):
                part = places[start : start + BATCH]
                call = home.certify_many([entries[place] for place in part], skip=skip)
                receipt = self._session.send(call)
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

    # ----------------------------------------------------------------- inside

    def _certify(
        self,
        content: Content,
        stated: Stated,
        licenses: Sequence[int],
        on_bytes: OnBytes | None,
    ) -> Certificate:
        """Certifies a file as a work of the account."""
        prepared = self._prepare(content, stated, licenses, self._check_own, on_bytes=on_bytes)
        call = self._session.calls.home_of(prepared.certify).certify(prepared.certify)
        return self._certificate(prepared, self._session.send(call))

    def _existing(self, certificates: Sequence[PreparedCertificate]) -> dict[int, ContractError]:
        """The places of those whose works are certified, or stand earlier in the row."""
        works = [self.deployment.work_id(*each.certify[:3]) for each in certificates]
        there = self._session.read_all(*(("IPRegistry", "exists", work) for work in works))
        first = {work: place for place, work in reversed([*enumerate(works)])}
        return {
            place: AlreadyCertified(work)
            for place, (work, exists) in enumerate(zip(works, there, strict=True))
            if exists or first[work] < place
        }

    def _entry(self, certificate: PreparedCertificate) -> Entry:
        """Certification, anchor and consent, as the contracts take them.

        Raises:
            ContractError: it says that the account signed it, and it did not.
        """
        entry = (certificate.certify, certificate.anchor, Consent())
        if not isinstance(certificate, SignedCertificate):
            return entry
        signed = (*entry[:2], certificate.consent)
        if certificate.certify.creator != self._session.account.address:
            return signed
        # The contracts do not look at the consent of a creator who sends it: it would only cost.
        # But it is looked at here, or anybody could write what the account then certifies.
        if not all(check.holds for check in checks(certificate)):
            self._session.ask(self._session.calls.home_of(certificate.certify).certify_for(*signed))
        return entry

    def _consent(
        self, certify: Certify, until: int, delegation: SignedDelegation | None
    ) -> Consent:
        """The account's consent, signed."""
        message = SignedConsent(certify, until)
        signature = sign(self._session.account, self._domain, CONSENT, message)
        return _with_delegation(Consent(until, signature), delegation)

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


def _with_delegation(consent: Consent, delegation: SignedDelegation | None) -> Consent:
    if delegation is None:
        return consent
    return consent._replace(
        delegation=delegation.delegation, delegation_signature=delegation.signature
    )


def signed_with(prepared: PreparedCertificate, consent: Consent) -> SignedCertificate:
    """The certificate with its creator's consent."""
    return SignedCertificate(
        certify=prepared.certify,
        registry=prepared.registry,
        metadata_cid=prepared.metadata_cid,
        content_cid=prepared.content_cid,
        anchor=prepared.anchor,
        consent=consent,
    )
