"""What a certificate's metadata must look like, checked by hand-written rules.

Documents come from strangers, so every known field is checked for type, length and form before
anything uses it. Unknown fields pass: later versions may add some. The same for readers in any
language is `certificate-1.schema.json` beside this file (JSON Schema 2020-12); a test holds the
two together.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any, get_args
from urllib.parse import urlsplit

from gen_ip.content.cid import RAW, cid_of_uri, parse_cid
from gen_ip.content.kind import Kind
from gen_ip.errors import MalformedCID, MetadataError, shown

MAX_NESTING = 16
MAX_NAME = 256
MAX_TEXT = 10_000
MAX_ITEMS = 64
# The protocol's own limit on a work's parents.
MAX_PARENTS = 32
MAX_WORK_ID = 2**160 - 1

_KINDS = get_args(Kind)
_SCHEMA = re.compile(r"gen-ip/certificate@1")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DIGITS = re.compile(r"[0-9a-f]{8,64}")
_BYTES32 = re.compile(r"0x[0-9a-f]{64}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){1,512}")
_ALGORITHM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_ISCC = re.compile(r"ISCC:[A-Z2-7]{10,120}")
_DECIMAL = re.compile(r"[1-9][0-9]{0,48}")
_UPSTREAM = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RIGHT = re.compile(r"[A-Z][A-Z_]{0,31}")
# Controls but tab and line feed, and the marks that reorder or hide what a wallet shows.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)

_Check = Callable[[str, Any], None]


def published() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a certificate's metadata, `gen-ip/certificate@1`.

    It says all that `check` does, but what needs more than a schema: that parents ascend, that no
    id is beyond 2**160 - 1, that a raw CID is that of its sha256, which numbers are exact.
    """
    found: dict[str, Any] = json.loads(
        (files("gen_ip.content") / "certificate-1.schema.json").read_text("utf-8")
    )
    return found


def check(document: object) -> None:
    """Raises `MetadataError`, naming the field, when `document` breaks the schema."""
    fields = _mapping("", document)
    _required(fields, "", "name", _text(MAX_NAME, empty=False))
    _required(fields, "", "description", _text(MAX_TEXT))
    _optional(fields, "", "image", _ipfs_uri)
    _optional(fields, "", "animation_url", _ipfs_uri)
    _optional(fields, "", "external_url", _https_url)
    _required(fields, "", "attributes", _list(_attribute))
    _required(fields, "", "gen_ip", _gen_ip)


def _gen_ip(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "schema", _pattern(_SCHEMA, "gen-ip/certificate@1"))
    _required(fields, field, "kind", _kind)
    _required(fields, field, "content", _content)
    _required(fields, field, "canonical", _hashes(_SHA256, "64 lower-case hex digits"))
    _required(fields, field, "fingerprints", _hashes(_HEX, "lower-case hex of 1 to 512 bytes"))
    _required(fields, field, "parents", _parents)
    _required(fields, field, "terms", _list(_pattern(_BYTES32, "0x and 64 lower-case hex digits")))
    _optional(fields, field, "work", _work)
    _optional(fields, field, "generation", _making)
    _optional(fields, field, "copies", _list(_copy))
    _declaration(fields, field)


def _copy(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "sha256", _pattern(_SHA256, "64 lower-case hex digits"))
    _required(fields, field, "mediaType", _pattern(_MEDIA_TYPE, "a media type such as image/png"))
    _optional(fields, field, "iscc", _pattern(_ISCC, "an ISCC code, ISCC: and letters"))


