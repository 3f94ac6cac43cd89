"""Licenses: who may do what, and when."""

from __future__ import annotations

import json

import pytest

from gen_ip import GenIP, Rights, Terms
from gen_ip.chain import reverts
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX, NC_REMIX
from tests.support.chain import LocalChain

RENT = Terms(Rights.COMMERCIAL | Rights.TRANSFERABLE, duration=100)


def test_a_license_says_what_it_allows(alice: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"work").work_id
    (license_,) = bob.buy(alice.offer(work, RENT, price=0), max_price=0)
    assert alice.license(license_.id) == license_
    assert (license_.work, license_.terms, license_.holder) == (work, RENT, chain.bob.address)
    assert license_.terms_hash == RENT.hash()
    assert license_.start == chain.now()
    assert license_.end == license_.start + 100
    shown = json.loads(json.dumps(license_.to_json()))
    assert shown["license"] == str(license_.id)
    assert (shown["work"], shown["units"], shown["end"]) == (str(work), 0, license_.end)


def test_rights_are_checked_for_holder_bits_and_time(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"work").work_id
    (license_,) = bob.buy(alice.offer(work, RENT, price=0), max_price=0)
    holder = chain.bob.address
    assert alice.check(license_.id, holder, Rights.COMMERCIAL)
    assert alice.check(license_.id, holder.lower(), Rights.COMMERCIAL)
    assert not alice.check(license_.id, holder, Rights.COMMERCIAL | Rights.DERIVE)
    assert not alice.check(license_.id, chain.carol.address, Rights.COMMERCIAL)
    assert not alice.check(license_.id + 1, holder, Rights.COMMERCIAL)
    for at, expected in (
        (license_.start - 1, False),
        (license_.start, True),
        (license_.end - 1, True),
        (license_.end, False),
    ):
        assert alice.check(license_.id, holder, Rights.COMMERCIAL, at) is expected
        assert license_.active(at) is expected
    chain.pass_time(101)
    assert not alice.check(license_.id, holder, Rights.COMMERCIAL)


def test_licenses_are_found_by_holder_and_by_work(
    alice: GenIP, bob: GenIP, carol: GenIP, chain: LocalChain
) -> None:
    first, second = alice.certify(b"1").work_id, alice.certify(b"2").work_id
    (rented,) = bob.buy(alice.offer(first, RENT, price=0), max_price=0)
    (bought,) = bob.buy(alice.offer(second, COMMERCIAL, price=0), max_price=0)
    (other,) = carol.buy(alice.offer(second, NC_REMIX, price=0), max_price=0)

    def ids(**wanted: object) -> list[int]:
        return [license_.id for license_ in alice.licenses(**wanted)]

    assert ids() == [rented.id, bought.id, other.id]
    assert ids(holder=chain.bob.address) == [rented.id, bought.id]
    assert ids(work=second) == [bought.id, other.id]
    assert ids(holder=chain.bob.address, work=second) == [bought.id]
    bob.send(bob.calls.license.transfer(chain.bob.address, chain.carol.address, rented.id))
    assert ids(holder=chain.bob.address) == [bought.id]
    assert ids(holder=chain.carol.address) == [rented.id, other.id]
    assert alice.check(rented.id, chain.carol.address, Rights.COMMERCIAL)


def test_a_locked_license_stays_with_its_holder(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"work").work_id
    (license_,) = bob.buy(alice.offer(work, COMMERCIAL_REMIX, price=0), max_price=0)
    with pytest.raises(reverts.LicenseLocked) as refused:
        bob.send(bob.calls.license.transfer(chain.bob.address, chain.carol.address, license_.id))
    assert refused.value.license_id == license_.id


def test_an_unknown_license(alice: GenIP) -> None:
    with pytest.raises(reverts.UnknownLicense) as unknown:
        alice.license(77)
    assert unknown.value.license_id == 77
