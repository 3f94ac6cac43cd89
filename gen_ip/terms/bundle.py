"""A bundle: everything that terms stand for, as one document whose sha2-256 is their `legal`.

Canonical JSON (RFC 8785): the contract in English and French, and the same rights as ODRL, RSL,
C2PA entries and Civitai flags. Shares, time and units are not in it: they are on chain, where a
seller may choose them without another text.
"""

# ruff: noqa: N818

from __future__ import annotations

import hashlib
import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import rfc8785

from gen_ip.content.cid import ipfs_uri, raw_cid
from gen_ip.content.metadata_schema import HIDDEN
from gen_ip.errors import GenIPError, shown
from gen_ip.nesting import nested_deeper_than
from gen_ip.terms import civitai, odrl, rsl, training
from gen_ip.terms.clauses import LANGUAGES, Language, clauses, wording
from gen_ip.terms.rights import Rights

SCHEMA = "gen-ip/terms@1"
MAX_BUNDLE_BYTES = 65_536
_MAX_NESTING = 12
_MAX_CLAUSES = 64
_MAX_TEXT = 10_000
_COLUMNS = 100


class BadBundle(GenIPError):
    """A document is no bundle of terms; `place` names where, "" the whole."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem
        where = f"terms bundle, {place}," if place else "terms bundle"
        super().__init__(f"{where} {problem}; ask the licensor for the true one")


@dataclass(frozen=True)
class Bundle:
    """A bundle and its canonical bytes. `document` is as decoded from `data`."""

    data: bytes
    document: Mapping[str, Any]

    @property
    def digest(self) -> bytes:
        """The sha2-256 that terms name as `legal`, 32 bytes."""
        return hashlib.sha256(self.data).digest()

    @property
    def uri(self) -> str:
        """Where the bundle lies once a content store holds it: `ipfs://` and its raw CID."""
        return ipfs_uri(raw_cid(self.digest))

    @property
    def name(self) -> str:
        """The terms' name, such as "commercial"."""
        return cast(str, self.document["name"])

    @property
    def grant(self) -> Rights:
        """Rights of the licensee."""
        return _rights("grant", self.document["grant"])

    @property
    def pass_(self) -> Rights:
        """Permissions that a derivative may grant on."""
        return _rights("pass", self.document["pass"])

    def text(self, language: Language = "en") -> str:
        """The contract as plain text, wrapped at 100 columns, numbered, notice at the end."""
        words = self.document["text"][language]
        parts = [f"Gen-IP · {words['title']} ({self.name})"]
        for number, clause in enumerate(words["clauses"], 1):
            head = f"{number}. "
            parts.append(
                textwrap.fill(
                    f"{head}{clause['title']}. {clause['text']}",
                    _COLUMNS,
                    subsequent_indent=" " * len(head),
                    break_long_words=False,
                    break_on_hyphens=False,
                )
            )
        parts.append(textwrap.fill(words["notice"], _COLUMNS))
        return "\n\n".join(parts) + "\n"

    def odrl(self) -> dict[str, Any]:
        """The ODRL policy with absolute IRIs: they are fragments of `uri`."""
        return odrl.based_on(self.uri, self.document["odrl"])

    def rsl(self, url: str = "/") -> str:
        """An RSL document that licenses what lies at `url` under this bundle."""
        return rsl.document_xml(self.grant, url=url, terms=self.uri)


def build(
    name: str,
    grant: Rights,
    pass_: Rights,
    *,
    titles: Mapping[Language, str] | None = None,
    own: Mapping[Language, Mapping[str, str]] | None = None,
) -> Bundle:
    """The bundle for these rights. `own` is a clause of the licensor's, in every language.

    Raises:
        BadBundle: a text is too long or has invisible characters.
    """
    text = {}
    for language in LANGUAGES:
        words = wording(language)
        found = clauses(language, grant)
        if own is not None:
            # Before the clause on the order of the texts, which is the last one.
            found.insert(-1, {"id": "own", **own[language]})
        title = titles[language] if titles else words["title"][name]
        text[language] = {"title": title, "clauses": found, "notice": words["notice"]}
    document = {
        "schema": SCHEMA,
        "name": name,
        "grant": grant.names,
        "pass": pass_.names,
        "text": text,
        **_derived(grant, pass_),
    }
    _check(document)
    return Bundle(_canonical(document), document)


