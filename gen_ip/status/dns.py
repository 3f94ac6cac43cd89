"""Whether a domain says the same as a profile, by DNS: TXT records `account=0x…` at
_gen-ip.DOMAIN. For domains that have no web site.

The operator's resolver is asked and nobody else; whether it checks DNSSEC is its matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.status.accounts import domain
from gen_ip.status.domains import MAX_ACCOUNTS, Proof, Said

if TYPE_CHECKING:
    from dns.resolver import Resolver

LABEL = "_gen-ip"
_PREFIX = "account="
_SECONDS = 5.0


def system_resolver() -> Resolver:
    """The resolver that the system is configured for.

    Raises:
        dns.exception.DNSException: it is configured for none.
    """
    from dns.resolver import Resolver

    return Resolver()


class DnsVerifier:
    """Asks DNS. The arguments are for tests; their defaults are what is meant.

    Args:
        resolver: whom to ask; made anew each time.
        seconds: that an answer may take, with all that is tried again.
    """

    def __init__(
        self, *, resolver: Callable[[], Resolver] = system_resolver, seconds: float = _SECONDS
    ) -> None:
        self._resolver, self._seconds = resolver, seconds

    def ask(self, host: str) -> Said:
        """The accounts that the domain's records list. Without such a record it says nothing.

        Raises:
            BadAccount: `host` is no domain.
        """
        from dns.exception import DNSException

        name = domain(host)
        try:
            answer = self._resolver().resolve(
                f"{LABEL}.{name}.", "TXT", lifetime=self._seconds, search=False
            )
        except (DNSException, OSError):
            return Said(failure=Proof.UNREACHABLE)
        texts = [b"".join(each.strings).decode("ascii", "replace") for each in answer]
        ours = [each for each in texts if each.startswith(_PREFIX)]
        return Said(frozenset(_accounts(ours))) if ours else Said(failure=Proof.UNREACHABLE)


def _accounts(texts: Iterable[str]) -> list[str]:
    """The accounts of records, in whatever order they come; what is none is left out."""
    found = []
    for each in sorted(texts)[:MAX_ACCOUNTS]:
        try:
            found.append(arguments.address("account", each.removeprefix(_PREFIX).strip()))
        except InvalidArgument:
            continue
    return found
