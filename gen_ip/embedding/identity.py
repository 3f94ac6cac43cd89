"""Who signs content credentials: an X.509 chain and its key, given, or made for this one purpose.

A made one is on no list of trusted signers, and readers say so. It need not be: what binds a copy
to its creator is the certificate on chain that the copy names, signed with the creator's account.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gen_ip.content.files import StrPath, open_file
from gen_ip.embedding.errors import BadSigningIdentity
from gen_ip.errors import MissingLibrary

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import CertificateBuilder, KeyUsage

_LARGEST_PEM = 65_536
# A clock a little behind must not find the certificate too young.
_EARLIER = datetime.timedelta(minutes=10)
_DAYS = 397


@dataclass(frozen=True)
class SigningIdentity:
    """A chain in PEM, the signer's certificate first, and its private key in PEM (PKCS 8)."""

    chain: bytes
    key: bytes = field(repr=False)

    @classmethod
    def load(cls, chain: StrPath, key: StrPath) -> SigningIdentity:
        """From two files.

        Raises:
            FileProblem: one is not usable.
            BadSigningIdentity: they are no certificate and key of ECDSA P-256 that fit.
        """
        given = []
        for path in (chain, key):
            with open_file(path, _LARGEST_PEM) as file:
                given.append(file.read())
        found = cls(*given)
        found.check()
        return found

    def check(self) -> None:
        """That the key is the first certificate's, and of the right curve.

        Raises:
            BadSigningIdentity: it is not.
            MissingLibrary: what reads certificates is not installed.
        """
        try:
            from cryptography import x509
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.hazmat.primitives.serialization import load_pem_private_key
        except ImportError:
            raise MissingLibrary("cryptography", "embed", "signing content credentials") from None
        try:
            first = x509.load_pem_x509_certificates(self.chain)[0]
            key = load_pem_private_key(self.key, None)
        except (ValueError, TypeError, IndexError) as error:
            # The message may quote the file; what kind of error it was is enough, and no secret.
            raise BadSigningIdentity(type(error).__name__) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise BadSigningIdentity("the key is of another kind")
        if key.public_key() != first.public_key():
            raise BadSigningIdentity("the key is not the first certificate's")

    @classmethod
    def made(cls, name: str) -> SigningIdentity:
        """A new one, in this name; its authority's key is forgotten at once.

        Raises:
            MissingLibrary: what makes certificates is not installed.
        """
        try:
            from cryptography import x509
            from cryptography.hazmat.primitives import hashes, serialization
            from cryptography.hazmat.primitives.asymmetric import ec
            from cryptography.x509.oid import ExtendedKeyUsageOID
        except ImportError:
            raise MissingLibrary("cryptography", "embed", "signing content credentials") from None
        above, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        authority = (
            _begun(f"{name}, authority", f"{name}, authority", above)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(above, hashes.SHA256())
        )
        signer = (
            _begun(name, f"{name}, authority", own)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            # C2PA wants one of three purposes; this is the one not kept for time-stamps or OCSP.
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()),
                critical=False,
            )
            .sign(above, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        return cls(
            signer.public_bytes(pem) + authority.public_bytes(pem),
            own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        )


def _begun(subject: str, issuer: str, key: EllipticCurvePrivateKey) -> CertificateBuilder:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    def name(text: str) -> x509.Name:
        # A common name has 64 characters at most.
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Gen-IP creator, self-issued"),
                x509.NameAttribute(NameOID.COMMON_NAME, text[:64]),
            ]
        )

    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(signs_certificates: bool) -> KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
