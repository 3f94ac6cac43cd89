"""Answers that clients and proxies may keep: ETag, Cache-Control, and as of which block."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import Response

from gen_ip.service.problems import Problem

_MOST_CURSOR = 512
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class AsOf:
    """How far the chain was known when an answer was made; both None where no chain is followed."""

    as_of_block: str | None = None
    finality: str | None = None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {"as_of_block": self.as_of_block, "finality": self.finality}


class Chain(Protocol):
    """What tells how far a chain is known."""

    def as_of(self) -> AsOf:
        """As of now."""


class NoChain:
    """Where none is followed."""

    def as_of(self) -> AsOf:
        """Nothing."""
        return AsOf()


def answered(request: Request, document: Mapping[str, Any], max_age: int) -> Response:
    """A document with its tag, or 304 where the client has it (RFC 9110, section 13.1.2)."""
    body = _written(document).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={max_age}" if max_age else "no-cache",
    }
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _has(header: str, tag: str) -> bool:
    """Whether a list of tags names one; weak ones count, as the standard says."""
    named = [each.strip().removeprefix("W/") for each in header.split(",")]
    return "*" in named or tag in named


def cursor_of(key: str) -> str:
    """An opaque cursor behind a key."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(cursor: str) -> str:
    """The key that a cursor is behind; "" of none.

    Raises:
        Problem: 422, it is no cursor.
    """
    try:
        if len(cursor) > _MOST_CURSOR:
            raise ValueError
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise Problem(
            422, "bad-cursor", "after is no cursor of this service; take next from an answer"
        ) from None
