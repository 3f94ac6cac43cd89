"""Whether a domain says the same as a profile: the account stands in the domain's own file,
https://DOMAIN/.well-known/gen-ip.json, under `accounts`.

Nothing here runs because a document names a domain: an operator turns it on
(`gen_ip.service.domains`), apart from any answer. It connects to public addresses alone, to the
very one that it looked at (a name that changes its address in between changes nothing), follows no
redirection, and reads little.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import urllib3

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.nesting import parse
from gen_ip.status.accounts import domain

PATH = "/.well-known/gen-ip.json"
MAX_BYTES = 16_384
MAX_ACCOUNTS = 100
_SECONDS, _PIECE_BYTES, _MAX_NESTING = 5.0, 1_024, 8
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)

Resolve = Callable[[str, int], Sequence[str]]


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


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, and not an IPv4 address in disguise."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and (
        found.ipv4_mapped is not None or any(found in each for each in _TRANSLATED)
    ):
        return False
    return found.is_global and not found.is_multicast


def resolved(host: str, port: int) -> list[str]:
    """Every address that a name has.

    Raises:
        OSError: it has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


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
        self._resolve, self._public, self._port = resolve, public, port
        self._context, self._seconds = context or ssl.create_default_context(), seconds

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
            addresses = self._resolve(name, self._port)
        except (OSError, UnicodeError):
            return Said(failure=Proof.UNREACHABLE)
        # One private address among public ones is a trap as well.
        if not addresses or not all(map(self._public, addresses)):
            return Said(failure=Proof.FORBIDDEN if addresses else Proof.UNREACHABLE)
        data = self._read(name, addresses[0])
        if data is None:
            return Said(failure=Proof.UNREACHABLE)
        return Said(frozenset(_accounts(data)))

    def _read(self, name: str, address: str) -> bytes | None:
        """The file, asked of this very address; None where there is none that is short enough."""
        until = time.monotonic() + self._seconds
        pool = urllib3.HTTPSConnectionPool(
            address,
            self._port,
            ssl_context=self._context,
            server_hostname=name,
            assert_hostname=name,
            timeout=urllib3.Timeout(total=self._seconds),
            retries=False,
            maxsize=1,
        )
        try:
            response = pool.urlopen(
                "GET",
                PATH,
                headers={"Host": name, "Accept": "application/json"},
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            body = bytearray()
            if response.status != 200:
                return None
            while piece := response.read1(_PIECE_BYTES):
                body += piece
                if len(body) > MAX_BYTES or time.monotonic() > until:
                    return None
            return bytes(body)
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            return None
        finally:
            pool.close()


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
