"""Signed statements from strangers: files of certificates, anchors, delegations and offers.

What a reader takes is what was signed: with any one member changed, a file is refused, its
signature does not hold, or it says the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from eth_account.messages import _hash_eip191_message, encode_typed_data
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature, ValidationError
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.calls.marketplace import Authorization
from gen_ip.content.cid import raw_cid_of
from gen_ip.errors import GenIPError
from gen_ip.market.offers import SignedOffer, from_struct, works_tree
from gen_ip.market.purchases import SignedPurchase
from gen_ip.signing import sign
from gen_ip.signing.eip712 import Struct, typed_data
from gen_ip.signing.merkle import MerkleTree, climb
from gen_ip.signing.offers import (
    APPROVAL,
    ASK_LIMITS,
    OFFER,
    OFFER_TREE,
    Approval,
    AskLimits,
    FeeShare,
    OfferStruct,
    OfferTree,
    limits_leaf,
    marketplace_domain,
    offer_leaf,
)
from gen_ip.signing.statements import (
    CERTIFY,
    CONSENT,
    CONSENT_CALLDATA,
    CONSENT_TREE,
    DELEGATION,
    Certify,
    Consent,
    ConsentTree,
    Delegation,
    Edge,
    Payee,
    SignedConsent,
    TreeProof,
    payees_hash,
    registry_domain,
)
from gen_ip.statement_files import MAX_BYTES, Statement
from gen_ip.terms import COMMERCIAL
from gen_ip.works.certificates import (
    Anchored,
    PreparedCertificate,
    SignedCertificate,
    SignedDelegation,
)
from tests.support.chain import account

from .profile import examples
from .promise import Refused, attempt, check_message, little_memory, returns
from .strategies import (
    at,
    damaged,
    deep,
    json_values,
    leaves,
    mutated,
    paths,
    put,
    raw,
    resized,
    written,
)

ALICE, BOB = account("alice"), account("bob")
CHAIN = 31337
REGISTRY, MARKET = "0x" + "11" * 20, "0x" + "22" * 20
SALT = b"\x05" * 32
PAYEES = (Payee(BOB.address, 500), Payee("0x" + "33" * 20, 1))


def _certify(number: int) -> Certify:
    return Certify(
        creator=ALICE.address,
        content_hash=bytes([number]) * 32,
        home_chain_id=CHAIN,
        metadata=b"\x07" * 32,
        resale_royalty=250,
        edges=(Edge(2**159, b"\x08" * 32, 9),),
        payees=PAYEES,
    )


def _prepared(number: int, anchor: TreeProof | None = None) -> PreparedCertificate:
    cids = raw_cid_of(b"metadata"), raw_cid_of(bytes([number]))
    return PreparedCertificate(_certify(number), REGISTRY, *cids, anchor or TreeProof())


def _anchored() -> Anchored:
    bare = [_prepared(number) for number in range(3)]
    tree = MerkleTree([each.leaf(SALT) for each in bare])
    proofs = [TreeProof(tree.root, SALT, tree.path(index)) for index in range(3)]
    made = tuple(_prepared(number, proof) for number, proof in enumerate(proofs))
    return Anchored(tree.root, 1_700_000_000, made)


def _signed(prepared: PreparedCertificate, consent: Consent) -> SignedCertificate:
    return SignedCertificate(
        prepared.certify,
        prepared.registry,
        prepared.metadata_cid,
        prepared.content_cid,
        prepared.anchor,
        consent,
    )


def _certificate() -> SignedCertificate:
    prepared = _anchored().certificates[0]
    domain = registry_domain(CHAIN, REGISTRY)
    signature = sign(ALICE, domain, CONSENT, SignedConsent(prepared.certify, 2_000_000_000))
    return _signed(prepared, Consent(2_000_000_000, signature))


def _from_tree() -> SignedCertificate:
    works = [_prepared(number) for number in range(2)]
    tree = MerkleTree([each.leaf(SALT) for each in works])
    statement = ConsentTree(tree.root, 2_000_000_000)
    signature = sign(ALICE, registry_domain(CHAIN, REGISTRY), CONSENT_TREE, statement)
    proof = TreeProof(tree.root, SALT, tree.path(0))
    return _signed(works[0], Consent(2_000_000_000, signature, proof))


ASKS = (AskLimits(COMMERCIAL.hash(), MARKET, 10**18, 250),)


def _delegation() -> SignedDelegation:
    delegation = Delegation(
        ALICE.address,
        BOB.address,
        2_000_000_000,
        5,
        payees_hash(PAYEES),
        terms_root=MerkleTree([limits_leaf(ask) for ask in ASKS]).root,
        salt=2**200,
    )
    signature = sign(ALICE, registry_domain(CHAIN, REGISTRY), DELEGATION, delegation)
    return SignedDelegation(delegation, REGISTRY, CHAIN, PAYEES, ASKS, signature)


def _offer(works: tuple[int, ...] = ()) -> SignedOffer:
    struct = OfferStruct(
        kind=1 if works else 0,
        maker=ALICE.address,
        taker="0x" + "00" * 20,
        work=0 if works else 2**159,
        works_root=works_tree(works).root if works else bytes(32),
        terms_hash=COMMERCIAL.hash(),
        token=MARKET,
        price=10**30,
        quantity=3,
        transfers=1,
        encumbrance=bytes(32),
        valid_from=0,
        deadline=2_000_000_000,
        counter_to=bytes(32),
        uncontested=True,
        deliver_within=0,
        challenge_window=0,
        counter=0,
        salt=2**255,
        fees=(FeeShare(BOB.address, 100),),
    )
    domain = marketplace_domain(CHAIN, MARKET)
    if works:
        approval = Approval(sign(ALICE, domain, OFFER, struct))
    else:
        tree = MerkleTree([offer_leaf(OFFER.hash(struct)), b"\x09" * 32])
        signature = sign(ALICE, domain, OFFER_TREE, OfferTree(tree.root))
        approval = Approval(signature, True, tree.root, tree.path(0))
    return SignedOffer(from_struct(struct, COMMERCIAL), approval, MARKET, CHAIN, works)


def _purchase() -> SignedPurchase:
    authorization = Authorization(BOB.address, 0, 2_000_000_000, 27, b"\x01" * 32, b"\x02" * 32)
    return SignedPurchase(_offer(), 2, ALICE.address, authorization)


def _signer(domain: Any, struct: Struct[Any], value: Any, signature: bytes) -> str | None:
    """Who signed it; None where nobody did."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    digest = domain.digest(struct.hash(value))
    # The digest is what any wallet signs.
    full = encode_typed_data(full_message=typed_data(domain, struct, value))
    assert _hash_eip191_message(full) == digest
    try:
        vrs = Signature(signature[:64] + bytes([signature[64] - 27]))
        return str(vrs.recover_public_key_from_msg_hash(digest).to_checksum_address())
    except (BadSignature, ValidationError):
        return None


