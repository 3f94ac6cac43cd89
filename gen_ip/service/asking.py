"""From the parameters of a request to what is asked about."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from gen_ip import arguments
from gen_ip.content.cid import RAW, parse_cid
from gen_ip.errors import GenIPError, MalformedCID
from gen_ip.index.queries import works
from gen_ip.index.queries.view import View
from gen_ip.match.answer import Answer
from gen_ip.match.verdict import Verdict as Method
from gen_ip.service.chain import ShownFacts
from gen_ip.service.problems import Problem
from gen_ip.status.accounts import account as spelled
from gen_ip.status.facts import Match, Question
from gen_ip.status.gathering import MOST_WORKS
from gen_ip.status.uses import use_of
from gen_ip.work import WorkAddress

_NUMBER = re.compile(r"[1-9][0-9]{0,48}")
_MOST_SECONDS = 2**40


def question(
    uses: Sequence[str],
    licensee: str | None,
    account: str | None,
    agency: str | None,
    first_seen: int | None,
) -> Question:
    """Who means to do what, now.

    Raises:
        Problem: 422, a value is none of its kind.
    """
    try:
        return Question(
            at=int(time.time()),
            uses=frozenset(use_of(each) for each in uses),
            licensee=None if licensee is None else arguments.address("licensee", licensee),
            account=None if account is None else spelled(account),
            agency=None if agency is None else spelled(agency),
            first_seen=first_seen,
        )
    except GenIPError as error:
        raise Problem(422, "bad-question", str(error)) from None


def no_earlier(asked: Question, view: View) -> Question:
    """The question, asked no earlier than the index's last block: a chain of one's own may be
    ahead."""
    return replace(asked, at=max(asked.at, view.as_of.time))


def work_id(text: str, chain_id: int) -> int:
    """A work's number, given plainly or as `gen-ip:CHAIN:NUMBER`.

    Raises:
        Problem: 422, it is neither; 404, it is of another chain.
    """
    try:
        named = WorkAddress.parse(text)
        if named is None and _NUMBER.fullmatch(text):
            return arguments.work_id("work", text)
    except GenIPError as error:
        raise Problem(422, "bad-work", str(error)) from None
    if named is None:
        raise Problem(422, "bad-work", "give a work's number, or gen-ip:CHAIN:NUMBER")
    if named.chain_id != chain_id:
        raise Problem(
            404, "unknown-work", f"this service speaks of chain {chain_id}, the work is of another"
        )
    return named.work


def matches_of_hash(view: View, facts: ShownFacts, sha256: bytes) -> list[Match]:
    """Works of these bytes, and those whose owners publish them as a copy: their word alone, so
    that nothing automatic follows from it."""
    exact = [Match(each, Method.EXACT_BYTES) for each in facts.works_on(sha256, MOST_WORKS)]
    said = [
        Match(each, Method.NEAR_DUPLICATE) for each in works.with_copy(view, sha256, MOST_WORKS)
    ]
    return [*exact, *said]


def matches_of_cid(view: View, facts: ShownFacts, cid: str) -> tuple[list[Match], bytes | None]:
    """Works of a CID; the sha2-256 of the bytes where the CID is of them all. What a work's
    document says of its CID is its owner's word alone.

    Raises:
        Problem: 422, it is no CID.
    """
    try:
        parsed = parse_cid(cid)
    except MalformedCID as error:
        raise Problem(422, "bad-cid", str(error)) from None
    if parsed.codec == RAW:
        return matches_of_hash(view, facts, parsed.digest), parsed.digest
    said = works.with_cid(view, cid, MOST_WORKS)
    return [Match(each, Method.NEAR_DUPLICATE) for each in said], None


def matches_of_answer(answer: Answer, chain_id: int) -> list[Match]:
    """What the match index found, of works that it names by their chain and number."""
    found = []
    for each in answer.findings:
        named = _parsed(each.key)
        if named is not None and named.chain_id == chain_id:
            found.append(Match(named.work, each.verdict, each.score))
    return found


def _parsed(key: str) -> WorkAddress | None:
    try:
        return WorkAddress.parse(key)
    except arguments.InvalidArgument:
        return None
