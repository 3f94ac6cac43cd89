"""From a file to the metadata of its certificate, and back from a certificate to its metadata."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from gen_ip.content import metadata as metadata_format
from gen_ip.content.cid import raw_cid
from gen_ip.content.declaration import Declaration
from gen_ip.content.detection.found import Detected
from gen_ip.content.detection.models import TENSORS
from gen_ip.content.detection.settling import settled
from gen_ip.content.detection.signatures import PICTURES
from gen_ip.content.files import (
    MAX_FILE_BYTES,
    MAX_MODEL_BYTES,
    FileSummary,
    OnBytes,
    cap_of,
    detect_file,
    open_file,
    summarize_file,
)
from gen_ip.content.metadata import MAX_METADATA_BYTES, Metadata, PublishedCopy
from gen_ip.content.metadata_schema import HIDDEN
from gen_ip.content.safetensors import BadSafetensors, tensors_sha256
from gen_ip.content.store import Store, find
from gen_ip.errors import (
    EmptyFile,
    FileProblem,
    FileTooLarge,
    MetadataError,
    StoreError,
    UnreadableFile,
    shown,
)
from gen_ip.fingerprint.canonical import ALGORITHMS, AUTOV3, canonical_of
from gen_ip.fingerprint.image import ImageFingerprint, perceptual_hash
from gen_ip.fingerprint.picture import read as read_whole
from gen_ip.generation.published import base_models, making, tools
from gen_ip.generation.reading import Reading, read

Content: TypeAlias = Path | str | bytes
"""A work's content: the path of its file, or its bytes."""

_UNTITLED = "Untitled"
_SURROGATES = re.compile("[\ud800-\udfff]")
# A node finds what somebody serves in a few seconds; what nobody serves it would seek for long.
_METADATA_SECONDS = 10.0


class FileChanged(FileProblem):
    """The file was written to while it was read."""

    def __init__(self, path: object) -> None:
        super().__init__(path, "changed while it was read; try again when nothing writes to it")


class Limit(Enum):
    """The most that a file without a likeness hash can be recognized by."""

    BYTES = "exact bytes"
    CONTENT = "same content"
    PIXELS = "same pixels"


def limit_of(
    fingerprint: ImageFingerprint | None, canonical: Mapping[str, str] = MappingProxyType({})
) -> Limit | None:
    """What keeps a file (None: no picture of a known format) from being found by likeness, with its
    canonical hashes."""
    if any(algorithm in ALGORITHMS for algorithm in canonical):
        return Limit.CONTENT
    if fingerprint is None or fingerprint.pixels is None:
        return Limit.BYTES if fingerprint is None or fingerprint.phash64 is None else None
    return Limit.PIXELS if fingerprint.phash64 is None else None


@dataclass(frozen=True)
class Described:
    """A file's identity, what it is, its fingerprint where it is a picture, and else its canonical
    hash (`gen_ip.fingerprint.canonical`), 64 hex digits by algorithm."""

    path: Path
    name: str
    summary: FileSummary
    detected: Detected
    fingerprint: ImageFingerprint | None = None
    canonical: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_hash(self) -> bytes:
        """The sha2-256 of the bytes, 32 bytes."""
        return bytes.fromhex(self.summary.sha256)


@contextmanager
def as_file(content: Content) -> Iterator[Path]:
    """The path of the content; bytes lie in a temporary file for as long as the block runs.

    Raises:
        EmptyFile, FileTooLarge: the bytes are none, or more than the cap.
    """
    if not isinstance(content, bytes):
        yield Path(content)
        return
    if not content:
        raise EmptyFile("the given content")
    if len(content) > MAX_FILE_BYTES:
        raise FileTooLarge("the given content", len(content), MAX_FILE_BYTES)
    with tempfile.TemporaryDirectory(prefix="gen-ip-") as folder:
        path = Path(folder) / "content"
        path.write_bytes(content)
        yield path


def summarize(content: Content, path: Path, on_bytes: OnBytes | None = None) -> Described:
    """What identifies the file, without decoding it. `path` is what `as_file(content)` gave.
    `on_bytes` is told how far it has come.

    Raises:
        FileProblem: the file is not usable.
    """
    name = _UNTITLED if isinstance(content, bytes) else path.stem or _UNTITLED
    return Described(path, name, summarize_file(path, on_bytes=on_bytes), detect_file(path))


def readings(found: Detected) -> int:
    """How often such a file is read from end to end to be certified: to name it by its hashes, for
    the hash of its tensors where it has any, and to be kept."""
    return 3 if found.format in TENSORS else 2


def content_hash(content: Content) -> bytes:
    """The sha2-256 of the content, 32 bytes: what goes on chain for a document.

    Raises:
        FileProblem: the file is not usable.
    """
    with as_file(content) as path:
        return summarize(content, path).content_hash


def same_content(described: Described) -> tuple[str, str] | None:
    """The hash of a file's content, by its algorithm; None for what has none that is known.

    Raises:
        FileProblem: it is a picture that cannot be decoded, or the file changed.
    """
    found = fingerprinted(described)
    hashes = found.canonical if found.fingerprint is None else found.fingerprint.canonical
    return next(iter(hashes.items()), None)


def fingerprinted(described: Described, on_bytes: OnBytes | None = None) -> Described:
    """With the fingerprint, where the file is a picture, else with the hash of its content.
    `on_bytes` is told how far it has come with a model, which may be large.

    Raises:
        FileProblem: it is a picture that cannot be decoded, or the file changed.
    """
    if described.detected.format not in PICTURES:
        return replace(described, canonical=_canonical(described, on_bytes))
    found = perceptual_hash(described.path)
    if found.sha256 != described.summary.sha256:
        raise FileChanged(described.path)
    return replace(described, fingerprint=found)


