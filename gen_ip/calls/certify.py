"""Calls by which works are certified: IPRegistry and IPLicense take them alike."""

from __future__ import annotations

from collections.abc import Sequence

from gen_ip.calls.builder import CertificateToken
from gen_ip.chain.call import Call
from gen_ip.signing.statements import Certify, Consent, TreeProof

Entry = tuple[Certify, TreeProof, Consent]
"""One certification of a batch: what is stated, proof of an earlier claim, the consent."""


class CertifyCalls(CertificateToken):
    """See `gen_ip.calls`; which of the two contracts takes a work says `Calls.home_of`."""

    def certify(self, certify: Certify) -> Call:
        """Certifies a work. By its creator."""
        return self._call("certify", certify)

    def certify_for(self, certify: Certify, anchor: TreeProof, consent: Consent) -> Call:
        """The same with the creator's consent, by anybody; or with an earlier claim."""
        return self._call("certifyFor", certify, anchor, consent)

    def certify_many(self, entries: Sequence[Entry], *, skip: bool = False) -> Call:
        """`certify_for` for a list; with `skip` a bad entry stops no other."""
        return self._call("certifyMany", list(entries), skip)
