"""A certificate's metadata: the JSON behind `tokenURI`.

Wallets show the part that ERC-721 and the marketplaces' convention define (name, description,
image, attributes). What Gen-IP adds is in the `gen_ip` object. The bytes are canonical JSON
(RFC 8785), so that one document has one digest; the registry keeps that sha2-256, and the bytes
lie in a content store under the raw CID of the same digest.

The document describes a claim. It holds nothing about the claimant but what the caller puts in,
and says of nobody that a work is theirs.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, TypedDict, cast

import rfc8785

from gen_ip.content.cid import ipfs_uri
from gen_ip.content.files import FileSummary
from gen_ip.content.kind import Kind
from gen_ip.content.metadata_schema import MAX_NESTING, check
from gen_ip.errors import MetadataError, shown
from gen_ip.nesting import nested_deeper_than

SCHEMA = "gen-ip/certificate@1"
# One UnixFS chunk: the raw CID of the block is also the CID of a file with these bytes.
MAX_METADATA_BYTES = 262_144


class Attribute(TypedDict):
    """A line that wallets show below the picture."""

    trait_type: str
    value: str | int | float | bool


class Content(TypedDict):
    """The certified bytes: UnixFS CID, sha2-256 (64 hex digits), size in bytes, media type."""

    cid: str
    sha256: str
    size: int
    mediaType: str


class Tool(TypedDict):
    """Software or a base model used to make the work, with the license or plan it came under.

    `upstream` is its row in the table of `gen_ip.terms.upstream`.
    """

    name: str
    version: NotRequired[str]
    license: NotRequired[str]
    plan: NotRequired[str]
    upstream: NotRequired[str]
    sha256: NotRequired[str]


class Override(TypedDict):
    """The creator's statement to hold `rights` (names) that the license of `upstream` withholds."""

    upstream: str
    rights: list[str]
    statement: str


class UsedModel(TypedDict):
    """A model or LoRA that a work was made with: its name, what it was used as, its weight as a
    text, and of which kind its hash is, such as `autov2`."""

    name: str
    role: NotRequired[str]
    weight: NotRequired[str]
    hash_kind: NotRequired[str]
    hash: NotRequired[str]


class Making(TypedDict, total=False):
    """How the work was made, as its file said when it was certified; `source` says where in it.

    Of prompts and workflow the sha2-256 (64 hex digits); prompts themselves only where the creator
    chose to publish them. `c2pa` is where a C2PA manifest lies in the file.
    """

    tool: str
    version: str
    source: str
    settings: dict[str, str]
    models: list[UsedModel]
    loras: list[UsedModel]
    positive: str
    negative: str
    positive_sha256: str
    negative_sha256: str
    workflow_sha256: str
    digital_source_type: str
    c2pa: str


class PublishedCopy(TypedDict):
    """Another file that the owner publishes as this work: its sha2-256 (64 hex digits), its media
    type, and where it is known its ISCC (ISO 24138)."""

    sha256: str
    mediaType: str
    iscc: NotRequired[str]


class GenIPPart(TypedDict):
    """What Gen-IP itself reads.

    `canonical` holds hashes that survive re-encoding, 64 hex digits by algorithm, such as
    `pixels-v1`; `fingerprints` hashes of likeness, hex by algorithm, such as `pdq-1`. `parents`
    are work ids as decimal strings (they exceed what a JSON number carries), ascending. `terms`
    are hashes of license terms, `0x` and 64 hex digits. `human_contribution` is the creator's own
    statement. `copies` are other files that the owner publishes as this work: their word alone.
    """

    schema: str
    kind: Kind
    content: Content
    canonical: dict[str, str]
    fingerprints: dict[str, str]
    parents: list[str]
    terms: list[str]
    work: NotRequired[str]
    tools: NotRequired[list[Tool]]
    base_models: NotRequired[list[Tool]]
    human_contribution: NotRequired[str]
    upstream_override: NotRequired[list[Override]]
    generation: NotRequired[Making]
    copies: NotRequired[list[PublishedCopy]]


class Metadata(TypedDict):
    """A whole document. `image` and `animation_url` (what wallets play instead of it) are `ipfs://`
    URIs; `external_url` an https URL, never fetched."""

    name: str
    description: str
    image: NotRequired[str]
    animation_url: NotRequired[str]
    external_url: NotRequired[str]
    attributes: list[Attribute]
    gen_ip: GenIPPart


