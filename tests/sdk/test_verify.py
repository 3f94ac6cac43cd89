"""Recognizing certified files, and not trusting what strangers say about them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from gen_ip import GenIP
from gen_ip.chain import reverts
from gen_ip.cli.show.verdict import likeness
from gen_ip.content import metadata as metadata_format
from gen_ip.content.files import StrPath, summarize_file
from gen_ip.content.local import LocalStore
from gen_ip.content.metadata import PublishedCopy
from gen_ip.errors import MetadataError, StoreUnavailable
from gen_ip.fingerprint.image import ImageFingerprint, Level, perceptual_hash
from gen_ip.fingerprint.pdq import Pdq
from gen_ip.works import recognition
from gen_ip.works.registry import Registry
from tests.sdk.conftest import PICTURES
from tests.support.chain import LocalChain

CAT, COFFEE = PICTURES / "cat.png", PICTURES / "coffee.jpg"


@pytest.fixture
def copies(tmp_path: Path) -> dict[str, Path]:
    """The cat again: encoded anew without loss, with loss, and smaller."""
    with Image.open(CAT) as image:
        image.save(tmp_path / "pixels.tiff")
        image.convert("RGB").save(tmp_path / "loss.jpg", quality=50)
        image.resize((image.width // 2, image.height // 2)).save(tmp_path / "small.png")
    return {path.stem: path for path in tmp_path.iterdir() if path.is_file()}


def test_the_same_bytes(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    first, second = alice.certify(CAT, name="Cat"), bob.certify(CAT)
    for content in (CAT, str(CAT), CAT.read_bytes()):
        verdict = alice.verify(content)
        assert verdict
        assert verdict.level is Level.EXACT
        assert [match.work for match in verdict.matches] == [first.work_id, second.work_id]
    match = verdict.matches[0]
    assert (match.name, match.creator, match.confirmed) == ("Cat", chain.alice.address, True)
    assert match.claim_time == alice.work(first.work_id).claim_time
    shown = json.loads(json.dumps(verdict.to_json()))
    assert shown["level"] == "exact bytes"
    assert shown["matches"][0]["work"] == str(first.work_id)


@pytest.mark.parametrize(
    ("copy", "level"),
    [("pixels", Level.PIXELS), ("loss", Level.SIMILAR), ("small", Level.SIMILAR)],
)
def test_edited_copies(alice: GenIP, copies: dict[str, Path], copy: str, level: Level) -> None:
    cat, coffee = alice.certify(CAT), alice.certify(COFFEE)
    verdict = alice.verify(copies[copy])
    assert verdict.level is level
    assert [match.work for match in verdict.matches] == [cat.work_id]
    assert verdict.matches[0].confirmed
    assert verdict.matches[0].distance is not None
    assert verdict.matches[0].distance <= 30
    assert (verdict.matches[0].method, verdict.matches[0].bits) == ("pdq-1", 256)
    assert (verdict.compared, verdict.missing, verdict.untrusted) == (2, (), ())
    assert not alice.verify(copies[copy], work=coffee.work_id)
    assert alice.verify(copies[copy], work=cat.till).level is level


def test_a_mirrored_copy_is_known_and_said_to_be(alice: GenIP, tmp_path: Path) -> None:
    cat = alice.certify(CAT)
    with Image.open(CAT) as image:
        ImageOps.mirror(image.convert("RGB")).save(tmp_path / "mirrored.jpg", quality=80)
    (match,) = alice.verify(tmp_path / "mirrored.jpg").matches
    assert (match.work, match.level, match.confirmed) == (cat.work_id, Level.SIMILAR, True)
    assert match.orientation == "flip-left-right"
    assert likeness(match) == f"{match.distance} of 256 bits differ (mirrored)"
    shown = match.to_json()
    assert (shown["method"], shown["bits"], shown["orientation"]) == (
        "pdq-1",
        256,
        "flip-left-right",
    )


def test_metadata_from_before_pdq_is_compared_by_phash(
    alice: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    older = _document(CAT, CAT, pdq=None)
    assert b"pdq-1" not in older
    store.put_block(older)
    store.put_file(str(CAT))
    work = _certify(alice, CAT, older)
    (match,) = alice.verify(copies["loss"]).matches
    assert (match.work, match.level, match.confirmed) == (work, Level.SIMILAR, True)
    assert (match.method, match.bits, match.orientation) == ("phash64", 64, None)
    assert likeness(match) == f"{match.distance} of 64 bits differ"


def test_a_false_pdq_hash_is_found_out(
    bob: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    lie = _document(CAT, CAT, pdq=perceptual_hash(COFFEE).pdq)
    store.put_block(lie)
    store.put_file(str(CAT))
    thief = _certify(bob, CAT, lie)
    verdict = bob.verify(copies["loss"])
    assert not verdict
    ((work, why),) = verdict.untrusted
    assert work == thief
    assert "not that of the certified file" in why


def test_nothing_like_it(alice: GenIP) -> None:
    alice.certify(CAT)
    alice.certify(b"a text")
    verdict = alice.verify(COFFEE)
    assert not verdict
    assert verdict.level is Level.DIFFERENT
    assert (verdict.matches, verdict.compared) == ((), 1)


def test_bytes_of_no_known_format_match_alone(alice: GenIP) -> None:
    work = alice.certify(b"\x00\x01 bytes").work_id
    assert alice.verify(b"\x00\x01 bytes").matches[0].work == work
    assert not alice.verify(b"\x00\x01 Bytes")
    assert not alice.verify(b"\x00\x01 bytes", work=alice.certify(b"\x00 another").work_id)


def test_texts_match_by_their_content(alice: GenIP, bob: GenIP) -> None:
    work = alice.certify(b"a song of seven verses").work_id
    found = alice.verify(b"# A song\n\nof   SEVEN verses")
    assert (found.level, found.matches[0].work) == (Level.CONTENT, work)
    assert found.matches[0].confirmed
    assert not alice.verify(b"a song of eight verses")
    # Who claims another's content is not believed.
    document = alice.work(work).metadata
    assert document is not None
    lie = bob.prepare_certificate(b"words of mine alone")
    false = json.loads(bob.store.get(lie.metadata_cid))
    false["gen_ip"]["canonical"] = document["gen_ip"]["canonical"]
    encoded = metadata_format.encode(false)
    certify = lie.certify._replace(metadata=metadata_format.digest(encoded))
    cid = bob.store.put_block(encoded)
    thief = bob.submit(replace(lie, certify=certify, metadata_cid=cid)).work_id
    again = alice.verify(b"# A song\n\nof   SEVEN verses")
    assert [match.work for match in again.matches] == [work]
    assert [each for each, _ in again.untrusted] == [thief]


def test_a_copy_that_a_certificate_names(alice: GenIP, bob: GenIP) -> None:
    copy = b"\x00\x01 what was published"
    named: PublishedCopy = {"sha256": sha256(copy).hexdigest(), "mediaType": "audio/flac"}
    work = alice.certify(b"\x00\x01 the master", copies=[named]).work_id
    found = bob.verify(copy)
    # Anyone may name any file: it confirms nothing.
    assert not found
    (match,) = found.matches
    assert (match.work, match.level, match.confirmed) == (work, Level.COPY, False)
    assert match.listed
    second: PublishedCopy = {"sha256": sha256(b"\x00 two").hexdigest(), "mediaType": "audio/ogg"}
    alice.revise_metadata(work, copies=[second, second])
    metadata = alice.work(work).metadata
    assert metadata is not None
    assert metadata["gen_ip"]["copies"] == [named, second]
    with pytest.raises(MetadataError):
        alice.revise_metadata(work, copies=[{"sha256": "7", "mediaType": "audio/ogg"}])
    alice.certify(copy)
    assert bob.verify(copy).level is Level.EXACT


def test_an_unknown_work(alice: GenIP) -> None:
    with pytest.raises(reverts.UnknownWork):
        alice.verify(CAT, work=12345)


def test_surer_and_nearer_matches_come_first(
    alice: GenIP, bob: GenIP, copies: dict[str, Path]
) -> None:
    loss = alice.certify(copies["loss"]).work_id
    cat = bob.certify(CAT).work_id
    verdict = alice.verify(copies["pixels"])
    assert [(match.work, match.level) for match in verdict.matches] == [
        (cat, Level.PIXELS),
        (loss, Level.SIMILAR),
    ]


# ---------------------------------------------------------------- strangers


def _certify(client: GenIP, content: Path, document: bytes) -> int:
    """Certifies a file with a document of one's own making, as any stranger can."""
    digest = bytes.fromhex(summarize_file(content).sha256)
    registry = Registry(client._session)
    metadata = metadata_format.digest(document)
    creator = client._session.account.address
    call = client.calls.registry.certify(
        registry.statement(creator, digest, metadata, 0, [], [], None)
    )
    receipt = client._session.send(call)
    return int(receipt.find("Certified").args["work_id"])


