"""Calls of IPRegistry: certificates of works without parents and payees, anchors, what owners and
arbiters do."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.calls.certify import CertifyCalls
from gen_ip.chain.call import Call
from gen_ip.signing.statements import Certify, TreeProof


class RegistryCalls(CertifyCalls):
    """See `gen_ip.calls`; certifies works without parents and payees."""

    contract = "IPRegistry"

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
