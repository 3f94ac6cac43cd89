"""From matches to the facts of a verdict, by whatever knows the chain and the permits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from gen_ip.status.facts import Facts, LicenseFact, Match, PermitFact, Question, WorkFacts

MOST_WORKS = 200
"""Most works that one verdict is drawn from; the surest and earliest are kept."""


class Chain(Protocol):
    """What an index of the chain answers, all as of one block."""

    def work(self, work: int, at: int) -> WorkFacts | None:
        """A certified work, its offers as they can be taken at the time `at`; without licenses and
        permits. None where there is none."""

    def works_on(self, content_hash: bytes, most: int) -> Sequence[int]:
        """Every work that is certified for these bytes, the earliest claims first, at most so
        many."""

    def licenses(
        self, work: int, holder: str | None, ids: Collection[int]
    ) -> Sequence[LicenseFact]:
        """A work's licenses: a holder's, those of these ids, and every exclusive one."""


class Permits(Protocol):
    """Whatever keeps the permits that were handed in."""

    def permits(self, work: int, account: str) -> Sequence[PermitFact]:
        """The permits of a work for an account, in its one spelling; signatures checked."""


class NoPermits:
    """`Permits` where none are kept."""

    def permits(self, work: int, account: str) -> Sequence[PermitFact]:
        """None."""
        return ()


def gather(
    matches: Iterable[Match], question: Question, chain: Chain, permits: Permits | None = None
) -> Facts:
    """The facts on what was matched, with every other work that is certified for the same bytes."""
    kept = permits or NoPermits()
    found: dict[int, WorkFacts] = {}
    listed: list[Match] = []
    for match in sorted(matches, key=lambda each: (_rank(each), -each.score, each.work)):
        work = found.get(match.work) or chain.work(match.work, question.at)
        if work is None:
            continue
        found[match.work] = work
        listed.append(match)
        for twin in chain.works_on(work.content_hash, MOST_WORKS):
            if twin not in found and (other := chain.work(twin, question.at)) is not None:
                found[twin] = other
            if twin in found and twin != match.work:
                listed.append(replace(match, work=twin))
        if len(found) >= MOST_WORKS:
            break
    whole = {number: _with_rights(work, question, chain, kept) for number, work in found.items()}
    return Facts(tuple(listed), whole)


def _rank(match: Match) -> int:
    return list(type(match.method)).index(match.method)


def _with_rights(work: WorkFacts, question: Question, chain: Chain, permits: Permits) -> WorkFacts:
    given: Sequence[PermitFact] = ()
    if question.account is not None:
        given = permits.permits(work.id, question.account)
    named = {each.license for each in given if each.license}
    licenses = chain.licenses(work.id, question.licensee, named)
    return replace(work, licenses=tuple(licenses), permits=tuple(given))
