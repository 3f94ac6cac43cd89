"""Checks a saved proof with nothing but the file: no node, no network, no trust in who gave it.

What it shows hangs on one thing that it cannot show: that the block it states is one of the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import rlp
from eth_utils.crypto import keccak

from gen_ip.chain.deployment import Deployment, predicted
from gen_ip.chain.events import topic_of
from gen_ip.content import metadata as metadata_format
from gen_ip.content.cid import raw_cid
from gen_ip.content.metadata import Metadata
from gen_ip.errors import MetadataError
from gen_ip.inspection import checks
from gen_ip.proofs import slots
from gen_ip.proofs.receipts import Log, logs_of
from gen_ip.proofs.saved import Nodes, SavedProof
from gen_ip.proofs.slots import Claimed, Owned
from gen_ip.proofs.trie import BrokenPath, decoded, proven
from gen_ip.signing.statements import NOBODY, Delegation, TreeProof
from gen_ip.works.certificates import PreparedCertificate, SignedCertificate


class Outcome(Enum):
    """What became of one check."""

    HOLDS = "holds"
    FAILS = "fails"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """One thing that was checked, or could not be: `text` says in a sentence what that means."""

    subject: str
    outcome: Outcome
    text: str

    def to_json(self) -> dict[str, str]:
        """For JSON."""
        return {"subject": self.subject, "outcome": self.outcome.value, "text": self.text}


class Fit(Enum):
    """What a file is to the certified one."""

    BYTES = "exact-bytes"
    CONTENT = "exact-content"
    COPY = "published-copy"
    OTHER = "different"


@dataclass(frozen=True)
class Report:
    """What a saved proof shows. Times in seconds since the epoch.

    Attributes:
        owned: what the owner's slot says, None where the work was not certified or the path to it
            does not hold.
        claimed: the claims on the same bytes.
        claim_time: the claim time that is shown: the registry's, or the anchor's.
        fit: what the file is to the certified one, None without a file. CONTENT rests on what the
            creator stated of the certified file's content, COPY on what the owner did.
        metadata: the document, where it holds.
    """

    proof: SavedProof
    findings: tuple[Finding, ...]
    owned: Owned | None
    claimed: Claimed | None
    claim_time: int | None
    fit: Fit | None = None
    metadata: Metadata | None = None

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked fails, and a claim is shown."""
        failed = any(each.outcome is Outcome.FAILS for each in self.findings)
        return not failed and self.claim_time is not None

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids as decimal strings."""
        block = self.proof.header
        return {
            "holds": self.holds,
            "file": None if self.fit is None else self.fit.value,
            "work": str(self.proof.work),
            "creator": self.proof.creator,
            "content_hash": f"0x{self.proof.content_hash.hex()}",
            "claim_time": self.claim_time,
            "owner": self.owned.owner if self.owned else None,
            "first": self.claimed.first == self.proof.work if self.claimed else None,
            "claims": self.claimed.works if self.claimed else None,
            "block": {
                "chain_id": self.proof.chain_id,
                "number": block.number,
                "hash": f"0x{block.hash.hex()}",
                "time": block.time,
            },
            "findings": [each.to_json() for each in self.findings],
        }


def check(
    proof: SavedProof,
    *,
    content_hash: bytes | None = None,
    canonical: tuple[str, str] | None = None,
    certificate: PreparedCertificate | None = None,
    block_hash: bytes | None = None,
    deployment: Deployment | None = None,
) -> Report:
    """Everything that can be told of a saved proof without a chain.

    Args:
        proof: what `SavedProof.load` read.
        content_hash: sha2-256 of the file in question.
        canonical: the hash of its content by algorithm, such as `pixels-v1` and 64 hex digits,
            which a file has whose bytes are not the certified ones.
        certificate: one that is held against the proof, in place of the one in it.
        block_hash: the hash of the stated block, from a source the caller trusts.
        deployment: whose registry is meant; by default that of this package.
    """
    return _Checking(proof, deployment or predicted()).run(
        content_hash, canonical, certificate or proof.certificate, block_hash
    )


class _Checking:
    """One run: findings in the order in which one thing leans on another."""

    def __init__(self, proof: SavedProof, deployment: Deployment) -> None:
        self.proof, self.deployment = proof, deployment
        self.findings: list[Finding] = []

    def run(
        self,
        content_hash: bytes | None,
        canonical: tuple[str, str] | None,
        certificate: PreparedCertificate | None,
        block_hash: bytes | None,
    ) -> Report:
        self._work()
        storage = self._attempt("contract", self._storage)
        owned = claimed = digest = anchored = None
        if storage is not None:
            owned = self._attempt("certificate", lambda: self._owned(storage))
            digest = self._attempt("metadata", lambda: self._digest(storage))
            claimed = self._attempt("claims", lambda: self._claimed(storage, owned))
            anchored = self._attempt("anchor", lambda: self._anchored(storage, certificate))
        document = self._metadata(digest, certificate)
        cid = None if document is None else document["gen_ip"]["content"]["cid"]
        fit = self._file(content_hash, canonical, document)
        if certificate is not None:
            self._certificate(certificate, owned, cid)
        self._attempt("receipt", lambda: self._receipt(certificate))
        self._block(block_hash)
        self._note(
            "authorship",
            Outcome.UNCHECKED,
            "That the claimant made the work: no registry can show who made something.",
        )
        times = [time for time in (owned and owned.claim_time, anchored) if time]
        return Report(
            self.proof,
            tuple(self.findings),
            owned,
            claimed,
            min(times) if times else None,
            fit,
            document,
        )

    # ------------------------------------------------------------- the checks

    def _file(
        self,
        content_hash: bytes | None,
        canonical: tuple[str, str] | None,
        document: Metadata | None,
    ) -> Fit | None:
        stated = self.proof.content_hash
        if content_hash is None:
            text = f"No file was given; the work is the file of sha-256 {stated.hex()}."
            self._note("file", Outcome.UNCHECKED, text)
            return None
        if content_hash == stated:
            self._note("file", Outcome.HOLDS, f"Its sha-256 is the certified {stated.hex()}.")
            return Fit.BYTES
        part = None if document is None else document["gen_ip"]
        if part and canonical and part["canonical"].get(canonical[0]) == canonical[1]:
            text = f"Its content ({canonical[0]}) is what the metadata state, in other bytes."
            self._note("file", Outcome.HOLDS, text)
            text = "That the metadata state it rightly: hold the file against the certified one."
            self._note("content", Outcome.UNCHECKED, text)
            return Fit.CONTENT
        copies = [] if part is None else part.get("copies", [])
        if any(each["sha256"] == content_hash.hex() for each in copies):
            text = "The metadata name it as a copy, by its sha-256; what it holds was not compared."
            self._note("file", Outcome.UNCHECKED, text)
            return Fit.COPY
        text = f"Its sha-256 is {content_hash.hex()}, the certified one {stated.hex()}."
        self._note("file", Outcome.FAILS, text)
        return Fit.OTHER

    def _work(self) -> None:
        proof = self.proof
        if proof.registry != self.deployment.registry:
            text = f"{proof.registry} is not Gen-IP's registry, {self.deployment.registry}."
            self._note("registry", Outcome.FAILS, text)
        made = self.deployment.work_id(proof.creator, proof.content_hash, proof.chain_id)
        if made == proof.work:
            text = f"The id is that of these bytes by {proof.creator} on chain {proof.chain_id}."
            self._note("work id", Outcome.HOLDS, text)
        else:
            text = f"These bytes by {proof.creator} on chain {proof.chain_id} are work {made}."
            self._note("work id", Outcome.FAILS, text)

    def _storage(self) -> bytes:
        """The root of the registry's storage."""
        proof, header = self.proof, self.proof.header
        path = keccak(bytes.fromhex(proof.registry[2:]))
        account = decoded(proven(header.state_root, path, proof.account))
        if not isinstance(account, list) or len(account) != 4 or len(account[2]) != 32:
            raise BrokenPath("the registry's account has another form")
        text = f"The registry's storage is that of the state after block {header.number:,}."
        self._note("contract", Outcome.HOLDS, text)
        return bytes(account[2])

    def _owned(self, storage: bytes) -> Owned | None:
        if self.proof.slots.owner is None:
            text = "The proof holds none: the work was anchored, not yet certified."
            self._note("certificate", Outcome.UNCHECKED, text)
            return None
        place = slots.owner_slot(self.proof.work)
        owned = slots.owned(_slot(storage, place, self.proof.slots.owner))
        text = f"Claimed at {owned.claim_time}; after the block it is {owned.owner}'s."
        self._note("certificate", Outcome.HOLDS, text)
        return owned

    def _digest(self, storage: bytes) -> bytes | None:
        if self.proof.slots.metadata is None:
            return None
        place = slots.metadata_slot(self.proof.work)
        return _slot(storage, place, self.proof.slots.metadata).to_bytes(32, "big")

    def _claimed(self, storage: bytes, owned: Owned | None) -> Claimed | None:
        if self.proof.slots.claims is None:
            return None
        place = slots.claims_slot(self.proof.content_hash)
        claimed = slots.claimed(_slot(storage, place, self.proof.slots.claims))
        first = claimed.first == self.proof.work
        if first and owned is not None and claimed.time != owned.claim_time:
            raise BrokenPath("the first claim's time is not the work's")
        rank = "the first of" if first else "not the first of"
        text = f"After the block it is {rank} {claimed.works:,} registered on these bytes."
        self._note("claims", Outcome.HOLDS, text)
        return claimed

    def _anchored(self, storage: bytes, certificate: PreparedCertificate | None) -> int | None:
        """The anchor's time. That the certificate is in its tree was seen when it was read."""
        nodes = self.proof.slots.anchor
        if certificate is None or not certificate.is_anchored:
            if nodes is not None:
                raise BrokenPath("no certificate says of which anchor it is")
            return None
        if nodes is None:
            text = "The proof does not hold the time of the certificate's anchor."
            self._note("anchor", Outcome.UNCHECKED, text)
            return None
        root = certificate.anchor.root
        time = _slot(storage, slots.anchor_slot(root), nodes)
        many = len(certificate.anchor.path)
        text = f"The certificate is a leaf, {many} levels deep, of what was anchored at {time}."
        self._note("anchor", Outcome.HOLDS, text)
        return time

    def _metadata(
        self, digest: bytes | None, certificate: PreparedCertificate | None
    ) -> Metadata | None:
        """The document, where it is the right one."""
        text = self.proof.metadata
        if text is None:
            self._note("metadata", Outcome.UNCHECKED, "The proof does not hold the document.")
            return None
        expected = digest or (certificate.certify.metadata if certificate else None)
        data = text.encode("utf-8", "surrogatepass")
        if hashlib.sha256(data).digest() != expected:
            text = "The document is not the one whose sha-256 the registry keeps."
            self._note("metadata", Outcome.FAILS, text)
            return None
        try:
            document = metadata_format.decode(data)
        except MetadataError as error:
            self._note("metadata", Outcome.FAILS, f"{error}.")
            return None
        if document["gen_ip"]["content"]["sha256"] != self.proof.content_hash.hex():
            self._note("metadata", Outcome.FAILS, "The document speaks of another file.")
            return None
        kept = "the registry keeps" if digest else "the certificate states"
        self._note("metadata", Outcome.HOLDS, f"The document is the one whose sha-256 {kept}.")
        return document

    def _certificate(
        self, certificate: PreparedCertificate, owned: Owned | None, cid: str | None
    ) -> None:
        proof, certify = self.proof, certificate.certify
        stated = (certify.creator, certify.content_hash, certify.home_chain_id)
        if (*stated, certificate.registry) != (
            *(proof.creator, proof.content_hash, proof.chain_id),
            proof.registry,
        ):
            text = "The statement is about another work, chain or registry."
            self._note("statement", Outcome.FAILS, text)
            return
        wrong = certificate.metadata_cid != raw_cid(certify.metadata)
        if wrong or (cid is not None and certificate.content_cid != cid):
            text = "The statement's addresses of metadata or content are not what it states."
            self._note("statement", Outcome.FAILS, text)
            return
        if owned is not None and certify.resale_royalty != owned.resale_royalty:
            text = "The registry keeps another resale royalty than the statement names."
            self._note("statement", Outcome.FAILS, text)
            return
        if isinstance(certificate, SignedCertificate):
            self._signatures(certificate, owned)
        elif certificate.is_anchored:
            text = "It is bound by its anchor; that its creator agreed, no signature says."
            self._note("statement", Outcome.UNCHECKED, text)
        else:
            text = "It is neither signed nor anchored; nothing binds what else it states."
            self._note("statement", Outcome.UNCHECKED, text)

    def _signatures(self, certificate: SignedCertificate, owned: Owned | None) -> None:
        """What is not signed must be empty, so that a proof has one spelling."""
        consent = certificate.consent
        delegated = consent.delegation.delegate != NOBODY
        if (
            not delegated and (consent.delegation != Delegation() or consent.delegation_signature)
        ) or (not any(consent.tree.root) and consent.tree != TreeProof()):
            self._note("statement", Outcome.FAILS, "It has members that nobody signed.")
            return
        for each in checks(certificate):
            by = f"{each.what} by {each.signer}"
            if each.holds:
                self._note("signature", Outcome.HOLDS, f"The {by} is signed with its key.")
            elif owned is not None and owned.creator_has_key and each.signer == self.proof.creator:
                text = f"The {by} is not signed with its key, which certified the work."
                self._note("signature", Outcome.FAILS, text)
            else:
                text = (
                    f"The {by} is not signed with its key. If a contract wallet accepts it "
                    "(ERC-1271), only a node can tell."
                )
                self._note("signature", Outcome.UNCHECKED, text)

    def _receipt(self, certificate: PreparedCertificate | None) -> None:
        saved = self.proof.receipt
        if saved is None:
            self._note("receipt", Outcome.UNCHECKED, "The proof holds no receipt.")
            return
        key = bytes(rlp.encode(saved.index))
        logs = logs_of(proven(saved.header.receipts_root, key, saved.nodes))
        if saved.header.number > self.proof.header.number:
            raise BrokenPath("it is of a later block than the state")
        is_certified = self.proof.slots.owner is not None
        fits = self._is_certification if is_certified else _is_anchor_of(certificate)
        here = [log for log in logs if log.address == self.proof.registry and fits(log)]
        if not here:
            raise BrokenPath("its transaction did not touch the work")
        stated = certificate.certify.metadata if certificate and is_certified else None
        if stated not in (None, here[0].data[:32]):
            raise BrokenPath("it certified other metadata than the statement names")
        what = "certified the work" if is_certified else "anchored it"
        text = (
            f"Transaction {saved.index} of block {saved.header.number:,} "
            f"(0x{saved.header.hash.hex()}), of {saved.header.time}, {what}."
        )
        self._note("receipt", Outcome.HOLDS, text)

    def _is_certification(self, log: Log) -> bool:
        proof = self.proof
        topics = (
            _topic("Certified"),
            proof.work.to_bytes(32, "big"),
            bytes(12) + bytes.fromhex(proof.creator[2:]),
            proof.content_hash,
        )
        return log.topics == topics and len(log.data) == 64

    def _block(self, block_hash: bytes | None) -> None:
        header, chain_id = self.proof.header, self.proof.chain_id
        name = f"block {header.number:,} of chain {chain_id}, 0x{header.hash.hex()}"
        if block_hash is None:
            text = f"That the chain has {name}: compare it with any source that you trust."
            self._note("block", Outcome.UNCHECKED, text)
        elif block_hash == header.hash:
            self._note("block", Outcome.HOLDS, f"You trust {name}.")
        else:
            text = f"You trust 0x{block_hash.hex()}; the proof is of {name}."
            self._note("block", Outcome.FAILS, text)
        receipt = self.proof.receipt
        if receipt is not None and receipt.header.hash != header.hash:
            name = f"block {receipt.header.number:,}, 0x{receipt.header.hash.hex()}"
            text = f"That the chain has the receipt's {name}."
            self._note("receipt's block", Outcome.UNCHECKED, text)
        text = f"What became of the work after {header.time}, the time of that block."
        self._note("since then", Outcome.UNCHECKED, text)

    # --------------------------------------------------------------- findings

    def _attempt(self, subject: str, step: Callable[[], Any]) -> Any:
        """What a step returns; None, with a finding, where a path does not hold."""
        try:
            return step()
        except BrokenPath as error:
            self._note(subject, Outcome.FAILS, f"The path does not hold: {error.problem}.")
            return None

    def _note(self, subject: str, outcome: Outcome, text: str) -> None:
        self.findings.append(Finding(subject, outcome, text))


def _slot(storage: bytes, place: bytes, nodes: Nodes) -> int:
    value = decoded(proven(storage, keccak(place), nodes))
    if not isinstance(value, bytes) or not 0 < len(value) <= 32:
        raise BrokenPath("a slot holds no number")
    return int.from_bytes(value, "big")


def _is_anchor_of(certificate: PreparedCertificate | None) -> Callable[[Log], bool]:
    root = certificate.anchor.root if certificate else b""
    return lambda log: log.topics == (_topic("Anchored"), root)


def _topic(name: str) -> bytes:
    return bytes.fromhex(topic_of(name)[2:])
