"""The first page: a file, a text, a hash or a number in, a verdict in plain words out."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from gen_ip.index.queries.view import View
from gen_ip.match.index.errors import IndexProblem
from gen_ip.match.verdict import Verdict as Method
from gen_ip.service.answering import decided
from gen_ip.service.asking import (
    matches_of_answer,
    matches_of_cid,
    matches_of_hash,
    no_earlier,
    question,
    work_id,
)
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.errors import NotFoundAgain
from gen_ip.service.limits import client_of
from gen_ip.service.matching import Matched, timed
from gen_ip.service.pages.rendering import Page, isolated
from gen_ip.service.pages.showing import brief
from gen_ip.service.parts import Parts, parts, side
from gen_ip.service.problems import Problem
from gen_ip.status.facts import Match, Question
from gen_ip.status.verdict import Verdict
from gen_ip.status.ways import Way
from gen_ip.status.wording import said

router = APIRouter(include_in_schema=False)
_KEPT_SECONDS = 2
_MOST_EVIDENCE = 3
_HASH = re.compile("(?:0x)?([0-9a-fA-F]{64})")
# What people paste around it.
_BLANK = re.compile(r"\s+")


@router.get("/")
async def home(request: Request) -> Response:
    """The drop zone."""
    return Page(request).answer("home.html", {"problem": None}, max_age=_KEPT_SECONDS)


@router.get("/check")
async def check_name(
    request: Request,
    q: Annotated[str, Query(max_length=256)] = "",
    licensee: Annotated[str, Query(max_length=42)] = "",
) -> Response:
    """A hash, a CID or a work."""
    page, found = Page(request), side(request)
    name = _BLANK.sub("", q)
    if not name:
        raise Problem(422, "bad-question", "give a hash, a CID or a work's number")
    asked = question((), licensee or None, None, None, None)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            meant = no_earlier(asked, view)
            matches = _named(found, view, facts, name)
            verdict = decided(found, facts, matches, meant)
            return _shown(page, found, view, verdict, q=name)

    values = await to_thread.run_sync(answer)
    return page.answer("verdict.html", values, max_age=_KEPT_SECONDS)


@router.post("/check")
async def check_file(request: Request) -> Response:
    """A file, or a text that was pasted."""
    page, use, found = Page(request), parts(request), side(request)
    use.match_rate.take(client_of(request))
    asked = question((), None, None, None, None)
    async with use.uploads.file(request) as file:

        def answer() -> dict[str, Any]:
            return _of_file(page, use, found, asked, file)

        values = await use.pool.run(answer)
    return page.answer("verdict.html", values)


def _named(found: ChainSide, view: View, facts: ShownFacts, name: str) -> list[Match]:
    by_hash = _HASH.fullmatch(name)
    if by_hash is not None:
        return matches_of_hash(view, facts, bytes.fromhex(by_hash[1]))
    if name.isdecimal() or ":" in name:
        return [Match(work_id(name, found.settings.chain_id), Method.EXACT_BYTES)]
    return matches_of_cid(view, facts, name)[0]


def _of_file(
    page: Page, use: Parts, found: ChainSide, asked: Question, file: Path
) -> dict[str, Any]:
    matched: Matched | None
    try:
        matched, seconds = timed(use.matching, file, None)
        use.metrics.matches.labels(matched.answer.kind).observe(seconds)
        sha256 = matched.sha256
        alike = matches_of_answer(matched.answer, found.settings.chain_id)
    except (IndexProblem, NotFoundAgain):
        import hashlib

        matched, alike = None, []
        with file.open("rb") as opened:
            sha256 = hashlib.file_digest(opened, "sha256").digest()
    with found.viewing() as (view, facts):
        meant = no_earlier(asked, view)
        verdict = decided(found, facts, [*matches_of_hash(view, facts, sha256), *alike], meant)
        values = _shown(page, found, view, verdict, q=sha256.hex())
    if matched is not None and verdict.work is not None:
        key = found.address(verdict.work.id)
        values["evidence"] = [
            f"data:image/png;base64,{base64.b64encode(png).decode()}"
            for work, pictures in matched.evidence()
            if work == key
            for png in list(pictures.values())[:_MOST_EVIDENCE]
        ]
    return values


def _shown(page: Page, found: ChainSide, view: View, verdict: Verdict, *, q: str) -> dict[str, Any]:
    language = page.language
    work = None if verdict.work is None else brief(view, found, verdict.work.id)
    return {
        "verdict": verdict,
        "status": verdict.status.value,
        "why": verdict.sentence(language, "" if work is None else isolated(work.title)),
        "method": None if verdict.match is None else verdict.match.method.value,
        "ways": [{"kind": way.kind, "text": _way(page, found, way)} for way in verdict.ways],
        "may": [said(language, "use", use.value) for use in verdict.held.may()]
        if verdict.held
        else [],
        "person": [said(language, "person", each) for each in verdict.person],
        "work": work,
        "evidence": [],
        "q": q,
        "as_of": as_of(view),
    }


def _way(page: Page, found: ChainSide, way: Way) -> str:
    """In words; what can be bought by its price."""
    if way.offer is None or not way.offer.price:
        return str(way.to_json(page.language)["text"])
    price = found.tokens.shown(way.offer.price, way.offer.token, page.words)
    rights = ", ".join(page.words.rights(way.offer.grant))
    return f"{page.say('work', 'buy', price=price)}: {rights}"
