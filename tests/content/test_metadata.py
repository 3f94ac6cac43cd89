"""A certificate's metadata: one document, one digest; nothing a stranger writes gets through."""

from __future__ import annotations

import copy
import hashlib
import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip.content.cid import raw_cid
from gen_ip.content.files import summarize_file
from gen_ip.content.local import LocalStore
from gen_ip.content.metadata import (
    MAX_METADATA_BYTES,
    Attribute,
    Metadata,
    build,
    decode,
    digest,
    encode,
)
from gen_ip.errors import MalformedCID, MetadataError

PICTURE = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures" / "cat.png"
SUMMARY = summarize_file(PICTURE)
WORK = 2**160 - 1
TERMS = "0x" + "ab" * 32


def full() -> Metadata:
    return build(
        name="Chelsea",
        description="A cat.\nSeen from near.",
        content=SUMMARY,
        external_url="https://example.org/chelsea",
        attributes=[Attribute(trait_type="mood", value="calm")],
        canonical={"pixels-v1": "0" * 64},
        fingerprints={"phash64": "b15fe6465121175e"},
        parents=[WORK - 1, "7", 300],
        terms=[TERMS],
        work=WORK,
        tools=[{"name": "camera", "version": "1"}],
        base_models=[{"name": "model", "license": "Apache-2.0", "sha256": "1" * 64}],
        human_contribution="Chose the moment.",
    )


def changed(path: str, value: Any) -> bytes:
    """The canonical bytes of `full()` with the field at `path` set to `value`."""
    import rfc8785

    document: Any = copy.deepcopy(full())
    *parents, last = path.split(".")
    target = document
    for name in parents:
        target = target[name]
    target[last] = value
    return rfc8785.dumps(document)


def test_round_trip() -> None:
    data = encode(full())
    assert decode(data) == full()
    assert encode(decode(data)) == data


def test_digest_leads_to_the_bytes(tmp_path: Path) -> None:
    data = encode(full())
    assert digest(data) == hashlib.sha256(data).digest()
    store = LocalStore(tmp_path)
    assert store.put_block(data) == raw_cid(digest(data))
    # As long as it is one chunk, a node that adds it as a file finds the same CID.
    assert store.put_file(data) == raw_cid(digest(data))


def test_canonical_form_is_that_of_the_standard() -> None:
    document = build(name="é", content=SUMMARY, attributes=[{"trait_type": "n", "value": 1.0}])
    data = encode(document)
    assert data.startswith(b'{"attributes":[{"trait_type":"n","value":1}],"description":"",')
    assert '"name":"é"'.encode() in data
    keys = list(json.loads(data)["gen_ip"])
    assert keys == sorted(keys)


def test_what_wallets_show() -> None:
    document = build(name="Chelsea", content=SUMMARY)
    assert document["image"] == f"ipfs://{SUMMARY.cid}"
    assert document["description"] == ""
    assert document["attributes"] == []
    text = build(name="A prompt", content=SUMMARY, kind="prompt")
    assert "image" not in text
    assert "animation_url" not in text
    film = build(name="A film", content=SUMMARY, kind="video", image_cid=raw_cid(bytes(32)))
    assert film["image"] == f"ipfs://{raw_cid(bytes(32))}"
    assert film["animation_url"] == f"ipfs://{SUMMARY.cid}"
    assert "image" in build(name="A prompt", content=SUMMARY, kind="prompt", image_cid=SUMMARY.cid)


def test_work_ids_are_decimal_strings_in_order() -> None:
    part = full()["gen_ip"]
    assert part["parents"] == ["7", "300", str(WORK - 1)]
    assert part["work"] == str(WORK)


def test_nothing_about_the_claimant_or_the_machine_by_default(tmp_path: Path) -> None:
    path = tmp_path / "Jane Doe.png"
    path.write_bytes(PICTURE.read_bytes())
    data = encode(build(name="Chelsea", content=summarize_file(path)))
    assert b"Jane" not in data
    assert str(tmp_path).encode() not in data
    assert b"own" not in data
    assert data == encode(build(name="Chelsea", content=SUMMARY))


