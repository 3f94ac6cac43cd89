"""Domains asked about accounts: public addresses alone, no redirection, little read, and TLS."""

from __future__ import annotations

import datetime
import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gen_ip.status.domains import MAX_BYTES, PATH, DomainVerifier, Proof, Said
from gen_ip.status.errors import BadAccount
from gen_ip.status.reaching import is_public
from tests.support.chain import account

ALICE = account("alice").address
HOST = "artist.example"


class Site(ThreadingHTTPServer):
    """Answers with what a test sets, and keeps what it was asked."""

    daemon_threads = True
    status, body, headers = 200, b"", {}  # type: ignore[var-annotated] # plain values
    asked: list[tuple[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
        except OSError:
            # Whoever asked has read enough.
            return

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def site(certificate: Path) -> Iterator[Site]:
    server = Site(("127.0.0.1", 0), _Handler)
    server.asked = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def verifier(site: Site, certificate: Path, **changes: object) -> DomainVerifier:
    values = {
        "resolve": lambda host, port: ["127.0.0.1"],
        "public": lambda address: True,
        "port": site.server_address[1],
        "context": ssl.create_default_context(cafile=certificate),
        **changes,
    }
    return DomainVerifier(**values)  # type: ignore[arg-type] # values of many kinds


def _file(*accounts: object) -> bytes:
    return json.dumps({"accounts": list(accounts)}).encode()


def test_a_domain_that_lists_the_account(site: Site, certificate: Path) -> None:
    site.body = _file("0x12", 7, ALICE)
    assert verifier(site, certificate).verify("Artist.EXAMPLE", ALICE) is Proof.PROVEN
    assert site.asked == [(PATH, f"{HOST}:{site.server_address[1]}")]
    site.body = _file(account("bob").address)
    assert verifier(site, certificate).verify(HOST, ALICE) is Proof.DENIED


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"accounts": "x"}', b"\xff", b"[" * 9_000, b'{"accounts": [[]]}']
)
def test_files_that_list_nothing(site: Site, certificate: Path, body: bytes) -> None:
    site.body = body
    assert verifier(site, certificate).verify(HOST, ALICE) is Proof.DENIED


def test_no_redirection_is_followed(site: Site, certificate: Path) -> None:
    site.status, site.headers = 302, {"Location": f"https://{HOST}/elsewhere"}
    assert verifier(site, certificate).verify(HOST, ALICE) is Proof.UNREACHABLE
    assert [path for path, _ in site.asked] == [PATH]


def test_a_file_without_end_is_not_read(site: Site, certificate: Path) -> None:
    site.body = _file(ALICE) + b" " * MAX_BYTES
    assert verifier(site, certificate).verify(HOST, ALICE) is Proof.UNREACHABLE


def test_another_sites_certificate_is_refused(site: Site, certificate: Path) -> None:
    site.body = _file(ALICE)
    asked = verifier(site, certificate)
    assert asked.verify("other.example", ALICE) is Proof.UNREACHABLE
    untrusted = verifier(site, certificate, context=ssl.create_default_context())
    assert untrusted.verify(HOST, ALICE) is Proof.UNREACHABLE
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),  # noqa: S104
        *(
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
        ),
        *("::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1", "x"),
    ],
)
def test_addresses_that_are_not_public(site: Site, certificate: Path, address: str) -> None:
    assert not is_public(address)
    asked = verifier(
        site, certificate, resolve=lambda *_: ["93.184.216.34", address], public=is_public
    )
    assert asked.verify(HOST, ALICE) is Proof.FORBIDDEN
    assert site.asked == []


def test_addresses_that_are() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")


def test_names_without_an_address_and_names_that_are_none(site: Site, certificate: Path) -> None:
    def none(host: str, port: int) -> list[str]:
        raise OSError

    assert verifier(site, certificate, resolve=none).verify(HOST, ALICE) is Proof.UNREACHABLE
    empty = verifier(site, certificate, resolve=lambda *_: [])
    assert empty.verify(HOST, ALICE) is Proof.UNREACHABLE
    with pytest.raises(BadAccount):
        verifier(site, certificate).verify("127.0.0.1", ALICE)


def test_one_answer_is_for_every_account(site: Site, certificate: Path) -> None:
    bob = account("bob").address
    site.body = _file(ALICE, bob)
    said = verifier(site, certificate).ask(HOST)
    assert said == Said(frozenset({ALICE, bob}))
    assert said.of(account("carol").address) is Proof.DENIED
    assert Said(frozenset({ALICE}), Proof.UNREACHABLE).of(ALICE) is Proof.UNREACHABLE
