"""Calls of IPLicense: terms, licenses, certificates of works with parents or payees."""

from __future__ import annotations

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.calls.builder import MAX_COUNT
from gen_ip.calls.certify import CertifyCalls
from gen_ip.chain.call import Call
from gen_ip.terms import Terms


class LicenseCalls(CertifyCalls):
    """See `gen_ip.calls`; certifies works with parents, payees or both."""

    contract = "IPLicense"

    def register_terms(self, terms: Terms) -> Call:
        """Stores terms under their hash. By anybody."""
        arguments.instance("terms", terms, Terms, "gen_ip.Terms, such as terms.COMMERCIAL")
        return self._call("registerTerms", terms.as_tuple())

    def issue(
        self,
        work: int | str,
        terms_hash: bytes | str,
        to: str,
        *,
        count: int = 1,
        start: int = 0,
    ) -> Call:
        """Issues licenses, up to 100, without a sale; `start` 0 for at once. By the owner, or by a
        market that the owner allowed."""
        if not 1 <= arguments.unsigned("count", count) <= MAX_COUNT:
            raise InvalidArgument("count", count, f"1 to {MAX_COUNT}")
        return self._call(
            "issue",
            arguments.work_id("work", work),
            arguments.bytes32("terms_hash", terms_hash),
            arguments.address("to", to),
            count,
            arguments.unsigned("start", start),
        )

    def renew(self, license_id: int) -> Call:
        """Adds the terms' duration to a running license. By the owner of the work, or by a market
        that the owner allowed."""
        return self._call("renew", arguments.unsigned("license_id", license_id))

    def allow_market(self, work: int | str, market: str, allowed: bool) -> Call:
        """Lets a contract issue licenses of a work until the certificate moves, or no longer. By
        the owner."""
        return self._call(
            "allowMarket",
            arguments.work_id("work", work),
            arguments.address("market", market),
            arguments.boolean("allowed", allowed),
        )

    def revoke(self, license_id: int, reason: bytes | str) -> Call:
        """Revokes a license whose terms allow it for breach; `reason` is the sha2-256 of a
        document. By the work's arbiter."""
        return self._call(
            "revoke",
            arguments.unsigned("license_id", license_id),
            arguments.bytes32("reason", reason),
        )