BROKEN: list[tuple[str, Any, str]] = [
    ("name", "", "is empty"),
    ("name", " ", "is empty"),
    ("name", 7, "expected text"),
    ("name", "x" * 257, "at most 256"),
    ("name", "gnp\u202e.exe", r"U\+202E"),
    ("name", "a\x1b[2J", r"U\+001B"),
    ("description", None, "expected text"),
    ("description", "x" * 10_001, "at most 10,000"),
    ("image", "https://example.org/a.png", "malformed CID"),
    ("image", "ipfs://../../x", "malformed CID"),
    ("image", 5, "malformed CID"),
    ("animation_url", "https://example.org/a.mp4", "malformed CID"),
    ("external_url", "http://example.org", "https URL"),
    ("external_url", "javascript:alert(1)", "https URL"),
    ("external_url", "https://a@b.org", "https URL"),
    ("external_url", "https://[::1", "https URL"),
    ("external_url", "https://a.org/ b", "https URL"),
    ("attributes", {}, "expected a list"),
    ("attributes", [{}] * 65, "at most 64"),
    ("attributes", [{"trait_type": "a"}], "is missing"),
    ("attributes", [{"trait_type": "a", "value": []}], "text, a number or a boolean"),
    ("attributes", [7], "expected an object"),
    ("gen_ip", [], "expected an object"),
    ("gen_ip.schema", "gen-ip/certificate@2", "expected gen-ip/certificate@1"),
    ("gen_ip.kind", "picture", "expected one of image"),
    ("gen_ip.kind", [], "expected one of image"),
    ("gen_ip.content.cid", "Qm", "malformed CID"),
    ("gen_ip.content.cid", raw_cid(bytes(32)), "names two contents"),
    ("gen_ip.content.sha256", "A" * 64, "64 lower-case hex digits"),
    ("gen_ip.content.sha256", "a" * 64 + "\n", "64 lower-case hex digits"),
    ("gen_ip.content.size", 0, "size in bytes"),
    ("gen_ip.content.size", -1, "size in bytes"),
    ("gen_ip.content.size", True, "size in bytes"),
    ("gen_ip.content.size", 1.5, "size in bytes"),
    ("gen_ip.content.mediaType", "image", "media type"),
    ("gen_ip.content.mediaType", "text/html; charset=x", "media type"),
    ("gen_ip.canonical", {"pixels-v1": "0"}, "64 lower-case hex digits"),
    ("gen_ip.canonical", {"": "0" * 64}, "algorithm names"),
    ("gen_ip.canonical", {f"a{i}": "0" * 64 for i in range(65)}, "at most 64"),
    ("gen_ip.fingerprints", {"phash64": "abc"}, "lower-case hex"),
    ("gen_ip.fingerprints", {"phash64": 7}, "lower-case hex"),
    ("gen_ip.parents", [7], "decimal string"),
    ("gen_ip.parents", ["07"], "decimal string"),
    ("gen_ip.parents", ["0"], "decimal string"),
    ("gen_ip.parents", ["\u0667"], "decimal string"),
    ("gen_ip.parents", ["7", "7"], "ascending"),
    ("gen_ip.parents", ["8", "7"], "ascending"),
    ("gen_ip.parents", [str(2**160)], "largest work id"),
    ("gen_ip.parents", [str(i) for i in range(1, 34)], "at most 32"),
    ("gen_ip.terms", ["ab"], "0x and 64"),
    ("gen_ip.work", 7, "decimal string"),
    ("gen_ip.tools", [{"version": "1"}], "is missing"),
    ("gen_ip.base_models", "all", "expected a list"),
    ("gen_ip.human_contribution", 1, "expected text"),
]
"""Where a document is broken, by what, and what is said of it."""


@pytest.mark.parametrize(("path", "value", "problem"), BROKEN)
def test_broken_field_is_named(path: str, value: Any, problem: str) -> None:
    with pytest.raises(MetadataError, match=problem) as caught:
        decode(changed(path, value))
    top = path.split(".")[-1]
    assert top in caught.value.field or caught.value.field == "gen_ip.content"
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "path",
    [
        *("name", "description", "attributes", "gen_ip"),
        *(f"gen_ip.{name}" for name in ("schema", "kind", "content", "canonical", "parents")),
        *(f"gen_ip.content.{name}" for name in ("cid", "sha256", "size", "mediaType")),
    ],
)
def test_missing_field_is_named(path: str) -> None:
    document: Any = copy.deepcopy(full())
    *parents, last = path.split(".")
    target = document
    for name in parents:
        target = target[name]
    del target[last]
    with pytest.raises(MetadataError, match="is missing") as caught:
        encode(document)
    assert caught.value.field == path


