"""Certificates before they are minted: prepared, anchored, signed; and what lets others sign.

Each is a value that goes into a JSON file and comes back from it. Whoever holds a signed
certificate can submit it and pay its gas; nobody can alter it.
"""

# ruff: noqa: N818

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from gen_ip import statement_files as files
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.sent import Sent
from gen_ip.errors import GenIPError, shown
from gen_ip.signing.eip712 import BadStatement
from gen_ip.signing.merkle import MerkleTree, climb
from gen_ip.signing.offers import ASK_LIMITS, AskLimits
from gen_ip.signing.statements import (
    CERTIFY,
    CONSENT,
    CONSENT_CALLDATA,
    CONSENT_TREE,
    DELEGATION,
    NOBODY,
    PAYEE,
    TREE_PROOF,
    Certify,
    Consent,
    ConsentTree,
    Delegation,
    Payee,
    SignedConsent,
    TreeProof,
    certify_leaf,
    payees_hash,
)
from gen_ip.works.registry import Certificate

PREPARED = "gen-ip/prepared-certificate/1"
SIGNED_CERTIFICATE = "gen-ip/signed-certificate/1"
ANCHORED = "gen-ip/anchored-certificates/1"
SIGNED_DELEGATION = "gen-ip/signed-delegation/1"
_MEMBERS = ("registry", "certify", "anchor", "metadata_cid", "content_cid")


@dataclass(frozen=True)
class PreparedCertificate:
    """What its creator will state about a work. Nothing is on chain or signed yet.

    Attributes:
        certify: the statement.
        registry: the contract it is for; with `certify.home_chain_id` it says where.
        metadata_cid: where the metadata lie in the store.
        content_cid: where the file lies.
        anchor: proof of an earlier claim; its root is 0 where there is none.
    """

    certify: Certify
    registry: str
    metadata_cid: str
    content_cid: str
    anchor: TreeProof = field(default=TreeProof(), repr=False)

    @property
    def is_anchored(self) -> bool:
        """Whether there is a proof of an earlier claim."""
        return any(self.anchor.root)

    @property
    def needs_node(self) -> bool:
        """Whether the work has parents or payees, and so a node in the ledger."""
        return bool(self.certify.edges or self.certify.payees)

    def leaf(self, salt: bytes) -> bytes:
        """Its leaf in the tree of an anchor or of a consent, 32 bytes."""
        return certify_leaf(self.certify.home_chain_id, self.registry, self.certify, salt)

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back. The anchor's salt is in it."""
        return {"format": PREPARED, **self._json()}

    @classmethod
    def from_json(cls, document: object) -> PreparedCertificate:
        """What `to_json` wrote.

        Raises:
            BadStatement: it is something else, or its proof does not fit.
        """
        return cls(**_prepared(files.members(document, PREPARED, _MEMBERS)))

    def _json(self) -> dict[str, Any]:
        return {
            "registry": self.registry,
            "certify": CERTIFY.message(self.certify),
            "anchor": TREE_PROOF.message(self.anchor) if self.is_anchored else None,
            "metadata_cid": self.metadata_cid,
            "content_cid": self.content_cid,
        }


@dataclass(frozen=True)
class SignedCertificate(PreparedCertificate, files.Statement):
    """A certificate that its creator, or a delegate, has signed: anyone may submit it.

    `consent.deadline` is the last second, since the epoch, in which it can be submitted.
    """

    consent: Consent = field(default=Consent(), repr=False)

    @property
    def signer(self) -> str:
        """Who signed: the creator, or their delegate."""
        delegate = self.consent.delegation.delegate
        return self.certify.creator if delegate == NOBODY else delegate

    @property
    def consent_hash(self) -> bytes:
        """EIP-712 struct hash of what was signed, 32 bytes: what is revoked."""
        deadline, root = self.consent.deadline, self.consent.tree.root
        if any(root):
            return CONSENT_TREE.hash(ConsentTree(root, deadline))
        return CONSENT.hash(SignedConsent(self.certify, deadline))

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        consent = CONSENT_CALLDATA.message(self.consent)
        return {"format": SIGNED_CERTIFICATE, **self._json(), "consent": consent}

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote. Whether the signature is the creator's, the contract says.

        Raises:
            BadStatement: it is something else, or a proof does not fit.
        """
        found = files.members(document, SIGNED_CERTIFICATE, (*_MEMBERS, "consent"))
        consent = CONSENT_CALLDATA.parse(found["consent"], "consent")
        made = cls(**_prepared(found), consent=consent)
        _check_proof(made, consent.tree, "consent.tree")
        return made


@dataclass(frozen=True)
class Anchored(files.Statement):
    """Works claimed together under one root. Keep it: without the salts and paths the claim of no
    work can be shown.

    Attributes:
        time: when the root was first written, in seconds since the epoch; 0 in what was kept
            before its anchor was mined: `GenIP.resume_anchor` looks it up, or sends it.
        sent: the transaction that may be under way then.
    """

    root: bytes
    time: int
    certificates: tuple[PreparedCertificate, ...]
    sent: Sent | None = field(default=None, repr=False)

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        document = {
            "format": ANCHORED,
            "root": f"0x{self.root.hex()}",
            "time": self.time,
            "certificates": [each.to_json() for each in self.certificates],
        }
        return document if self.sent is None else {**document, "sent": self.sent.to_json()}

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote.

        Raises:
            BadStatement: it is something else, or a proof does not lead to the root.
        """
        under_way = ("sent",) if isinstance(document, Mapping) and "sent" in document else ()
        names = ("root", "time", "certificates", *under_way)
        found = files.members(document, ANCHORED, names)
        if not isinstance(found["certificates"], list) or type(found["time"]) is not int:
            raise BadStatement("", sorted(found), "certificates and the time of their anchor")
        made = tuple(read_certificate(each) for each in found["certificates"])
        root = files.text(found, "root")
        if any(f"0x{each.anchor.root.hex()}" != root for each in made) or not made:
            raise BadStatement("root", root, "the root of every certificate's anchor")
        sent = None
        if "sent" in found:
            try:
                sent = Sent.from_json(found["sent"])
            except ValueError:
                raise BadStatement("sent", found["sent"], "a sent transaction") from None
        return cls(made[0].anchor.root, found["time"], made, sent)


