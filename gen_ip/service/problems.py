"""Every error as `application/problem+json` (RFC 9457), with the request's id and no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from gen_ip.errors import FileProblem, GenIPError, MissingLibrary, shown
from gen_ip.fingerprint.confined import ConfinementFailed
from gen_ip.index.errors import ChainIndexProblem
from gen_ip.match.index.errors import IndexProblem
from gen_ip.service.errors import RecordsUnavailable

MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5


class Problem(GenIPError):  # noqa: N818 - the standard's own name
    """A request that cannot be answered; said to the caller as it is.

    Args:
        status: of HTTP.
        kind: a name of this sort of problem that stays, such as `too-large`.
        detail: one sentence: what, and what to do.
        retry_after: seconds, where it is worth trying again.
    """

    def __init__(self, status: int, kind: str, detail: str, retry_after: int | None = None) -> None:
        self.status, self.kind, self.retry_after = status, kind, retry_after
        super().__init__(detail)


class ProblemDocument(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[dict[str, str]] | None = None


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses`: that these statuses come with a problem."""
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: schema},
        }
        for status in sorted({*statuses, 429, 500})
    }


def response(
    request: Request,
    status: int,
    kind: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> Response:
    """A problem as it is sent."""
    document: dict[str, Any] = {
        "type": f"urn:gen-ip:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "request_id": getattr(request.state, "request_id", ""),
    }
    if errors is not None:
        document["errors"] = errors
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if _is_of_a_page(request):
        shown: Response = request.app.state.error_page(
            request, status, detail, document["request_id"]
        )
        shown.headers.update(sent)
        return shown
    return JSONResponse(document, status, sent, media_type=MEDIA_TYPE)


def _is_of_a_page(request: Request) -> bool:
    """Whether a browser asks for a page; what programs ask for is under `/v1`."""
    programs = request.url.path.startswith(("/v1/", "/health", "/ready", "/metrics", "/badge/"))
    return not programs and "text/html" in request.headers.get("accept", "")


def install(app: FastAPI) -> None:
    """Has the app answer all errors so."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(FileProblem, _file)
    for kind in (
        ChainIndexProblem,
        ConfinementFailed,
        IndexProblem,
        MissingLibrary,
        RecordsUnavailable,
    ):
        app.add_exception_handler(kind, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - as it is registered
    return told(request, error)


def told(request: Request, error: Problem) -> Response:
    """A problem that was raised, as it is sent."""
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return response(request, error.status, error.kind, str(error), headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as it is registered
    # Where and why, never what was sent: it may be a secret.
    errors = [
        {"at": ".".join(str(part)[:64] for part in each["loc"]), "problem": str(each["msg"])[:200]}
        for each in error.errors()[:20]
    ]
    detail = "the request does not fit the description in /openapi.json; errors says where"
    return response(request, 422, "invalid-request", detail, errors=errors)


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
    details = {
        404: ("not-found", f"there is nothing at {shown(request.url.path)}; see /openapi.json"),
        405: ("method-not-allowed", "this path takes other methods; Allow names them"),
    }
    kind, detail = details.get(error.status_code, ("http", str(error.detail)))
    return response(request, error.status_code, kind, detail, error.headers)


async def _file(request: Request, error: Exception) -> Response:
    assert isinstance(error, FileProblem)  # noqa: S101 - as it is registered
    # The caller gave no path, and ours is none of theirs.
    return response(request, 422, "unusable-file", error.naming("the file"))


async def _unavailable(request: Request, error: Exception) -> Response:
    # Which part is told in the logs: its paths are the operator's.
    request.state.failure = str(error)
    detail = "a part of the service is not at hand; try again later"
    headers = {"Retry-After": str(_RETRY_SECONDS)}
    return response(request, 503, "unavailable", detail, headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    detail = "the service failed at this request; tell its operator the request_id"
    return response(request, 500, "internal", detail)
