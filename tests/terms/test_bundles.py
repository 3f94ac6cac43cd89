"""Bundles: the shipped ones never change, and nothing but a bundle is read as one."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.content.cid import raw_cid_of
from gen_ip.terms import COMMERCIAL, READY, Rights, legal_text, ready_bundle
from gen_ip.terms.bundle import MAX_BUNDLE_BYTES, BadBundle, Bundle, build, decode
from gen_ip.terms.clauses import LANGUAGES, clause_ids, wording
from gen_ip.terms.rights import PERMISSIONS
from tests.support.require import ROOT

VECTORS = json.loads((ROOT / "tests/terms/vectors.json").read_text("utf-8"))["bundles"]
ANY_RIGHTS = st.integers(0, 0x7FFF).map(Rights)


def bundle_of(name: str) -> Bundle:
    found = ready_bundle(READY[name])
    assert found is not None
    return found


@pytest.mark.parametrize("name", READY)
def test_a_shipped_bundle_has_the_hash_it_was_released_with(name: str) -> None:
    data = (ROOT / f"gen_ip/terms/bundles/{name}.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == VECTORS[name] == READY[name].legal.hex()
    assert rfc8785.dumps(json.loads(data)) == data
    assert set(VECTORS) == set(READY)


@pytest.mark.parametrize("name", READY)
def test_a_shipped_bundle_is_what_its_rights_and_clauses_say(name: str) -> None:
    terms = READY[name]
    assert build(name, terms.grant, terms.pass_).data == bundle_of(name).data
    assert (bundle_of(name).grant, bundle_of(name).pass_) == (terms.grant, terms.pass_)


def test_one_right_more_is_another_bundle() -> None:
    built = {
        build("x", COMMERCIAL.grant | right, Rights(0), titles=TITLES).data for right in Rights
    }
    already = [right for right in Rights if right in COMMERCIAL.grant]
    assert len(built) == len(Rights) - len(already) + 1


TITLES = dict.fromkeys(LANGUAGES, "x")


@pytest.mark.parametrize("name", READY)
def test_both_languages_have_the_same_clauses_all_with_words(name: str) -> None:
    texts = bundle_of(name).document["text"]
    english, french = texts["en"], texts["fr"]
    assert [clause["id"] for clause in english["clauses"]] == [
        clause["id"] for clause in french["clauses"]
    ]
    for first, second in zip(english["clauses"], french["clauses"], strict=True):
        assert len(first["text"]) > 20
        assert len(second["text"]) > 20
        assert first["text"] != second["text"]
        assert "{" not in first["text"] + second["text"]
    assert "not legal advice" in english["notice"]
    assert "ne constitue pas un conseil juridique" in french["notice"]


@given(grant=ANY_RIGHTS)
@settings(max_examples=200, deadline=None)
def test_every_grant_has_its_clauses_in_both_languages(grant: Rights) -> None:
    names = list(clause_ids(grant))
    assert len(set(names)) == len(names)
    for language in LANGUAGES:
        assert set(names) <= set(wording(language))
    built = build("x", grant, grant & PERMISSIONS, titles=TITLES)
    assert decode(built.data, built.digest) == built


def test_every_written_clause_is_used_by_some_grant() -> None:
    used = {name for bits in range(0x8000) for name in clause_ids(Rights(bits))}
    for language in LANGUAGES:
        written = set(wording(language)) - {"notice", "title", "limit"}
        assert written == used
        assert set(wording(language)["title"]) == set(READY)
        limits = {right.name for right in PERMISSIONS} | {"GENERATE-but-derive"}
        assert set(wording(language)["limit"]) == limits


def test_french_is_set_as_french_is() -> None:
    def walk(value: Any) -> list[str]:
        return [value] if isinstance(value, str) else [s for v in value.values() for s in walk(v)]

    for text in walk(wording("fr")):
        assert not re.search(r" [:;!?»]|« |'", text), text
        assert not re.search(r"[^\u00a0\s\d][:;!?»](?!\w)", text), text


@pytest.mark.parametrize("name", READY)
def test_the_text_is_numbered_wrapped_and_ends_with_the_notice(name: str) -> None:
    for language in LANGUAGES:
        text = legal_text(READY[name], language)
        assert text is not None
        words = bundle_of(name).document["text"][language]
        assert text.startswith(f"Gen-IP · {words['title']} ({name})\n")
        numbers = re.findall(r"^(\d+)\. ", text, re.MULTILINE)
        assert numbers == [str(number + 1) for number in range(len(words["clauses"]))]
        assert max(map(len, text.splitlines())) <= 100
        assert " ".join(text.split("\n\n")[-1].split()) == " ".join(words["notice"].split())


def test_the_contract_says_what_must_be_said() -> None:
    for name in READY:
        text = " ".join((legal_text(READY[name]) or "").split())
        for words in (
            "This is a contract between",
            "whether or not, and wherever, the work is protected by copyright",
            "what people contributed to it",
            "signed override",
            "not legal advice",
        ):
            assert words in text, (name, words)


def test_the_address_is_that_of_the_bytes() -> None:
    bundle = bundle_of("commercial")
    assert bundle.uri == f"ipfs://{raw_cid_of(bundle.data)}"


def _set(key: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.__setitem__(key, value)


def _set_text(document: dict[str, Any]) -> None:
    document["text"]["fr"]["clauses"][0]["text"] = "\u202eexe.gpj"


def _drop_french(document: dict[str, Any]) -> None:
    del document["text"]["fr"]


@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("schema", _set("schema", "gen-ip/terms@2")),
        ("name", _set("name", "")),
        ("grant", _set("grant", ["ATTRIBUTION", "COMMERCIAL"])),
        ("grant", _set("grant", ["COMMERCIAL", "FLY"])),
        ("grant", _set("grant", "COMMERCIAL")),
        ("text.fr", _drop_french),
        ("text.fr.clauses[0].text", _set_text),
        ("odrl", _set("odrl", {})),
        ("rsl", _set("rsl", "<license/>")),
        ("c2pa", _set("c2pa", None)),
        ("civitai", _set("civitai", {"allowNoCredit": True})),
        # More rights than the parts for machines tell of.
        ("odrl", _set("grant", ["COMMERCIAL", "TRAIN", "ATTRIBUTION"])),
    ],
)
def test_what_strangers_might_change(place: str, change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(dict(bundle_of("commercial").document))
    change(document)
    data = rfc8785.dumps(document)
    with pytest.raises(BadBundle) as bad:
        decode(data, hashlib.sha256(data).digest())
    assert bad.value.place == place


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 50_000,
        b'{"schema":"gen-ip/terms@1"}',
        b" " * (MAX_BUNDLE_BYTES + 1),
        b'{"\\ud800":1}',
        b"NaN",
    ],
)
def test_bytes_that_are_no_bundle(data: bytes) -> None:
    with pytest.raises(BadBundle):
        decode(data, hashlib.sha256(data).digest())


def test_another_hash_or_form_is_refused() -> None:
    bundle = bundle_of("commercial")
    with pytest.raises(BadBundle, match="another hash"):
        decode(bundle.data, bytes(32))
    spaced = json.dumps(bundle.document).encode()
    with pytest.raises(BadBundle, match="canonical"):
        decode(spaced, hashlib.sha256(spaced).digest())


@given(data=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_no_bytes_do_worse_than_an_error(data: bytes) -> None:
    with pytest.raises(BadBundle):
        decode(data, hashlib.sha256(data).digest())