def _document(
    about: Path, fingerprint_of: Path, cid: str | None = None, **other: Pdq | None
) -> bytes:
    fingerprint = replace(perceptual_hash(fingerprint_of), **other)
    summary = summarize_file(about)
    return metadata_format.encode(
        metadata_format.build(
            name="Mine",
            content=summary._replace(cid=cid or summary.cid),
            canonical=fingerprint.canonical,
            fingerprints=fingerprint.fingerprints,
        )
    )


def test_metadata_that_the_store_lacks_is_counted(
    alice: GenIP, chain: LocalChain, copies: dict[str, Path], tmp_path: Path
) -> None:
    cat = alice.certify(CAT).work_id
    empty = GenIP(chain.web3, deployment=chain.deployment, store=LocalStore(tmp_path / "empty"))
    verdict = empty.verify(copies["loss"])
    assert not verdict
    assert verdict.compared == 0
    ((missing, why),) = verdict.missing
    assert missing == cat
    assert "is not in the store" in why
    listed = json.loads(json.dumps(verdict.to_json()))["missing"]
    assert listed == [{"work": str(cat), "problem": why}]
    # The same bytes need no metadata.
    assert empty.verify(CAT).matches[0].name is None


def test_content_that_the_store_lacks_leaves_a_claim_unconfirmed(
    alice: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    certificate = alice.certify(CAT)
    (Path(store.address) / certificate.content_cid).unlink()
    verdict = alice.verify(copies["loss"])
    (match,) = verdict.matches
    assert not match.confirmed
    assert match.level is Level.SIMILAR
    # What its creator alone says decides nothing.
    assert verdict.level is Level.DIFFERENT
    assert not verdict


def test_confirmed_matches_come_before_claims(
    alice: GenIP, bob: GenIP, store: LocalStore, copies: dict[str, Path], tmp_path: Path
) -> None:
    lie = _document(COFFEE, copies["pixels"])
    store.put_block(lie)
    thief = _certify(bob, COFFEE, lie)
    loss = alice.certify(copies["loss"]).work_id
    verdict = alice.verify(CAT)
    assert [(match.work, match.level, match.confirmed) for match in verdict.matches] == [
        (loss, Level.SIMILAR, True),
        (thief, Level.PIXELS, False),
    ]
    assert verdict.level is Level.SIMILAR


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (lambda: b"\xff no metadata", "not JSON"),
        (lambda: b'{"b":1,"a":2}', "canonical"),
        (lambda: b"{}", "name"),
        (lambda: _document(COFFEE, CAT), "is not the certificate's content hash"),
    ],
    ids=["no JSON", "not canonical", "no schema", "of another file"],
)
def test_documents_that_do_not_fit_are_reported(
    alice: GenIP,
    store: LocalStore,
    copies: dict[str, Path],
    document: Callable[[], bytes],
    problem: str,
) -> None:
    data = document()
    store.put_block(data)
    work = _certify(alice, CAT, data)
    verdict = alice.verify(copies["loss"])
    assert not verdict
    ((reported, why),) = verdict.untrusted
    assert reported == work
    assert problem in why
    shown = alice.work(work)
    assert shown.metadata is None
    assert shown.metadata_problem == why


