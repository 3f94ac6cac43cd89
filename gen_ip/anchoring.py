"""The client's part about anchors: any number of claims dated by one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gen_ip.certificates import Anchored, PreparedCertificate, salted_tree
from gen_ip.chain.receipts import Receipt
from gen_ip.documents import Content
from gen_ip.preparing import Preparing
from gen_ip.signing.statements import TreeProof


class Anchoring(Preparing):
    """See `gen_ip.client.GenIP`."""

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
        tree, salts = salted_tree(prepared)
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
