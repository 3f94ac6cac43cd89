"""What a platform asks for: a certificate prepared, handed in signed, and looked up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias, Unpack

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.chain.reverts import UnknownWork
from gen_ip.chain.wallets import is_signed_by
from gen_ip.client import GenIP
from gen_ip.content.files import StrPath
from gen_ip.inspection import checks
from gen_ip.match.answer import Answer
from gen_ip.methods.preparing import Statement
from gen_ip.platform.entries import Entry, State
from gen_ip.platform.errors import NotSigned, NotThisFile
from gen_ip.platform.policy import Policy, Way
from gen_ip.platform.queue import Queue
from gen_ip.platform.ready import Ready, Warned
from gen_ip.platform.submitting import Submitter
from gen_ip.signers.address import AddressOnly
from gen_ip.signing.statements import CONSENT, Payee, SignedConsent, registry_domain
from gen_ip.work import WorkAddress
from gen_ip.works.certificates import SignedCertificate, SignedDelegation
from gen_ip.works.documents import content_hash

_DAY = 86_400
_LONGEST_KEY = 200


Matches: TypeAlias = Callable[[Path], Answer]
"""Finds works that a file is like."""


class Platform:
    """Certificates for the uploads of a platform's users, who sign and pay nothing.

    Args:
        client: the platform's; its account pays the gas and may be a creator's delegate.
        queue: where uploads wait.
        policy: what becomes of them.
        share: what the platform has of what is drawn from each work: an address, and basis points.
            Creators sign it with the rest, so that nobody can raise it.
        matches: finds works that a file is like; by default only its bytes are compared.
    """

    def __init__(
        self,
        client: GenIP,
        queue: Queue,
        policy: Policy | None = None,
        *,
        share: Payee | None = None,
        matches: Matches | None = None,
    ) -> None:
        self.client, self.queue = client, queue
        self.policy = policy or Policy()
        self.matches = matches
        self.share = None
        if share is not None:
            to, points = share
            self.share = Payee(
                arguments.address("share", to), arguments.unsigned("share", points, 16)
            )

    def prepare(
        self,
        file: StrPath,
        creator: str,
        *,
        licenses: Sequence[int] = (),
        **statement: Unpack[Statement],
    ) -> Ready:
        """What a creator will sign for a file, and what should be shown before: works that it is
        the same as, or like, and works that it says it was made with. The file and its metadata are
        put into the store.

        Args:
            file: the upload.
            creator: whose work it is.
            licenses: of the works it is a derivative of, which the creator holds.
            statement: as in `GenIP.certify`; the platform's share comes to `payees`.

        Raises:
            FileProblem, MetadataError, StoreError, ContractError: as in `GenIP.certify`.
            IndexProblem: the match index cannot be used.
        """
        address = arguments.address("creator", creator)
        if self.share is not None:
            others = [payee for payee in statement.get("payees", ()) if payee[0] != self.share.to]
            statement["payees"] = (*others, self.share)
        client = self.client.using(AddressOnly(address))
        made = client.prepare_certificate(Path(file), licenses=licenses, **statement)
        deadline = int(time.time()) + self.policy.consent_days * _DAY
        return Ready(
            made,
            deadline,
            tuple(self._warnings(Path(file), address, made.certify.content_hash)),
            tuple(client.proposed_parents(Path(file))),
        )

    def submit(
        self,
        ready: Ready,
        signature: bytes,
        *,
        key: str | None = None,
        way: Way | None = None,
    ) -> Entry:
        """Takes in what the creator has signed. It comes on chain with the rounds of a `Submitter`;
        from now on it has its number, and its till can be paid.

        Args:
            ready: from `prepare`, whose file the creator has seen.
            signature: of `ready.typed_data`, by the creator's key or contract wallet.
            key: the platform's own name for the upload, by default the work's number: the same one
                again changes nothing.
            way: what becomes of it; by default as the policy says.

        Raises:
            NotSigned: the signature is not the creator's, or the share is not what it was.
            KeyTaken, QueueFull, QueueUnavailable.
        """
        signed = ready.signed(signature)
        self._require_share(signed)
        certify = signed.certify
        domain = registry_domain(certify.home_chain_id, signed.registry)
        digest = domain.digest(CONSENT.hash(SignedConsent(certify, ready.deadline)))
        rpc = self.client._session.rpc
        if not is_signed_by(rpc, certify.creator, digest, signature):
            raise NotSigned(certify.creator, "the signature is another's, or of something else")
        return self._add(signed, key, way)

    def submit_as_delegate(
        self,
        ready: Ready,
        delegation: SignedDelegation,
        *,
        key: str | None = None,
        way: Way | None = None,
    ) -> Entry:
        """Like `submit`, for a creator who has signed once that the platform's account may certify
        in their name (`GenIP.delegate`).

        Raises:
            NotSigned: the delegation is not the creator's, or the share is not in it.
            InvalidArgument: it is for another account.
            KeyTaken, QueueFull, QueueUnavailable.
        """
        creator = ready.certificate.certify.creator
        if not all(each.holds for each in checks(delegation)):
            domain = registry_domain(delegation.chain_id, delegation.registry)
            rpc = self.client._session.rpc
            digest = domain.digest(delegation.hash)
            if not is_signed_by(rpc, creator, digest, delegation.signature):
                raise NotSigned(creator, "the delegation is not signed by the creator")
        signed = self.client.sign_certificate(
            ready.certificate, deadline=ready.deadline, delegation=delegation
        )
        self._require_share(signed)
        if tuple(signed.certify.payees) != tuple(delegation.payees):
            raise NotSigned(creator, "the delegation is for other payees")
        return self._add(signed, key, way)

    def status(self, key: str) -> Entry:
        """How far an upload has come.

        Raises:
            UnknownUpload, QueueUnavailable.
        """
        return self.queue.get(key)

    def confirm(self, key: str, file: StrPath, creator: str) -> Entry:
        """The upload of a key that a visitor handed in with a file, where both belong together.

        Raises:
            UnknownUpload, QueueUnavailable.
            NotThisFile: the certificate is of other bytes, or another's.
            FileProblem: the file cannot be read.
        """
        entry = self.queue.get(key)
        if entry.creator != arguments.address("creator", creator):
            raise NotThisFile(key, "creator")
        if entry.certificate.certify.content_hash != content_hash(Path(file)):
            raise NotThisFile(key, "file")
        return entry

    def mint(self, key: str) -> Entry:
        """Has an anchored work minted, as for its first sale.

        Raises:
            UnknownUpload, QueueUnavailable.
        """
        return self.queue.mint(key, int(time.time()))

    def submitter(self, now: Callable[[], float] = time.time) -> Submitter:
        """What brings the uploads on chain, from the client's account."""
        return Submitter(self.client, self.queue, self.policy, now)

    # ----------------------------------------------------------------- inside

    def _add(self, signed: SignedCertificate, key: str | None, way: Way | None) -> Entry:
        certify = signed.certify
        work = self.client.deployment.work_id(*certify[:3])
        name = str(work) if key is None else key
        if not name or len(name) > _LONGEST_KEY or not name.isprintable():
            raise InvalidArgument("key", name, f"1 to {_LONGEST_KEY} printable characters")
        entry = Entry(
            name,
            work,
            certify.creator,
            self.policy.way if way is None else Way(way),
            State.SIGNED,
            False,
            int(time.time()),
            0,
            None,
            signed,
        )
        return self.queue.add(entry, self.policy.waiting)

    def _require_share(self, signed: SignedCertificate) -> None:
        """Raises `NotSigned` where the creator signed another share than the platform's: what was
        prepared came back changed."""
        self.client._require_here(signed)
        if self.share is not None and self.share not in signed.certify.payees:
            raise NotSigned(signed.certify.creator, "the platform's share is not what it was")

    def _warnings(self, file: Path, creator: str, content_hash: bytes) -> list[Warned]:
        found: dict[int, Warned] = {}
        for claim in self.client.works(content_hash):
            found[claim.work] = Warned(claim.work, "exact-bytes", 1.0, claim.creator == creator)
        if self.matches is None:
            return list(found.values())
        for each in self.matches(file).findings:
            named = WorkAddress.parse(each.key)
            if named is None or named.chain_id != self.client.chain_id or named.work in found:
                continue
            found[named.work] = Warned(
                named.work, each.verdict.value, each.score, self._creator(named.work) == creator
            )
        return list(found.values())

    def _creator(self, work: int) -> str | None:
        """Of a work that is certified, or an upload of the platform's."""
        entry = self.queue.of_work(work)
        if entry is not None:
            return entry.creator
        try:
            return self.client.work(work).creator
        except UnknownWork:
            return None