def build(
    *,
    name: str,
    content: FileSummary,
    kind: Kind = "image",
    description: str = "",
    image_cid: str | None = None,
    animation_cid: str | None = None,
    external_url: str | None = None,
    attributes: Iterable[Attribute] = (),
    canonical: Mapping[str, str] | None = None,
    fingerprints: Mapping[str, str] | None = None,
    parents: Iterable[int | str] = (),
    terms: Iterable[str] = (),
    work: int | str | None = None,
    tools: Iterable[Tool] = (),
    base_models: Iterable[Tool] = (),
    human_contribution: str | None = None,
    upstream_override: Iterable[Override] = (),
    generation: Making | None = None,
    copies: Iterable[PublishedCopy] = (),
) -> Metadata:
    """A document about the file that `content` summarizes, checked like a stranger's.

    `image_cid` is what wallets show; for an image it defaults to the work itself. `animation_cid`
    is what they play instead; for audio and video it defaults to the work itself. `canonical` and
    `fingerprints` are those of `GenIPPart`, for images from
    `gen_ip.fingerprint.image.ImageFingerprint`. `parents` may come in any order.

    Raises:
        MetadataError: a value breaks the schema; its `field` says which.
        MalformedCID: a CID is none.
    """
    part: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": kind,
        "content": {
            "cid": content.cid,
            "sha256": content.sha256,
            "size": content.size,
            "mediaType": content.media_type,
        },
        "canonical": _hashes("canonical", canonical),
        "fingerprints": _hashes("fingerprints", fingerprints),
        # By length first: the order of the numbers, also for text that is no number.
        "parents": sorted(
            (_decimal("parents", parent) for parent in _list("parents", parents)),
            key=lambda id_: (len(id_), id_),
        ),
        "terms": _list("terms", terms),
    }
    if work is not None:
        part["work"] = _decimal("work", work)
    if tools := _list("tools", tools):
        part["tools"] = tools
    if base_models := _list("base_models", base_models):
        part["base_models"] = base_models
    if human_contribution is not None:
        part["human_contribution"] = human_contribution
    if upstream_override := _list("upstream_override", upstream_override):
        part["upstream_override"] = upstream_override
    if generation is not None:
        part["generation"] = generation
    if copies := _list("copies", copies):
        part["copies"] = copies
    document: dict[str, Any] = {
        "name": name,
        "description": description,
        "attributes": _list("attributes", attributes),
        "gen_ip": part,
    }
    shown_cid = image_cid or (content.cid if kind == "image" else None)
    if shown_cid is not None:
        document["image"] = ipfs_uri(shown_cid)
    played_cid = animation_cid or (content.cid if kind in ("audio", "video") else None)
    if played_cid is not None:
        document["animation_url"] = ipfs_uri(played_cid)
    if external_url is not None:
        document["external_url"] = external_url
    check(document)
    return cast(Metadata, document)


def encode(document: Metadata) -> bytes:
    """The canonical bytes (RFC 8785) of a document, at most 256 KiB.

    Raises:
        MetadataError: the document breaks the schema or is too large.
    """
    check(document)
    data = _canonical(document)
    if len(data) > MAX_METADATA_BYTES:
        raise _too_large(len(data))
    return data


def digest(data: bytes) -> bytes:
    """The sha2-256 of encoded metadata, 32 bytes: what the registry stores."""
    return hashlib.sha256(data).digest()


def decode(data: bytes) -> Metadata:
    """Read a document by whomever. Fields the schema does not know are kept.

    Raises:
        MetadataError: it is too large, nested too deeply, not canonical JSON (which also rules
            out doubled keys), or breaks the schema.
    """
    if len(data) > MAX_METADATA_BYTES:
        raise _too_large(len(data))
    try:
        text = data.decode("utf-8")
        if nested_deeper_than(MAX_NESTING, text):
            raise MetadataError("", f"is nested deeper than {MAX_NESTING} levels")
        document = json.loads(text)
    except ValueError as error:
        raise MetadataError("", f"is not JSON in UTF-8 ({error})") from None
    if _canonical(document) != data:
        raise MetadataError("", "is not in canonical form; encode it as RFC 8785 says")
    check(document)
    return cast(Metadata, document)


def _canonical(document: object) -> bytes:
    try:
        return rfc8785.dumps(cast(Any, document))
    except UnicodeEncodeError:
        # rfc8785 sorts keys by their UTF-16 form before it checks their text.
        raise MetadataError(
            "", "has no canonical form (a key has half a surrogate pair); encode it as UTF-8"
        ) from None
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        problem = str(error) or "it is nested too deeply"
        # It may hold a number of thousands of digits.
        raise MetadataError("", f"has no canonical form ({shown(problem)})") from None


def _list(field: str, values: object) -> list[Any]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise MetadataError(field, f"is {shown(values)}; expected a list")
    return list(values)


def _hashes(field: str, values: object) -> dict[str, Any]:
    if not isinstance(values, Mapping | None):
        raise MetadataError(field, f"is {shown(values)}; expected hashes by algorithm")
    return dict(values or {})


def _decimal(field: str, work: int | str) -> str:
    if isinstance(work, str):
        return work
    if isinstance(work, bool) or not isinstance(work, int):
        raise MetadataError(field, "must be work ids, each an integer or a decimal string")
    return str(work)


def _too_large(size: int) -> MetadataError:
    return MetadataError(
        "", f"has {size:,} bytes, the cap is {MAX_METADATA_BYTES:,}; shorten its texts"
    )
