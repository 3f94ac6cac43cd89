"""Verdicts: what each kind of fact leads to, and what nobody can turn."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.facts import (
    Facts,
    LicenseFact,
    Match,
    OfferFact,
    PermitFact,
    Question,
    Relation,
    WorkFacts,
)
from gen_ip.status.holding import Held
from gen_ip.status.uses import Use
from gen_ip.status.verdict import Status, Verdict, decide
from gen_ip.status.wording import catalog
from gen_ip.terms.clauses import LANGUAGES
from gen_ip.terms.rights import Rights

from .strategies import (
    ACCOUNTS,
    ETH,
    NAMED,
    facts,
    grants,
    questions,
    recognized,
    times,
    with_work,
    works,
)

AUTHOR, BUYER, TROLL = "author", "buyer", "troll"
WORK = WorkFacts(1, b"\1" * 32, AUTHOR, AUTHOR, claim_time=100, final=True, owned_since=100)
POSTED = Question(at=300, uses=frozenset({Use.COMMERCIAL}), account=ACCOUNTS[1], first_seen=200)
LICENSE = LicenseFact(7, 1, BUYER, Rights.COMMERCIAL, start=110, held_since=110)
PERMIT = PermitFact(
    b"\3" * 32, 1, 7, BUYER, ACCOUNTS[1], "", Rights.COMMERCIAL, valid_from=120, expiry=400
)
EXACT = [each for each in Method if each.exact]


def asked(
    question: Question = POSTED, method: Method = Method.EXACT_BYTES, *more: Any, **changes: Any
) -> Verdict:
    work = replace(WORK, **changes)
    return decide(Facts((Match(1, method), *more), {1: work}), question)


# ------------------------------------------------------------------ each verdict


def test_a_permit_of_a_licensee_authorizes_an_account() -> None:
    found = asked(licenses=(LICENSE,), permits=(PERMIT,))
    assert (found.status, found.automatic) == (Status.AUTHORIZED, True)
    assert found.held == Held(Rights.COMMERCIAL, 7, PERMIT.hash)
    assert "buyer has signed a permit for @buyer@example.com" in found.sentence()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"holds": False}, Status.LICENSE_REQUIRED),
        ({"revoked": True}, Status.EXPIRED),
        ({"expiry": 299}, Status.EXPIRED),
        ({"valid_from": 301}, Status.LICENSE_REQUIRED),
        ({"valid_from": 109}, Status.EXPIRED),
        ({"licensee": TROLL}, Status.LICENSE_REQUIRED),
        ({"account": ACCOUNTS[2]}, Status.LICENSE_REQUIRED),
        ({"use": Rights.EDITORIAL}, Status.LICENSE_REQUIRED),
        ({"use": Rights(0)}, Status.LICENSE_REQUIRED),
        ({"work": 2}, Status.LICENSE_REQUIRED),
        ({"license": 8}, Status.LICENSE_REQUIRED),
        ({"license": 0}, Status.LICENSE_REQUIRED),
        ({"expiry": 300}, Status.AUTHORIZED),
        ({"valid_from": 300}, Status.AUTHORIZED),
        ({"agency": "agency.example"}, Status.AUTHORIZED),
    ],
    ids=str,
)
def test_a_permit_that_does_not_fit(change: dict[str, Any], status: Status) -> None:
    assert asked(licenses=(LICENSE,), permits=(replace(PERMIT, **change),)).status is status


def test_an_agency_that_is_asked_about_must_be_named() -> None:
    question = replace(POSTED, agency="agency.example")
    named = replace(PERMIT, agency="agency.example")
    assert asked(question, licenses=(LICENSE,), permits=(named,)).status is Status.AUTHORIZED
    found = asked(question, licenses=(LICENSE,), permits=(PERMIT,))
    assert found.status is Status.LICENSE_REQUIRED


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.AUTHORIZED),
        ({"revoked": True}, Status.EXPIRED),
        ({"end": 300}, Status.EXPIRED),
        ({"end": 301}, Status.AUTHORIZED),
        ({"start": 301}, Status.LICENSE_REQUIRED),
        ({"holder": TROLL}, Status.LICENSE_REQUIRED),
        ({"grant": Rights.EDITORIAL | Rights.COMMERCIAL}, Status.LICENSE_REQUIRED),
        ({"work": 2}, Status.LICENSE_REQUIRED),
    ],
    ids=str,
)
def test_a_license_of_whoever_is_asked_about(change: dict[str, Any], status: Status) -> None:
    question = replace(POSTED, account=None, licensee=BUYER)
    assert asked(question, licenses=(replace(LICENSE, **change),)).status is status


def test_a_wallet_that_an_account_names_proves_nothing_without_a_permit() -> None:
    question = replace(POSTED, licensee=BUYER)
    found = asked(question, licenses=(LICENSE,))
    assert found.status is Status.LICENSE_REQUIRED
    assert found.reason == "license-required-unpermitted"
    assert not found.automatic
    assert [way.kind for way in found.ways] == ["permit"]


def test_the_owner_and_the_owners_accounts() -> None:
    wallet = replace(POSTED, account=None, licensee=AUTHOR)
    assert asked(wallet).status is Status.AUTHORIZED
    own = replace(PERMIT, license=0, licensee=AUTHOR)
    found = asked(permits=(own,))
    assert (found.status, found.automatic) == (Status.AUTHORIZED, True)
    # Signed by the owner before the one now.
    assert asked(permits=(own,), owned_since=130).status is Status.EXPIRED
    assert asked(permits=(replace(own, licensee=TROLL),)).status is Status.LICENSE_REQUIRED


def test_an_exclusive_license_binds_the_owner() -> None:
    alone = replace(LICENSE, grant=Rights.COMMERCIAL | Rights.EXCLUSIVE, end=500)
    wallet = replace(POSTED, account=None, licensee=AUTHOR)
    found = asked(wallet, licenses=(alone,))
    assert found.reason == "license-required-bound"
    assert not found.automatic
    showing = replace(wallet, uses=frozenset())
    assert asked(showing, licenses=(alone,)).status is Status.AUTHORIZED
    assert asked(wallet, licenses=(replace(alone, end=300),)).status is Status.AUTHORIZED
    assert asked(wallet, licenses=(replace(alone, holder=AUTHOR),)).status is Status.AUTHORIZED


def test_free_terms_permit() -> None:
    free = OfferFact(b"\4" * 32, Rights.COMMERCIAL, 0, ETH)
    found = asked(offers=(free,))
    assert (found.status, found.automatic) == (Status.PERMITTED, True)
    assert found.ways[0].offer == free
    assert asked(offers=(replace(free, grant=Rights(0)),)).status is Status.LICENSE_REQUIRED
    assert asked(offers=(replace(free, price=1),)).status is Status.LICENSE_REQUIRED
    assert asked(offers=(free,), suspended=True).status is Status.SUSPENDED


def test_what_needs_a_license_says_where_one_is() -> None:
    dear = OfferFact(b"\5" * 32, Rights.COMMERCIAL, 9, ETH)
    cheap = OfferFact(b"\6" * 32, Rights.COMMERCIAL | Rights.MERCH, 3, ETH)
    other = OfferFact(b"\7" * 32, Rights.TRAIN, 1, ETH)
    found = asked(offers=(dear, other, cheap))
    assert (found.status, found.automatic) == (Status.LICENSE_REQUIRED, True)
    assert [way.offer for way in found.ways] == [cheap, dear, None]
    assert found.ways[-1].to_json()["text"].startswith("Ask the owner of work 1, author,")


def test_against_nobody_in_particular_nothing_is_automatic() -> None:
    found = asked(replace(POSTED, account=None))
    assert found.status is Status.LICENSE_REQUIRED
    assert found.person == ("nobody-named",)
    assert found.ways[0].kind == "name"


def test_suspended_sales_leave_licenses_as_they_are() -> None:
    assert asked(suspended=True).status is Status.SUSPENDED
    held = asked(suspended=True, licenses=(LICENSE,), permits=(PERMIT,))
    assert (held.status, held.automatic) == (Status.AUTHORIZED, False)


def test_what_is_made_from_a_work_needs_a_license_to_derive() -> None:
    assert asked(method=Method.DERIVATIVE).status is Status.DERIVATIVE_OF
    narrow = asked(method=Method.DERIVATIVE, licenses=(LICENSE,), permits=(PERMIT,))
    assert narrow.status is Status.DERIVATIVE_OF
    both = Rights.COMMERCIAL | Rights.DERIVE
    found = asked(
        method=Method.DERIVATIVE,
        licenses=(replace(LICENSE, grant=both),),
        permits=(replace(PERMIT, use=both),),
    )
    assert (found.status, found.automatic) == (Status.AUTHORIZED, False)


def test_a_collage_needs_all_it_is_made_from() -> None:
    both = Rights.COMMERCIAL | Rights.DERIVE
    mine = replace(
        WORK, licenses=(replace(LICENSE, grant=both),), permits=(replace(PERMIT, use=both),)
    )
    other = replace(WORK, id=2, content_hash=b"\2" * 32, creator="other", owner="other")
    found = decide(
        Facts((Match(1, Method.DERIVATIVE), Match(2, Method.DERIVATIVE)), {1: mine, 2: other}),
        POSTED,
    )
    assert found.status is Status.DERIVATIVE_OF
    assert found.work == other


def test_what_a_licensed_derivative_is_made_from_is_covered_by_it() -> None:
    child = replace(
        WORK, id=2, content_hash=b"\2" * 32, creator=BUYER, owner=BUYER, claim_time=150,
        ancestors=frozenset({1}),
    )  # fmt: skip
    found = decide(
        Facts((Match(1, Method.NEAR_DUPLICATE), Match(2, Method.EXACT_BYTES)), {1: WORK, 2: child}),
        POSTED,
    )
    assert (found.work, found.status) == (child, Status.LICENSE_REQUIRED)
    stolen = replace(child, ancestors=frozenset())
    found = decide(
        Facts(
            (Match(1, Method.NEAR_DUPLICATE), Match(2, Method.EXACT_BYTES)), {1: WORK, 2: stolen}
        ),
        POSTED,
    )
    assert (found.status, found.contested_by) == (Status.CONTESTED, (1,))
    assert not found.automatic


def test_the_same_time_is_no_priority() -> None:
    twin = replace(WORK, id=2, creator=TROLL, owner=TROLL)
    found = decide(
        Facts((Match(1, Method.EXACT_BYTES), Match(2, Method.EXACT_BYTES)), {1: WORK, 2: twin}),
        POSTED,
    )
    assert found.status is Status.CONTESTED


def test_a_derivative_of_the_same_second_contests_nothing() -> None:
    child = replace(WORK, id=2, creator=BUYER, owner=BUYER, ancestors=frozenset({1}))
    found = decide(
        Facts((Match(1, Method.NEAR_DUPLICATE), Match(2, Method.DERIVATIVE)), {1: WORK, 2: child}),
        POSTED,
    )
    assert (found.work, found.status) == (WORK, Status.LICENSE_REQUIRED)


def test_alike_and_unknown() -> None:
    assert asked(method=Method.SIMILAR).status is Status.SIMILAR
    assert asked(method=Method.UNKNOWN).status is Status.UNKNOWN
    assert decide(Facts((Match(9, Method.EXACT_BYTES),), {}), POSTED).status is Status.UNKNOWN


# -------------------------------------------------------------------- the troll


def test_the_troll_who_certifies_a_viral_picture_and_reports_its_author() -> None:
    """The author posted at 200 and never certified; the troll certified at 250, then reports."""
    trolls = replace(WORK, creator=TROLL, owner=TROLL, claim_time=250, owned_since=250)
    report = Question(at=300, account=ACCOUNTS[0], first_seen=200)
    found = decide(Facts((Match(1, Method.EXACT_BYTES),), {1: trolls}), report)
    assert found.status is Status.CONTESTED
    assert found.asks_claimant
    assert not found.automatic
    assert "the question is how its claimant came by it" in found.sentence()
    # Even a claim of the very second proves nothing.
    same = replace(trolls, claim_time=200)
    assert decide(Facts((Match(1, Method.EXACT_BYTES),), {1: same}), report).asks_claimant
    # Nor does one where the platform does not say when it saw the post.
    unsaid = decide(
        Facts((Match(1, Method.EXACT_BYTES),), {1: trolls}), replace(report, first_seen=None)
    )
    assert not unsaid.automatic


def test_the_troll_who_certifies_what_the_author_had_certified_before() -> None:
    trolls = replace(WORK, id=2, creator=TROLL, owner=TROLL, claim_time=150)
    own = replace(PERMIT, license=0, licensee=AUTHOR, account=ACCOUNTS[0])
    mine = replace(WORK, permits=(own,))
    report = Question(at=300, account=ACCOUNTS[0], first_seen=200)
    both = Facts((Match(2, Method.EXACT_BYTES), Match(1, Method.EXACT_BYTES)), {1: mine, 2: trolls})
    found = decide(both, report)
    assert (found.status, found.automatic, found.work) == (Status.AUTHORIZED, True, mine)
    assert found.later == (2,)
    # And the troll's own post needs the author's license, whatever the troll certified.
    trolls_post = Question(at=300, account=ACCOUNTS[2], licensee=TROLL, first_seen=200)
    found = decide(both, trolls_post)
    assert (found.status, found.work) == (Status.LICENSE_REQUIRED, mine)


def test_a_troll_who_names_later_works_as_related_stops_automatic_things_only() -> None:
    found = asked(relations=(Relation(9, 50, bytes(32)),))
    assert (found.status, found.person) == (Status.LICENSE_REQUIRED, ("related",))
    # Of a work that is no earlier, nothing is heard.
    assert asked(relations=(Relation(9, 100, bytes(32)),)).automatic


# ------------------------------------------------------------------- properties

many = settings(max_examples=80, deadline=None)


@many
@given(facts(), questions)
def test_only_the_same_and_a_final_claim_before_the_post_is_automatic(
    found: Facts, question: Question
) -> None:
    verdict = decide(found, question)
    if verdict.automatic:
        assert verdict.match is not None
        assert verdict.match.method in EXACT
        assert verdict.work is not None
        assert verdict.work.final
        assert question.first_seen is not None
        assert verdict.work.claim_time < question.first_seen
        assert not verdict.contested_by
        assert verdict.status.decides
    if verdict.status in (Status.UNKNOWN, Status.SIMILAR, Status.CONTESTED, Status.DERIVATIVE_OF):
        assert not verdict.automatic
    if verdict.status.is_against and question.first_seen is not None:
        assert verdict.work is not None
        assert verdict.work.claim_time < question.first_seen


@many
@given(recognized(), questions, works(8), st.sampled_from(list(Method)), st.integers(1, 40))
def test_a_strangers_later_claim_turns_nothing(
    found: Facts, question: Question, stranger: WorkFacts, method: Method, after: int
) -> None:
    # Of what is put together from several works, every one counts, the newest too: not here.
    before = decide(found, question)
    assert before.match is not None
    # A surer match would be another finding: what is asked about is the stranger's then, too.
    method = max(method, before.match.method, key=_rank)
    latest = max(each.claim_time for each in found.works.values())
    later = replace(
        stranger, creator="stranger", owner="stranger", claim_time=latest + after,
        ancestors=frozenset(),
    )  # fmt: skip
    again = decide(with_work(found, later, method), question)
    assert replace(again, later=()) == replace(before, later=())


def _rank(method: Method) -> int:
    return 0 if method.exact else list(Method).index(method)


@many
@given(recognized(), questions, works(8), st.integers(1, 40))
def test_the_same_file_of_an_earlier_work_and_a_later_one_is_the_earlier_ones(
    found: Facts, question: Question, stranger: WorkFacts, after: int
) -> None:
    """However sure the stranger's match: an earlier claim that is recognized is never set aside."""
    latest = max(each.claim_time for each in found.works.values())
    later = replace(
        stranger, creator="stranger", owner="stranger", claim_time=latest + after,
        ancestors=frozenset(),
    )  # fmt: skip
    verdict = decide(with_work(found, later, Method.EXACT_BYTES), question)
    if verdict.work == later:
        assert verdict.status is Status.CONTESTED


