"""CIDs: the conversion that contracts rely on, and every way a text can fail to be one."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.content.cid import (
    CID,
    DAG_PB,
    RAW,
    cid_of_uri,
    ipfs_uri,
    parse_cid,
    raw_cid,
    raw_cid_of,
    raw_digest,
)
from gen_ip.errors import MalformedCID

HELLO = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
TREE = "bafybeih3ogyq5sdxkkiw4yq444jqecwpwnjjtcnddidcsmkehtjg2zfemq"
BASE32 = "abcdefghijklmnopqrstuvwxyz234567"


def test_raw_cid_is_the_digest_in_other_letters() -> None:
    digest = hashlib.sha256(b"hello world").digest()
    assert raw_cid(digest) == raw_cid_of(b"hello world") == HELLO
    assert raw_digest(HELLO) == digest


@given(st.binary(min_size=32, max_size=32))
def test_every_digest_survives_the_way_there_and_back(digest: bytes) -> None:
    assert raw_digest(raw_cid(digest)) == digest
    assert cid_of_uri(ipfs_uri(raw_cid(digest))) == raw_cid(digest)


@pytest.mark.parametrize("codec", [RAW, DAG_PB])
def test_parse_reads_both_codecs(codec: int) -> None:
    cid = CID(codec, bytes(range(32)))
    assert parse_cid(str(cid)) == cid


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not start"),
        ("b", "has 1 characters instead of 59"),
        ("QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG", "CIDv0"),
        ("zb2rhe5P4gXftAwvA4eXQ5HJwsER2owDyS9sKaQRRVQPn93bA", "does not start"),
        (HELLO[:-1], "58 characters"),
        (HELLO + "a", "60 characters"),
        (HELLO.upper(), "does not start"),
        ("b" + HELLO[1:].upper(), "canonical form"),
        (HELLO[:-1] + "f", "canonical form"),
        (HELLO.replace("z", "0"), "outside a-z and 2-7"),
        (HELLO[:-1] + "é", "outside a-z and 2-7"),
        (HELLO[:30] + "\n" + HELLO[31:], "outside a-z and 2-7"),
        (str(CID(0x71, bytes(32))), "codec is 0x71"),
        ("b" + "a" * 58, "version is 0"),
        (f"ipfs://{HELLO}", "does not start"),
        ("x" * 1_000_000, "does not start"),
    ],
)
def test_malformed_cid_names_value_and_reason(text: str, reason: str) -> None:
    with pytest.raises(MalformedCID, match=reason) as caught:
        parse_cid(text)
    assert caught.value.value == text
    message = str(caught.value)
    assert "expected a CIDv1" in message
    assert len(message) < 500
    assert "\n" not in message


def test_other_hash_functions_are_refused() -> None:
    # 0x1b is keccak-256: same length, so only the code tells.
    binary = bytes((1, RAW, 0x1B, 32)) + bytes(32)
    import base64

    text = "b" + base64.b32encode(binary).decode().rstrip("=").lower()
    with pytest.raises(MalformedCID, match="hash function is 0x1b"):
        parse_cid(text)


@pytest.mark.parametrize("value", [None, 7, b"bafkrei", ["b"]])
def test_what_is_not_text_is_no_cid(value: object) -> None:
    with pytest.raises(MalformedCID, match="a CID is text"):
        parse_cid(value)  # type: ignore[arg-type] # the point of the test


@pytest.mark.parametrize("length", [0, 31, 33])
def test_digest_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(MalformedCID, match="has 32 bytes"):
        raw_cid(bytes(length))


def test_tree_has_no_raw_digest() -> None:
    with pytest.raises(MalformedCID, match="UnixFS tree"):
        raw_digest(TREE)


@pytest.mark.parametrize("uri", [HELLO, f"https://ipfs.io/ipfs/{HELLO}", f"ipfs://{HELLO}/a", ""])
def test_uri_of_another_form_is_refused(uri: str) -> None:
    with pytest.raises(MalformedCID):
        cid_of_uri(uri)


@given(st.one_of(st.text(), st.text(BASE32, min_size=58, max_size=58).map(lambda t: "b" + t)))
def test_any_text_is_read_back_the_same_or_refused(text: str) -> None:
    try:
        cid = parse_cid(text)
    except MalformedCID:
        return
    assert str(cid) == text


@given(st.integers(1, 58), st.sampled_from(BASE32))
def test_one_letter_changed_never_names_the_same_content(position: int, letter: str) -> None:
    changed = HELLO[:position] + letter + HELLO[position + 1 :]
    try:
        cid = parse_cid(changed)
    except MalformedCID:
        return
    assert changed == HELLO or cid != parse_cid(HELLO)
