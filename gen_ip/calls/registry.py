"""Calls of IPRegistry: certificates of works without parents and payees, anchors, what owners and
arbiters do."""

from __future__ import annotations

from collections.abc import Sequence

from gen_ip import arguments
from gen_ip.calls.builder import CertificateToken
from gen_ip.chain.call import Call
from gen_ip.signing.statements import Certify, Consent, TreeProof

Entry = tuple[Certify, TreeProof, Consent]
"""One certification of a batch: what is stated, proof of an earlier claim, the consent."""


class RegistryCalls(CertificateToken):
    """See `gen_ip.calls`."""

    contract = "IPRegistry"

    def certify(self, certify: Certify) -> Call:
        """Certifies a work without parents and payees. By its creator."""
        return self._call("certify", certify)

    def certify_for(self, certify: Certify, anchor: TreeProof, consent: Consent) -> Call:
        """The same with the creator's consent, by anybody; or with an earlier claim."""
        return self._call("certifyFor", certify, anchor, consent)

    def certify_many(self, entries: Sequence[Entry], *, skip: bool = False) -> Call:
        """`certify_for` for a list; with `skip` a bad entry stops no other."""
        return self._call("certifyMany", list(entries), skip)

    def anchor(self, root: bytes | str) -> Call:
        """Writes the root of a Merkle tree of certifications with the block's time."""
        return self._call("anchor", arguments.bytes32("root", root))

    def prove(self, certify: Certify, anchor: TreeProof) -> Call:
        """Dates a certified work back to its anchor."""
        return self._call("prove", certify, anchor)

    def revoke(self, struct_hash: bytes | str) -> Call:
        """Takes back something the sender signed, by its EIP-712 struct hash."""
        return self._call("revoke", arguments.bytes32("struct_hash", struct_hash))

    def revoke_for(self, signer: str, struct_hash: bytes | str, signature: bytes) -> Call:
        """The same for who signed the revocation."""
        return self._call(
            "revokeFor",
            arguments.address("signer", signer),
            arguments.bytes32("struct_hash", struct_hash),
            signature,
        )

    def relate(self, earlier: int | str, later: int | str, evidence: bytes | str) -> Call:
        """States that a later work is related to the sender's earlier one; `evidence` is the
        sha2-256 of a document that says how. Without effect on chain."""
        return self._call(
            "relate",
            arguments.work_id("earlier", earlier),
            arguments.work_id("later", later),
            arguments.bytes32("evidence", evidence),
        )

    def revise_metadata(self, work: int | str, metadata: bytes | str) -> Call:
        """Publishes a new version of the metadata, by its sha2-256. By the owner."""
        return self._call(
            "reviseMetadata",
            arguments.work_id("work", work),
            arguments.bytes32("metadata", metadata),
        )

    def suspend(self, work: int | str, suspended: bool) -> Call:
        """Stops new sales of licenses, or lets them go on. By the work's arbiter."""
        return self._call(
            "suspend", arguments.work_id("work", work), arguments.boolean("suspended", suspended)
        )