class NotAnchored(GenIPError):
    """A certificate holds no proof of an anchor."""

    def __init__(self, certificate: PreparedCertificate) -> None:
        self.certificate = certificate
        super().__init__(
            f"the certificate of content 0x{certificate.certify.content_hash.hex()} holds no proof "
            "of an anchor; give the copy that `anchor` returned, or that its proofs file holds"
        )


class ProofsFileTaken(GenIPError):
    """There is a file already where proofs should be written; it may hold the only ones."""

    def __init__(self, path: object) -> None:
        self.path = str(path)
        super().__init__(
            f"{shown(path)} exists already, and proofs are not written over; name another file, or "
            "go on with the anchor in this one (GenIP.resume_anchor)"
        )


@dataclass(frozen=True)
class SignedDelegation(files.Statement):
    """What lets `delegation.delegate` sign for a creator, within limits, until revoked.

    `payees` are those that every work must have, `asks` the offers the delegate may sign.
    """

    delegation: Delegation
    registry: str
    chain_id: int
    payees: tuple[Payee, ...]
    asks: tuple[AskLimits, ...]
    signature: bytes = field(repr=False)

    @property
    def hash(self) -> bytes:
        """EIP-712 struct hash, 32 bytes: what is revoked."""
        return DELEGATION.hash(self.delegation)

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back."""
        return {
            "format": SIGNED_DELEGATION,
            "registry": self.registry,
            "chain_id": self.chain_id,
            "delegation": DELEGATION.message(self.delegation),
            "payees": [PAYEE.message(payee) for payee in self.payees],
            "asks": [ASK_LIMITS.message(ask) for ask in self.asks],
            "signature": f"0x{self.signature.hex()}",
        }

    @classmethod
    def from_json(cls, document: object) -> Self:
        """What `to_json` wrote.

        Raises:
            BadStatement: it is something else, or the payees are not those signed.
        """
        names = ("registry", "chain_id", "delegation", "payees", "asks", "signature")
        found = files.members(document, SIGNED_DELEGATION, names)
        delegation = DELEGATION.parse(found["delegation"], "delegation")
        payees = files.items(found, "payees", PAYEE)
        if payees_hash(payees) != delegation.payees:
            raise BadStatement("payees", found["payees"], "the payees of the delegation")
        chain_id = files.chain_id(found, "chain_id")
        try:
            signature = bytes.fromhex(files.text(found, "signature").removeprefix("0x"))
        except ValueError:
            raise BadStatement("signature", found["signature"], "0x and hex digits") from None
        asks = files.items(found, "asks", ASK_LIMITS)
        registry = files.address(found, "registry")
        return cls(delegation, registry, chain_id, payees, asks, signature)


@dataclass(frozen=True)
class Batch:
    """What became of a list of certificates, by their places in it."""

    certified: dict[int, Certificate]
    skipped: dict[int, ContractError]


def salted_tree(certificates: Sequence[PreparedCertificate]) -> tuple[MerkleTree, list[bytes]]:
    """The tree over certificates, each leaf with a secret salt.

    Raises:
        EmptyTree: there are none.
    """
    salts = [secrets.token_bytes(32) for _ in certificates]
    leaves = [each.leaf(salt) for each, salt in zip(certificates, salts, strict=True)]
    return MerkleTree(leaves), salts


C = TypeVar("C", bound=PreparedCertificate)


def with_anchors(certificates: Sequence[C], tree: MerkleTree, salts: Sequence[bytes]) -> list[C]:
    """Certificates with the proofs of a tree that `salted_tree` made of them."""
    return [
        replace(each, anchor=TreeProof(tree.root, salts[place], tree.path(place)))
        for place, each in enumerate(certificates)
    ]


def read_certificate(document: object) -> PreparedCertificate:
    """What `to_json` of either wrote: a prepared certificate, or a signed one.

    Raises:
        BadStatement: it is something else.
    """
    signed = isinstance(document, Mapping) and document.get("format") == SIGNED_CERTIFICATE
    kind = SignedCertificate if signed else PreparedCertificate
    return kind.from_json(document)


def _prepared(found: Any) -> dict[str, Any]:
    """The members of a prepared certificate."""
    anchor = TreeProof()
    if found["anchor"] is not None:
        anchor = TREE_PROOF.parse(found["anchor"], "anchor")
    made: dict[str, Any] = {
        "certify": CERTIFY.parse(found["certify"], "certify"),
        "registry": files.address(found, "registry"),
        "metadata_cid": files.cid(found, "metadata_cid"),
        "content_cid": files.cid(found, "content_cid"),
        "anchor": anchor,
    }
    _check_proof(PreparedCertificate(**made), anchor, "anchor")
    return made


def _check_proof(certificate: PreparedCertificate, proof: TreeProof, where: str) -> None:
    if any(proof.root) and climb(certificate.leaf(proof.salt), proof.path) != proof.root:
        raise BadStatement(f"{where}.root", f"0x{proof.root.hex()}", "the root its path leads to")
