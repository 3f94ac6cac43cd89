"""The package's builders, and viem's, agree with the vectors; so do the contracts' libraries, in
tests/forge/Vectors.t.sol."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from gen_ip import signing
from gen_ip.chain import abi, artifacts
from gen_ip.market.offers import TERMS, works_tree
from gen_ip.signing import BadStatement, Domain, MerkleTree, Struct, climb, sign, typed_data
from tests.support.require import require
from tests.vectors import generate

VECTORS: dict[str, Any] = json.loads(generate.PATH.read_text("utf-8"))
SIGNED = {vector["name"]: vector for vector in VECTORS["signed"]}
STRUCTS: dict[str, Struct[Any]] = {
    "AskLimits": signing.ASK_LIMITS,
    "Certify": signing.CERTIFY,
    "Consent": signing.CONSENT,
    "ConsentTree": signing.CONSENT_TREE,
    "Delegation": signing.DELEGATION,
    "Edge": signing.EDGE,
    "FeeShare": signing.FEE_SHARE,
    "Offer": signing.OFFER,
    "OfferTree": signing.OFFER_TREE,
    "Payee": signing.PAYEE,
    "Revoke": signing.REVOKE,
    "Terms": TERMS,
}


def _domain(name: str) -> Domain:
    return Domain(*VECTORS["domains"][name]["domain"].values())


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_the_file_is_what_the_generator_writes() -> None:
    assert json.loads(json.dumps(generate.document())) == VECTORS


def test_every_struct_has_the_type_string_of_the_vectors() -> None:
    assert {name: struct.type_string for name, struct in STRUCTS.items()} == VECTORS["types"]


@pytest.mark.parametrize("name", VECTORS["domains"])
def test_domain_separators(name: str) -> None:
    assert _domain(name).separator() == _hex(VECTORS["domains"][name]["separator"])


def test_the_domains_are_those_of_the_builders() -> None:
    for name, build in (
        ("registry", signing.registry_domain),
        ("marketplace", signing.marketplace_domain),
    ):
        domain = _domain(name)
        assert build(domain.chain_id, domain.contract) == domain


@pytest.mark.parametrize("name", SIGNED)
def test_struct_hash_digest_and_signature(name: str) -> None:
    vector = SIGNED[name]
    struct, domain = STRUCTS[vector["struct"]], _domain(vector["domain"])
    value = struct.parse(vector["message"])
    assert struct.message(value) == vector["message"]
    assert struct.hash(value) == _hex(vector["structHash"])
    assert domain.digest(struct.hash(value)) == _hex(vector["digest"])
    # RFC 6979: a key signs a digest in one way only.
    account = Account.from_key(VECTORS["key"])
    assert account.address == VECTORS["account"]
    assert sign(account, domain, struct, value) == _hex(vector["signature"])
    recovered = Account.recover_message(
        encode_typed_data(full_message=typed_data(domain, struct, value)),
        signature=_hex(vector["signature"]),
    )
    assert recovered == VECTORS["account"]


@pytest.mark.parametrize("place", range(len(VECTORS["hashed"])))
def test_structs_that_are_hashed_only(place: int) -> None:
    vector = VECTORS["hashed"][place]
    struct = STRUCTS[vector["struct"]]
    value = struct.parse(vector["message"])
    assert struct.hash(value.as_tuple() if vector["struct"] == "Terms" else value) == _hex(
        vector["structHash"]
    )
    if vector["struct"] == "Terms":
        assert value.hash() == _hex(vector["structHash"])


def test_values_are_encoded_as_the_contracts_take_them() -> None:
    post = artifacts.load("LicenseMarketplace").functions["post"]["inputs"]
    certify = artifacts.load("IPRegistry").functions["certify"]["inputs"]
    for vector in (*VECTORS["signed"], *VECTORS["hashed"]):
        inputs = {"Offer": post, "Certify": certify}.get(vector["struct"])
        if inputs is not None:
            value = STRUCTS[vector["struct"]].parse(vector["message"])
            assert abi.encode(inputs, [value]) == _hex(vector["abi"])


@pytest.mark.parametrize("tree", VECTORS["trees"], ids=lambda t: f"{t['kind']}-{len(t['leaves'])}")
def test_trees(tree: dict[str, Any]) -> None:
    leaves = [_leaf(tree["kind"], each) for each in tree["leaves"]]
    assert leaves == [_hex(each["leaf"]) for each in tree["leaves"]]
    made = MerkleTree(leaves)
    assert made.root == _hex(tree["root"])
    for place, each in enumerate(tree["leaves"]):
        path = tuple(_hex(sibling) for sibling in each["path"])
        assert made.path(place) == path
        assert climb(leaves[place], path) == made.root
        wrong = bytes([leaves[place][0] ^ 1]) + leaves[place][1:]
        assert climb(wrong, path) != made.root
    if tree["kind"] == "works":
        works = [int(each["value"]) for each in tree["leaves"]]
        assert works_tree(works).root == made.root


def _leaf(kind: str, leaf: dict[str, Any]) -> bytes:
    value = leaf["value"]
    if kind == "certify":
        domain = _domain("registry")
        certify = signing.CERTIFY.parse(value)
        return signing.certify_leaf(domain.chain_id, domain.contract, certify, _hex(leaf["salt"]))
    if kind == "offers":
        return signing.offer_leaf(signing.OFFER.hash(signing.OFFER.parse(value)))
    if kind == "limits":
        return signing.limits_leaf(signing.ASK_LIMITS.parse(value))
    return signing.work_leaf(int(value))


def test_an_empty_tree() -> None:
    with pytest.raises(signing.EmptyTree):
        MerkleTree([])


def test_anything_changed_changes_the_hash() -> None:
    """Each member of the largest messages counts, at every depth."""
    for name in ("consent, nested lists, maxima", "offer, maxima", "delegation, maxima"):
        vector = SIGNED[name]
        struct = STRUCTS[vector["struct"]]
        hashes = {struct.hash(struct.parse(changed)) for changed in _changes(vector["message"])}
        assert len(hashes) == len(list(_changes(vector["message"])))
        assert _hex(vector["structHash"]) not in hashes


def _changes(message: Any) -> Any:
    """The message with one leaf of it changed, once for every leaf."""
    places: list[tuple[Any, ...]] = []

    def find(value: Any, path: tuple[Any, ...]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                find(inner, (*path, key))
        elif isinstance(value, list):
            for key, inner in enumerate(value):
                find(inner, (*path, key))
        else:
            places.append(path)

    find(message, ())
    for place in places:
        changed = copy.deepcopy(message)
        parent = changed
        for key in place[:-1]:
            parent = parent[key]
        parent[place[-1]] = _other(parent[place[-1]])
        yield changed


def _other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value - 1 if value else 1
    if value.isdecimal():
        return str(int(value) - 1) if int(value) else "1"
    return f"0x{int(value, 16) ^ 1:0{len(value) - 2}x}"


@pytest.mark.parametrize(
    ("member", "value", "where"),
    [
        ("resaleRoyalty", 65_536, "certify.resaleRoyalty"),
        ("resaleRoyalty", -1, "certify.resaleRoyalty"),
        ("resaleRoyalty", True, "certify.resaleRoyalty"),
        ("resaleRoyalty", 1.5, "certify.resaleRoyalty"),
        ("homeChainId", str(2**256), "certify.homeChainId"),
        ("homeChainId", "0x1", "certify.homeChainId"),
        ("homeChainId", "٣", "certify.homeChainId"),
        ("contentHash", "0x12", "certify.contentHash"),
        ("contentHash", "0xzz", "certify.contentHash"),
        ("contentHash", None, "certify.contentHash"),
        ("creator", "0x12", "certify.creator"),
        ("creator", generate.ACCOUNT.swapcase(), "certify.creator"),
        ("edges", {}, "certify.edges"),
        ("edges", [{"parent": "1"}], "certify.edges[0]"),
        ("payees", [{"to": generate.ZERO, "share": "x"}], "certify.payees[0].share"),
        ("payees", [7], "certify.payees[0]"),
    ],
)
def test_messages_that_are_none(member: str, value: object, where: str) -> None:
    message = copy.deepcopy(SIGNED["consent to an original"]["message"])
    message["certify"][member] = value
    with pytest.raises(BadStatement) as refused:
        signing.CONSENT.parse(message)
    assert refused.value.where == where
    assert "ask its signer" in str(refused.value)
    assert str(refused.value).isprintable()


def test_members_missing_or_too_many() -> None:
    message = SIGNED["revocation"]["message"]
    for bad in ({}, {**message, "more": 1}, [], None, "text"):
        with pytest.raises(BadStatement, match="structHash"):
            signing.REVOKE.parse(bad)


def test_viem_agrees() -> None:
    node = require("node")
    run = subprocess.run(
        [str(node), str(Path(__file__).with_name("check.mjs"))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    signed, hashed, trees = (len(VECTORS[name]) for name in ("signed", "hashed", "trees"))
    assert run.stdout == f"viem: {signed} signed, {hashed} hashed, {trees} trees\n"


def test_viem_notices_an_altered_vector(tmp_path: Path) -> None:
    node = require("node")
    altered = copy.deepcopy(VECTORS)
    altered["signed"][2]["message"]["certify"]["payees"][0]["share"] = 1
    path = tmp_path / "altered.json"
    path.write_text(json.dumps(altered), "utf-8")
    run = subprocess.run(
        [str(node), str(Path(__file__).with_name("check.mjs")), str(path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 1
    assert "consent, nested lists, maxima: struct hash" in run.stderr