def _who_consented(made: SignedCertificate) -> str | None:
    consent, certify = made.consent, made.certify
    if made.signer != certify.creator:
        return None
    domain = registry_domain(certify.home_chain_id, made.registry)
    root = consent.tree.root
    if any(root):
        statement = ConsentTree(root, consent.deadline)
        return _signer(domain, CONSENT_TREE, statement, consent.signature)
    statement = SignedConsent(certify, consent.deadline)
    return _signer(domain, CONSENT, statement, consent.signature)


def _who_offered(made: SignedOffer) -> str | None:
    domain, approval = marketplace_domain(made.chain_id, made.marketplace), made.approval
    if made.is_delegated:
        return None
    if not approval.is_tree:
        return _signer(domain, OFFER, made.offer.as_tuple(), approval.signature)
    if climb(offer_leaf(made.hash), approval.path) != approval.root:
        return None
    return _signer(domain, OFFER_TREE, OfferTree(approval.root), approval.signature)


def _who_delegated(made: SignedDelegation) -> str | None:
    domain = registry_domain(made.chain_id, made.registry)
    if MerkleTree([limits_leaf(ask) for ask in made.asks]).root != made.delegation.terms_root:
        return None
    return _signer(domain, DELEGATION, made.delegation, made.signature)


KINDS: dict[str, tuple[type[Any], Any, Callable[[Any], str | None] | None]] = {
    "prepared": (PreparedCertificate, _prepared(1), None),
    "anchored": (Anchored, _anchored(), None),
    "certificate": (SignedCertificate, _certificate(), _who_consented),
    "certificate-of-tree": (SignedCertificate, _from_tree(), _who_consented),
    "delegation": (SignedDelegation, _delegation(), _who_delegated),
    "offer": (SignedOffer, _offer((7, 8, 2**160 - 1)), _who_offered),
    "offer-of-tree": (SignedOffer, _offer(), _who_offered),
    # Of its signature the token alone can tell.
    "purchase": (SignedPurchase, _purchase(), None),
}
kind = pytest.mark.parametrize("name", KINDS)
# What no signature covers: where the content lies (its hash is signed), the proof of an earlier
# claim, and, where no delegate signs, what only a delegate's signature needs.
UNSIGNED = {"metadata_cid", "content_cid", "anchor", "time"}
DELEGATED = {"delegation", "delegationSignature", "limits", "limitsPath"}
UNUSED = {
    "certificate": {("tree", "salt"), ("tree", "path")},
    "offer": {("root",), ("path",)},
}


def document_of(name: str) -> Any:
    """What the file holds, through JSON."""
    return json.loads(json.dumps(KINDS[name][1].to_json()))


@kind
def test_the_originals_are_valid_and_come_back(name: str) -> None:
    read, original, who = KINDS[name]
    assert read.from_json(document_of(name)) == original
    assert who is None or who(original) == ALICE.address


@kind
@given(data=st.data())
@examples(40)
def test_files_with_something_wrong(name: str, data: st.DataObject) -> None:
    document = data.draw(mutated(st.just(document_of(name))))
    found = attempt(KINDS[name][0].from_json, document)
    if not isinstance(found, Refused):
        returns(lambda made: made.to_json(), KINDS[name][0].from_json, found)
        # Whatever is taken can be hashed and looked at.
        repr(found)
        for use in ("hash", "consent_hash", "signer", "is_delegated", "root"):
            getattr(found, use, None)
        who = KINDS[name][2]
        attempt(who or repr, found)