@many
@given(recognized(), questions)
def test_what_is_merely_similar_changes_nothing(found: Facts, question: Question) -> None:
    verdict = decide(found, question)
    alike = tuple(each for each in found.matches if each.method is not Method.SIMILAR)
    assert decide(replace(found, matches=alike), question) == verdict


@many
@given(facts(), questions)
def test_the_order_of_the_matches_changes_nothing(found: Facts, question: Question) -> None:
    turned = replace(found, matches=found.matches[::-1])
    one, other = decide(found, question), decide(turned, question)
    assert (one.status, one.person, one.work) == (other.status, other.person, other.work)


GOOD = (Status.AUTHORIZED, Status.PERMITTED)


@many
@given(works(1), questions, st.sampled_from(NAMED), grants, times)
def test_one_more_license_takes_nothing_away(
    work: WorkFacts, question: Question, method: Method, grant: Rights, start: int
) -> None:
    grant &= ~Rights.EXCLUSIVE
    more = LicenseFact(9, 1, question.licensee or BUYER, grant, start)
    before = decide(Facts((Match(1, method),), {1: work}), question)
    again = replace(work, licenses=(*work.licenses, more))
    after = decide(Facts((Match(1, method),), {1: again}), question)
    if before.status in GOOD:
        assert after.status in GOOD


