"""HTTPS to hosts that strangers named: to public addresses alone, to the very one that was looked
at (a name that changes its address in between changes nothing), with no redirection followed and
little read."""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import urllib3
from urllib3.connection import HTTPSConnection

from gen_ip.errors import GenIPError, shown

_SECONDS, _PIECE_BYTES = 5.0, 1_024
_TRANSLATED = (
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("2001::/32"),
)

Resolve = Callable[[str, int], Sequence[str]]


class Unreached(GenIPError):
    """A host gave no answer that is short and soon enough; `forbidden`: it is not public."""

    def __init__(self, host: str, reason: str, *, forbidden: bool = False) -> None:
        self.host, self.forbidden = host, forbidden
        super().__init__(f"{shown(host)} was not reached ({reason}); try again later")


class Answer(NamedTuple):
    """What a host answered."""

    status: int
    body: bytes


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


class _Deadline:
    """Cuts a connection off after so many seconds. A time limit of a socket is for each piece that
    comes, so that a host which sends a byte now and then would hold it as long as it likes."""

    def __init__(self) -> None:
        self.over = False
        self._lock = threading.Lock()
        self._held: socket.socket | None = None

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Runs while the block does."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            with self._lock:
                if self._held is not None:
                    self._held.close()
                self._held = None

    def hold(self, connected: socket.socket) -> None:
        """Takes what is to be cut off: before TLS, which may take its time as well."""
        with self._lock:
            self._held = connected.dup()
        if self.over:
            self._cut()

    def _cut(self) -> None:
        self.over = True
        with self._lock, suppress(OSError):
            if self._held is not None:
                self._held.shutdown(socket.SHUT_RDWR)


class PublicHttps:
    """Asks. The arguments are for tests; their defaults are what is safe.

    `seconds`: for all of a request and its answer, once the name is resolved.
    """

    def __init__(
        self,
        *,
        resolve: Resolve = resolved,
        public: Callable[[str], bool] = is_public,
        context: ssl.SSLContext | None = None,
        seconds: float = _SECONDS,
    ) -> None:
        self._resolve, self._public = resolve, public
        self._context, self._seconds = context or ssl.create_default_context(), seconds

    def request(
        self,
        method: str,
        host: str,
        path: str,
        *,
        port: int = 443,
        headers: Mapping[str, str],
        body: bytes | None = None,
        most_bytes: int,
    ) -> Answer:
        """The answer to one request.

        Raises:
            Unreached: it is no public host, or gives no such answer.
        """
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Unreached(host, "its name has no address") from None
        # One private address among public ones is a trap as well.
        if not addresses or not all(map(self._public, addresses)):
            raise Unreached(host, "its address is not public", forbidden=bool(addresses))
        deadline = _Deadline()

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                connected = super()._new_conn()
                deadline.hold(connected)
                return connected

        pool = urllib3.HTTPSConnectionPool(
            addresses[0],
            port,
            ssl_context=self._context,
            server_hostname=host,
            assert_hostname=host,
            timeout=urllib3.Timeout(total=self._seconds),
            retries=False,
            maxsize=1,
        )
        pool.ConnectionCls = Connection
        named = {"Host": host if port == 443 else f"{host}:{port}", **headers}
        read = bytearray()
        try:
            with deadline.after(self._seconds):
                response = pool.urlopen(
                    method,
                    path,
                    body=body,
                    headers=named,
                    redirect=False,
                    preload_content=False,
                    decode_content=False,
                )
                while len(read) <= most_bytes and (piece := response.read1(_PIECE_BYTES)):
                    read += piece
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            reason = "its answer is too slow" if deadline.over else type(error).__name__
            raise Unreached(host, reason) from None
        finally:
            pool.close()
        # What was cut off may look like an answer that ended.
        if deadline.over or len(read) > most_bytes:
            raise Unreached(host, "its answer is too long, or too slow")
        return Answer(response.status, bytes(read))
