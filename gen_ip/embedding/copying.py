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
from gen_ip.content.metadata import PublishedCopy
from gen_ip.embedding import containers, credentials, naming
from gen_ip.embedding.errors import CopyExists, MalformedContainer, NothingHoldsIt, NotWritten
from gen_ip.embedding.formats import PLACES, SIGNED
from gen_ip.embedding.identity import SigningIdentity
from gen_ip.embedding.iscc import iscc_of
from gen_ip.embedding.original import Original, kept
from gen_ip.embedding.saying import Saying
from gen_ip.fingerprint.picture import read
from gen_ip.work import WorkAddress


@dataclass(frozen=True)
class Copy:
    """A written copy.

    Attributes:
        sha256: of its bytes, 32 bytes: what a platform that receives it sees.
        original: the sha2-256 of the file it was made from.
        keeps: what both have: the algorithm of a canonical hash, and its 64 hex digits. By this a
            copy is known to be the certified work.
        place: where in it that is said, such as `XMP`.
        signed: whether it has content credentials.
        iscc: its own ISCC code.
    """

    path: Path
    sha256: bytes
    original: bytes
    keeps: tuple[str, str]
    media_type: str
    place: str
    signed: bool
    iscc: str

    def published(self) -> PublishedCopy:
        """For a certificate's metadata."""
        return {"sha256": self.sha256.hex(), "mediaType": self.media_type, "iscc": self.iscc}

    def to_json(self) -> dict[str, Any]:
        """For JSON; hashes as 64 hex digits."""
        return {
            "path": str(self.path),
            "sha256": self.sha256.hex(),
            "original_sha256": self.original.hex(),
            "canonical": dict([self.keeps]),
            "media_type": self.media_type,
            "place": self.place,
            "content_credentials": self.signed,
            "iscc": self.iscc,
        }


@dataclass(frozen=True)
class Inside:
    """What a file says, which anyone can have written: only the certificate counts.

    Attributes:
        place: where it says it, such as `XMP`; None where it says nothing.
        said: by name: `work`, `chain`, `creator` and so on; None where it says nothing.
        c2pa: a C2PA manifest store as its reader puts it.
    """

    place: str | None
    said: Mapping[str, str] | None
    c2pa: Mapping[str, Any] | None

    @property
    def named(self) -> WorkAddress | None:
        """The work that it says it is, outside of content credentials."""
        if self.said is None:
            return None
        return naming.address(self.said)

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "place": self.place,
            "said": None if self.said is None else dict(self.said),
            "c2pa": None if self.c2pa is None else dict(self.c2pa),
        }


def embed(
    original: Original, copy: Path, saying: Saying, identity: SigningIdentity | None = None
) -> Copy:
    """Writes a copy that says it where its format has a place for it; of a PNG, JPEG or WebP also
    as content credentials, with an identity.

    The original is not touched, and its content stays: what would be read from the copy is
    compared before it is written.

    Raises:
        FileProblem: the file is of a format without a place for it, or damaged; the copy exists,
            or cannot be written.
        MetadataError: what it says already cannot be read, so it could not be kept.
        BadSigningIdentity: the chain or key is not one that C2PA takes.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    if copy.exists():
        raise CopyExists(copy)
    path, found = original.path, original.detected
    place = PLACES.get(found.format)
    if place is None:
        raise NothingHoldsIt(path, found.format)
    try:
        made = place.write(original.data, saying)
        if (place.read(made) or {}).get("work") != str(saying.work):
            raise containers.Malformed("what was written cannot be read back")
    except containers.Malformed as error:
        raise MalformedContainer(path, str(error)) from None
    signed = identity is not None and found.format in SIGNED
    if identity is not None and signed:
        made = credentials.signed(made, found.media_type, saying, identity)
    # What another reader would see must be what was certified.
    again = detect(io.BytesIO(made))
    if again.format != found.format or kept(copy, made, again) != original.keeps:
        raise MalformedContainer(path, "something else would be read from the copy")
    try:
        write_bytes(copy, made)
    except OSError as error:
        raise NotWritten(copy, error.strerror or str(error)) from None
    return Copy(
        path=copy,
        sha256=hashlib.sha256(made).digest(),
        original=original.sha256,
        keeps=original.keeps,
        media_type=found.media_type,
        place=place.name,
        signed=signed,
        iscc=iscc_of(made, original.likeness),
    )


def inside(path: StrPath, *, signed: bool = True) -> Inside:
    """What a file says inside; content credentials only where it is `signed` that is asked for.

    Raises:
        FileProblem: the file is not usable, of a format without a place for it, or damaged.
        MetadataError: what it says cannot be read.
        MissingLibrary: `gen-ip[embed]` is not installed.
    """
    data, _ = read(path)
    found = detect(io.BytesIO(data))
    place = PLACES.get(found.format)
    if place is None:
        raise NothingHoldsIt(path, found.format)
    try:
        said = place.read(data)
    except containers.Malformed as error:
        raise MalformedContainer(path, str(error)) from None
    c2pa = None
    if signed and found.format in SIGNED:
        c2pa = credentials.read(data, found.media_type)
    return Inside(place.name if said else None, said, c2pa)
