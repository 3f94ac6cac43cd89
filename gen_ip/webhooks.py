"""Webhooks of a Gen-IP service, checked by whoever receives them.

What is signed and how: Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA256 over
`ID.TIMESTAMP.BODY`, in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.
"""

# ruff: noqa: N818  (names say what happened, as in gen_ip.errors)

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from gen_ip.errors import GenIPError

PREFIX = "whsec_"
TOLERANCE = 300
"""Seconds that the time of a webhook may differ from now."""


class BadWebhook(GenIPError):
    """What came is not what the service sent, or it is old; `reason` says which."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the webhook is not taken ({reason}); answer 400 and do nothing")


def signature(secret: str, name: str, at: int, body: bytes) -> str:
    """The value of the header `webhook-signature`.

    Args:
        secret: as the service gave it, `whsec_` and base64.
        name: the header `webhook-id`.
        at: the header `webhook-timestamp`, seconds since the epoch.

    Raises:
        BadWebhook: the secret is none.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadWebhook("the secret is not base64") from None
    mac = hmac.new(key, f"{name}.{at}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def verified(
    secret: str, headers: Mapping[str, str], body: bytes, *, now: float | None = None
) -> dict[str, Any]:
    """What a webhook says, once it is known to come from the service. The same `id` may come
    again: do nothing the second time.

    Args:
        secret: as the service gave it.
        headers: of the request; their names in any case.
        body: of the request, as it came.
        now: seconds since the epoch; by default the clock's.

    Raises:
        BadWebhook: it is not signed with the secret, or not of these five minutes.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        name, stamp = named["webhook-id"], named["webhook-timestamp"]
        given = named["webhook-signature"]
    except KeyError as error:
        raise BadWebhook(f"the header {error.args[0]} is missing") from None
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadWebhook("webhook-timestamp is no time")
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE:
        raise BadWebhook("it is too old, or a clock is wrong")
    wanted = signature(secret, name, int(stamp), body).encode()
    signed = [hmac.compare_digest(wanted, each.encode()) for each in given.split(" ")]
    if not any(signed):
        raise BadWebhook("its signature is another")
    document = json.loads(body)
    if not isinstance(document, dict):
        raise BadWebhook("it is no object")
    return document
