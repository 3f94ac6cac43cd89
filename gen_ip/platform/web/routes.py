"""What the middleware answers, path by path."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path, PurePath
from typing import Any, TypeAlias, TypeVar

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from gen_ip import arguments, nesting
from gen_ip.platform.entries import State
from gen_ip.platform.web.errors import NoAnswer
from gen_ip.platform.web.settings import Settings
from gen_ip.platform.web.visits import Visits
from gen_ip.platform.web.wishes import ask_of, wishes_of
from gen_ip.service import badges
from gen_ip.service.pool import Pool
from gen_ip.service.problems import Problem
from gen_ip.service.uploads import Uploads
from gen_ip.unsigned import Plan
from gen_ip.work import ETH
from gen_ip.works.certificates import SignedDelegation

Who: TypeAlias = Callable[[Request], str | Awaitable[str | None] | None]
"""The account of who makes a request, as the site knows them; None for nobody."""

T = TypeVar("T")
_SCRIPT = Path(__file__).parent / "certify.js"
_HEADER = "x-gen-ip"
_BODY_BYTES, _MOST_NESTED = 64 * 1024, 8
_MOST_SIGNATURES, _SIGNATURE_DIGITS = 2, 2 * 4_096
_LONGEST_KEY, _LONGEST_NAME = 200, 200
_STATES = {
    State.SIGNED: ("signed", "#475467"),
    State.SENDING: ("signed", "#475467"),
    State.ANCHORED: ("anchored", "#175cd3"),
    State.CERTIFIED: ("certified", "#067647"),
    State.SET_ASIDE: ("not certified", "#b54708"),
}


class Use:
    """What the routes share.

    Args:
        visits: what is done.
        who: tells whose account a request is from.
        settings: the site's.
    """

    def __init__(self, visits: Visits, who: Who, settings: Settings) -> None:
        self.visits, self.settings = visits, settings
        self._who = who
        self.uploads = Uploads(
            settings.upload_bytes, settings.upload_seconds, settings.uploads, lambda _: None
        )
        self._readers = Pool(settings.readers, settings.waiting, lambda _: None)

    async def account(self, request: Request) -> str:
        """Whose request it is.

        Raises:
            Problem: 401, nobody's.
        """
        found = self._who(request)
        if inspect.isawaitable(found):
            found = await found
        if not found:
            raise Problem(401, "not-signed-in", "sign in to this site first")
        return arguments.address("who", found)

    async def changer(self, request: Request) -> str:
        """Whose request it is that changes something.

        Raises:
            Problem: 401, nobody's; 403, another site's page may have sent it.
        """
        if _HEADER not in request.headers:
            raise Problem(403, "not-from-here", f"send the header {_HEADER}, with any value")
        return await self.account(request)

    async def read(self, work: Callable[[], T]) -> T:
        """What needs much of the machine, in few threads. Raises `Problem`, 503."""
        return await self._readers.run(work)


def made() -> list[Route]:
    """The routes, without their prefix."""
    return [
        Route("/certify.js", _script),
        Route("/prepare", _prepare, methods=["POST"]),
        Route("/submit", _submit, methods=["POST"]),
        Route("/delegation", _draft_delegation, methods=["GET"]),
        Route("/delegation", _keep_delegation, methods=["POST"]),
        Route("/uploads/{key}", _status),
        Route("/uploads/{key}/badge.svg", _badge),
        Route("/uploads/{key}/certificate", _certificate),
        Route("/uploads/{key}/buy", _buy),
        Route("/uploads/{key}/collect", _collect),
    ]


async def _script(_: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
    return FileResponse(_SCRIPT, media_type="text/javascript", headers=headers)


async def _prepare(request: Request) -> Response:
    use = _use(request)
    creator = await use.changer(request)
    wishes = wishes_of(_fields(request), use.settings)
    async with use.uploads.named(request) as (file, called):
        title = PurePath(called.replace("\\", "/")).stem[:_LONGEST_NAME]
        made = await use.read(lambda: use.visits.prepare(file, title, creator, wishes))
    ready = made.ready
    return _json(
        {
            "upload": made.name,
            "work": str(made.work),
            "content": ready.certificate.certify.content_hash.hex(),
            "sign": list(made.sign),
            "warnings": [each.to_json() for each in ready.warnings],
            "proposed": [each.to_json() for each in ready.proposed],
        }
    )


async def _submit(request: Request) -> Response:
    use = _use(request)
    creator = await use.changer(request)
    body = await _body(request)
    name, given = body.get("upload"), body.get("signatures", [])
    if not isinstance(name, str) or not isinstance(given, list) or len(given) > _MOST_SIGNATURES:
        raise NoAnswer(
            "this is no signed upload", 'send {"upload": ..., "signatures": [...]} as JSON'
        )
    signatures = [_signature(each) for each in given]
    entry = await use.read(lambda: use.visits.submit(name, creator, signatures))
    return _json(entry.to_json(), 201)


async def _draft_delegation(request: Request) -> Response:
    use = _use(request)
    creator = await use.account(request)
    fields = _fields(request)
    asks = [ask_of(each, use.settings) for each in fields.get("ask", ())]
    drafted, data = await _thread(lambda: use.visits.delegation(creator, asks))
    there = await _thread(lambda: use.visits.has_delegation(creator))
    return _json({"signed": there, "delegation": drafted.to_json(), "sign": [data]})


async def _keep_delegation(request: Request) -> Response:
    use = _use(request)
    creator = await use.changer(request)
    given = SignedDelegation.from_json(await _body(request))
    await _thread(lambda: use.visits.keep_delegation(creator, given))
    return _json({"signed": True}, 201)


async def _status(request: Request) -> Response:
    use, key = _use(request), _key(request)
    entry = await _thread(lambda: use.visits.status(key))
    minted = await _thread(lambda: use.visits.is_minted(entry))
    offers = await _thread(lambda: use.visits.offers(key))
    shown = {name: each.offer.to_json() for name, each in offers.items()}
    return _json({**entry.to_json(), "minted": minted, "offers": shown})


async def _badge(request: Request) -> Response:
    use, key = _use(request), _key(request)
    entry = await _thread(lambda: use.visits.status(key))
    minted = await _thread(lambda: use.visits.is_minted(entry))
    word, color = _STATES[State.CERTIFIED if minted else entry.state]
    if entry.final:
        word += ", final"
    headers = {
        "Cache-Control": "public, max-age=5",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    picture = badges.svg("certificate", word, color)
    return Response(picture, media_type="image/svg+xml", headers=headers)


async def _certificate(request: Request) -> Response:
    use, key = _use(request), _key(request)
    account = await use.account(request)
    entry = await _thread(lambda: use.visits.status(key))
    if entry.creator != account:
        raise Problem(403, "not-yours", "only who made the work has its certificate as a file")
    name = f"certificate-{entry.work}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return _json(entry.certificate.to_json(), headers=headers)


async def _buy(request: Request) -> Response:
    use, key = _use(request), _key(request)
    fields = _fields(request)
    account = _account(fields)
    terms = _one(fields, "terms")
    offer, plan = await _thread(lambda: use.visits.buy(key, terms, account))
    return _json({**_planned(use, plan), "offer": offer.offer.to_json()})


async def _collect(request: Request) -> Response:
    use, key = _use(request), _key(request)
    fields = _fields(request)
    account = _account(fields)
    token = arguments.address("token", fields["token"][0]) if "token" in fields else ETH
    plan = await _thread(lambda: use.visits.collect(key, account, token))
    return _json(_planned(use, plan))


# -------------------------------------------------------------------- inside


def _planned(use: Use, plan: Plan) -> dict[str, Any]:
    chain = use.visits.chain_id
    return {"chain": hex(chain), "transactions": plan.to_json(), "complete": plan.complete}


def _use(request: Request) -> Use:
    found: Use = request.app.state.use
    return found


def _key(request: Request) -> str:
    return str(request.path_params["key"])[: _LONGEST_KEY + 1]


def _fields(request: Request) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        found.setdefault(name, []).append(value)
    return found


def _one(fields: Mapping[str, list[str]], name: str) -> str:
    given = fields.get(name, [])
    if len(given) != 1:
        raise NoAnswer(f"{name} is not given", f"give {name} once, in the query")
    return given[0]


def _account(fields: Mapping[str, list[str]]) -> str:
    return arguments.address("account", _one(fields, "account"))


def _signature(given: object) -> bytes:
    if isinstance(given, str) and 2 < len(given) <= _SIGNATURE_DIGITS and given.startswith("0x"):
        try:
            return bytes.fromhex(given[2:])
        except ValueError:
            pass
    raise NoAnswer("a signature is none", "send what eth_signTypedData_v4 returned")


async def _body(request: Request) -> dict[str, Any]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise Problem(413, "too-large", f"at most {_BODY_BYTES:,} bytes of JSON")
    try:
        found = nesting.parse(body, _MOST_NESTED)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NoAnswer("the body is no JSON object", "send one")
    return found


async def _thread(work: Callable[[], T]) -> T:
    return await to_thread.run_sync(work)


def _json(
    document: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return JSONResponse(document, status, {"Cache-Control": "no-store", **(headers or {})})