def test_a_stolen_fingerprint_is_found_out(
    alice: GenIP, bob: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    cat = alice.certify(CAT).work_id
    lie = _document(COFFEE, CAT)
    store.put_block(lie)
    store.put_file(str(COFFEE))
    thief = _certify(bob, COFFEE, lie)
    verdict = alice.verify(copies["loss"])
    assert [match.work for match in verdict.matches] == [cat]
    ((work, why),) = verdict.untrusted
    assert work == thief
    assert "not that of the certified file" in why


@pytest.mark.parametrize("certified", [b"garbage", None], ids=["garbage", "another picture"])
def test_a_fingerprint_is_not_confirmed_by_content_that_was_not_certified(
    alice: GenIP,
    bob: GenIP,
    store: LocalStore,
    copies: dict[str, Path],
    tmp_path: Path,
    certified: bytes | None,
) -> None:
    # Above 256 KiB a CID is of a tree, so the document alone does not show the difference.
    famous = tmp_path / "famous.png"
    noise = Image.frombytes("RGB", (400, 400), random.Random(1).randbytes(480_000))
    noise.resize((500, 500)).save(famous)
    cid = store.put_file(famous)
    other = copies["small"]
    if certified is not None:
        other = tmp_path / "garbage"
        other.write_bytes(certified)
    lie = _document(other, famous, cid)
    store.put_block(lie)
    thief = _certify(bob, other, lie)
    with Image.open(famous) as image:
        image.save(tmp_path / "again.tiff")
    verdict = alice.verify(tmp_path / "again.tiff")
    assert not verdict
    assert verdict.matches == ()
    ((work, why),) = verdict.untrusted
    assert work == thief
    assert "is of another file than the certified one" in why


def test_a_fingerprint_is_not_confirmed_by_bytes_that_are_no_picture(
    alice: GenIP, bob: GenIP, store: LocalStore, copies: dict[str, Path], tmp_path: Path
) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"garbage")
    store.put_file(garbage)
    lie = _document(garbage, CAT)
    store.put_block(lie)
    thief = _certify(bob, garbage, lie)
    verdict = alice.verify(copies["pixels"])
    assert not verdict
    ((work, why),) = verdict.untrusted
    assert work == thief
    assert "which is no picture" in why


