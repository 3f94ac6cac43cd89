"""Errors of the middleware as they are sent: problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gen_ip.arguments import InvalidArgument
from gen_ip.chain.errors import NodeError
from gen_ip.chain.reverts import ContractError
from gen_ip.errors import FileProblem, GenIPError, MetadataError
from gen_ip.platform.errors import KeyTaken, NotSigned, QueueFull, QueueProblem, UnknownUpload
from gen_ip.platform.web.errors import (
    DelegationOver,
    NoAnswer,
    NoLicense,
    NotOffered,
    TooManyPrepared,
    UnknownPrepared,
)
from gen_ip.service.problems import MEDIA_TYPE, Problem
from gen_ip.signing.eip712 import BadStatement

_RETRY_SECONDS = 5
# The first that fits, from the closest.
_STATUSES: tuple[tuple[type[GenIPError], int, str], ...] = (
    (UnknownUpload, 404, "unknown-upload"),
    (UnknownPrepared, 404, "unknown-upload"),
    (NotOffered, 422, "not-offered"),
    (NoLicense, 422, "no-license"),
    (NoAnswer, 422, "invalid-request"),
    (TooManyPrepared, 429, "too-many"),
    (NotSigned, 422, "not-signed"),
    (DelegationOver, 409, "delegation-over"),
    (KeyTaken, 409, "key-taken"),
    (QueueFull, 503, "busy"),
    (QueueProblem, 503, "unavailable"),
    (NodeError, 503, "unavailable"),
    (MetadataError, 422, "unusable-file"),
    (InvalidArgument, 422, "invalid-request"),
    (BadStatement, 422, "invalid-request"),
    (ContractError, 422, "refused"),
)


def handlers() -> dict[Any, Any]:
    """What each kind of error is answered by."""
    return {
        Problem: _problem,
        HTTPException: _http,
        FileProblem: _file,
        GenIPError: _refused,
        Exception: _failed,
    }


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - as it is registered
    return _answer(error.status, error.kind, str(error), error.retry_after)


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as it is registered
    return _answer(error.status_code, "http", str(error.detail), headers=error.headers)


async def _file(_: Request, error: Exception) -> Response:
    assert isinstance(error, FileProblem)  # noqa: S101 - as it is registered
    # The visitor gave no path, and ours is none of theirs.
    return _answer(422, "unusable-file", error.naming("the file"))


async def _refused(_: Request, error: Exception) -> Response:
    for kind, status, name in _STATUSES:
        if isinstance(error, kind):
            if status != HTTPStatus.SERVICE_UNAVAILABLE:
                return _answer(status, name, str(error))
            break
    # Which part it is, its path or its address, is the operator's.
    return _answer(503, "unavailable", "this cannot be done now; try again later", _RETRY_SECONDS)


async def _failed(_: Request, __: Exception) -> Response:
    return _answer(500, "internal", "the site failed at this request; tell its operator")


def _answer(
    status: int,
    kind: str,
    detail: str,
    retry_after: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    document = {
        "type": f"urn:gen-ip:problem:{kind}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if retry_after is not None:
        sent["Retry-After"] = str(retry_after)
    return JSONResponse(document, status, sent, media_type=MEDIA_TYPE)