@many
@given(works(1), questions, st.sampled_from(NAMED))
def test_a_permit_that_its_licensee_did_not_sign_gives_nothing(
    work: WorkFacts, question: Question, method: Method
) -> None:
    forged = tuple(replace(each, holds=False) for each in work.permits)
    with_forged = decide(Facts((Match(1, method),), {1: replace(work, permits=forged)}), question)
    without = decide(Facts((Match(1, method),), {1: replace(work, permits=())}), question)
    assert with_forged == replace(without, work=with_forged.work)


@many
@given(works(1), questions, st.sampled_from(NAMED), st.sampled_from(list(Use)))
def test_who_means_to_do_more_is_never_better_off(
    work: WorkFacts, question: Question, method: Method, use: Use
) -> None:
    one = Facts((Match(1, method),), {1: work})
    asked_more = replace(question, uses=question.intended | {use})
    if decide(one, asked_more).status in GOOD:
        assert decide(one, question).status in GOOD


@many
@given(facts(), questions, st.sampled_from(LANGUAGES))
def test_every_verdict_is_one_sentence_and_json(
    found: Facts, question: Question, language: Any
) -> None:
    verdict = decide(found, question)
    sentence = verdict.sentence(language)
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert "None" not in sentence
    document = verdict.to_json(language)
    assert json.loads(json.dumps(document)) == document
    assert document["automatic"] == (not document["person"])
    assert all("None" not in way["text"] for way in document["ways"])


def test_the_catalogs_say_the_same_things() -> None:
    english = catalog("en")
    for language in LANGUAGES:
        other = catalog(language)
        assert other.keys() == english.keys()
        for part, texts in english.items():
            assert other[part].keys() == texts.keys()
            for key, text in texts.items():
                assert _names(other[part][key]) == _names(text), (language, part, key)
    assert {use.value for use in Use} == english["use"].keys()


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
