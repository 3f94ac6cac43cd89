"""Certificates and derivatives, from file to chain and back."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zlib
from pathlib import Path

import pytest
from PIL import Image

from gen_ip import GenIP, Payee, Rights, Terms
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts
from gen_ip.chain.errors import NoAccount
from gen_ip.content import metadata as metadata_format
from gen_ip.content.cid import raw_cid
from gen_ip.content.local import LocalStore
from gen_ip.errors import (
    EmptyFile,
    FileTooLarge,
    ImageTooLarge,
    MetadataError,
    MissingFile,
    NotAFile,
    RefusedFile,
    StoreUnavailable,
    UnreadableFile,
    UnreadableImage,
    WrongKind,
)
from gen_ip.fingerprint.image import perceptual_hash
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX, UNLIMITED
from gen_ip.works.documents import FileChanged
from tests.sdk.conftest import PICTURES, Derive
from tests.support.chain import LocalChain

CAT = PICTURES / "cat.png"


def _files(store: LocalStore) -> set[str]:
    return set(os.listdir(store.address))


def test_a_picture_becomes_a_certificate(
    alice: GenIP, chain: LocalChain, store: LocalStore
) -> None:
    certificate = alice.certify(CAT, name="Cat", description="On a chair", resale_royalty=500)
    digest = hashlib.sha256(CAT.read_bytes()).digest()
    assert certificate.content_hash == digest
    assert certificate.creator == chain.alice.address
    assert int(certificate.till, 16) == certificate.work_id
    assert certificate.receipt.find("Certified").args["work_id"] == certificate.work_id

    work = alice.work(certificate.work_id)
    assert (work.owner, work.creator) == (chain.alice.address, chain.alice.address)
    assert work.content_hash == digest
    assert work.claim_time == chain.now()
    assert (work.first, work.claims, work.transfers) == (True, 1, 0)
    assert work.resale_royalty == 500
    assert work.token_uri == f"ipfs://{certificate.metadata_cid}"
    assert work.metadata_cid == certificate.metadata_cid
    assert (work.parents, work.payees) == ((), ())
    assert (work.name, work.metadata_problem) == ("Cat", None)

    document = metadata_format.decode(store.get(certificate.metadata_cid))
    assert document["description"] == "On a chair"
    part = document["gen_ip"]
    assert part["work"] == str(certificate.work_id)
    assert part["kind"] == "image"
    assert part["content"]["cid"] == certificate.content_cid
    fingerprint = perceptual_hash(CAT)
    assert part["canonical"] == fingerprint.canonical
    assert part["fingerprints"] == fingerprint.fingerprints
    assert store.get(certificate.content_cid) == CAT.read_bytes()


def test_json_of_certificate_and_work_is_json(alice: GenIP) -> None:
    certificate = alice.certify(CAT)
    shown = json.loads(json.dumps(certificate.to_json()))
    assert shown["work"] == str(certificate.work_id)
    assert shown["content_hash"] == f"0x{certificate.content_hash.hex()}"
    assert shown["receipt"]["gas_used"] == certificate.receipt.gas_used
    work = json.loads(json.dumps(alice.work(certificate.work_id).to_json()))
    assert work["work"] == str(certificate.work_id)
    assert work["content_hash"] == shown["content_hash"]
    assert work["metadata"]["gen_ip"]["content"]["size"] == CAT.stat().st_size
    assert work["metadata"]["gen_ip"]["kind"] == "image"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.png", b"no picture at all", "text"),
        ("a.safetensors", b"\x00 is nothing known", "other"),
        ("a.txt", b"ID3\x04\x00\x00\x00\x00\x00\x00", "audio"),
        ("a.txt", b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00", "video"),
        ("a.json", SVG, "image"),
        ("a.txt", b'{"1": {"class_type": "KSampler", "inputs": {}}}', "workflow"),
    ],
)
def test_other_files_are_certified_by_their_bytes(
    alice: GenIP, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    work = alice.work(alice.certify(str(path)).work_id)
    assert work.metadata is not None
    assert work.metadata["gen_ip"]["kind"] == kind
    assert work.metadata["gen_ip"]["fingerprints"] == {}
    assert work.name == "a"


def test_a_creator_says_which_kind_a_text_is(alice: GenIP) -> None:
    work = alice.work(alice.certify(b"a castle, oil on canvas", kind="prompt").work_id)
    assert work.metadata is not None
    assert work.metadata["gen_ip"]["kind"] == "prompt"


def test_a_kind_that_the_bytes_contradict(alice: GenIP, chain: LocalChain) -> None:
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    with pytest.raises(WrongKind, match=r"said to be of the kind 'text'.*those of png"):
        alice.certify(CAT, kind="text")
    with pytest.raises(RefusedFile, match=r"runs whatever code.*\.safetensors"):
        alice.certify(pickle.dumps({"a": [1, 2]}))
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce


def test_bytes_need_no_file(alice: GenIP) -> None:
    data = CAT.read_bytes()
    certificate = alice.certify(data)
    work = alice.work(certificate.work_id)
    assert work.name == "Untitled"
    assert work.metadata is not None
    assert work.metadata["gen_ip"]["fingerprints"] == perceptual_hash(CAT).fingerprints


def test_payees_are_fixed_at_certification(alice: GenIP, chain: LocalChain) -> None:
    payees = [Payee(chain.bob.address, 2_500), Payee(chain.carol.address.lower(), 100)]
    work = alice.work(alice.certify(b"shared", payees=payees).work_id)
    assert work.payees == (Payee(chain.bob.address, 2_500), Payee(chain.carol.address, 100))
    assert work.to_json()["payees"][0] == {"to": chain.bob.address, "share": 2_500}


def test_the_same_bytes_can_be_claimed_by_others_and_the_first_is_known(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    first, second = alice.certify(b"same"), bob.certify(b"same")
    assert first.work_id != second.work_id
    assert alice.work(first.work_id).first
    later = alice.work(second.work_id)
    assert not later.first
    assert later.claims == 2
    assert [claim.work for claim in alice.works()] == [first.work_id, second.work_id]


def test_a_work_is_found_by_any_of_its_names(alice: GenIP) -> None:
    certificate = alice.certify(b"names")
    for name in (certificate.work_id, str(certificate.work_id), certificate.till):
        assert alice.work(name).id == certificate.work_id


def test_a_work_nobody_certified(alice: GenIP) -> None:
    with pytest.raises(reverts.UnknownWork) as unknown:
        alice.work(12345)
    assert unknown.value.work_id == 12345
    with pytest.raises(InvalidArgument):
        alice.work("twelve")


def test_metadata_that_the_store_lacks_is_said_to_be_missing(
    alice: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    certificate = alice.certify(b"elsewhere")
    other = GenIP(chain.web3, deployment=chain.deployment, store=LocalStore(tmp_path / "other"))
    work = other.work(certificate.work_id)
    assert work.metadata is None
    assert work.metadata_problem is not None
    assert "is not in the store" in work.metadata_problem


# ---------------------------------------------------------------- derivatives


def test_a_derivative_names_its_parents(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    parent = alice.certify(b"parent").work_id
    offer = alice.offer(parent, COMMERCIAL_REMIX, price=0)
    (license_,) = bob.buy(offer, max_price=0)
    child = bob.derive(b"child", licenses=[license_.id], name="Child")
    work = bob.work(child.work_id)
    assert [tuple(share) for share in work.parents] == [(parent, 1_000, 0, license_.id)]
    assert work.metadata is not None
    assert work.metadata["gen_ip"]["parents"] == [str(parent)]
    assert work.metadata["gen_ip"]["terms"] == [f"0x{COMMERCIAL_REMIX.hash().hex()}"]
    assert child.receipt.find("EdgeOpened").args["license_id"] == license_.id
    assert bob.license(license_.id).units == 0


def test_parents_may_be_named_in_any_order(alice: GenIP, bob: GenIP) -> None:
    works = [alice.certify(bytes([n])).work_id for n in range(1, 4)]
    ids = [bob.buy(alice.offer(work, NC_REMIX, price=0), max_price=0)[0].id for work in works]
    for order, content in ((ids, b"a"), (ids[::-1], b"b")):
        child = bob.work(bob.derive(content, licenses=order).work_id)
        assert [share.parent for share in child.parents] == sorted(works)


def test_deriving_needs_a_license(alice: GenIP) -> None:
    with pytest.raises(InvalidArgument, match="at least one license that grants DERIVE"):
        alice.derive(b"child", licenses=[])


def test_deriving_under_an_unknown_license(alice: GenIP) -> None:
    with pytest.raises(reverts.UnknownLicense, match="no license 99 exists"):
        alice.derive(b"child", licenses=[99])


def test_deriving_without_the_right(alice: GenIP, bob: GenIP) -> None:
    offer = alice.offer(alice.certify(b"parent").work_id, COMMERCIAL, price=0)
    (license_,) = bob.buy(offer, max_price=0)
    with pytest.raises(reverts.NoDeriveRight) as refused:
        bob.derive(b"child", licenses=[license_.id])
    assert refused.value.grant == Rights.COMMERCIAL | Rights.ATTRIBUTION


def test_deriving_under_another_accounts_license(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    offer = alice.offer(alice.certify(b"parent").work_id, COMMERCIAL_REMIX, price=0)
    (license_,) = bob.buy(offer, max_price=0)
    with pytest.raises(reverts.LicenseNotHeld) as refused:
        carol.derive(b"child", licenses=[license_.id])
    assert refused.value.values == {
        "license_id": license_.id,
        "holder": chain.bob.address,
        "creator": chain.carol.address,
    }


def test_a_used_up_license(alice: GenIP, bob: GenIP) -> None:
    offer = alice.offer(alice.certify(b"parent").work_id, COMMERCIAL_REMIX, price=0)
    (license_,) = bob.buy(offer, max_price=0)
    bob.derive(b"child", licenses=[license_.id])
    with pytest.raises(reverts.NoUnitsLeft) as refused:
        bob.derive(b"another", licenses=[license_.id])
    assert refused.value.license_id == license_.id


def test_an_expired_license(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    terms = Terms(Rights.DERIVE, Rights.DERIVE, duration=60, units=UNLIMITED)
    offer = alice.offer(alice.certify(b"parent").work_id, terms, price=0)
    (license_,) = bob.buy(offer, max_price=0)
    chain.pass_time(61)
    with pytest.raises(reverts.LicenseNotActive) as refused:
        bob.derive(b"child", licenses=[license_.id])
    assert (refused.value.start, refused.value.end) == (license_.start, license_.start + 60)


def test_two_licenses_for_one_parent(alice: GenIP, bob: GenIP) -> None:
    offer = alice.offer(alice.certify(b"parent").work_id, COMMERCIAL_REMIX, price=0, quantity=2)
    licenses = bob.buy(offer, max_price=0, count=2)
    with pytest.raises(reverts.ParentsNotAscending):
        bob.derive(b"child", licenses=[license_.id for license_ in licenses])


# ------------------------------------------------- nothing is left half done


def test_what_the_chain_refuses_leaves_nothing_in_the_store(
    alice: GenIP, chain: LocalChain, store: LocalStore
) -> None:
    alice.certify(b"once")
    before, nonce = _files(store), chain.web3.eth.get_transaction_count(chain.alice.address)
    with pytest.raises(reverts.AlreadyCertified):
        alice.certify(b"once", name="Another name")
    with pytest.raises(reverts.RoyaltyTooHigh):
        alice.certify(b"greedy", resale_royalty=1_001)
    with pytest.raises(reverts.PayeesShareTooMuch):
        alice.certify(b"greedy", payees=[Payee(chain.bob.address, 10_001)])
    with pytest.raises(reverts.InvalidPayee):
        alice.certify(b"greedy", payees=[Payee("0x" + "0" * 40, 1)])
    assert _files(store) == before
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce


class _FullStore(LocalStore):
    """Takes files, but no metadata."""

    def put_block(self, data: bytes) -> str:
        raise StoreUnavailable(self.address, "No space left on device", "make room")


def test_what_the_store_refuses_leaves_nothing_on_chain(chain: LocalChain, tmp_path: Path) -> None:
    client = GenIP(
        chain.web3, chain.alice, deployment=chain.deployment, store=_FullStore(tmp_path / "full")
    )
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    with pytest.raises(StoreUnavailable):
        client.certify(b"content")
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce
    assert list(client.works()) == []


def test_a_file_that_changes_meanwhile(
    alice: GenIP, chain: LocalChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing.txt"
    path.write_bytes(b"first")
    put = LocalStore.put_file

    def write_first(self: LocalStore, source: str, *more: int) -> str:
        path.write_bytes(b"second")
        return put(self, source, *more)

    monkeypatch.setattr(LocalStore, "put_file", write_first)
    with pytest.raises(FileChanged, match="changed while it was read"):
        alice.certify(path)
    assert list(alice.works()) == []


def test_a_picture_that_changes_meanwhile(
    alice: GenIP, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(CAT.read_bytes())
    other = perceptual_hash(PICTURES / "coffee.jpg")
    monkeypatch.setattr("gen_ip.works.documents.perceptual_hash", lambda path: other)
    with pytest.raises(FileChanged):
        alice.certify(path)


def test_without_an_account(alice: GenIP) -> None:
    with pytest.raises(NoAccount, match="gen-ip account new"):
        alice.using(None).certify(b"content")


# -------------------------------------------------------------------- bad files


def _bomb(path: Path) -> None:
    # A valid header of 65,000 x 65,000 pixels over a few bytes.
    header = (65_000).to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + check

    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)


def _unreadable(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: None, MissingFile),
        (lambda path: path.mkdir(), NotAFile),
        (lambda path: path.touch(), EmptyFile),
        (lambda path: path.write_bytes(CAT.read_bytes()[:5_000]), UnreadableImage),
        (_bomb, ImageTooLarge),
        (_sparse, FileTooLarge),
        (_unreadable, UnreadableFile),
    ],
    ids=["missing", "directory", "empty", "truncated", "bomb", "over the cap", "loop"],
)
def test_unusable_files(
    alice: GenIP,
    chain: LocalChain,
    store: LocalStore,
    tmp_path: Path,
    make: object,
    error: type[Exception],
) -> None:
    path = tmp_path / "picture.png"
    make(path)
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    for run in (alice.certify, alice.verify):
        with pytest.raises(error) as refused:
            run(path)
        assert "picture.png" in str(refused.value)
        assert str(refused.value).isprintable()
    assert _files(store) == set()
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce


def test_unusable_bytes(alice: GenIP, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EmptyFile, match="the given content"):
        alice.certify(b"")
    monkeypatch.setattr("gen_ip.works.documents.MAX_FILE_BYTES", 3)
    with pytest.raises(FileTooLarge, match="the given content"):
        alice.certify(b"four")


@pytest.mark.parametrize("text", [" ", "a" * 257, "with\x00control", "right\u202eleft"])
def test_names_that_metadata_does_not_take(alice: GenIP, text: str) -> None:
    with pytest.raises(MetadataError, match="'name'"):
        alice.certify(b"content", name=text)


def test_a_flat_picture_has_no_likeness(alice: GenIP, tmp_path: Path) -> None:
    path = tmp_path / "flat.png"
    Image.new("RGB", (64, 64), "white").save(path)
    work = alice.work(alice.certify(path).work_id)
    assert work.metadata is not None
    assert work.metadata["gen_ip"]["fingerprints"] == {}
    assert set(work.metadata["gen_ip"]["canonical"]) == {"pixels-v1"}


def test_the_digest_on_chain_is_the_cid_of_the_document(alice: GenIP, store: LocalStore) -> None:
    certificate = alice.certify(b"content")
    digest = certificate.receipt.find("Certified").args["metadata"]
    assert raw_cid(digest) == certificate.metadata_cid
    assert hashlib.sha256(store.get(certificate.metadata_cid)).digest() == digest


def test_derivatives_of_derivatives(alice: GenIP, bob: GenIP, carol: GenIP, derive: Derive) -> None:
    root = alice.certify(b"root").work_id
    child = derive(bob, b"child", root).work_id
    grandchild = derive(carol, b"grandchild", child).work_id
    lineage = alice.lineage(child)
    assert lineage.ancestors == (root,)
    assert lineage.descendants == (grandchild,)
    assert [link.parent for link in lineage.parents(child)] == [root]
    assert [link.child for link in lineage.children(child)] == [grandchild]
    link = lineage.to_json()["links"][0]
    assert (link["child"], link["license"]) == (str(child), str(lineage.links[0].license))


def test_what_nobody_can_state_is_a_type_error(alice: GenIP, store: LocalStore) -> None:
    for run in (alice.certify, alice.prepare_certificate, alice.sign_certificate):
        with pytest.raises(TypeError, match="titel"):
            run(b"work", titel="Morning")
    with pytest.raises(TypeError, match="titel"):
        alice.derive(b"work", licenses=[1], titel="Morning")
    assert _files(store) == set()
