"""From matches to facts: no claim on the same bytes is left out, and no right of who is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.facts import LicenseFact, Match, PermitFact, Question, WorkFacts
from gen_ip.status.gathering import MOST_WORKS, gather
from gen_ip.status.uses import Use
from gen_ip.status.verdict import Status, decide
from gen_ip.terms.rights import Rights

from .test_verdict import LICENSE, PERMIT, POSTED, WORK


@dataclass
class Kept:
    """A chain and permits in memory, and what they were asked."""

    works: dict[int, WorkFacts]
    held: tuple[LicenseFact, ...] = ()
    given: tuple[PermitFact, ...] = ()
    asked: list[tuple[str | None, frozenset[int]]] = field(default_factory=list)

    def work(self, work: int, at: int) -> WorkFacts | None:
        return self.works.get(work)

    def works_on(self, content_hash: bytes, most: int) -> Sequence[int]:
        found = [each for each in self.works.values() if each.content_hash == content_hash]
        found.sort(key=lambda each: (each.claim_time, each.id))
        return [each.id for each in found][:most]

    def licenses(
        self, work: int, holder: str | None, ids: Collection[int]
    ) -> Sequence[LicenseFact]:
        self.asked.append((holder, frozenset(ids)))
        return [
            each
            for each in self.held
            if each.work == work
            and (each.holder == holder or each.id in ids or Rights.EXCLUSIVE in each.grant)
        ]

    def permits(self, work: int, account: str) -> Sequence[PermitFact]:
        return [each for each in self.given if (each.work, each.account) == (work, account)]


def test_every_claim_on_the_same_bytes_is_heard() -> None:
    """The index of matches knows the troll's work alone; the chain knows the author's."""
    trolls = replace(WORK, id=2, creator="troll", owner="troll", claim_time=150)
    chain = Kept({1: WORK, 2: trolls})
    found = gather([Match(2, Method.NEAR_DUPLICATE, 0.9)], POSTED, chain)
    assert {(each.work, each.method) for each in found.matches} == {
        (1, Method.NEAR_DUPLICATE),
        (2, Method.NEAR_DUPLICATE),
    }
    assert decide(found, POSTED).work == WORK


def test_permits_lead_to_their_licenses() -> None:
    chain = Kept({1: WORK}, (LICENSE,), (PERMIT,))
    found = gather([Match(1, Method.EXACT_BYTES)], POSTED, chain, chain)
    assert chain.asked == [(None, frozenset({7}))]
    assert decide(found, POSTED).status is Status.AUTHORIZED
    unkept = gather([Match(1, Method.EXACT_BYTES)], POSTED, chain)
    assert decide(unkept, POSTED).status is Status.LICENSE_REQUIRED


def test_a_wallet_is_asked_for_its_licenses() -> None:
    chain = Kept({1: WORK}, (LICENSE,))
    question = Question(at=300, uses=frozenset({Use.COMMERCIAL}), licensee="buyer")
    assert decide(gather([Match(1, Method.EXACT_BYTES)], question, chain), question).held
    assert chain.asked == [("buyer", frozenset())]


def test_works_that_the_chain_does_not_know_say_nothing() -> None:
    assert not gather([Match(9, Method.EXACT_BYTES)], POSTED, Kept({1: WORK})).matches


def test_a_flood_of_claims_is_cut_at_the_late_end() -> None:
    works = {number: replace(WORK, id=number, claim_time=number) for number in range(1, 500)}
    found = gather([Match(499, Method.EXACT_BYTES)], POSTED, Kept(works))
    assert len(found.works) <= MOST_WORKS + 1
    assert decide(found, POSTED).work == works[1]
