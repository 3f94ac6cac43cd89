"""May I use this? From facts to a verdict, with nothing else asked: same facts, same verdict.

What a stranger certifies later changes nothing about an earlier claim, and a claim that is no
earlier than the post proves nothing against the post. Only an exact match to a final claim that is
earlier than the platform's first sight of the post may drive anything automatic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from gen_ip.chain.reverts.base import moment
from gen_ip.match.verdict import Verdict as Method
from gen_ip.status.facts import Facts, Match, OfferFact, Question, WorkFacts
from gen_ip.status.holding import Held, Lack, Lacking, right_of
from gen_ip.status.uses import Use, missing
from gen_ip.status.ways import Way, ways_to
from gen_ip.status.wording import said
from gen_ip.terms.clauses import Language


class Status(Enum):
    """What is said of a use, from the best for whoever uses the work to the least."""

    AUTHORIZED = "authorized"
    PERMITTED = "permitted"
    UNKNOWN = "unknown"
    SIMILAR = "similar"
    CONTESTED = "contested"
    SUSPENDED = "suspended"
    DERIVATIVE_OF = "derivative-of"
    EXPIRED = "expired"
    LICENSE_REQUIRED = "license-required"

    @property
    def decides(self) -> bool:
        """Whether it can drive anything without a person, if all else is right."""
        return self in (Status.AUTHORIZED, Status.PERMITTED) or self.is_against

    @property
    def is_against(self) -> bool:
        """Whether it says that the use is not allowed."""
        return self in (Status.EXPIRED, Status.LICENSE_REQUIRED)


@dataclass(frozen=True)
class Verdict:
    """What follows from the facts.

    Attributes:
        status: the verdict.
        reason: which sentence says why, a key of the catalog; `values` fills it in.
        work, match: the work it is about, and how that is known; None where there is none.
        person: why nothing automatic may follow; empty where it may.
        held: the right that is there; `lacking`: what comes nearest to one.
        asks_claimant: that the open question is about who claims the work, not about the post.
        contested_by, later: other works recognized in the same: no later, and later.
        ways: how to get the right.
    """

    status: Status
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)
    work: WorkFacts | None = None
    match: Match | None = None
    person: tuple[str, ...] = ("not-decided",)
    held: Held | None = None
    lacking: Lacking | None = None
    asks_claimant: bool = False
    contested_by: tuple[int, ...] = ()
    later: tuple[int, ...] = ()
    ways: tuple[Way, ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether anything may follow without a person: only from the same file or content as a
        final claim that is earlier than the post."""
        return not self.person

    def sentence(self, language: Language = "en", title: str = "") -> str:
        """Why, in one plain sentence, which names the work by `title` where there is one."""
        values = {
            name: ", ".join(said(language, "use", each.value) for each in value)
            if isinstance(value, tuple)
            else said(language, "somebody", "nobody") if value is None else str(value)
            for name, value in self.values.items()
        }  # fmt: skip
        if title and "work" in values:
            values["work"] = said(language, "work", "titled", {"title": title})
        return said(language, "verdict", self.reason, values)

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """For JSON; ids as decimal strings, hashes as hex."""
        right = self.held or self.lacking
        work = self.work
        return {
            "verdict": self.status.value,
            "why": self.sentence(language),
            "work": None if work is None else str(work.id),
            "automatic": self.automatic,
            "person": [
                {"reason": key, "text": said(language, "person", key)} for key in self.person
            ],
            "asks_claimant": self.asks_claimant,
            "may": [use.value for use in self.held.may()] if self.held else [],
            "ways": [way.to_json(language) for way in self.ways],
            "evidence": {
                "method": self.match.method.value if self.match else None,
                "score": round(self.match.score, 6) if self.match else None,
                "content_hash": f"0x{work.content_hash.hex()}" if work else None,
                "creator": work.creator if work else None,
                "owner": work.owner if work else None,
                "claim_time": work.claim_time if work else None,
                "claim_final": work.final if work else None,
                "suspended": work.suspended if work else None,
                "license": str(right.license) if right and right.license is not None else None,
                "permit": f"0x{right.permit.hex()}" if right and right.permit else None,
                "contested_by": [str(each) for each in self.contested_by],
                "later_claims": [str(each) for each in self.later],
                "related": [
                    {"earlier": str(each.earlier), "evidence": f"0x{each.evidence.hex()}"}
                    for each in (work.relations if work else ())
                ],
            },
        }


@dataclass(frozen=True)
class _Found:
    """A match and what the chain says of its work."""

    match: Match
    work: WorkFacts

    @property
    def order(self) -> tuple[int, int]:
        return self.work.claim_time, self.work.id


def decide(facts: Facts, question: Question) -> Verdict:
    """The verdict."""
    found = [_Found(each, facts.works[each.work]) for each in _surest(facts.matches, facts.works)]
    named = [each for each in found if each.match.method.named]
    if not named:
        alike = [each for each in found if each.match.method is Method.SIMILAR]
        if not alike:
            return Verdict(Status.UNKNOWN, "unknown")
        best = min(alike, key=lambda each: (-each.match.score, each.order))
        values = {"work": best.work.id}
        return Verdict(Status.SIMILAR, "similar", values, best.work, best.match)
    for methods in (
        (Method.EXACT_BYTES, Method.EXACT_CONTENT),
        (Method.NEAR_DUPLICATE,),
    ):
        if same := [each for each in named if each.match.method in methods]:
            return _judged(_first(same), named, question)
    # Whatever it was put together from must be allowed: the least of all decides.
    by_content: dict[bytes, list[_Found]] = {}
    for each in named:
        by_content.setdefault(each.work.content_hash, []).append(each)
    firsts = [_first(group) for group in by_content.values()]
    above = frozenset().union(*(each.work.ancestors for each in firsts))
    # Should works ever be above each other in a circle, all of them count.
    roots = [each for each in firsts if each.work.id not in above] or firsts
    judged = [
        _judged(each, by_content[each.work.content_hash], question)
        for each in sorted(roots, key=lambda each: each.order)
    ]
    order = list(Status)
    return max(judged, key=lambda each: order.index(each.status))


