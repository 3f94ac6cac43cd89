"""A copy of a file that says inside whose work it is; and what a file says so."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gen_ip.atomic_file import write_bytes
from gen_ip.content.detection.detect import detect
from gen_ip.content.files import StrPath
from gen_ip.embedding import containers, credentials, xmp
from gen_ip.embedding.errors import CopyExists, MalformedContainer, NothingHoldsIt, NotWritten
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.saying import Saying
from gen_ip.fingerprint.picture import decoded, read


@dataclass(frozen=True)
class Copy:
    """A written copy.

    Attributes:
        sha256: of its bytes, 32 bytes: what a platform that receives it sees.
        original: the sha2-256 of the file it was made from.
        pixels: `pixels-v1` of both, 32 bytes: by this a copy is known to be the certified picture.
        signed: whether it has content credentials.
    """

    path: Path
    sha256: bytes
    original: bytes
    pixels: bytes
    signed: bool

    def to_json(self) -> dict[str, Any]:
        """For JSON; hashes as 64 hex digits."""
        return {
            "path": str(self.path),
            "sha256": self.sha256.hex(),
            "original_sha256": self.original.hex(),
            "pixels_v1": self.pixels.hex(),
            "content_credentials": self.signed,
        }


@dataclass(frozen=True)
class Inside:
    """What a file says: by Gen-IP's XMP properties, and by a C2PA manifest store as its reader
    puts it; None for what is not there. Anyone can write anything: only the certificate counts."""

    xmp: Mapping[str, str] | None
    c2pa: Mapping[str, Any] | None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "xmp": None if self.xmp is None else dict(self.xmp),
            "c2pa": None if self.c2pa is None else dict(self.c2pa),
        }


def embed(
    path: StrPath, copy: Path, saying: Saying, identity: SigningIdentity | None = None
) -> Copy:
    """Writes a copy of a PNG, JPEG or WebP: XMP always, content credentials with an identity.

    The original is not touched, and the pixels are the same to the bit.

    Raises:
        FileProblem: the file is not usable, of another format, or damaged; the copy exists, or
            cannot be written.
        MetadataError: what it says already cannot be read, so it could not be kept.
        BadSigningIdentity: the chain or key is not one that C2PA takes.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    if copy.exists():
        raise CopyExists(copy)
    data, digest = read(path)
    media_type = _media_type(path, data)
    pixels = decoded(path, data).pixels
    try:
        made = containers.with_packet(
            data, media_type, xmp.packet(saying, containers.packet_of(data, media_type))
        )
    except containers.Malformed as error:
        raise MalformedContainer(path, str(error)) from None
    if identity is not None:
        made = credentials.signed(made, media_type, saying, identity)
    # What another reader would show must be what was certified.
    if decoded(copy, made).pixels != pixels:
        raise MalformedContainer(path, "other pixels would be read from the copy")
    try:
        write_bytes(copy, made)
    except OSError as error:
        raise NotWritten(copy, error.strerror or str(error)) from None
    return Copy(copy, hashlib.sha256(made).digest(), digest, pixels, identity is not None)


def inside(path: StrPath) -> Inside:
    """What a PNG, JPEG or WebP says inside.

    Raises:
        FileProblem: the file is not usable, of another format, or damaged.
        MetadataError: what it says cannot be read.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    data, _ = read(path)
    media_type = _media_type(path, data)
    try:
        packet = containers.packet_of(data, media_type)
    except containers.Malformed as error:
        raise MalformedContainer(path, str(error)) from None
    found = None if packet is None else xmp.read(packet)
    return Inside(found or None, credentials.read(data, media_type))


def _media_type(path: StrPath, data: bytes) -> str:
    media_type = detect(io.BytesIO(data)).media_type
    if media_type not in containers.MEDIA_TYPES:
        raise NothingHoldsIt(path, media_type)
    return media_type