def _making(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    for name in ("tool", "version", "source", "digital_source_type", "c2pa"):
        _optional(fields, field, name, _text(MAX_NAME))
    for name in ("positive", "negative"):
        _optional(fields, field, name, _text(MAX_TEXT))
    for name in ("positive_sha256", "negative_sha256", "workflow_sha256"):
        _optional(fields, field, name, _pattern(_SHA256, "64 lower-case hex digits"))
    for name in ("models", "loras"):
        _optional(fields, field, name, _list(_used))
    _optional(fields, field, "settings", _settings)


def _used(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "name", _text(MAX_NAME, empty=False))
    for name in ("role", "weight"):
        _optional(fields, field, name, _text(MAX_NAME))
    _optional(fields, field, "hash_kind", _pattern(_ALGORITHM, "a kind such as autov2"))
    _optional(fields, field, "hash", _pattern(_DIGITS, "8 to 64 lower-case hex digits"))


def _settings(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    if len(fields) > MAX_ITEMS:
        raise MetadataError(field, f"has {len(fields)} entries; at most {MAX_ITEMS} may be")
    for name, text in fields.items():
        _text(MAX_NAME)(field, name)
        _text(MAX_NAME)(_join(field, name), text)


def check_declaration(fields: Mapping[str, Any]) -> None:
    """Raises `MetadataError` when what a creator declares of a work breaks the schema."""
    _declaration(fields, "")


def _declaration(fields: Mapping[str, Any], field: str) -> None:
    _optional(fields, field, "tools", _list(_tool))
    _optional(fields, field, "base_models", _list(_tool))
    _optional(fields, field, "human_contribution", _text(MAX_TEXT))
    _optional(fields, field, "upstream_override", _list(_override))


def _content(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "cid", _cid)
    _required(fields, field, "sha256", _pattern(_SHA256, "64 lower-case hex digits"))
    _required(fields, field, "size", _size)
    _required(fields, field, "mediaType", _pattern(_MEDIA_TYPE, "a media type such as image/png"))
    cid = parse_cid(fields["cid"])
    if cid.codec == RAW and cid.digest.hex() != fields["sha256"]:
        raise MetadataError(field, "names two contents: its cid and its sha256 differ")


def _attribute(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "trait_type", _text(MAX_NAME, empty=False))
    _required(fields, field, "value", _scalar)


def _tool(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "name", _text(MAX_NAME, empty=False))
    _optional(fields, field, "version", _text(MAX_NAME))
    _optional(fields, field, "license", _text(MAX_NAME))
    _optional(fields, field, "plan", _text(MAX_NAME))
    _optional(fields, field, "upstream", _pattern(_UPSTREAM, "an id such as sdxl-1.0"))
    _optional(fields, field, "sha256", _pattern(_SHA256, "64 lower-case hex digits"))


def _override(field: str, value: Any) -> None:
    fields = _mapping(field, value)
    _required(fields, field, "upstream", _pattern(_UPSTREAM, "an id such as sdxl-1.0"))
    _required(fields, field, "rights", _list(_pattern(_RIGHT, "rights such as TRAIN")))
    _required(fields, field, "statement", _text(MAX_TEXT, empty=False))


def _parents(field: str, value: Any) -> None:
    _list(_work, MAX_PARENTS)(field, value)
    ids = [int(parent) for parent in value]
    if any(low >= high for low, high in pairwise(ids)):
        raise MetadataError(field, "must be ascending without repetition")


def _work(field: str, value: Any) -> None:
    _pattern(_DECIMAL, "a work id as a decimal string")(field, value)
    if int(value) > MAX_WORK_ID:
        raise MetadataError(field, f"is {value}, beyond 2**160 - 1, the largest work id")


def _kind(field: str, value: Any) -> None:
    if value not in _KINDS:
        raise MetadataError(field, f"is {shown(value)}; expected one of {', '.join(_KINDS)}")


def _size(field: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise MetadataError(field, f"is {shown(value)}; expected a size in bytes, 1 to 2**53 - 1")


def _scalar(field: str, value: Any) -> None:
    if isinstance(value, str):
        _text(MAX_NAME)(field, value)
    elif not isinstance(value, bool | int | float):
        raise MetadataError(field, f"is {shown(value)}; expected text, a number or a boolean")
    elif not _is_exact(value):
        raise MetadataError(
            field,
            f"is {shown(value)}, which RFC 8785 cannot hold exactly; expected a number within "
            "2**53 - 1, or text",
        )


def _is_exact(value: int | float) -> bool:
    """Whether every JSON reader takes the number for the same one; from 10**21 on the canonical
    form has an exponent, as floats have."""
    if isinstance(value, int):
        return abs(value) < 2**53
    return math.isfinite(value) and not (value.is_integer() and 2**53 <= abs(value) < 10**21)


def _cid(field: str, value: Any) -> None:
    try:
        parse_cid(value)
    except MalformedCID as error:
        raise MetadataError(field, f"holds a {error}") from error


def _ipfs_uri(field: str, value: Any) -> None:
    try:
        cid_of_uri(value)
    except MalformedCID as error:
        raise MetadataError(field, f"holds a {error}") from error


def _https_url(field: str, value: Any) -> None:
    _text(2_048)(field, value)
    try:
        url = urlsplit(value)
        plain = url.scheme == "https" and bool(url.hostname) and url.username is None
    except ValueError:
        plain = False
    if not plain or any(character.isspace() for character in value):
        raise MetadataError(field, f"is {shown(value)}; expected an https URL without a user name")


def _hashes(pattern: re.Pattern[str], expected: str) -> _Check:
    def run(field: str, value: Any) -> None:
        fields = _mapping(field, value)
        if len(fields) > MAX_ITEMS:
            raise MetadataError(field, f"has {len(fields)} entries; at most {MAX_ITEMS} may be")
        for algorithm, text in fields.items():
            _pattern(_ALGORITHM, "algorithm names such as phash64")(field, algorithm)
            _pattern(pattern, expected)(_join(field, algorithm), text)

    return run


def _list(item: _Check, limit: int = MAX_ITEMS) -> _Check:
    def run(field: str, value: Any) -> None:
        if not isinstance(value, list):
            raise MetadataError(field, f"is {shown(value)}; expected a list")
        if len(value) > limit:
            raise MetadataError(field, f"has {len(value)} items; at most {limit} may be")
        for index, entry in enumerate(value):
            item(f"{field}[{index}]", entry)

    return run


def _text(limit: int, *, empty: bool = True) -> _Check:
    def run(field: str, value: Any) -> None:
        if not isinstance(value, str):
            raise MetadataError(field, f"is {shown(value)}; expected text")
        if len(value) > limit:
            raise MetadataError(field, f"has {len(value):,} characters; at most {limit:,} may be")
        if not empty and not value.strip():
            raise MetadataError(field, "is empty; expected text")
        if hidden := HIDDEN.search(value):
            raise MetadataError(
                field, f"has the invisible character U+{ord(hidden[0]):04X}; remove it"
            )

    return run


def _pattern(pattern: re.Pattern[str], expected: str) -> _Check:
    def run(field: str, value: Any) -> None:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise MetadataError(field, f"is {shown(value)}; expected {expected}")

    return run


def _mapping(field: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise MetadataError(field, f"is {shown(value)}; expected an object")
    return value


def _required(fields: Mapping[str, Any], parent: str, name: str, run: _Check) -> None:
    if name not in fields:
        raise MetadataError(_join(parent, name), "is missing")
    run(_join(parent, name), fields[name])


def _optional(fields: Mapping[str, Any], parent: str, name: str, run: _Check) -> None:
    if name in fields:
        run(_join(parent, name), fields[name])


def _join(parent: str, name: str) -> str:
    return f"{parent}.{name}" if parent else name
