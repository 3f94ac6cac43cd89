"""The client's part about anchors: any number of claims dated by one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gen_ip.chain.errors import TransactionFailed, TransactionPending, TransactionUncertain
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import ContractError
from gen_ip.chain.sent import Sent
from gen_ip.methods.preparing import Preparing
from gen_ip.works.certificates import (
    Anchored,
    NotAnchored,
    PreparedCertificate,
    ProofsFileTaken,
    salted_tree,
    with_anchors,
)
from gen_ip.works.documents import Content


class Anchoring(Preparing):
    """See `gen_ip.client.GenIP`."""

    def anchor(
        self, works: Sequence[Content | PreparedCertificate], *, proofs: str | Path | None = None
    ) -> Anchored:
        """Claims any number of works in one transaction, for less than 100 gas each by the
        thousand. Minting can wait until a certificate is needed, and keeps the anchor's time.

        Without what this returns no claim can be shown. So name a file for it: `proofs` is written
        before the transaction is sent, and again with the anchor's time; whatever happens in
        between, `resume_anchor` goes on from it.

        Raises:
            EmptyTree: no work is named.
            ProofsFileTaken: there is a file of this name.
            StatementFileProblem: it cannot be written; nothing was sent.
            FileProblem, MetadataError, StoreError, ContractError: as in `certify`.
        """
        path = None if proofs is None else Path(proofs)
        if path is not None and path.exists():
            raise ProofsFileTaken(path)
        prepared = [
            each if isinstance(each, PreparedCertificate) else self.prepare_certificate(each)
            for each in works
        ]
        for each in prepared:
            self._require_here(each)
        tree, salts = salted_tree(prepared)
        certificates = with_anchors(prepared, tree, salts)
        return self._anchor(Anchored(tree.root, 0, tuple(certificates)), path)

    def resume_anchor(self, proofs: str | Path) -> Anchored:
        """Goes on with what `anchor` began with this file, whatever ended it: looks whether the
        anchor is mined, ends its transaction, or sends it where it never was. The file is complete
        then. Of one that is already the chain is asked all the same: what it says may be another
        chain's, or anybody's.

        Raises:
            StatementFileProblem, BadStatement: the file cannot be used.
            UnexpectedChain, InvalidArgument: it is for another chain or registry.
            TransactionPending, TransactionUncertain: the outcome is not known yet; try again.
        """
        path = Path(proofs)
        found = Anchored.load(path)
        for each in found.certificates:
            self._require_here(each)
        if found.time and found.time == self._anchor_time(found.root):
            return found
        call = self._session.calls.registry.anchor(found.root)
        is_it = found.sent is not None and found.sent.transaction["data"] == call.data
        if found.sent is not None and is_it and not self._anchor_time(found.root):
            try:
                self._session.resume(found.sent)
            except (TransactionPending, TransactionUncertain):
                raise
            except (ContractError, TransactionFailed):
                # It never will be mined, or failed; so it is sent anew.
                pass
        return self._anchor(found, path)

    def prove(self, certificate: PreparedCertificate) -> Receipt:
        """Shows the anchor of a work that is certified already: its claim is dated back. Anyone
        may, so that a submitter who left the proof out takes nothing away.

        Raises:
            NotAnchored: the certificate holds no proof; nothing was sent.
            UnknownWork: the work is not certified yet; `submit` it instead.
            UnknownAnchor, InvalidProof: the proof of an earlier claim does not hold.
            NotEarlierThan: the claim that stands is as early.
            UnexpectedChain, InvalidArgument: it is for another chain or registry.
        """
        self._require_here(certificate)
        if not certificate.is_anchored:
            raise NotAnchored(certificate)
        calls = self._session.calls.registry
        return self._session.send(calls.prove(certificate.certify, certificate.anchor))

    # ----------------------------------------------------------------- inside

    def _anchor(self, anchored: Anchored, path: Path | None) -> Anchored:
        """Sends the root unless the chain has it, and keeps every step in the file."""

        def keep(sent: Sent) -> None:
            if path is not None:
                replace(anchored, sent=sent).save(path)

        if not (time := self._anchor_time(anchored.root)):
            if path is not None:
                anchored.save(path)
            call = self._session.calls.registry.anchor(anchored.root)
            self._session.keeping(keep).send(call)
            time = self._anchor_time(anchored.root)
        made = replace(anchored, time=time, sent=None)
        # It is not there where nothing was sent, as by `unsigned`.
        if path is not None and time:
            made.save(path)
        return made

    def _anchor_time(self, root: bytes) -> int:
        return int(self._session.read("IPRegistry", "anchorTime", root))
