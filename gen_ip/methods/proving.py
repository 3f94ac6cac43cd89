"""The client's part for what is kept: proofs to be checked without a chain, and receipts."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.market.sales import Sale, sale_of
from gen_ip.methods.connection import Connection
from gen_ip.proofs.collecting import collect
from gen_ip.proofs.saved import SavedProof
from gen_ip.works.certificates import PreparedCertificate


class Proving(Connection):
    """See `gen_ip.client.GenIP`."""

    def saved_proof(
        self,
        work: int | str,
        certificate: PreparedCertificate | None = None,
        *,
        block: int | str = "latest",
    ) -> SavedProof:
        """What the chain says of a work after `block` (a number, "latest" or "finalized"), to be
        saved and checked years later without any node: `gen_ip.proofs.checking.check`. With
        `certificate`, what its creator signed or anchored is in it; a work that is anchored and
        not yet certified needs it.

        Raises:
            UnknownWork: it is not certified, and no anchored certificate of it is given.
            UnknownAnchor: the certificate's anchor was never written.
            NoSuchBlock: the node does not have the block, or finalizes none.
            NotThereYet: the work was not there yet after that block.
            NoStateProof: the node does not prove the state after that block.
            UnknownHeader: the chain's headers are of a form that this release does not know.
        """
        number = arguments.work_id("work", work)
        return collect(self._session, self.store, number, certificate, block)

    def sale_of(self, license_id: int) -> Sale:
        """The sale that a license came from: price, parties, transaction; `gen_ip.papers.receipt`
        makes a receipt of it.

        Raises:
            UnknownLicense: it does not exist.
            NotSold: it was given away, or sold by another market.
        """
        return sale_of(self._session, license_id)
