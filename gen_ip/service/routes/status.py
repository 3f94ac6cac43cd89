"""`/v1/status`: may this be used, and why; and the verdicts that were signed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from fastapi.routing import APIRoute

from gen_ip.match.index.errors import NoIndex
from gen_ip.match.verdict import Verdict as Method
from gen_ip.service.answering import Language, StatusAnswer, decided, told
from gen_ip.service.asking import (
    matches_of_answer,
    matches_of_cid,
    matches_of_hash,
    no_earlier,
    question,
    work_id,
)
from gen_ip.service.caching import answered
from gen_ip.service.chain import ChainSide
from gen_ip.service.errors import NotFoundAgain
from gen_ip.service.limits import client_of
from gen_ip.service.matching import timed
from gen_ip.service.parts import Parts, parts, side
from gen_ip.service.problems import Problem, documented
from gen_ip.service.routes.match import FILE_BODY, FileKind
from gen_ip.status.facts import Match, Question
from gen_ip.status.uses import Use

router = APIRouter()
# A verdict can change with the next block.
_KEPT_SECONDS = 2
_DAY = 86_400
_SHA256 = "^(?:0x)?[0-9a-f]{64}$"
_PLAIN = re.compile(
    rb"(?:sha256=([0-9a-f]{64})|work=([1-9][0-9]{0,48}))"
    rb"(?:&licensee=(0x[0-9a-fA-F]{40}))?(?:&first_seen=([1-9][0-9]{0,11}))?"
)

UseName = StrEnum("UseName", {use.name: use.value for use in Use})  # type: ignore[misc]


async def _asked(
    use: Annotated[
        list[UseName] | None, Query(description="What is intended; showing by default.")
    ] = None,
    licensee: Annotated[
        str | None, Query(max_length=42, description="The wallet that holds a license.")
    ] = None,
    account: Annotated[
        str | None, Query(max_length=512, description="@user@example.com, or a domain.")
    ] = None,
    agency: Annotated[
        str | None, Query(max_length=512, description="Who posts for that account.")
    ] = None,
    first_seen: Annotated[
        int | None,
        Query(ge=1, le=2**40, description="When the post was first seen, seconds since 1970."),
    ] = None,
) -> Question:
    return question([each.value for each in use or ()], licensee, account, agency, first_seen)


Asked = Annotated[Question, Depends(_asked)]
Lang = Annotated[Language, Query(description="Of the sentences.")]
Sign = Annotated[bool, Query(description="Have the verdict signed and kept.")]


async def status(
    request: Request,
    asked: Asked,
    sha256: Annotated[str | None, Query(pattern=_SHA256)] = None,
    cid: Annotated[str | None, Query(max_length=128)] = None,
    work: Annotated[str | None, Query(max_length=128)] = None,
    lang: Lang = "en",
    statement: Sign = False,
) -> Response:
    """Whether somebody may use what a hash, a CID or a work's number names: exactly one of them."""
    if sum(each is not None for each in (sha256, cid, work)) != 1:
        raise Problem(422, "bad-question", "give exactly one of sha256, cid and work")
    named = _Named(sha256, cid, work)
    return await _judged(request, asked, named, language=lang, sign=statement)


class _Named(NamedTuple):
    """What is asked about: one of them."""

    sha256: str | None = None
    cid: str | None = None
    work: str | None = None