def decode(data: bytes, digest: bytes) -> Bundle:
    """Reads a bundle by whomever; `digest` is what the terms name as `legal`.

    The machine-readable parts must be those that follow from its rights.

    Raises:
        BadBundle: another digest, too large, not canonical JSON, or not of the schema.
    """
    if len(data) > MAX_BUNDLE_BYTES:
        raise BadBundle("", f"has {len(data):,} bytes, the cap is {MAX_BUNDLE_BYTES:,}")
    if hashlib.sha256(data).digest() != digest:
        raise BadBundle("", "has another hash than the terms name")
    try:
        text = data.decode("utf-8")
        if nested_deeper_than(_MAX_NESTING, text):
            raise BadBundle("", f"is nested deeper than {_MAX_NESTING} levels")
        document = json.loads(text)
    except ValueError as error:
        raise BadBundle("", f"is not JSON in UTF-8 ({error})") from None
    _check(document)
    if _canonical(document) != data:
        raise BadBundle("", "is not in canonical form (RFC 8785)")
    return Bundle(data, document)


def _derived(grant: Rights, pass_: Rights) -> dict[str, Any]:
    return {
        "odrl": odrl.policy(grant, pass_),
        "rsl": rsl.license_xml(grant),
        "c2pa": training.assertion(grant),
        "civitai": civitai.flags(grant),
    }


def _canonical(document: object) -> bytes:
    try:
        return rfc8785.dumps(cast(Any, document))
    # rfc8785 meets half a surrogate pair in a key before it checks texts.
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise BadBundle("", f"has no canonical form ({shown(str(error))})") from None


def _check(document: object) -> None:
    fields = _object("", document)
    if fields.get("schema") != SCHEMA:
        raise BadBundle("schema", f"is {shown(fields.get('schema'))}, not {SCHEMA}")
    _text("name", fields.get("name"), 64)
    grant, pass_ = (_rights(key, fields.get(key)) for key in ("grant", "pass"))
    texts = _object("text", fields.get("text"))
    for language in LANGUAGES:
        place = f"text.{language}"
        words = _object(place, texts.get(language))
        _text(f"{place}.title", words.get("title"), 256)
        _text(f"{place}.notice", words.get("notice"), _MAX_TEXT)
        found = words.get("clauses")
        if not isinstance(found, list) or not 0 < len(found) <= _MAX_CLAUSES:
            raise BadBundle(f"{place}.clauses", f"is no list of 1 to {_MAX_CLAUSES} clauses")
        for index, clause in enumerate(found):
            part = _object(f"{place}.clauses[{index}]", clause)
            for key in ("id", "title", "text"):
                _text(f"{place}.clauses[{index}].{key}", part.get(key), _MAX_TEXT)
    for key, expected in _derived(grant, pass_).items():
        # By their bytes: to Python 1 is equal to True.
        if _canonical(fields.get(key)) != _canonical(expected):
            raise BadBundle(key, "does not follow from the rights it lists")


def _object(place: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadBundle(place, f"is {shown(value)}, not an object")
    return value


def _text(place: str, value: object, limit: int) -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadBundle(place, f"is {shown(value)}, not a text")
    if len(value) > limit:
        raise BadBundle(place, f"has {len(value):,} characters, the cap is {limit:,}")
    if hidden := HIDDEN.search(value):
        raise BadBundle(place, f"has the invisible character U+{ord(hidden[0]):04X}")


def _rights(place: str, value: object) -> Rights:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise BadBundle(place, f"is {shown(value)}, not a list of rights")
    known = Rights.__members__
    if unknown := [name for name in value if name not in known]:
        raise BadBundle(place, f"has the unknown right {shown(unknown[0])}")
    rights = Rights(0)
    for name in value:
        rights |= known[name]
    if rights.names != value:
        raise BadBundle(place, "does not list its rights once each, in the order of their bits")
    return rights
