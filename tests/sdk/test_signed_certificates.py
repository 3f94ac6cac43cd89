"""Certificates that creators sign and others submit: gasless, anchored, delegated, in batches."""

from __future__ import annotations

import copy
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip import ETH, FeeShare, GenIP, Payee
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import broadcasting, reverts
from gen_ip.chain.errors import UnexpectedChain
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import InvalidSignature
from gen_ip.chain.sent import Sent
from gen_ip.signing import OFFER, AskLimits, BadStatement, EmptyTree, TreeProof, sign
from gen_ip.statement_files import StatementFileProblem
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX
from gen_ip.works.certificates import (
    Anchored,
    NotAnchored,
    PreparedCertificate,
    ProofsFileTaken,
    SignedCertificate,
    SignedDelegation,
    salted_tree,
)
from gen_ip.works.registry import Arbiter
from tests.sdk.conftest import Derive
from tests.support.chain import LocalChain

WEEK = 7 * 24 * 3600


@pytest.fixture
def poor(alice: GenIP) -> GenIP:
    """A creator without any money."""
    return alice.using(Account.from_key(b"\x05" * 32))


def _sent(chain: LocalChain, client: GenIP) -> int:
    assert client.account is not None
    return int(chain.web3.eth.get_transaction_count(client.account.address))


# ------------------------------------------------------------------ gasless