def _surest(matches: Sequence[Match], works: Mapping[int, WorkFacts]) -> list[Match]:
    """For each work that is known, its surest match."""
    order = list(Method)
    best: dict[int, Match] = {}
    for each in matches:
        if each.work not in works:
            continue
        before = best.get(each.work)
        rank = order.index(each.method), -each.score
        if before is None or rank < (order.index(before.method), -before.score):
            best[each.work] = each
    return list(best.values())


def _first(found: Sequence[_Found]) -> _Found:
    """The earliest final claim; of claims none of which is final, the earliest."""
    return min(found, key=lambda each: (not each.work.final, each.order))


def _judged(first: _Found, named: Sequence[_Found], question: Question) -> Verdict:
    work, match = first.work, first.match
    uses = question.intended
    if match.method is Method.DERIVATIVE:
        uses |= {Use.DERIVE}
    others = [each for each in named if not _same_party(each.work, work)]
    earlier = [
        each
        for each in others
        if each.work.claim_time <= work.claim_time
        and each.work.id not in work.ancestors
        # It names this work as older, though blocks of one second may hold both.
        and work.id not in each.work.ancestors
    ]
    later = tuple(sorted(e.work.id for e in others if e.work.claim_time > work.claim_time))
    right = right_of(work, question, uses)
    held = right if isinstance(right, Held) else None
    lacking = right if isinstance(right, Lacking) else None
    status, reason = _status(first, bool(earlier), held, lacking, question, uses)
    rival = min(earlier, key=lambda each: each.order).work.id if earlier else 0
    values: dict[str, Any] = {
        "work": work.id,
        "other": rival,
        "who": question.account or question.licensee,
        "licensee": question.licensee,
        "license": right.license,
        "claimed": moment(work.claim_time),
        "seen": moment(question.first_seen or 0),
        "missing": lacking.missing if lacking else (),
    }
    if right.permit is not None:
        values["licensee"] = next(e.licensee for e in work.permits if e.hash == right.permit)
    return Verdict(
        status,
        reason,
        values,
        work,
        match,
        _needs_person(first, status, lacking, question),
        held,
        lacking,
        asks_claimant=reason == "contested-claimant",
        contested_by=tuple(sorted(each.work.id for each in earlier)),
        later=later,
        ways=() if held else ways_to(work, question, uses, right),
    )


def _same_party(one: WorkFacts, other: WorkFacts) -> bool:
    return one.id == other.id or one.creator == other.creator or one.owner == other.owner


def _status(
    first: _Found,
    contested: bool,
    held: Held | None,
    lacking: Lacking | None,
    question: Question,
    uses: frozenset[Use],
) -> tuple[Status, str]:
    """The status and its sentence."""
    work = first.work
    if contested:
        return Status.CONTESTED, "contested-claims"
    if held is not None:
        by = "permit" if held.permit else "license" if held.license is not None else "owner"
        return Status.AUTHORIZED, f"authorized-{by}"
    if not work.suspended and any(_is_free(each, uses) for each in work.offers):
        return Status.PERMITTED, "permitted"
    if question.first_seen is not None and work.claim_time >= question.first_seen:
        return Status.CONTESTED, "contested-claimant"
    if work.suspended:
        return Status.SUSPENDED, "suspended"
    why = lacking.why if lacking else Lack.NONE
    by_permit = lacking is not None and lacking.permit is not None
    if why is Lack.LAPSED:
        return Status.EXPIRED, "expired-permit" if by_permit else "expired"
    if first.match.method is Method.DERIVATIVE:
        return Status.DERIVATIVE_OF, "derivative-of"
    reason = {
        Lack.BOUND: "license-required-bound",
        Lack.UNPERMITTED: "license-required-unpermitted",
        Lack.NARROW: "license-required-narrow" + ("-permit" if by_permit else ""),
    }.get(why, "license-required" + ("" if question.names_somebody else "-unasked"))
    return Status.LICENSE_REQUIRED, reason


def _is_free(offer: OfferFact, uses: frozenset[Use]) -> bool:
    return offer.price == 0 and not missing(offer.grant, uses)


def _needs_person(
    first: _Found, status: Status, lacking: Lacking | None, question: Question
) -> tuple[str, ...]:
    """Why nothing automatic may follow, every reason."""
    work = first.work
    some = lacking is not None and lacking.why in (Lack.BOUND, Lack.UNPERMITTED, Lack.NARROW)
    reasons = {
        "not-decided": not status.decides,
        "not-exact": not first.match.method.exact,
        "not-final": not work.final,
        "first-seen-unknown": question.first_seen is None,
        "claimed-later": question.first_seen is not None and work.claim_time >= question.first_seen,
        "related": any(each.claim_time < work.claim_time for each in work.relations),
        "suspended": work.suspended,
        "nobody-named": status.is_against and not question.names_somebody,
        "some-right": status.is_against and some,
    }
    return tuple(name for name, holds in reasons.items() if holds)
