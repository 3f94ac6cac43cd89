"""What is handed in is kept once, if it is its signer's, until it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gen_ip.market.offers import works_tree
from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept import offers, permits
from gen_ip.service.kept.offers import KeptOffers
from gen_ip.service.kept.permits import KeptPermits
from gen_ip.service.kept.profiles import KeptProfiles
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.statements import KeptStatements
from gen_ip.signing.profiles import Profile
from gen_ip.status.permits import revocation
from gen_ip.status.profiles import SignedProfile
from tests.status.test_offers import ASK, BID, signed
from tests.status.test_signed import (
    ALICE,
    BOB,
    CONTRACT,
    PROFILE_OF_ALICE,
    VERDICT_OF_BOB,
    made,
)
from tests.vectors import status

CHAIN = 31_337


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = Records(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def kept(records: Records) -> KeptPermits:
    return KeptPermits(records, CHAIN, CONTRACT)


def profile(time: int, name: str = "Alice") -> SignedProfile:
    message = Profile(ALICE.address, name, "", (), time)
    return SignedProfile.signed(ALICE, message, CHAIN, status.REGISTRY)


def test_a_permit_is_kept_once_and_taken_back(kept: KeptPermits) -> None:
    one = made()
    assert kept.add(one, at=150)
    assert not kept.add(one, at=150)
    assert kept.get(one.hash) == one
    (fact,) = kept.permits(5, "@alice@example.com")
    assert (fact.hash, fact.holds, fact.revoked) == (one.hash, True, False)
    assert not kept.permits(5, "@bob@example.com")
    assert not kept.permits(6, "@alice@example.com")
    taken_back = revocation(ALICE, one)
    assert kept.revoke(taken_back)
    assert not kept.revoke(taken_back)
    assert kept.revoked(one.hash)
    (fact,) = kept.permits(5, "@alice@example.com")
    assert fact.revoked


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda one: replace(one, signature=BOB.unsafe_sign_hash(one.digest).signature), "sign it"),
        (lambda one: replace(one, chain_id=1), "it is for chain 1"),
        (lambda one: replace(one, contract=status.REGISTRY), "it is for chain"),
        (lambda one: made(expiry=149), "it has ended"),
    ],
)
def test_permits_that_are_not_taken(kept: KeptPermits, change: object, reason: str) -> None:
    with pytest.raises(NotTaken, match=reason):
        kept.add(change(made()), at=150)  # type: ignore[operator]
    assert not kept.permits(5, "@alice@example.com")


def test_only_its_licensee_takes_a_permit_back(kept: KeptPermits) -> None:
    one = made()
    with pytest.raises(UnknownName, match="no permit"):
        kept.revoke(revocation(ALICE, one))
    kept.add(one, at=150)
    false = replace(
        revocation(ALICE, one),
        signature=BOB.unsafe_sign_hash(revocation(ALICE, one).digest).signature,
    )
    with pytest.raises(NotTaken, match="did not sign"):
        kept.revoke(false)
    assert not kept.revoked(one.hash)


def test_ended_permits_make_room(kept: KeptPermits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(permits, "MOST_PERMITS", 2)
    kept.add(made(), at=150)
    kept.add(made(), at=150)
    with pytest.raises(NotTaken, match="are kept for it"):
        kept.add(made(), at=150)
    late = made(expiry=400)
    assert kept.add(late, at=250)
    assert [each.hash for each in kept.permits(5, "@alice@example.com")] == [late.hash]


def test_offers_are_listed_until_they_end(records: Records) -> None:
    kept = KeptOffers(records)
    ask, bid = signed(ASK), signed(replace(BID, taker=ALICE.address, deadline=900))
    assert kept.add(ask, 100)
    assert not kept.add(ask, 100)
    assert kept.add(bid, 100)
    assert {each.offer.hash for each, _ in kept.of_work(5, 500, 10)} == {
        ask.offer.hash,
        bid.offer.hash,
    }
    assert [each for each, _ in kept.of_work(5, 501, 10)] == [bid]
    assert len(kept.of_work(5, 100, 1)) == 1
    assert [each for each, _ in kept.to(ALICE.address, 501, 10)] == [bid]
    assert not kept.to(BOB.address, 100, 10)
    assert kept.get(bid.offer.hash) == bid
    with pytest.raises(UnknownName, match="no offer"):
        kept.get(bytes(32))


def test_an_offer_for_several_works_is_listed_for_each(records: Records) -> None:
    kept = KeptOffers(records)
    one = signed(replace(BID, work=0, works_root=works_tree((5, 6)).root), works=(5, 6))
    kept.add(one, 100)
    assert [len(kept.of_work(work, 100, 10)) for work in (4, 5, 6)] == [0, 1, 1]


def test_ended_offers_make_room(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "MOST_OFFERS", 1)
    kept = KeptOffers(records)
    kept.add(signed(ASK), 100)
    with pytest.raises(NotTaken, match="of its maker"):
        kept.add(signed(replace(ASK, salt=2)), 500)
    late = signed(replace(ASK, salt=3, deadline=900))
    assert kept.add(late, 501)
    assert [each for each, _ in kept.of_work(5, 0, 10)] == [late]


def test_of_profiles_the_latest_is_kept(records: Records) -> None:
    kept = KeptProfiles(records, CHAIN, status.REGISTRY)
    assert kept.of(ALICE.address) is None
    assert kept.add(profile(20), at=30)
    assert not kept.add(PROFILE_OF_ALICE, at=30)
    assert kept.of(ALICE.address) == profile(20)
    later = profile(21, "Alice B.")
    assert kept.add(later, at=30)
    assert kept.of(ALICE.address) == later


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (replace(profile(5), signature=bytes(65)), "did not sign"),
        (replace(profile(5), chain_id=1), "it is for chain 1"),
        (profile(3_700), "of a time to come"),
    ],
)
def test_profiles_that_are_not_taken(records: Records, one: SignedProfile, reason: str) -> None:
    kept = KeptProfiles(records, CHAIN, status.REGISTRY)
    with pytest.raises(NotTaken, match=reason):
        kept.add(one, at=30)
    assert kept.of(ALICE.address) is None


def test_signed_verdicts_are_shown_again(records: Records) -> None:
    kept = KeptStatements(records)
    name = kept.add(VERDICT_OF_BOB)
    assert kept.add(VERDICT_OF_BOB) == name
    assert kept.get(name) == VERDICT_OF_BOB
    assert kept.get("00" * 32) is None