@kind
@given(data=st.data())
@examples(40)
def test_one_member_changed_is_refused_or_breaks_the_signature(
    name: str, data: st.DataObject
) -> None:
    read, original, who = KINDS[name]
    document = document_of(name)
    path = data.draw(st.sampled_from([path for path in paths(document) if path]))
    value = data.draw(resized(at(document, path)) | leaves)
    found = attempt(read.from_json, put(document, path, value))
    if isinstance(found, Refused) or found == original or UNSIGNED & set(path):
        return
    if (DELEGATED & set(path[1:]) and path[-1] != "delegate") or path[1:3] in UNUSED.get(name, ()):
        return
    if who is None:
        # Nothing is signed yet: then the change is what it says, and in no other member.
        before, after = original.to_json(), json.loads(json.dumps(found.to_json()))
        assert put(after, path, None) == put(json.loads(json.dumps(before)), path, None)
    else:
        assert attempt(who, found) != ALICE.address, (path, value)


@kind
@given(content=st.data())
@examples(20)
def test_damaged_files(
    name: str, content: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"{name}.json"
    good = json.dumps(document_of(name), indent=2).encode()
    path.write_bytes(content.draw(damaged(st.just(good)) | raw | json_values.map(written)))
    read = KINDS[name][0]
    if issubclass(read, Statement):
        found = attempt(read.load, path)
        if not isinstance(found, Refused):
            returns(lambda made: made.to_json(), read.from_json, found)


@pytest.mark.parametrize(
    "bomb",
    [
        deep(100_000).encode(),
        deep(100_000, '{"a":', "}").encode(),
        b'{"format": ' + b"9" * 10_000 + b"}",
        b'{"format": "' + b"\\u001b" * 10**6 + b'"}',
        b'"' * 10**5,
        b"",
        b"\xff" * 10**6,
    ],
    ids=range(7),
)
def test_bombs(tmp_path: Path, bomb: bytes) -> None:
    path = tmp_path / "bomb.json"
    path.write_bytes(bomb)
    for read in (SignedCertificate, Anchored, SignedDelegation, SignedOffer, SignedPurchase):
        with little_memory(3 * MAX_BYTES):
            assert isinstance(attempt(read.load, path), Refused)


@kind
def test_a_member_of_a_megabyte(name: str) -> None:
    document = document_of(name)
    for path in paths(document)[1:]:
        value = at(document, path)
        if isinstance(value, str):
            attempt(KINDS[name][0].from_json, put(document, path, "\x1b" * 10**6))
        if isinstance(value, list):
            attempt(KINDS[name][0].from_json, put(document, path, [7] * 10**4))


@pytest.mark.parametrize("path", ["", "a\0b", "\ud800", "a" * 5_000, "/", "nowhere/x"])
def test_paths(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    statement = _delegation()
    assert isinstance(attempt(SignedDelegation.load, path), Refused)
    assert isinstance(attempt(statement.save, path), Refused)
    assert list(tmp_path.iterdir()) == []


@given(st.dictionaries(st.integers() | st.none() | st.text(), json_values))
@examples(20)
def test_python_objects_that_are_no_json(document: Any) -> None:
    for name, (read, _, _) in KINDS.items():
        assert isinstance(attempt(read.from_json, document), Refused), name
        format_ = KINDS[name][1].to_json()["format"]
        assert isinstance(attempt(read.from_json, {**document, "format": format_}), Refused)


HASHED = (CERTIFY, DELEGATION, OFFER, ASK_LIMITS)
STRUCTS = (CERTIFY, CONSENT_CALLDATA, DELEGATION, OFFER, APPROVAL, ASK_LIMITS)


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.name)
@given(data=st.data())
@examples(20)
def test_typed_data(struct: Struct[Any], data: st.DataObject) -> None:
    """What any struct takes has a hash and comes back."""
    examples_of: dict[str, Any] = {
        "Certify": CERTIFY.message(_certify(1)),
        "Consent": CONSENT_CALLDATA.message(_from_tree().consent),
        "Delegation": DELEGATION.message(_delegation().delegation),
        "Offer": OFFER.message(_offer().offer.as_tuple()),
        "Approval": APPROVAL.message(_offer().approval),
        "AskLimits": ASK_LIMITS.message(ASKS[0]),
    }
    document = data.draw(mutated(st.just(examples_of[struct.name])) | json_values)
    found = attempt(struct.parse, document)
    if not isinstance(found, Refused):
        returns(struct.message, struct.parse, found)
        if struct in HASHED:
            assert len(struct.hash(found)) == 32
        json.dumps(struct.message(found))


@given(st.lists(leaves | st.binary(max_size=40), max_size=12))
@examples(30)
def test_hashing_refuses_what_is_no_value(values: list[Any]) -> None:
    for struct in HASHED:
        if len(values) == len(struct.members):
            try:
                assert len(struct.hash(values)) == 32  # type: ignore[arg-type]
            except GenIPError as error:
                check_message(error)
