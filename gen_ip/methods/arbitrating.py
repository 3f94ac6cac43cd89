"""The client's part for arbiters, whom creators name and bound when they certify."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.chain.receipts import Receipt
from gen_ip.methods.connection import Connection
from gen_ip.signing.statements import Payee
from gen_ip.works import documents
from gen_ip.works.documents import Content


class Arbitrating(Connection):
    """See `gen_ip.client.GenIP`."""

    def suspend(self, work: int | str, *, suspended: bool = True) -> Receipt:
        """Stops new sales of a work's licenses, or with `suspended=False` lets them go on. Licenses
        sold stay, and so does the sale of the certificate.

        Raises:
            NotArbiter: the account is not the work's arbiter, or may not suspend.
        """
        return self._session.send(self.calls.registry.suspend(work, suspended))

    def revoke_license(self, license_id: int, reason: Content) -> Receipt:
        """Revokes a license for breach, where its terms allow it; `reason` is a document, of which
        the sha2-256 goes on chain.

        Raises:
            UnknownLicense: it does not exist.
            NotArbiter: the account is not the arbiter of its work, or may not revoke.
            NotRevocable, LicenseIsRevoked: as their names say.
            FileProblem: the document is not usable.
        """
        number = arguments.unsigned("license", license_id)
        digest = documents.content_hash(reason)
        return self._session.send(self.calls.license.revoke(number, digest))

    def add_lien(self, work: int | str, payee: Payee) -> Receipt:
        """Gives somebody the one share of what is drawn from a work that its arbiter may give,
        within the cap that the creator signed.

        Raises:
            LienNotAllowed: the account is not the arbiter, the share is above the cap, or the one
                lien is given.
            InvalidPayee: the payee is none.
        """
        arguments.instance("payee", payee, Payee, "gen_ip.Payee(address, basis points)")
        return self._session.send(self.calls.splitter.add_lien(work, payee.to, payee.share))
