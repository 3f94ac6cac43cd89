"""Recognizing certified files, and not trusting what strangers say about them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gen_ip import GenIP
from gen_ip.chain import reverts
from gen_ip.content import metadata as metadata_format
from gen_ip.content.files import summarize_file
from gen_ip.content.local import LocalStore
from gen_ip.fingerprint.image import Level, perceptual_hash
from gen_ip.registry import Registry
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
    assert verdict.matches[0].distance <= 10
    assert (verdict.compared, verdict.missing, verdict.untrusted) == (2, (), ())
    assert not alice.verify(copies[copy], work=coffee.work_id)
    assert alice.verify(copies[copy], work=cat.till).level is level


def test_nothing_like_it(alice: GenIP) -> None:
    alice.certify(CAT)
    alice.certify(b"a text")
    verdict = alice.verify(COFFEE)
    assert not verdict
    assert verdict.level is Level.DIFFERENT
    assert (verdict.matches, verdict.compared) == ((), 1)


def test_other_files_match_by_their_bytes_alone(alice: GenIP) -> None:
    work = alice.certify(b"a prompt").work_id
    assert alice.verify(b"a prompt").matches[0].work == work
    assert not alice.verify(b"a Prompt")
    assert not alice.verify(b"a prompt", work=alice.certify(b"another").work_id)


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
    call = registry.certify_call(registry.statement(creator, digest, metadata, 0, [], [], None))
    receipt = client._session.send(call)
    return int(receipt.find("Certified").args["work_id"])


def _document(about: Path, fingerprint_of: Path) -> bytes:
    fingerprint = perceptual_hash(fingerprint_of)
    return metadata_format.encode(
        metadata_format.build(
            name="Mine",
            content=summarize_file(about),
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
    assert (verdict.compared, verdict.missing) == (0, (cat,))
    # The same bytes need no metadata.
    assert empty.verify(CAT).matches[0].name is None


def test_content_that_the_store_lacks_leaves_a_claim_unconfirmed(
    alice: GenIP, store: LocalStore, copies: dict[str, Path]
) -> None:
    certificate = alice.certify(CAT)
    (Path(store.address) / certificate.content_cid).unlink()
    (match,) = alice.verify(copies["loss"]).matches
    assert not match.confirmed


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
