"""A work's certificate as a picture, a drawing and a page to print; its proof as a file."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from typing import cast

import sqlalchemy as sql
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from gen_ip.errors import GenIPError, MissingLibrary
from gen_ip.index.queries import lineage, works
from gen_ip.index.queries.view import View
from gen_ip.index.queries.works import IndexedWork
from gen_ip.index.schema.documents import DOCUMENTS
from gen_ip.papers.certificate import CertificateFacts, certificate
from gen_ip.papers.errors import NotTypeset
from gen_ip.papers.typesetting import Form
from gen_ip.papers.wording import Words
from gen_ip.service.asking import work_id
from gen_ip.service.chain import ChainSide, ShownFacts
from gen_ip.service.limits import client_of
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.showing import brief
from gen_ip.service.pages.standing import asks
from gen_ip.service.parts import parts, side
from gen_ip.service.problems import Problem

router = APIRouter(include_in_schema=False)
_TYPES = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf"}
_MINUTE = "public, max-age=60"
_MOST_CLAIMS = 1_000
_AT_A_TIME = 2


class Papers:
    """Papers made lately, by what they say. May be used from several threads."""

    def __init__(self, most: int = 32 * 2**20) -> None:
        self._most, self._size = most, 0
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self.threads: CapacityLimiter | None = None

    def get(self, key: tuple[object, ...]) -> bytes | None:
        """One of them; None where it is to be made."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[object, ...], made: bytes) -> None:
        """Keeps one."""
        with self._lock:
            self._size += len(made) - len(self._kept.pop(key, b""))
            self._kept[key] = made
            while self._size > self._most and self._kept:
                self._size -= len(self._kept.popitem(last=False)[1])


_papers = Papers()


@router.get("/works/{work}/certificate.{form}")
async def paper(request: Request, work: str, form: str) -> Response:
    """The certificate as SVG, PNG or PDF."""
    page, found = Page(request), side(request)
    number = work_id(work, found.settings.chain_id)
    if form not in _TYPES:
        raise Problem(404, "not-found", "a certificate comes as svg, png or pdf")
    if _papers.threads is None:
        _papers.threads = CapacityLimiter(_AT_A_TIME)

    def answer() -> bytes:
        with found.viewing() as (view, facts):
            indexed = works.work(view, number)
            if indexed is None or facts.hides([number]):
                raise Problem(404, "unknown-work", "no work of this number is certified")
            said, picture = _facts(found, view, facts, indexed)
        key = (form, page.language, said, picture)
        made = _papers.get(key)
        if made is None:
            content = None
            if picture is not None and found.pictures is not None:
                content = found.pictures.get(picture)
            made = certificate(said, cast(Form, form), language=page.language, picture=content)
            _papers.put(key, made)
        return made

    try:
        made = await to_thread.run_sync(answer, limiter=_papers.threads)
    except MissingLibrary:
        raise Problem(404, "no-papers", "this site makes no papers") from None
    except NotTypeset as error:
        raise Problem(404, "no-paper", str(error)) from None
    headers = {
        "Cache-Control": _MINUTE,
        "Vary": "Accept-Language",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    }
    if form == "pdf":
        headers["Content-Disposition"] = f'attachment; filename="certificate-{number}.pdf"'
    return Response(made, headers=headers, media_type=_TYPES[form])


@router.get("/works/{work}/proof.json")
async def proof(request: Request, work: str) -> Response:
    """What the chain says of the work, to be checked without this site: `gen-ip verify --proof`."""
    use, found = parts(request), side(request)
    number = work_id(work, found.settings.chain_id)
    prove = found.settings.proof
    if prove is None:
        raise Problem(404, "no-proofs", "this site saves no proofs; gen-ip proof does")
    use.match_rate.take(client_of(request))

    def answer() -> str:
        with found.viewing() as (view, facts):
            if works.work(view, number) is None or facts.hides([number]):
                raise Problem(404, "unknown-work", "no work of this number is certified")
        return json.dumps(prove(number), indent=2)

    try:
        text = await to_thread.run_sync(answer)
    except GenIPError as error:
        if isinstance(error, Problem):
            raise
        raise Problem(503, "no-proof", str(error)) from None
    headers = {
        "Cache-Control": _MINUTE,
        "Content-Disposition": f'attachment; filename="proof-{number}.json"',
    }
    return Response(text, headers=headers, media_type="application/json")


def _facts(
    found: ChainSide, view: View, facts: ShownFacts, work: IndexedWork
) -> tuple[CertificateFacts, str | None]:
    """What it says, and the CID of the picture on it."""
    shown = brief(view, found, work.id)
    claims = facts.works_on(work.content_hash, _MOST_CLAIMS)
    parents = [each.parent for each in lineage.above(view, work.id).links if each.child == work.id]
    terms = tuple(dict.fromkeys(each.terms for each in asks(view, found, facts, work.id)))
    kind = shown.kind if shown is not None else "other"
    said = CertificateFacts(
        chain_id=found.settings.chain_id,
        registry=found.settings.deployment.registry,
        work=work.id,
        title=shown.title if shown is not None and shown.title else None,
        kind=kind if Words("en").part("kind").get(kind) else "other",  # type: ignore[arg-type]
        creator=work.creator,
        owner=work.owner,
        content_hash=work.content_hash,
        claim_time=work.claimed,
        first=not claims or claims[0] == work.id,
        claims=max(1, len(claims)),
        parents=tuple(sorted(parents)),
        terms=terms,
    )
    if shown is None or shown.explicit or shown.picture is None:
        return said, None
    cid = view.connection.execute(
        sql.select(DOCUMENTS.c.cid).where(DOCUMENTS.c.digest == work.metadata)
    ).scalar_one_or_none()
    return said, cid
