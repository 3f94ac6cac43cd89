"""The page on which creators certify files: what is like them, parents, terms, one signature."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from gen_ip.errors import FileProblem, GenIPError, MetadataError
from gen_ip.index.queries import licensing, works
from gen_ip.index.queries.licensing import IndexedLicense
from gen_ip.index.queries.view import View
from gen_ip.match.verdict import Verdict as Method
from gen_ip.service.asking import matches_of_answer
from gen_ip.service.chain import ChainSide, ShownFacts, as_of
from gen_ip.service.describing import Describer, Seen, parents_said
from gen_ip.service.limits import client_of
from gen_ip.service.pages.fields import Field, Form, NotGiven
from gen_ip.service.pages.planning import Planner
from gen_ip.service.pages.rendering import Page
from gen_ip.service.pages.selling import Sale, sale_of
from gen_ip.service.pages.showing import Brief, briefs, in_words
from gen_ip.service.parts import Parts, parts, side
from gen_ip.service.problems import Problem
from gen_ip.service.staging import Staging, StagingFull, UnknownUpload, Upload
from gen_ip.signing.statements import Certify, Edge
from gen_ip.terms import Rights
from gen_ip.works import documents

router = APIRouter(include_in_schema=False)
_MOST_FILES, _MOST_LIKE, _MOST_LICENSES = 10, 5, 500
_MOST_TAGS, _LONGEST_TAG, _LONGEST_TITLE = 32, 64, 200
_MOST_ROYALTY = 1_000
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class _Like:
    """A certified work that a file is like, or says it was made with."""

    work: Brief
    why: str


@dataclass(frozen=True)
class _Item:
    """A file on the page."""

    upload: Upload
    title: str
    kind: str
    thumbnail: str
    like: Sequence[_Like]
    fields: Sequence[Field]
    problem: str


@dataclass(frozen=True)
class Stated:
    """What is to be certified of one file: the statement, and its metadata."""

    title: str
    certify: Certify
    document: bytes
    work: int


@router.get("/certify")
async def certify(request: Request) -> Response:
    """The form for the files that were uploaded, and what would be signed."""
    page, use, found = Page(request), parts(request), side(request)
    staging, describer = _open(use)
    names = list(dict.fromkeys(request.query_params.getlist("item")))[:_MOST_FILES]
    uploads = [each for each in (_upload(staging, name) for name in names) if each is not None]
    many = defaultdict(list)
    for name, value in request.query_params.multi_items():
        many[name].append(value)
    form = Form(page, {k: v for k, v in request.query_params.items() if k != "item"}, many)
    if not all(describer.knows(each) for each in uploads):
        use.match_rate.take(client_of(request))

    def answer() -> dict[str, Any]:
        seen = [_looked_at(describer, each) for each in uploads]
        with found.viewing() as (view, facts):
            maker = _Maker(form, use, found, view, facts, staging)
            values = maker.values(list(zip(uploads, seen, strict=True)))
        gone = len(names) > len(uploads)
        return {**values, "gone": gone, "most": _MOST_FILES}

    return page.answer("certify.html", await use.pool.run(answer))


@router.post("/certify")
async def upload(request: Request) -> Response:
    """Takes a file; its name leads back to the form. As JSON for who accepts nothing else."""
    use = parts(request)
    staging, _ = _open(use)
    use.match_rate.take(client_of(request))
    names = request.query_params.getlist("item")
    if len(names) >= _MOST_FILES:
        raise Problem(422, "too-many", f"at most {_MOST_FILES} files at a time")
    async with use.uploads.named(request) as (path, called):
        title = _HIDDEN.sub("", PurePath(called.replace("\\", "/")).stem)[:_LONGEST_TITLE].strip()
        try:
            made = await to_thread.run_sync(staging.add, path, title)
        except StagingFull as error:
            raise Problem(503, "full", str(error)) from None
    if request.headers.get("accept") == "application/json":
        return JSONResponse({"item": made.name})
    page = Page(request)
    items = "&".join(f"item={each}" for each in (*names, made.name) if each.isalnum())
    language = page.url("")
    return RedirectResponse(f"/certify?{items}{language.replace('?', '&')}", 303)


def _open(use: Parts) -> tuple[Staging, Describer]:
    if use.staging is None or use.describer is None:
        raise Problem(
            404, "not-offered", "this site certifies nothing; gen-ip does, and others may"
        )
    return use.staging, use.describer


def _upload(staging: Staging, name: str) -> Upload | None:
    try:
        return staging.get(name)
    except UnknownUpload:
        return None


def _looked_at(describer: Describer, upload_: Upload) -> Seen | str:
    """A file, or why it cannot be certified."""
    try:
        return describer.see(upload_)
    except FileProblem as error:
        return error.naming(upload_.title or "the file")
    except GenIPError as error:
        raise Problem(503, "busy", str(error)) from None


class _Maker:
    """Reads the form, and states what is in it."""

    def __init__(
        self,
        form: Form,
        use: Parts,
        found: ChainSide,
        view: View,
        facts: ShownFacts,
        staging: Staging,
    ) -> None:
        self._form, self._page, self._say = form, form.page, form.page.say
        self._use, self._found, self._view, self._facts = use, found, view, facts
        self._staging = staging

    def values(self, uploads: Sequence[tuple[Upload, Seen | str]]) -> dict[str, Any]:
        """For the page."""
        form, found = self._form, self._found
        account = form.account("account") if uploads else None
        royalty = form.read("royalty", self._share, "0", kind="decimal") if uploads else None
        sale = sale_of(form, found) if uploads else None
        held = [] if account is None else self._held(account)
        items, stated = [], []
        for place, (upload_, seen) in enumerate(uploads):
            item, made = self._item(place, upload_, seen, account, royalty, held)
            items.append(item)
            stated.append(made)
        values: dict[str, Any] = {
            "items": items,
            "fields": form.fields,
            "plan": None,
            "as_of": as_of(self._view),
        }
        whole = [each for each in stated if each is not None]
        if account and whole and len(whole) == len(stated) and sale is not None:
            values |= self._plan(account, whole, sale)
        return values

    def _plan(self, account: str, stated: Sequence[Stated], sale: Sale) -> dict[str, Any]:
        page, say, known = self._page, self._say, self._found.settings
        planner = Planner(page, known.deployment, known.chain_id, self._found.tokens)
        alone = len(stated) == 1
        offers = [
            sale.offer(self._view, account, each.work) for each in stated if sale.terms is not None
        ]
        plan = planner.certify(
            [each.certify for each in stated],
            offers,
            gets=say("certify", "gets", count=page.words.number(len(stated))),
            inbox=self._use.settings.open_inbox,
            known=sale.terms is None or licensing.terms(self._view, sale.terms.hash()) is not None,
            then=page.url(f"/works/{stated[0].work}" if alone else f"/accounts/{account}"),
        )
        summary = [
            (say("form", "account"), [account]),
            (say("certify", "works"), [each.title for each in stated]),
        ]
        if sale.terms is not None:
            price = self._found.tokens.shown(sale.price, sale.token, page.words)
            lines = [page.words.name_of(sale.terms), *in_words(page, sale.terms), price]
            summary.append((say("work", "offers"), lines))
        return {"plan": plan.to_json(), "summary": summary, "go": say("certify", "go")}

    def _item(
        self,
        place: int,
        upload_: Upload,
        seen: Seen | str,
        account: str | None,
        royalty: int | None,
        held: Sequence[IndexedLicense],
    ) -> tuple[_Item, Stated | None]:
        if isinstance(seen, str):
            return _Item(upload_, upload_.title, "", "", (), (), seen), None
        own = seen.described
        like = self._like(seen)
        form = replace(self._form, fields=[], suffix=f"-{place}")
        title = form.read("title", self._title, upload_.title)
        description = form.text("description", needed=False)
        tags = form.read("tags", self._tags)
        parents = form.checks(
            "parents",
            [(str(each.work.id), each.work.title or str(each.work.id)) for each in like],
            needed=False,
        ) if like else []  # fmt: skip
        problem = self._exact(seen, account)
        edges = None if parents is None else self._edges(form, parents, held, account)
        made = None
        if (
            account
            and title
            and description is not None
            and tags is not None
            and edges is not None
            and royalty is not None
            and not problem
        ):
            number = self._found.settings.deployment.work_id(
                account, own.content_hash, self._found.settings.chain_id
            )
            try:
                document = documents.write(
                    own,
                    name=title,
                    description=description,
                    work=number,
                    parents=sorted({each.parent for each in edges}),
                    terms=list(dict.fromkeys(each.terms_hash for each in sorted(edges))),
                    tags=tags,
                    reading=seen.reading,
                )
                digest = documents.digest(document)
                self._staging.describe(upload_, digest, document)
                certify_ = Certify(
                    account,
                    own.content_hash,
                    self._found.settings.chain_id,
                    digest,
                    royalty,
                    edges=tuple(sorted(edges)),
                )
                made = Stated(title, certify_, document, number)
            except FileProblem as error:
                problem = error.naming(title)
            except (MetadataError, StagingFull) as error:
                problem = str(error)
        thumbnail = base64.b64encode(seen.thumbnail).decode()
        return (
            _Item(
                upload_,
                upload_.title or self._say("work", "untitled"),
                own.detected.kind,
                f"data:image/png;base64,{thumbnail}" if thumbnail else "",
                like,
                form.fields,
                problem,
            ),
            made,
        )

    # ------------------------------------------------------------ what is like

    def _like(self, seen: Seen) -> Sequence[_Like]:
        """Works it is like, surest first; then those that it names by their hashes."""
        why: dict[int, str] = {}
        if seen.matched is not None:
            for each in matches_of_answer(seen.matched.answer, self._found.settings.chain_id):
                if each.method is not Method.EXACT_BYTES:
                    why.setdefault(each.work, self._how(each.method))
        for work in parents_said(self._view, seen.reading, seen.described.content_hash):
            why.setdefault(work, self._say("certify", "named"))
        hidden = self._facts.hides(list(why))
        numbers = [each for each in why if each not in hidden][:_MOST_LIKE]
        known = briefs(self._view, self._found, numbers)
        return [_Like(known[each], why[each]) for each in numbers if each in known]

    def _how(self, method: Method) -> str:
        key = "similar-method" if method is Method.SIMILAR else method.value
        return self._say("verdict", key) if self._say.has("verdict", key) else method.value

    def _exact(self, seen: Seen, account: str | None) -> str:
        """Why these bytes are not to be certified again by this account."""
        for work in works.with_content(self._view, seen.described.content_hash, _MOST_LIKE):
            indexed = works.work(self._view, work)
            if indexed is not None and indexed.creator == account:
                return self._say("certify", "certified", work=work)
        return ""

    def _edges(
        self,
        form: Form,
        parents: Sequence[str],
        held: Sequence[IndexedLicense],
        account: str | None,
    ) -> Sequence[Edge] | None:
        """An edge for each parent, under the latest license; None where one is missing."""
        edges = []
        for parent in parents:
            fitting = [each for each in held if str(each.work) == parent]
            if not fitting:
                if account is not None:
                    form.wrong("parents", self._say("certify", "no-license", work=parent))
                return None
            best = max(fitting, key=lambda each: each.start)
            edges.append(Edge(best.work, best.terms_hash, best.id))
        return edges

    def _held(self, account: str) -> Sequence[IndexedLicense]:
        """The account's licenses to derive."""
        now = self._view.as_of.time
        every = licensing.of_holder(self._view, account, limit=_MOST_LICENSES)
        return [each for each in every if each.active(now) and Rights.DERIVE in each.grant]

    # ---------------------------------------------------------------- reading

    def _title(self, text: str) -> str:
        if not text:
            raise NotGiven(self._say("form", "missing"))
        if len(text) > _LONGEST_TITLE or _HIDDEN.search(text):
            raise NotGiven(self._say("certify", "bad-title"))
        return text

    def _tags(self, text: str) -> Sequence[str]:
        found = list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
        if len(found) > _MOST_TAGS or any(len(each) > _LONGEST_TAG for each in found):
            raise NotGiven(self._say("certify", "bad-tags"))
        return found

    def _share(self, text: str) -> int:
        """A percentage in basis points."""
        match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?", text)
        points = -1 if match is None else int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
        if not 0 <= points <= _MOST_ROYALTY:
            most = self._page.words.share(_MOST_ROYALTY)
            raise NotGiven(self._say("certify", "bad-share", most=most))
        return points