def test_hash_and_cid_of_a_small_file_agree(tmp_path: Path) -> None:
    path = tmp_path / "small"
    path.write_bytes(b"one chunk")
    summary = summarize_file(path)
    assert raw_cid(bytes.fromhex(summary.sha256)) == summary.cid
    assert decode(encode(build(name="small", content=summary, kind="other")))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"{", "not JSON"),
        (b"null", "expected an object"),
        (b"[]", "expected an object"),
        (b'"text"', "expected an object"),
        (b"NaN", "canonical form"),
        (b"1e999", "canonical form"),
        (b"9007199254740993", "canonical form"),
        (b"9" * 5000, "not JSON"),
        (b'"\\ud800"', "canonical form"),
        (b'{"\\ud800":1}', "half a surrogate pair"),
        (b'{"a":{"\\udfff":1}}', "half a surrogate pair"),
        (b'{ "a":1}', "not in canonical form"),
        (b'{"a":1,"a":2}', "not in canonical form"),
        (b'{"b":1,"a":2}', "not in canonical form"),
        (b"[" * 17 + b"]" * 17, "nested deeper than 16"),
        (b"[" * 200_000, "nested deeper than 16"),
        (b'{"a":' * 40_000, "nested deeper than 16"),
        (b" " * (MAX_METADATA_BYTES + 1), "the cap is 262,144"),
    ],
)
def test_what_is_no_document(data: bytes, problem: str) -> None:
    with pytest.raises(MetadataError, match=problem):
        decode(data)


def test_brackets_in_texts_are_not_nesting() -> None:
    document = build(name='"[[[[[[[[[[[[[[[[[[[[{{{{{{{{\\', content=SUMMARY)
    assert decode(encode(document)) == document


def test_unknown_fields_pass() -> None:
    assert decode(changed("animation", {"later": [1]}))["name"] == "Chelsea"
    assert decode(changed("gen_ip.signature", "x"))["gen_ip"]["kind"] == "image"


def test_document_over_the_cap_is_not_encoded() -> None:
    document: Any = full()
    document["later"] = "x" * MAX_METADATA_BYTES
    with pytest.raises(MetadataError, match="the cap is 262,144"):
        encode(document)


def test_build_refuses_what_decode_would() -> None:
    with pytest.raises(MetadataError, match="external_url"):
        build(name="a", content=SUMMARY, external_url="http://example.org")
    with pytest.raises(MalformedCID):
        build(name="a", content=SUMMARY, image_cid="Qm")
    with pytest.raises(MetadataError, match="parents"):
        build(name="a", content=SUMMARY, parents=["x"])
    with pytest.raises(MetadataError, match="parents"):
        build(name="a", content=SUMMARY, parents=[True])
    with pytest.raises(MetadataError, match="parents"):
        build(name="a", content=SUMMARY, parents=[-1])


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), 10**30, float(2**60), math.inf, math.nan], ids=str
)
def test_build_refuses_numbers_that_the_canonical_form_cannot_hold(value: float) -> None:
    with pytest.raises(MetadataError, match=r"attributes.*within 2\*\*53 - 1, or text"):
        build(name="a", content=SUMMARY, attributes=[Attribute(trait_type="size", value=value)])


@pytest.mark.parametrize("value", [2**53 - 1, 1 - 2**53, 0.1, 1e300, 1e21, True, str(2**60)])
def test_numbers_that_fit_come_back(value: float | str) -> None:
    made = build(name="a", content=SUMMARY, attributes=[Attribute(trait_type="n", value=value)])
    assert decode(encode(made)) == made


# Halves of surrogate pairs included: JSON can escape them, UTF-8 cannot hold them.
TEXT = st.text(st.characters())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_with_a_metadata_error(data: bytes) -> None:
    with pytest.raises(MetadataError):
        decode(data)


@given(st.integers(0, len(encode(full())) - 1), st.binary(min_size=1, max_size=4))
@settings(max_examples=300)
def test_damaged_document_decodes_to_its_own_bytes_or_not_at_all(at: int, patch: bytes) -> None:
    data = encode(full())
    data = data[:at] + patch + data[at + len(patch) :]
    try:
        document = decode(data)
    except MetadataError:
        return
    assert encode(document) == data


PATHS = ("name", "image", "attributes", "gen_ip", "gen_ip.content", "gen_ip.parents", "gen_ip.kind")


@given(st.sampled_from(PATHS), JSON)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_value_in_any_place_is_accepted_or_refused_with_a_metadata_error(
    path: str, value: Any
) -> None:
    import rfc8785

    try:
        data = changed(path, value)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError):
        return
    try:
        decode(data)
    except MetadataError:
        return
    assert path in ("name", "attributes", "gen_ip.parents"), value
