"""Permits, revocations, signed verdicts and profiles: what is signed is what is read back."""

from __future__ import annotations

import copy
import json
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.inspection import checks, is_statement, read
from gen_ip.match.verdict import Verdict as Method
from gen_ip.signing import BadStatement, Domain, Struct, sign
from gen_ip.signing.permits import (
    REVOKE_USE_PERMIT,
    USE_PERMIT,
    RevokeUsePermit,
    permits_domain,
)
from gen_ip.signing.profiles import LINK, PROFILE, Link, Profile, profile_domain
from gen_ip.signing.verdicts import VERDICT, status_domain
from gen_ip.status.facts import Facts, Question
from gen_ip.status.permits import (
    PermitRevocation,
    SignedPermit,
    fact_of,
    permit,
    revocation,
    revokes,
)
from gen_ip.status.profiles import SignedProfile, latest
from gen_ip.status.signed import SignedStatement
from gen_ip.status.statements import AsOf, SignedVerdict, statement
from gen_ip.status.verdict import decide
from gen_ip.terms.rights import Rights
from tests.fuzz.promise import Refused, attempt, returns
from tests.fuzz.strategies import json_values, mutated
from tests.support.chain import account
from tests.support.require import require
from tests.vectors import status

from .strategies import facts, questions

VECTORS: dict[str, Any] = json.loads(status.PATH.read_text("utf-8"))
STRUCTS: dict[str, Struct[Any]] = {
    "UsePermit": USE_PERMIT,
    "RevokeUsePermit": REVOKE_USE_PERMIT,
    "Verdict": VERDICT,
    "Link": LINK,
    "Profile": PROFILE,
}
CONTRACT = status.LICENSE
ALICE, BOB = account("alice"), account("bob")


def _hex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def made(**changes: Any) -> SignedPermit:
    values: dict[str, Any] = {
        "chain_id": 31_337,
        "license_contract": CONTRACT,
        "license_id": 7,
        "work": 5,
        "to": "@Alice@Example.com",
        "use": Rights.COMMERCIAL,
        "valid_from": 100,
        "expiry": 200,
        **changes,
    }
    return permit(ALICE, **values)


PROFILE_OF_ALICE = SignedProfile.signed(
    ALICE,
    Profile(ALICE.address, "Alice", "example.com", (Link("site", "https://example.com/a"),), 9),
    31_337,
    status.REGISTRY,
)
VERDICT_OF_BOB = statement(
    BOB,
    decide(Facts((), {}), Question(at=50)),
    Question(at=50),
    content_hash=b"\1" * 32,
    as_of=AsOf(12, b"\2" * 32, "final"),
    time=60,
    service="status.example",
    chain_id=31_337,
    registry=status.REGISTRY,
)
ALL: list[SignedStatement[Any]] = [
    made(),
    revocation(ALICE, made()),
    PROFILE_OF_ALICE,
    VERDICT_OF_BOB,
]


# --------------------------------------------------------------------- vectors


def test_the_file_is_what_the_generator_writes() -> None:
    assert json.loads(json.dumps(status.document())) == VECTORS


def test_every_struct_has_the_type_string_of_the_vectors() -> None:
    assert {name: each.type_string for name, each in STRUCTS.items()} == VECTORS["types"]


def test_the_domains_are_those_of_the_builders() -> None:
    for name, build in (
        ("permits", permits_domain),
        ("status", status_domain),
        ("profile", profile_domain),
    ):
        domain = Domain(*VECTORS["domains"][name]["domain"].values())
        assert build(domain.chain_id, domain.contract) == domain
        assert domain.separator() == _hex(VECTORS["domains"][name]["separator"])


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda each: each["name"])
def test_signed_structs(vector: dict[str, Any]) -> None:
    struct = STRUCTS[vector["struct"]]
    value = struct.parse(vector["message"])
    assert struct.message(value) == vector["message"]
    assert struct.hash(value) == _hex(vector["structHash"])
    domain = Domain(*VECTORS["domains"][vector["domain"]]["domain"].values())
    assert domain.digest(struct.hash(value)) == _hex(vector["digest"])
    from eth_account import Account

    key = Account.from_key(VECTORS["key"])
    assert sign(key, domain, struct, value) == _hex(vector["signature"])