def test_liars_cannot_make_it_decode_pictures_without_end(
    alice: GenIP,
    bob: GenIP,
    store: LocalStore,
    copies: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "_ATTEMPTS", 3)
    decoded: list[StrPath] = []

    def counted(path: StrPath) -> ImageFingerprint:
        decoded.append(path)
        return perceptual_hash(path)

    monkeypatch.setattr(recognition, "perceptual_hash", counted)
    cat = alice.certify(CAT).work_id
    thieves = []
    for shade in range(4):
        path = tmp_path / f"{shade}.png"
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
        store.put_file(path)
        lie = _document(path, CAT)
        store.put_block(lie)
        thieves.append(_certify(bob, path, lie))
    verdict = alice.verify(copies["pixels"])
    assert len(decoded) == 3
    # The true one is older than those who copied its fingerprint.
    assert [(match.work, match.confirmed) for match in verdict.matches] == [
        (cat, True),
        (thieves[2], False),
        (thieves[3], False),
    ]
    assert [work for work, _ in verdict.untrusted] == thieves[:2]


def test_metadata_of_one_work_cannot_stop_the_others(
    alice: GenIP, bob: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    poison = b'{"\\ud800":1}'
    store.put_block(poison)
    bad = _certify(bob, COFFEE, poison)
    cat = alice.certify(CAT).work_id
    verdict = alice.verify(copies["loss"])
    assert [match.work for match in verdict.matches] == [cat]
    assert [work for work, _ in verdict.untrusted] == [bad]
    assert alice.work(bad).metadata is None


class _Network(LocalStore):
    """A node that seeks for `delay` seconds what it does not hold, or for as long as it may."""

    delay, limit, down = 0.0, 60.0, False

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.asked: list[float] = []

    def within(self, seconds: float) -> LocalStore:
        self.limit = seconds
        self.asked.append(seconds)
        return self

    def has(self, cid: str) -> bool:
        if self.down:
            raise StoreUnavailable(self.address, "no connection", "start it")
        return super().has(cid)

    def get(self, cid: str, max_bytes: int = 0) -> bytes:
        if self.has(cid):
            return super().get(cid, max_bytes)
        time.sleep(min(self.delay, self.limit))
        raise StoreUnavailable(self.address, "no answer in time", "allow more time")


def test_metadata_that_nobody_serves_is_missing(
    alice: GenIP, chain: LocalChain, copies: dict[str, Path], tmp_path: Path
) -> None:
    store = _Network(tmp_path / "node")
    client = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)
    unserved = [_certify(alice, path, b"unserved") for path in (COFFEE, copies["small"])]
    cat = client.certify(CAT).work_id
    verdict = client.verify(copies["loss"])
    assert [match.work for match in verdict.matches] == [cat]
    assert [work for work, _ in verdict.missing] == unserved
    assert "no answer in time" in verdict.missing[0][1]
    shown = client.work(unserved[0])
    assert shown.metadata is None
    assert "no answer in time" in str(shown.metadata_problem)
    store.down = True
    for run in (lambda: client.verify(copies["loss"]), lambda: client.work(unserved[0])):
        with pytest.raises(StoreUnavailable, match="no connection"):
            run()


def test_vain_searches_become_shorter(
    alice: GenIP,
    chain: LocalChain,
    copies: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recognition, "_WAIT_AT_MOST", 0.3)
    store = _Network(tmp_path / "node")
    store.delay = 0.2
    client = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)
    for content in (COFFEE, copies["small"], copies["pixels"]):
        _certify(alice, content, b"unserved")
    assert len(client.verify(copies["loss"]).missing) == 3
    assert store.asked == [10.0, 10.0, 1.0]


def test_corrupted_metadata_is_reported(
    alice: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    certificate = alice.certify(CAT)
    (Path(store.address) / certificate.metadata_cid).write_bytes(b"{}")
    ((work, why),) = alice.verify(copies["loss"]).untrusted
    assert work == certificate.work_id
    assert "corrupted" in why


class _LyingStore(LocalStore):
    """Answers with whatever it likes, without the check a store owes."""

    def get(self, cid: str, max_bytes: int = 0) -> bytes:
        return _document(CAT, CAT)


def test_a_store_is_not_trusted_either(
    alice: GenIP, chain: LocalChain, copies: dict[str, Path], tmp_path: Path
) -> None:
    work = alice.certify(CAT, name="Another document").work_id
    store = _LyingStore(tmp_path / "lying")
    client = GenIP(chain.web3, deployment=chain.deployment, store=store)
    ((reported, why),) = client.verify(copies["loss"]).untrusted
    assert reported == work
    assert "another digest" in why
