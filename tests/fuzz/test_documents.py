"""Documents that strangers write: terms files, declarations, metadata, bundles of terms."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from gen_ip.content import declaration, metadata
from gen_ip.content.cid import raw_cid_of
from gen_ip.content.files import FileSummary
from gen_ip.errors import GenIPError, MetadataError
from gen_ip.fingerprint.image import ImageFingerprint
from gen_ip.terms import READY, Rights, bundle, custom, ready_bundle, upstream
from gen_ip.terms.bundle import BadBundle, Bundle

from .profile import examples
from .promise import Refused, attempt, little_memory, returns
from .strategies import (
    damaged,
    deep,
    doubled_keys,
    json_values,
    mutated,
    paths,
    raw,
    toml_file,
    written,
)

WORKS = ["7", str(2**160 - 1)]
DECLARED: dict[str, Any] = {
    "human_contribution": "Sketched, prompted, repainted the hands.",
    "tools": [{"name": "Midjourney", "version": "6", "plan": "Pro", "upstream": "midjourney-paid"}],
    "base_models": [{"name": "SDXL", "license": "Open RAIL++-M", "sha256": "ab" * 32}],
    "upstream_override": [
        {"upstream": "midjourney-paid", "rights": ["EXCLUSIVE"], "statement": "An agreement."}
    ],
}
TERMS: dict[str, Any] = {
    "name": "poster",
    "grant": ["COMMERCIAL", "DERIVE", "ATTRIBUTION"],
    "pass": ["COMMERCIAL"],
    "income_bp": 500,
    "volume_bp": 100,
    "days": 365,
    "units": 3,
    "en": {"title": "Poster", "text": "At most 500 posters."},
    "fr": {"title": "Affiche", "text": "Au plus 500 affiches."},
}
DATA = b"\x89PNG\r\n\x1a\n a picture"
DOCUMENT: dict[str, Any] = dict(
    metadata.build(
        name="Morning",
        description="A cat, asleep.",
        content=FileSummary(
            raw_cid_of(DATA), hashlib.sha256(DATA).hexdigest(), len(DATA), "image/png"
        ),
        external_url="https://example.org/cat",
        attributes=[{"trait_type": "mood", "value": "calm"}, {"trait_type": "cats", "value": 1}],
        canonical={"pixels-v1": "cd" * 32},
        fingerprints={"phash64": "0123456789abcdef"},
        parents=WORKS,
        terms=["0x" + "ef" * 32],
        work="9",
        **DECLARED,
    )
)
BUNDLES = [ready_bundle(terms) for terms in READY.values()]


def canonical(document: Any) -> bytes:
    """RFC 8785 where there is such a form, plain JSON elsewhere."""
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return written(document)


def read_bundle(data: bytes) -> Bundle:
    return bundle.decode(data, hashlib.sha256(data).digest())


READERS: dict[str, tuple[Callable[[bytes], Any], list[Any], Callable[[Any], bytes]]] = {
    "terms": (custom.parse, [TERMS, {"name": "a", "grant": ["MERCH"]}], toml_file),
    "declaration": (declaration.parse, [DECLARED, {}], toml_file),
    "metadata": (metadata.decode, [DOCUMENT], canonical),
    "bundle": (read_bundle, [dict(each.document) for each in BUNDLES[:2] if each], canonical),
}
reader = pytest.mark.parametrize("name", READERS)


def held(name: str, data: bytes) -> None:
    """The promise, for one reader and any bytes."""
    found = attempt(READERS[name][0], data)
    if isinstance(found, Refused):
        return
    if name == "terms":
        assert found.terms.legal == found.bundle.digest
        returns(lambda made: made.data, read_bundle, found.bundle)
    elif name == "bundle":
        assert (found.data, found.digest) == (data, hashlib.sha256(data).digest())
        for language in ("en", "fr"):
            # A character that Unicode does not know yet moves nothing on a terminal.
            kinds = {unicodedata.category(each) for each in found.text(language).replace("\n", "")}
            assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
        json.dumps(found.odrl())
        found.rsl()
    elif name == "metadata":
        returns(metadata.encode, metadata.decode, found)
        assert metadata.encode(found) == data
        attempt(ImageFingerprint.from_metadata, found)
        upstream.conflicts(found, Rights.COMMERCIAL | Rights.TRAIN)
    else:
        fields = {key: value for key, value in found.fields().items() if value}
        changed = {**DOCUMENT, "gen_ip": {**DOCUMENT["gen_ip"], **fields}}
        metadata.encode(metadata.decode(canonical(json.loads(json.dumps(changed)))))


@reader
def test_what_the_changes_start_from_is_valid(name: str) -> None:
    read, documents, write = READERS[name]
    for document in documents:
        read(write(document))
        held(name, write(document))


@reader
@given(data=st.data())
@examples(50)
def test_valid_documents_with_something_wrong(name: str, data: st.DataObject) -> None:
    _, documents, write = READERS[name]
    held(name, write(data.draw(mutated(st.sampled_from(documents)))))


@reader
@given(data=st.data())
@examples(30)
def test_damaged_files(name: str, data: st.DataObject) -> None:
    _, documents, write = READERS[name]
    held(name, data.draw(damaged(st.sampled_from(documents).map(write))))


@reader
@given(data=raw | json_values.map(written) | json_values.map(toml_file))
@examples(30)
def test_anything_at_all(name: str, data: bytes) -> None:
    held(name, data)


@pytest.mark.parametrize("name", ["metadata", "bundle"])
@given(data=st.data())
@examples(15)
def test_no_key_is_said_twice(name: str, data: st.DataObject) -> None:
    read, documents, _ = READERS[name]
    assert isinstance(attempt(read, data.draw(doubled_keys(st.sampled_from(documents)))), Refused)


BOMBS = {
    "lists": deep(100_000).encode(),
    "objects": deep(100_000, '{"a":', "}").encode(),
    "unclosed": b"[" * 200_000,
    "tables": b"a" + b".a" * 8_000 + b" = 1",
    "table": b"[" + b"a." * 8_000 + b"a]",
    "digits": b'{"name": ' + b"9" * 60_000 + b"}",
    "float": b'{"name": 1e' + b"9" * 10_000 + b"}",
    "strings": b'"' * 65_000,
    "backslashes": b'"' + b"\\" * 65_000,
    "text": b'{"name": "' + b"\x1b" * 10**7 + b'"}',
    "spaces": b" " * 10**7,
    "nothing": b"",
    "bom": b"\xef\xbb\xbf{}",
    "utf-16": "{}".encode("utf-16"),
    "nul": bytes(1_000),
}


@reader
@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs(name: str, bomb: str) -> None:
    with little_memory():
        found = attempt(READERS[name][0], BOMBS[bomb])
    assert isinstance(found, Refused) or name == "declaration"


@pytest.mark.parametrize("load", [custom.load, declaration.load], ids=["terms", "declaration"])
@pytest.mark.parametrize("path", ["", "a\0b", "\ud800", "a" * 5_000, "/", "/dev/zero", "/x/\x1b"])
def test_paths(load: Callable[[str], Any], path: str) -> None:
    assert isinstance(attempt(load, path), Refused)


@given(st.data())
@examples(60)
def test_metadata_are_built_of_anything(data: st.DataObject) -> None:
    """`build` takes a caller's values, which may come from a form that strangers fill in."""
    known: dict[str, Any] = {
        **DECLARED,
        "name": "n",
        "description": "d",
        "kind": "image",
        "external_url": "https://example.org",
        "attributes": [{"trait_type": "a", "value": 1}],
        "parents": [1, "2"],
        "terms": ["0x" + "00" * 32],
        "work": 5,
        "image_cid": raw_cid_of(b"x"),
        "canonical": {"pixels-v1": "00" * 32},
        "fingerprints": {"phash64": "00" * 8},
    }
    changed = data.draw(mutated(st.just(known)))
    assume(isinstance(changed, dict) and changed.keys() <= known.keys() and "name" in changed)
    summary = FileSummary(raw_cid_of(DATA), hashlib.sha256(DATA).hexdigest(), 9, "image/png")
    found = attempt(lambda: metadata.build(content=summary, **changed))
    if not isinstance(found, Refused):
        # A number may be too large for canonical JSON: it is refused when it is written.
        encoded = attempt(metadata.encode, found)
        if not isinstance(encoded, Refused):
            assert metadata.decode(encoded) == json.loads(json.dumps(found))


def test_the_machine_readable_part_is_compared_to_the_type() -> None:
    """1 and true are equal in Python, and in no other reader."""
    for each in BUNDLES:
        assert each is not None
        document = json.loads(each.data)
        for path in paths(document):
            value: Any = document
            for key in path[:-1]:
                value = value[key]
            if path and isinstance(value[path[-1]], bool):
                true = value[path[-1]]
                value[path[-1]] = int(true)
                with pytest.raises(BadBundle):
                    read_bundle(canonical(document))
                value[path[-1]] = true


def test_a_refusal_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"name = 5")
    for load in (custom.load, declaration.load):
        with pytest.raises((GenIPError, MetadataError)):
            load(tmp_path / "bad.toml")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.toml"]