def test_a_creator_without_money_is_certified_by_somebody_else(
    poor: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    assert poor.account is not None
    platform = Payee(chain.bob.address, 500)
    signed = poor.sign_certificate(b"a work", name="Work", payees=[platform], resale_royalty=250)
    assert bob.web3.eth.get_balance(poor.account.address) == 0
    signed.save(tmp_path / "work.json")
    loaded = SignedCertificate.load(tmp_path / "work.json")
    assert loaded == signed
    certificate = bob.submit(loaded)
    work = bob.work(certificate.work_id)
    assert (work.owner, work.creator) == (poor.account.address, poor.account.address)
    assert (work.name, work.payees, work.resale_royalty) == ("Work", (platform,), 250)
    assert certificate.creator == poor.account.address
    assert certificate.metadata_cid == signed.metadata_cid == work.metadata_cid
    assert _sent(chain, poor) == 0
    with pytest.raises(reverts.AlreadyCertified):
        bob.submit(loaded)


def test_the_creator_may_submit_too(alice: GenIP) -> None:
    work = alice.submit(alice.prepare_certificate(b"mine")).work_id
    assert alice.work(work).creator == alice.work(work).owner


def test_a_derivative_is_certified_for_its_creator(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    parent = alice.certify(b"parent").work_id
    offer = alice.offer(parent, COMMERCIAL_REMIX, price=0)
    (license_,) = carol.buy(offer, max_price=0, licensee=chain.bob.address)
    signed = bob.sign_certificate(b"child", licenses=[license_.id])
    child = carol.work(carol.submit(signed).work_id)
    assert child.creator == chain.bob.address
    assert [share.parent for share in child.parents] == [parent]
    with pytest.raises(reverts.NoUnitsLeft):
        bob.sign_certificate(b"another child", licenses=[license_.id])


def test_what_is_wrong_is_told_before_anything_is_signed_or_stored(
    alice: GenIP, chain: LocalChain
) -> None:
    alice.certify(b"work")
    with pytest.raises(reverts.AlreadyCertified):
        alice.sign_certificate(b"work")
    with pytest.raises(reverts.RoyaltyTooHigh):
        alice.sign_certificate(b"other", resale_royalty=1_001)
    with pytest.raises(reverts.InvalidArbiter):
        alice.sign_certificate(b"other", arbiter=Arbiter(ETH, may_suspend=True))
    with pytest.raises(InvalidArgument, match="deadline"):
        alice.sign_certificate(b"other", deadline=-1)


def test_an_arbiter_is_named_with_its_powers(alice: GenIP, chain: LocalChain) -> None:
    arbiter = Arbiter(chain.dave.address, may_suspend=True, lien_cap=500)
    work = alice.work(alice.certify(b"work", arbiter=arbiter).work_id)
    assert work.arbiter == arbiter
    assert not work.suspended
    dave = alice.using(chain.dave)
    dave.send(dave.calls.registry.suspend(work.id, True))
    assert alice.work(work.id).suspended
    with pytest.raises(reverts.SalesSuspended):
        alice.offer(work.id, COMMERCIAL, price=1)
    shown = json.loads(json.dumps(alice.work(work.id).to_json()))
    assert shown["arbiter"] == {
        "address": chain.dave.address,
        "may_suspend": True,
        "may_revoke": False,
        "lien_cap": 500,
    }
    assert alice.work(alice.certify(b"no arbiter").work_id).arbiter is None


def test_nothing_signed_can_be_altered(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    signed = alice.sign_certificate(b"work", payees=[Payee(chain.carol.address, 100)])
    certify, consent = signed.certify, signed.consent
    for changed in (
        certify._replace(metadata=bytes(32)),
        certify._replace(resale_royalty=1),
        certify._replace(arbiter=chain.bob.address, lien_cap=10_000),
        certify._replace(payees=(Payee(chain.bob.address, 100),)),
        certify._replace(payees=()),
        certify._replace(creator=chain.carol.address),
    ):
        with pytest.raises(reverts.InvalidSignature):
            bob.submit(replace(signed, certify=changed))
    for wrong in (
        consent._replace(deadline=consent.deadline + 1),
        consent._replace(signature=consent.signature[:-1] + b"\x00"),
        consent._replace(signature=consent.signature[:63]),
    ):
        with pytest.raises(reverts.InvalidSignature):
            bob.submit(replace(signed, consent=wrong))
    with pytest.raises(reverts.NotCreator):
        bob.submit(replace(signed, consent=consent._replace(signature=b"")))
    bob.submit(signed)


def test_a_consent_expires(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    signed = alice.sign_certificate(b"work", deadline=chain.now() + 60)
    chain.pass_time(61)
    with pytest.raises(reverts.ConsentExpired):
        bob.submit(signed)


def test_a_consent_is_revoked(alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain) -> None:
    first, second = (alice.sign_certificate(content) for content in (b"1", b"2"))
    alice.revoke(first)
    with pytest.raises(reverts.ConsentRevoked):
        bob.submit(first)
    before = _sent(chain, alice)
    signature = alice.sign_revocation(second)
    with pytest.raises(reverts.InvalidSignature):
        carol.submit_revocation(second, bob.sign_revocation(second))
    carol.submit_revocation(second, signature)
    assert _sent(chain, alice) == before
    with pytest.raises(reverts.ConsentRevoked):
        bob.submit(second)


def test_statements_of_other_chains_and_registries(alice: GenIP, bob: GenIP) -> None:
    signed = alice.sign_certificate(b"work")
    elsewhere = replace(signed, certify=signed.certify._replace(home_chain_id=1))
    with pytest.raises(UnexpectedChain):
        bob.submit(elsewhere)
    with pytest.raises(InvalidArgument, match="registry"):
        bob.submit(replace(signed, registry=ETH))
    with pytest.raises(InvalidArgument, match="the work's creator"):
        bob.sign_certificate(alice.prepare_certificate(b"other"))


# --------------------------------------------------------------------- many


def test_one_signature_over_many(alice: GenIP, bob: GenIP, carol: GenIP) -> None:
    prepared = [alice.prepare_certificate(f"work {i}".encode()) for i in range(5)]
    signed = alice.sign_certificates(prepared)
    assert len({each.consent.signature for each in signed}) == 1
    restored = [SignedCertificate.from_json(json.loads(json.dumps(s.to_json()))) for s in signed]
    assert restored == signed
    third = bob.submit(restored[2])
    assert bob.work(third.work_id).creator == prepared[2].certify.creator
    with pytest.raises(reverts.InvalidProof):
        bob.submit(replace(restored[1], consent=restored[3].consent))
    alice.revoke(restored[0])
    with pytest.raises(reverts.ConsentRevoked):
        carol.submit(restored[4])
    with pytest.raises(EmptyTree):
        alice.sign_certificates([])


def test_a_batch_skips_or_stops(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    share = [Payee(chain.carol.address, 1_000)]
    good = [alice.sign_certificate(f"good {i}".encode()) for i in range(3)]
    shared = alice.sign_certificate(b"shared", payees=share)
    bad = replace(alice.sign_certificate(b"bad"), consent=good[0].consent)
    bad_shared = replace(alice.sign_certificate(b"bad shared", payees=share), consent=bad.consent)
    batch = [good[0], bad, shared, good[1], bad_shared, good[2]]
    with pytest.raises(reverts.InvalidSignature):
        bob.certify_many(batch)
    assert list(bob.works()) == []
    done = bob.certify_many(batch, skip=True)
    assert sorted(done.certified) == [0, 2, 3, 5]
    assert {place: type(error) for place, error in done.skipped.items()} == {
        1: reverts.InvalidSignature,
        4: reverts.InvalidSignature,
    }
    for place, certificate in done.certified.items():
        assert bob.work(certificate.work_id).content_hash == batch[place].certify.content_hash
    assert len(list(bob.works())) == 4


def test_what_exists_is_left_out_of_a_batch(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    one, two, three = (alice.sign_certificate(name) for name in (b"one", b"two", b"three"))
    there = bob.submit(two).work_id
    done = bob.certify_many([two, one, three, one])
    assert sorted(done.certified) == [1, 2]
    again = done.certified[1].work_id
    for place, work in ((0, there), (3, again)):
        error = done.skipped[place]
        assert isinstance(error, reverts.AlreadyCertified)
        assert error.work_id == work
    before = _sent(chain, bob)
    assert bob.certify_many([one, two, three]).certified == {}
    assert _sent(chain, bob) == before
    for alone in (lambda: bob.submit(one), lambda: bob.certify_many([one])):
        with pytest.raises(reverts.AlreadyCertified):
            alone()


def test_a_batch_of_more_than_one_transaction(alice: GenIP, bob: GenIP) -> None:
    prepared = [alice.prepare_certificate(f"work {i}".encode()) for i in range(43)]
    receipts = []
    client = GenIP(
        bob.web3, bob.account, deployment=bob.deployment, store=bob.store,
        on_receipt=receipts.append,
    )  # fmt: skip
    done = client.certify_many(alice.sign_certificates(prepared))
    assert sorted(done.certified) == list(range(43))
    assert len(receipts) == 2


# ------------------------------------------------------------------ anchors


def test_an_anchored_work_keeps_its_time(
    alice: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    anchored = alice.anchor([f"work {i}".encode() for i in range(5)])
    anchored.save(tmp_path / "anchored.json")
    assert anchored.time == chain.now()
    chain.pass_time(WEEK)
    # A thief is certified first, with the same bytes.
    stolen = bob.certify(b"work 3").work_id
    assert bob.work(stolen).first
    kept = Anchored.load(tmp_path / "anchored.json")
    assert kept == anchored
    mine = alice.submit(kept.certificates[3]).work_id
    assert alice.work(mine).claim_time == anchored.time
    assert alice.work(mine).first
    assert not bob.work(stolen).first
    # Signed for others to submit, with the proof.
    signed = alice.sign_certificate(kept.certificates[0])
    first = bob.submit(SignedCertificate.from_json(json.loads(json.dumps(signed.to_json()))))
    assert bob.work(first.work_id).claim_time == anchored.time


def test_anchoring_again_keeps_the_first_time(alice: GenIP, chain: LocalChain) -> None:
    anchored = alice.anchor([b"work"])
    chain.pass_time(100)
    alice.send(alice.calls.registry.anchor(anchored.root))
    assert alice._session.read("IPRegistry", "anchorTime", anchored.root) == anchored.time
    # The salts are new every time: nobody can tell what was anchored.
    assert alice.anchor([b"work"]).root != anchored.root


def test_a_proof_left_out_is_shown_later(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    anchored = alice.anchor([b"work"])
    (proven,) = anchored.certificates
    chain.pass_time(WEEK)
    stripped = replace(alice.sign_certificate(proven), anchor=TreeProof())
    work = bob.submit(stripped).work_id
    assert alice.work(work).claim_time > anchored.time
    carol.prove(proven)
    assert alice.work(work).claim_time == anchored.time
    with pytest.raises(reverts.NotEarlierThan):
        carol.prove(proven)
    with pytest.raises(reverts.UnknownWork):
        carol.prove(alice.anchor([b"unminted"]).certificates[0])


def test_a_copy_that_was_never_anchored(alice: GenIP, chain: LocalChain) -> None:
    prepared = alice.prepare_certificate(b"work")
    anchored = alice.anchor([prepared])
    chain.pass_time(WEEK)
    work = alice.submit(prepared).work_id
    before = _sent(chain, alice)
    with pytest.raises(NotAnchored, match=prepared.certify.content_hash.hex()):
        alice.prove(prepared)
    assert _sent(chain, alice) == before
    alice.prove(anchored.certificates[0])
    assert alice.work(work).claim_time == anchored.time


def test_proofs_are_kept_before_anything_is_sent(
    alice: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    path = tmp_path / "proofs.json"
    before = _sent(chain, alice)
    with pytest.raises(StatementFileProblem):
        alice.anchor([b"work"], proofs=tmp_path / "no folder" / "proofs.json")
    assert _sent(chain, alice) == before
    anchored = alice.anchor([b"work", b"other"], proofs=path)
    assert (Anchored.load(path), anchored.time) == (anchored, chain.now())
    with pytest.raises(ProofsFileTaken, match=r"proofs\.json"):
        alice.anchor([b"third"], proofs=path)
    assert alice.resume_anchor(path) == anchored
    assert _sent(chain, alice) == before + 1
    # A copy from before: the chain knows the anchor, so that nothing is sent.
    replace(anchored, time=0).save(path)
    assert bob.resume_anchor(path) == anchored == Anchored.load(path)
    assert _sent(chain, alice) == before + 1


def test_an_anchor_whose_nonce_was_taken_is_sent_anew(
    alice: GenIP, chain: LocalChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "proofs.json"

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(broadcasting, "broadcast", die)
        with pytest.raises(KeyboardInterrupt):
            alice.anchor([b"work"], proofs=path)
    kept = Anchored.load(path)
    assert kept.sent is not None
    assert Anchored.from_json(json.loads(json.dumps(kept.to_json()))) == kept
    alice.certify(b"something else")
    found = alice.resume_anchor(path)
    assert found.time == chain.now()
    assert alice.submit(found.certificates[0]).creator == chain.alice.address


def test_a_file_cannot_make_anybody_sign_something_else(
    alice: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    """Who resumes a stuck transaction may sign it again: what it says is what was signed."""
    seen: list[Receipt] = []
    client = GenIP(
        alice.web3, alice.account, deployment=alice.deployment, store=alice.store,
        on_receipt=seen.append,
    )  # fmt: skip
    anchored = replace(client.anchor([b"work"]), time=0)
    sent = seen[0].sent
    assert sent is not None
    good = sent.to_json()
    assert Sent.from_json(json.loads(json.dumps(good))) == sent
    theirs = bob.certify(b"theirs").receipt.sent
    assert theirs is not None
    for bad in (
        {**good, "sender": chain.bob.address},
        {**good, "signed": []},
        {**good, "signed": good["signed"] + theirs.to_json()["signed"]},
        {**good, "signed": [good["signed"][0][:-4]]},
        {**good, "signed": ["0x02"]},
        {**good, "signed": "0x02"},
        {**good, "signed": [7]},
        {"sender": 7},
        {**good, "sender": [7]},
        [],
    ):
        with pytest.raises(ValueError, match=r"transaction|sign|hexadecimal"):
            Sent.from_json(bad)
        document = {**replace(anchored, sent=sent).to_json(), "sent": bad}
        with pytest.raises(BadStatement, match="sent"):
            Anchored.from_json(document)
    # Another of the account's own is not sent on for it.
    path = tmp_path / "proofs.json"
    unsent = alice.unsigned.anchor([b"other"]).result
    replace(unsent, sent=sent).save(path)
    before = _sent(chain, alice)
    assert alice.resume_anchor(path).time == chain.now()
    assert _sent(chain, alice) == before + 1


def test_a_million_in_one(alice: GenIP) -> None:
    """As many as can be hashed in a moment: the transaction is the same for any number."""
    prepared = alice.prepare_certificate(b"work")
    many = [
        replace(
            prepared,
            certify=prepared.certify._replace(content_hash=i.to_bytes(32, "big")),
        )
        for i in range(2_000)
    ]
    receipts = []
    client = GenIP(
        alice.web3, alice.account, deployment=alice.deployment, store=alice.store,
        on_receipt=receipts.append,
    )  # fmt: skip
    started = time.monotonic()
    anchored = client.anchor(many)
    assert time.monotonic() - started < 10
    assert receipts[0].gas_used < 50_000
    assert Anchored.from_json(json.loads(json.dumps(anchored.to_json()))) == anchored


def test_proofs_that_do_not_hold(alice: GenIP, bob: GenIP) -> None:
    one, other = alice.anchor([b"1", b"2"]).certificates
    with pytest.raises(reverts.InvalidProof):
        alice.submit(replace(one, anchor=other.anchor))
    with pytest.raises(reverts.UnknownAnchor):
        alice.submit(replace(one, anchor=one.anchor._replace(root=b"\x01" * 32)))
    with pytest.raises(reverts.NotCreator):
        bob.submit(one)
    with pytest.raises(EmptyTree):
        alice.anchor([])


# ---------------------------------------------------------------- delegates


@pytest.fixture
def delegation(alice: GenIP, chain: LocalChain) -> SignedDelegation:
    """Alice lets bob certify two works that pay carol, and sign asks."""
    signed = alice.delegate(
        chain.bob.address,
        expiry=chain.now() + WEEK,
        works=2,
        payees=[Payee(chain.carol.address, 300)],
        resale_royalty=100,
        asks=[
            AskLimits(COMMERCIAL.hash(), ETH, 1_000, 0),
            AskLimits(COMMERCIAL.hash(), chain.token, 5, 1_000),
        ],
    )
    return SignedDelegation.from_json(json.loads(json.dumps(signed.to_json())))


def test_a_delegate_certifies_in_the_creators_name(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, delegation: SignedDelegation
) -> None:
    before = _sent(chain, alice)
    made = [bob.sign_certificate(f"{i}".encode(), delegation=delegation) for i in range(3)]
    # Submitted by a third account, and by the delegate.
    works = [carol.submit(made[0]).work_id, bob.submit(made[1]).work_id]
    for work in map(alice.work, works):
        assert work.creator == work.owner == chain.alice.address
        assert work.payees == (Payee(chain.carol.address, 300),)
        assert work.resale_royalty == 100
    with pytest.raises(reverts.DelegationUsedUp):
        carol.submit(made[2])
    assert _sent(chain, alice) == before


def test_a_delegate_stays_within_the_limits(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, delegation: SignedDelegation
) -> None:
    def signed(**changes: Any) -> SignedCertificate:
        prepared = bob.sign_certificate(b"work", delegation=delegation)
        altered = replace(prepared, certify=prepared.certify._replace(**changes))
        return bob.sign_certificate(altered, delegation=delegation)

    for changes in (
        {"payees": (Payee(chain.bob.address, 300),)},
        {"resale_royalty": 101},
        {"arbiter": chain.bob.address, "lien_cap": 10_000},
    ):
        with pytest.raises(reverts.BeyondDelegation):
            carol.submit(signed(**changes))
    with pytest.raises(InvalidArgument, match="delegation"):
        carol.sign_certificate(b"work", delegation=delegation)
    other = replace(
        delegation, delegation=delegation.delegation._replace(delegate=chain.carol.address)
    )
    with pytest.raises(reverts.InvalidSignature):
        carol.sign_certificate(b"work", delegation=other)
    good = bob.sign_certificate(b"work", delegation=delegation)
    chain.pass_time(WEEK + 1)
    with pytest.raises(reverts.DelegationNotValid):
        carol.submit(good)


def test_what_a_delegates_derivative_may_owe(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    parent = carol.certify(b"parent").work_id
    offers = [
        carol.offer(parent, replace(COMMERCIAL_REMIX, income=bp), price=0) for bp in (900, 901)
    ]
    licenses = [bob.buy(offer, max_price=0, licensee=chain.alice.address)[0].id for offer in offers]
    given = alice.delegate(chain.bob.address, expiry=chain.now() + WEEK, works=5, max_owed=900)
    bob.submit(bob.sign_certificate(b"900", licenses=licenses[:1], delegation=given))
    with pytest.raises(reverts.OwesBeyondDelegation) as refused:
        bob.sign_certificate(b"901", licenses=licenses[1:], delegation=given)
    assert refused.value.values == {"owed": 901, "cap": 900}


def test_a_delegation_is_revoked(
    alice: GenIP, bob: GenIP, carol: GenIP, delegation: SignedDelegation
) -> None:
    signed = bob.sign_certificate(b"work", delegation=delegation)
    assert signed.signer == bob.account.address  # type: ignore[union-attr]
    carol.submit_revocation(delegation, alice.sign_revocation(delegation))
    with pytest.raises(reverts.ConsentRevoked):
        carol.submit(signed)


def test_a_delegate_signs_asks_within_the_limits(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain, delegation: SignedDelegation
) -> None:
    work = alice.certify(b"work").work_id
    ask = bob.sign_offer(work, COMMERCIAL, price=1_000, delegation=delegation)
    assert ask.offer.maker == chain.alice.address
    (license_,) = carol.buy(ask, max_price=1_000)
    assert license_.holder == chain.carol.address
    fees = [FeeShare(chain.bob.address, 1_000)]
    in_token = bob.sign_offer(
        work, COMMERCIAL, price=5, token=chain.token, fees=fees, delegation=delegation
    )
    carol.buy(in_token, max_price=5)
    for bad in (
        {"terms": COMMERCIAL, "price": 999},
        {"terms": NC_REMIX, "price": 1_000},
        {"terms": COMMERCIAL, "price": 1_000, "fees": fees},
    ):
        with pytest.raises(InvalidArgument, match="within the delegation's limits"):
            bob.sign_offer(work, **bad, delegation=delegation)
    # The contract itself refuses, where a delegate's client does not.
    cheap = replace(ask, offer=replace(ask.offer, price=1))
    assert bob.account is not None
    signature = sign(bob.account, bob._marketplace.domain, OFFER, cheap.offer.as_tuple())
    forged = replace(cheap, approval=ask.approval._replace(signature=signature))
    with pytest.raises(reverts.BeyondDelegation):
        carol.buy(forged, max_price=1)
    # A work that the creator only owns is not the delegate's to offer.
    bought = carol.certify(b"carol's").work_id
    carol.send(carol.calls.registry.transfer(chain.carol.address, chain.alice.address, bought))
    with pytest.raises(reverts.BeyondDelegation):
        bob.sign_offer(bought, COMMERCIAL, price=1_000, delegation=delegation)
    # One that is only signed is.
    certificate = bob.sign_certificate(b"next", delegation=delegation)
    offer = bob.sign_offer(certificate, COMMERCIAL, price=1_000, delegation=delegation)
    (license_,) = carol.certify_and_buy(certificate, offer, max_price=1_000)
    assert carol.work(license_.work).creator == chain.alice.address


def test_delegations_that_make_no_sense(alice: GenIP, chain: LocalChain) -> None:
    with pytest.raises(InvalidArgument, match="delegate"):
        alice.delegate("0x12", expiry=1, works=1)
    with pytest.raises(InvalidArgument, match="expiry"):
        alice.delegate(chain.bob.address, expiry=0, works=1)
    with pytest.raises(InvalidArgument, match="asks"):
        alice.delegate(chain.bob.address, expiry=1, works=1, asks=["x"])  # type: ignore[list-item]


# -------------------------------------------------------------------- files


def test_files_from_strangers(alice: GenIP, tmp_path: Path, delegation: SignedDelegation) -> None:
    (anchored,) = alice.anchor([b"anchored"]).certificates
    signed = alice.sign_certificate(anchored).to_json()

    def altered(*path: str, value: Any) -> dict[str, Any]:
        document: Any = copy.deepcopy(signed)
        inner = document
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
        return dict(document)

    for bad in (
        [],
        None,
        {},
        {**signed, "format": "gen-ip/signed-certificate/2"},
        {**signed, "more": 1},
        altered("registry", value=7),
        altered("registry", value="a\nb"),
        altered("content_cid", value="x" * 300),
        altered("certify", value=None),
        altered("certify", "metadata", value=f"0x{'ab' * 32}"),
        altered("anchor", "salt", value=f"0x{'ab' * 32}"),
        altered("anchor", "path", value=[f"0x{'ab' * 32}"]),
        altered("consent", "signature", value="0x1"),
        altered("consent", "deadline", value="soon"),
        altered("consent", "tree", value={}),
    ):
        with pytest.raises(BadStatement):
            SignedCertificate.from_json(bad)
    given = delegation.to_json()
    for changes in (
        {"payees": []},
        {"payees": None},
        {"signature": "0xz"},
        {"chain_id": "1"},
        {"asks": {}},
    ):
        with pytest.raises(BadStatement):
            SignedDelegation.from_json({**given, **changes})
    anchor = alice.anchor([b"more", b"works"]).to_json()
    for changes in (
        {"root": f"0x{'00' * 32}"},
        {"certificates": []},
        {"certificates": [signed]},
        {"time": "1"},
    ):
        with pytest.raises(BadStatement):
            Anchored.from_json({**anchor, **changes})
    assert PreparedCertificate.from_json(anchored.to_json()) == anchored


def test_files_that_cannot_be_used(alice: GenIP, tmp_path: Path) -> None:
    signed = alice.sign_certificate(b"work")
    with pytest.raises(StatementFileProblem, match="No such file"):
        SignedCertificate.load(tmp_path / "nothing.json")
    with pytest.raises(StatementFileProblem):
        signed.save(tmp_path / "no" / "folder.json")
    (tmp_path / "text.json").write_bytes(b"\xff{")
    with pytest.raises(StatementFileProblem, match="not JSON"):
        SignedCertificate.load(tmp_path / "text.json")
    (tmp_path / "deep.json").write_text("[" * 100_000)
    with pytest.raises(StatementFileProblem, match="nested deeper than 32"):
        SignedCertificate.load(tmp_path / "deep.json")
    # What stands in the way of a new file stays as it was.
    (tmp_path / "taken").mkdir()
    with pytest.raises(StatementFileProblem):
        signed.save(tmp_path / "taken")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "deep.json", "store", "taken", "text.json"
    ]  # fmt: skip


def test_a_derivative_waits_for_its_license(alice: GenIP, bob: GenIP, derive: Derive) -> None:
    parent = alice.certify(b"parent").work_id
    child = derive(bob, b"child", parent)
    assert bob.work(child.work_id).parents[0].parent == parent


def test_a_finished_file_is_not_believed(
    alice: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    """Whoever writes a time into a file has claimed nothing with it."""
    path = tmp_path / "proofs.json"
    made = alice.unsigned.anchor([b"work"]).result
    replace(made, time=1_000).save(path)
    before = _sent(chain, alice)
    assert alice.resume_anchor(path).time == chain.now() == Anchored.load(path).time
    assert _sent(chain, alice) == before + 1
    replace(Anchored.load(path), time=1_000).save(path)
    assert alice.resume_anchor(path).time == chain.now() == Anchored.load(path).time
    assert _sent(chain, alice) == before + 1
    other = made.certificates[0]
    elsewhere = replace(other, certify=other.certify._replace(home_chain_id=1), anchor=TreeProof())
    tree, [salt] = salted_tree([elsewhere])
    proven = replace(elsewhere, anchor=TreeProof(tree.root, salt, tree.path(0)))
    Anchored(tree.root, 1_000, (proven,)).save(path)
    with pytest.raises(UnexpectedChain):
        alice.resume_anchor(path)


def test_what_says_to_be_mine_must_be_signed_by_me(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    """A creator who submits needs no signature on chain: a stranger's file must not make use of
    it."""
    mine = alice.sign_certificate(b"mine")
    grab = (Payee(chain.bob.address, 10_000),)
    forged = replace(mine, certify=mine.certify._replace(payees=grab))
    before = _sent(chain, alice)
    with pytest.raises(InvalidSignature):
        alice.submit(forged)
    with pytest.raises(InvalidSignature):
        alice.certify_many([forged])
    batch = alice.certify_many([forged], skip=True)
    assert (batch.certified, [*batch.skipped]) == ({}, [0])
    assert _sent(chain, alice) == before
    many = alice.sign_certificates([alice.prepare_certificate(b"one"), mine])
    assert len(alice.certify_many(many).certified) == 2
