"""What the middleware answers, path by path; errors as problem+json (RFC 9457)."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePath
from typing import Any, TypeVar

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gen_ip import arguments
from gen_ip.arguments import InvalidArgument
from gen_ip.errors import FileProblem, GenIPError, MetadataError
from gen_ip.platform.entries import Entry, State
from gen_ip.platform.errors import KeyTaken, NotSigned, QueueFull, QueueProblem, UnknownUpload
from gen_ip.platform.web.errors import (
    DelegationOver,
    NoAnswer,
    NoLicense,
    NotOffered,
    TooManyPrepared,
    UnknownPrepared,
)
from gen_ip.platform.web.settings import Settings
from gen_ip.platform.web.visits import Visits
from gen_ip.platform.web.wishes import ask_of, wishes_of
from gen_ip.chain.reverts import ContractError
from gen_ip.service.badges import badge
from gen_ip.service.pool import Pool
from gen_ip.service.problems import MEDIA_TYPE, Problem
from gen_ip.service.uploads import Uploads
from gen_ip.signing.eip712 import BadStatement
from gen_ip.works.certificates import SignedDelegation

T = TypeVar("T")
_SCRIPT = Path(__file__).parent / "certify.js"
_HEADER = "x-gen-ip"
_BODY_BYTES = 64 * 1024
_RETRY_SECONDS = 5
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_STATES = {
    State.SIGNED: ("signed", "#475467"),
    State.SENDING: ("signed", "#475467"),
    State.ANCHORED: ("anchored", "#175cd3"),
    State.CERTIFIED: ("certified", "#067647"),
    State.SET_ASIDE: ("not certified", "#b54708"),
}
_STATUSES: Mapping[type[GenIPError], tuple[int, str]] = {
    UnknownUpload: (404, "unknown-upload"),
    UnknownPrepared: (404, "unknown-upload"),
    NotOffered: (422, "not-offered"),
    NoAnswer: (422, "invalid-request"),
    NoLicense: (422, "no-license"),
    TooManyPrepared: (429, "too-many"),
    NotSigned: (422, "not-signed"),
    DelegationOver: (409, "delegation-over"),
    KeyTaken: (409, "key-taken"),
    QueueFull: (503, "busy"),
    QueueProblem: (503, "unavailable"),
    FileProblem: (422, "unusable-file"),
    MetadataError: (422, "unusable-file"),
    InvalidArgument: (422, "invalid-request"),
    BadStatement: (422, "invalid-request"),
    ContractError: (422, "refused"),
}


@dataclass(frozen=True)
class Use:
    """What the routes share."""

    visits: Visits
    who: Callable[[Request], str | None | Awaitable[str | None]]
    settings: Settings
    prefix: str

    def __post_init__(self) -> None:
        settings = self.settings
        uploads = Uploads(
            settings.upload_bytes, settings.upload_seconds, settings.uploads, lambda _: None
        )
        object.__setattr__(self, "uploads", uploads)
        object.__setattr__(
            self, "pool", Pool(settings.readers, settings.waiting, lambda _: None)
        )

    uploads: Any = None
    pool: Any = None


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


def handlers() -> dict[Any, Any]:
    """What errors are answered by."""
    return {Problem: _problem, HTTPException: _http, GenIPError: _refused, Exception: _failed}