def test_viem_agrees() -> None:
    run = subprocess.run(
        [str(require("node")), str(status.PATH.with_name("check.mjs")), str(status.PATH)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.stdout == f"viem: {len(VECTORS['signed'])} signed, 0 hashed, 0 trees\n", run.stderr


@pytest.mark.parametrize("text", ["a\nb", "\u202e", "\ud800", "x" * 2_001, 7, None])
def test_what_is_signed_hides_nothing(text: object) -> None:
    with pytest.raises(BadStatement, match=r"LINK|Link|name"):
        LINK.hash(Link(text, ""))  # type: ignore[arg-type] # that is the point


# ----------------------------------------------------------------------- files


@pytest.mark.parametrize("signed", ALL, ids=lambda each: type(each).__name__)
def test_files_are_read_back(signed: SignedStatement[Any]) -> None:
    assert signed.holds
    returns(lambda each: each.to_json(), type(signed).from_json, signed)
    assert is_statement(signed.to_json())
    assert read(signed.to_json()) == signed
    [check] = checks(signed)
    assert check.holds
    assert check.signer == signed.signer


@pytest.mark.parametrize("signed", ALL, ids=lambda each: type(each).__name__)
@given(st.data())
def test_with_anything_changed_it_is_refused_or_does_not_hold(
    signed: SignedStatement[Any], data: st.DataObject
) -> None:
    document = data.draw(mutated(st.just(signed.to_json())))
    found = attempt(type(signed).from_json, document)
    if isinstance(found, Refused):
        return
    same = found == signed
    # Whoever's key the altered revocation recovers to, it is not the licensee's.
    holds = found.holds and found.signer == signed.signer
    assert same or not holds


@given(json_values)
def test_no_document_breaks_a_reader(document: Any) -> None:
    for signed in ALL:
        assert isinstance(attempt(type(signed).from_json, document), Refused)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("account", "@Alice@Example.com"),
        ("account", "bücher.de"),
        ("account", ""),
        ("agency", "@x"),
        ("use", int(Rights.ATTRIBUTION)),
        ("use", int(Rights.TRANSFERABLE)),
        ("workId", "0"),
        ("workId", str(2**160)),
        ("expiry", "99"),
    ],
)
def test_permits_that_make_no_sense(member: str, value: object) -> None:
    document = copy.deepcopy(made().to_json())
    document["message"][member] = value
    with pytest.raises(BadStatement) as refused:
        SignedPermit.from_json(document)
    assert refused.value.where.endswith(member)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "javascript:alert(1)",
        "https://",
        "https://user@example.com",
        "https://example.com/ x",
        "https://example.com/\"x",
        "https://[::1",
        "https://example.com:x",
        "https://" + "x" * 500 + ".com",
        "https://bücher.de",
    ],
)  # fmt: skip
def test_links_that_are_no_pages(url: str) -> None:
    message = PROFILE_OF_ALICE.message._replace(links=(Link("site", url),))
    with pytest.raises(BadStatement, match="https URL"):
        SignedProfile.check(message)


def test_the_latest_profile_holds() -> None:
    later = SignedProfile.signed(
        ALICE, PROFILE_OF_ALICE.message._replace(time=10), 31_337, status.REGISTRY
    )
    assert latest([later, PROFILE_OF_ALICE]) == later
    assert latest([]) is None


# ------------------------------------------------------------------ revocations


def test_a_permit_is_revoked_by_its_licensee_alone() -> None:
    signed, other = made(), made()
    taken_back = revocation(ALICE, signed)
    assert revokes(taken_back, signed)
    assert not revokes(taken_back, other)
    assert fact_of(signed, [taken_back]).revoked
    assert not fact_of(other, [taken_back]).revoked
    with pytest.raises(BadStatement, match="licensee"):
        revocation(BOB, signed)
    forged = PermitRevocation.signed(
        BOB, RevokeUsePermit(signed.hash), signed.chain_id, signed.contract
    )
    assert not revokes(forged, signed)
    elsewhere = PermitRevocation.signed(ALICE, RevokeUsePermit(signed.hash), 1, signed.contract)
    assert not revokes(elsewhere, signed)


def test_a_permit_that_somebody_else_signed_does_not_hold() -> None:
    signed = made()
    assert fact_of(signed).holds
    claimed = signed.message._replace(licensee=BOB.address)
    assert not fact_of(replace(signed, message=claimed)).holds


# -------------------------------------------------------------------- verdicts


@given(facts(), questions)
def test_every_verdict_can_be_signed(found: Facts, question: Question) -> None:
    question = replace(
        question, licensee=BOB.address if question.licensee else None, at=question.at
    )
    verdict = decide(found, question)
    signed = statement(
        ALICE, verdict, question, content_hash=b"\1" * 32, as_of=AsOf(1, b"\2" * 32, "safe"),
        time=1, service="x", chain_id=1, registry=status.REGISTRY,
    )  # fmt: skip
    assert signed.holds
    assert SignedVerdict.from_json(json.loads(json.dumps(signed.to_json()))) == signed
    assert signed.message.automatic == verdict.automatic


@pytest.mark.parametrize(
    "change",
    [
        {"automatic": True},
        {"verdict": "guilty"},
        {"finality": "sure"},
        {"method": "feeling"},
        {"reason": "because"},
        {"uses": "commercial,show"},
        {"uses": ""},
        {"account": "Example.com"},
    ],
    ids=str,
)
def test_verdicts_that_no_service_can_have_given(change: dict[str, Any]) -> None:
    with pytest.raises(BadStatement):
        SignedVerdict.check(VERDICT_OF_BOB.message._replace(**change))


def test_what_is_merely_alike_is_never_signed_as_automatic() -> None:
    sure = VERDICT_OF_BOB.message._replace(
        verdict="license-required", reason="license-required", method=Method.EXACT_BYTES.value,
        automatic=True, first_seen=5,
    )  # fmt: skip
    SignedVerdict.check(sure)
    for method in Method:
        if not method.exact:
            with pytest.raises(BadStatement, match="automatic"):
                SignedVerdict.check(sure._replace(method=method.value))