async def _judged(
    request: Request, asked: Question, named: _Named, *, language: Language, sign: bool
) -> Response:
    found = side(request)
    number = None if named.work is None else work_id(named.work, found.settings.chain_id)

    def answer() -> dict[str, Any]:
        with found.viewing() as (view, facts):
            meant = no_earlier(asked, view)
            digest: bytes | None = None
            if named.sha256 is not None:
                digest = bytes.fromhex(named.sha256.removeprefix("0x"))
                matches = matches_of_hash(view, facts, digest)
            elif named.cid is not None:
                matches, digest = matches_of_cid(view, facts, named.cid)
            else:
                assert number is not None  # noqa: S101 - as was counted above
                matches = [Match(number, Method.EXACT_BYTES)]
            verdict = decided(found, facts, matches, meant)
            if number is not None and verdict.work is None:
                raise Problem(404, "unknown-work", "no work of this number is certified")
            return told(found, view, verdict, meant, language=language, sha256=digest, sign=sign)

    # A read of a file takes less than handing it to a thread.
    if found.in_file and not sign:
        document = answer()
    else:
        document = await to_thread.run_sync(answer)
    parts(request).metrics.verdicts.labels(document["verdict"]).inc()
    return answered(request, document, 0 if sign else _KEPT_SECONDS)


class _Plain(APIRoute):
    """Takes the questions that are asked most, a hash or a number and no more than well-formed
    numbers beside it, past the general reading of parameters; that has the word on all others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute`."""
        general = super().get_route_handler()

        async def handler(request: Request) -> Response:
            plain = _PLAIN.fullmatch(request.scope["query_string"])
            if plain is None:
                return await general(request)
            sha256, work, licensee, seen = (
                None if each is None else each.decode() for each in plain.groups()
            )
            asked = question((), licensee, None, None, None if seen is None else int(seen))
            named = _Named(sha256, None, work)
            return await _judged(request, asked, named, language="en", sign=False)

        return handler


router.add_api_route(
    "/v1/status",
    status,
    methods=["GET"],
    response_model=StatusAnswer,
    responses=documented(404, 422, 501, 503),
    route_class_override=_Plain,
)


@router.post(
    "/v1/status",
    response_model=StatusAnswer,
    responses=documented(400, 404, 408, 413, 422, 501, 503),
    openapi_extra=FILE_BODY,
)
async def status_of_file(
    request: Request,
    asked: Asked,
    kind: Annotated[FileKind | None, Query(description="By default what its bytes say.")] = None,
    lang: Lang = "en",
    statement: Sign = False,
) -> Response:
    """Whether somebody may use a file: recognized by its bytes, its content or its likeness."""
    use, found = parts(request), side(request)
    use.match_rate.take(client_of(request))
    async with use.uploads.file(request) as file:
        stated = None if kind is None else kind.value

        def answer() -> dict[str, Any]:
            sha256, likenesses = _recognized(use, found, file, stated)
            with found.viewing() as (view, facts):
                meant = no_earlier(asked, view)
                matches = [*matches_of_hash(view, facts, sha256), *likenesses]
                verdict = decided(found, facts, matches, meant)
                return told(
                    found,
                    view,
                    verdict,
                    meant,
                    language=lang,
                    sha256=sha256,
                    sign=statement,
                )

        document = await use.pool.run(answer)
    use.metrics.verdicts.labels(document["verdict"]).inc()
    return answered(request, document, 0)


def _recognized(
    use: Parts, found: ChainSide, file: Path, stated: str | None
) -> tuple[bytes, list[Match]]:
    """A file's sha2-256, and the works that the match index finds in it, if there is one."""
    try:
        matched, seconds = timed(use.matching, file, stated)
    except (NoIndex, NotFoundAgain):
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").digest(), []
    use.metrics.matches.labels(matched.answer.kind).observe(seconds)
    return matched.sha256, matches_of_answer(matched.answer, found.settings.chain_id)


@router.get(
    "/v1/statements/{statement}", response_model=dict[str, Any], responses=documented(404, 422, 503)
)
async def signed_verdict(
    request: Request, statement: Annotated[str, InPath(pattern="^[0-9a-f]{64}$")]
) -> Response:
    """A verdict that this service signed: a file for `gen-ip verify`."""
    found = await to_thread.run_sync(side(request).statements.get, statement)
    if found is None:
        raise Problem(404, "unknown-statement", "this service signed no verdict of this id")
    return answered(request, found.to_json(), _DAY)
