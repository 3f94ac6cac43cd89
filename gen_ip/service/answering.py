"""From what was recognized to the verdict, as it is sent."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from gen_ip.index.queries.view import View
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.problems import Problem
from gen_ip.status.facts import Match, Question
from gen_ip.status.gathering import gather
from gen_ip.status.statements import AsOf, statement
from gen_ip.status.verdict import Verdict, decide

Language = Literal["en", "fr"]


class Reason(BaseModel):
    """Why a person should look."""

    reason: str
    text: str


class WayToRight(BaseModel):
    """How to get the right that is missing."""

    kind: str
    text: str
    offer: str | None
    price: str | None
    token: str | None


class StatusEvidence(BaseModel):
    """What the verdict follows from."""

    method: str | None
    score: float | None
    content_hash: str | None
    creator: str | None
    owner: str | None
    claim_time: int | None
    claim_final: bool | None
    suspended: bool | None
    license: str | None
    permit: str | None
    contested_by: list[str]
    later_claims: list[str]
    related: list[dict[str, str]]


class StatusAnswer(BaseModel):
    """Whether a use is allowed. `automatic`: whether anything may follow without a person."""

    verdict: str
    why: str
    work: str | None
    automatic: bool
    person: list[Reason]
    asks_claimant: bool
    may: list[str]
    ways: list[WayToRight]
    evidence: StatusEvidence
    statement: str | None = None
    as_of_block: str | None
    finality: str | None


def decided(
    side: ChainSide, facts: ShownFacts, matches: Sequence[Match], question: Question
) -> Verdict:
    """The verdict on what was recognized."""
    return decide(gather(matches, question, facts, side.permits), question)


def told(
    side: ChainSide,
    view: View,
    verdict: Verdict,
    question: Question,
    *,
    language: Language,
    sha256: bytes | None,
    sign: bool,
) -> dict[str, Any]:
    """The answer; with `sign` the verdict is signed and kept, and the answer says where.

    Raises:
        Problem: 501, the service signs nothing.
    """
    document = verdict.to_json(language)
    where = None
    if sign:
        where = f"/v1/statements/{_signed(side, view, verdict, question, sha256)}"
    return {**document, "statement": where, **as_of(view).to_json()}


def _signed(
    side: ChainSide, view: View, verdict: Verdict, question: Question, sha256: bytes | None
) -> str:
    settings, known = side.settings, view.as_of
    if settings.signer is None:
        raise Problem(501, "signs-nothing", "this service has no key to sign verdicts with")
    work = verdict.work
    content = sha256 or (work.content_hash if work is not None else bytes(32))
    made = statement(
        settings.signer,
        verdict,
        question,
        content_hash=content,
        as_of=AsOf(known.number, known.hash, known.finality()),
        time=int(time.time()),
        service=settings.name,
        chain_id=settings.chain_id,
        registry=settings.deployment.registry,
    )
    return side.statements.add(made)
