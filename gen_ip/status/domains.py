"""Whether a domain says the same as a profile: the account stands in the domain's own file,
https://DOMAIN/.well-known/gen-ip.json, under `accounts`.

Nothing here runs because a document names a domain: an operator turns it on
(`gen_ip.service.domains`), apart from any answer, as `gen_ip.status.reaching` says.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.nesting import parse
from gen_ip.status.accounts import domain
from gen_ip.status.reaching import PublicHttps, Resolve, Unreached, is_public, resolved

PATH = "/.well-known/gen-ip.json"
MAX_BYTES = 16_384
MAX_ACCOUNTS = 100
_SECONDS, _MAX_NESTING = 5.0, 8


class Proof(Enum):
    """What a domain says of an account."""

    PROVEN = "proven"
    DENIED = "denied"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Said:
    """What a domain said when it was asked: the accounts it lists, or the `failure` that kept it
    from saying anything."""

    accounts: frozenset[str] = frozenset()
    failure: Proof | None = None

    def of(self, account: str) -> Proof:
        """What that means for an account (with its checksum)."""
        if self.failure is not None:
            return self.failure
        return Proof.PROVEN if account in self.accounts else Proof.DENIED


Ask = Callable[[str], Said]
"""A way to ask a domain, in its one spelling."""


def any_of(ways: Sequence[Ask]) -> Ask:
    """One way out of several: what any of them lists counts. It raises what they raise."""

    def ask(host: str) -> Said:
        answers = [way(host) for way in ways]
        heard = [each.accounts for each in answers if each.failure is None]
        if heard:
            return Said(frozenset().union(*heard))
        forbidden = any(each.failure is Proof.FORBIDDEN for each in answers)
        return Said(failure=Proof.FORBIDDEN if forbidden else Proof.UNREACHABLE)

    return ask


class DomainVerifier:
    """Asks domains. The arguments are for tests; their defaults are what is safe."""

    def __init__(
        self,
        *,
        resolve: Resolve = resolved,
        public: Callable[[str], bool] = is_public,
        port: int = 443,
        context: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._port = port
        self._https = PublicHttps(resolve=resolve, public=public, context=context, seconds=seconds)

    def verify(self, host: str, account: str) -> Proof:
        """Whether the domain's file lists the account.

        Raises:
            BadAccount: `host` is no domain.
            InvalidArgument: `account` is no address.
        """
        wanted = arguments.address("account", account)
        return self.ask(host).of(wanted)

    def ask(self, host: str) -> Said:
        """The accounts that the domain's file lists.

        Raises:
            BadAccount: `host` is no domain.
        """
        name = domain(host)
        try:
            found = self._https.request(
                "GET",
                name,
                PATH,
                port=self._port,
                headers={"Accept": "application/json"},
                most_bytes=MAX_BYTES,
            )
        except Unreached as error:
            return Said(failure=Proof.FORBIDDEN if error.forbidden else Proof.UNREACHABLE)
        if found.status != 200:
            return Said(failure=Proof.UNREACHABLE)
        return Said(frozenset(_accounts(found.body)))


def _accounts(data: bytes) -> list[str]:
    """The accounts that a file lists; none where it is something else."""
    try:
        document = parse(data, _MAX_NESTING)
    except ValueError:
        return []
    listed = document.get("accounts") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        return []
    found = []
    for each in listed[:MAX_ACCOUNTS]:
        try:
            found.append(arguments.address("accounts", each))
        except InvalidArgument:
            continue
    return found