def write(
    described: Described,
    *,
    name: str | None,
    description: str,
    work: int,
    parents: Sequence[int] = (),
    terms: Sequence[bytes] = (),
    declared: Declaration | None = None,
    kind: str | None = None,
    publish_prompt: bool = False,
    tags: Sequence[str] = (),
    copies: Sequence[PublishedCopy] = (),
    reading: Reading | None = None,
) -> bytes:
    """The encoded metadata of the certificate of `work`.

    What the file says of its making goes in (`gen_ip.generation.published`), its prompts as texts
    only with `publish_prompt`; its tool and models stand for those the creator declares none of.

    `tags` are words it is searched by. `copies` are those that the creator publishes besides the
    certified file.
    `terms` are hashes of the terms of the licenses that its parents are used under. `kind` is what
    the creator says it is; by default what its bytes say. `reading` is what the file says of its
    making, where it was read before.

    Raises:
        WrongKind, RefusedFile: it cannot be certified as of this kind; see
            `gen_ip.content.detection.settling`.
        MetadataError: a text does not fit.
    """
    if name is None:
        _check_own_name(described.name)
    found, reading = described.fingerprint, reading or read(described.path)
    stated = (declared or Declaration()).fields()
    document = metadata_format.build(
        name=described.name if name is None else name,
        description=description,
        content=described.summary,
        kind=settled(described.path, described.detected, kind),
        canonical=found.canonical if found else described.canonical,
        fingerprints=found.fingerprints if found else None,
        parents=parents,
        terms=[f"0x{terms_hash.hex()}" for terms_hash in terms],
        work=work,
        attributes=[{"trait_type": "Tag", "value": each} for each in tags],
        generation=making(reading, prompts=publish_prompt),
        copies=copies,
        **{
            **stated,
            "tools": stated["tools"] or tools(reading),
            "base_models": stated["base_models"] or base_models(reading),
        },
    )
    return metadata_format.encode(document)


def digest(document: bytes) -> bytes:
    """What the registry stores of encoded metadata: its sha2-256, 32 bytes."""
    return metadata_format.digest(document)


def keep(
    store: Store, described: Described, document: bytes, on_bytes: OnBytes | None = None
) -> str:
    """Puts the file and its metadata into the store; returns the metadata's CID. `on_bytes` is told
    how far it has come with the file.

    Raises:
        StoreError: the store does not take them.
        FileProblem: the file is gone or changed.
    """
    path, cap = os.fspath(described.path), cap_of(described.detected)
    if store.put_file(path, cap, on_bytes) != described.summary.cid:
        raise FileChanged(described.path)
    return store.put_block(document)


def fetch(
    store: Store, digest: bytes, content_hash: bytes, seconds: float = _METADATA_SECONDS
) -> Metadata:
    """The metadata of a certificate that names `digest` and `content_hash` on chain.

    The document is a stranger's: it counts only when its bytes have the digest and when it speaks
    of the certified bytes.

    Raises:
        ContentNotFound: the store does not hold it, or cannot give it within `seconds`.
        StoreError: the store is down, or its bytes are damaged or too many.
        MetadataError: it is no metadata, or of another file.
    """
    document = _of_digest(store, digest, seconds)
    if document["gen_ip"]["content"]["sha256"] != content_hash.hex():
        raise MetadataError(
            "gen_ip.content.sha256",
            f"is not the certificate's content hash {content_hash.hex()}; do not trust it",
        )
    return document


def find_metadata(
    store: Store, digest: bytes, seconds: float = _METADATA_SECONDS
) -> Metadata | None:
    """The metadata of `digest` where the store holds it and it can be read; None elsewhere.

    Unlike `fetch` it does not fail where there is nothing, and asks for no content hash.
    """
    try:
        return _of_digest(store, digest, seconds)
    except (StoreError, MetadataError):
        return None


def _of_digest(store: Store, digest: bytes, seconds: float) -> Metadata:
    """The metadata whose bytes have the digest."""
    data = find(store.within(seconds), raw_cid(digest), MAX_METADATA_BYTES)
    if hashlib.sha256(data).digest() != digest:
        raise MetadataError("", "has another digest than the certificate; ask for the true one")
    return metadata_format.decode(data)


def _canonical(described: Described, on_bytes: OnBytes | None) -> dict[str, str]:
    path, found = described.path, described.detected
    if found.format in TENSORS:
        return {AUTOV3: _tensors(path, on_bytes)}
    if found.kind not in ("text", "prompt", "workflow"):
        return {}
    content, sha256 = read_whole(path)
    if sha256 != described.content_hash:
        raise FileChanged(path)
    return canonical_of(path, content, found)


def _tensors(path: Path, on_bytes: OnBytes | None) -> str:
    # However large it is, it takes little memory.
    with open_file(path, MAX_MODEL_BYTES) as file:
        try:
            return tensors_sha256(file, on_bytes)
        except BadSafetensors:
            # It was sound when it was looked at.
            raise FileChanged(path) from None
        except OSError as error:
            raise UnreadableFile(path, error.strerror or str(error)) from None


def _check_own_name(name: str) -> None:
    """Raises `MetadataError` for a file name that a certificate cannot carry as a name."""
    # Surrogates stand for bytes of a file name that are no UTF-8.
    if hidden := HIDDEN.search(name) or _SURROGATES.search(name):
        raise MetadataError(
            "name",
            f"would be that of the file, {shown(name)}, with the invisible character "
            f"U+{ord(hidden[0]):04X}; give --name (in Python: name=)",
        )
