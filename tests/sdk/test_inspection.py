"""Statements read without a chain: which one it is, and whose key signed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gen_ip import AskLimits, GenIP
from gen_ip.inspection import AnyStatement, checks, is_statement, load, read
from gen_ip.signing import BadStatement
from gen_ip.signing.recovery import recover
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain

EXPIRY = 2**40


def held(statement: AnyStatement) -> dict[str, bool]:
    return {check.what: check.holds for check in checks(statement)}


def test_every_statement_comes_back_from_its_file(
    alice: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    work = alice.certify(b"one").work_id
    delegation = alice.delegate(chain.bob.address, expiry=EXPIRY, works=3)
    anchored = alice.anchor([b"two", b"three"])
    statements: list[Any] = [
        alice.sign_certificate(b"four"),
        bob.sign_certificate(b"five", delegation=delegation),
        delegation,
        alice.sign_offer(work, COMMERCIAL, price=5),
        *alice.sign_offers([alice.draft_offer(work, COMMERCIAL, price=n) for n in (1, 2, 3)]),
        *alice.sign_certificates(anchored.certificates),
    ]
    for place, statement in enumerate(statements):
        statement.save(tmp_path / f"{place}.json")
        found = load(tmp_path / f"{place}.json")
        assert (type(found), found) == (type(statement), statement)
        assert held(found)
        assert all(held(found).values())
    assert set(held(statements[1])) == {"consent", "delegation"}
    signed = alice.anchor([alice.sign_certificate(b"six"), b"seven"])
    signed.save(tmp_path / "signed.json")
    assert load(tmp_path / "signed.json") == signed
    for unsigned in (anchored, anchored.certificates[0]):
        document = json.loads(json.dumps(unsigned.to_json()))
        assert is_statement(document)
        assert read(document) == unsigned
        assert checks(unsigned) == []


def test_what_somebody_else_signed_does_not_hold(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    work = alice.certify(b"one").work_id
    offer = alice.sign_offer(work, COMMERCIAL, price=5)
    cheaper = replace(offer, offer=replace(offer.offer, price=4))
    elsewhere = replace(offer, chain_id=1)
    assert held(cheaper) == held(elsewhere) == {"offer": False}
    first, second = alice.sign_offers(
        [alice.draft_offer(work, COMMERCIAL, price=n) for n in (1, 2)]
    )
    assert held(replace(first, approval=second.approval)) == {"offer": False}
    certificate = alice.sign_certificate(b"two")
    royal = replace(certificate, certify=certificate.certify._replace(resale_royalty=9))
    assert held(royal) == {"consent": False}
    delegation = alice.delegate(chain.bob.address, expiry=EXPIRY, works=3)
    more = replace(delegation, delegation=delegation.delegation._replace(works=4))
    assert held(more) == {"delegation": False}
    signed = bob.sign_certificate(b"three", delegation=delegation)
    other = replace(signed, consent=signed.consent._replace(delegation=more.delegation))
    assert held(other) == {"consent": True, "delegation": False}
    of_another = replace(signed, certify=signed.certify._replace(creator=chain.carol.address))
    assert held(of_another) == {"consent": False, "delegation": False}


def test_a_delegates_offer_holds_within_its_limits(
    alice: GenIP, bob: GenIP, chain: LocalChain
) -> None:
    limits = AskLimits(COMMERCIAL.hash(), chain.token, 10, 0)
    delegation = alice.delegate(chain.bob.address, expiry=EXPIRY, works=3, asks=[limits])
    work = alice.certify(b"one").work_id
    offer = bob.sign_offer(work, COMMERCIAL, price=10, token=chain.token, delegation=delegation)
    assert held(offer) == {"offer": True, "limits": True, "delegation": True}
    cheap = replace(offer, offer=replace(offer.offer, price=9))
    assert held(cheap) == {"offer": False, "limits": False, "delegation": True}


def test_only_statements_are_read() -> None:
    for document in (
        None,
        [],
        {},
        {"format": 7},
        {"format": []},
        {"format": "gen-ip/signed-offer/9"},
        "text",
    ):
        assert not is_statement(document)
        with pytest.raises(BadStatement, match="format"):
            read(document)
    with pytest.raises(BadStatement, match="marketplace"):
        read({"format": "gen-ip/signed-offer/1"})


def test_recovering_takes_both_short_and_long_signatures(chain: LocalChain) -> None:
    digest = b"\x07" * 32
    signed = chain.alice.unsafe_sign_hash(digest)
    long = bytes(signed.signature)
    assert recover(digest, long) == chain.alice.address
    parity = (long[64] - 27) << 255
    short = long[:32] + (int.from_bytes(long[32:64], "big") | parity).to_bytes(32, "big")
    assert recover(digest, short) == chain.alice.address
    assert recover(b"\x08" * 32, long) != chain.alice.address
    # The other half of the curve's order: the contracts refuse it.
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(long[32:64], "big")).to_bytes(32, "big")
    assert recover(digest, long[:32] + high + bytes([55 - long[64]])) is None
    for broken in (b"", long[:63], long[:64] + b"\x00", bytes(65), b"\xff" * 64, long + b"\x00"):
        assert recover(digest, broken) is None
