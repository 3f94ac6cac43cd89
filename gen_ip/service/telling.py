"""Webhooks told what waits for their accounts, round by round, apart from any answer.

At least once, for each hook in order: the next is sent once the one before was taken, or was set
aside after ten tries. A sale whose block a reorganization took back is followed by `retracted`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from gen_ip.index.errors import NoChainIndex
from gen_ip.service.chain import ChainSide
from gen_ip.service.kept.webhooks import Delivery, Hook, KeptWebhooks
from gen_ip.service.routes.inbox import entries
from gen_ip.status.reaching import PublicHttps, Unreached
from gen_ip.webhooks import signature

AT_A_TIME = 8
_AT_ONCE = 50
_LOOK_SECONDS = 5
_MOST_ANSWER = 16_384
_SALE = "sale:"
RETRACTED = "retracted"


class Teller:
    """Looks and tells. Several processes may, on the same database.

    Args:
        side: the chain that is looked at.
        kept: the hooks.
        https: what reaches them.
        now: the time in seconds since the epoch.
    """

    def __init__(
        self,
        side: ChainSide,
        kept: KeptWebhooks,
        https: PublicHttps | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._side, self._kept = side, kept
        self._https, self._now = https or PublicHttps(), now

    def round(self) -> int:
        """Looks at the hooks that are due and tells them what is new; how many were told anything.

        Raises:
            RecordsUnavailable, ChainIndexUnavailable.
        """
        due = self._kept.take(int(self._now()), AT_A_TIME)
        if not due:
            return 0
        with ThreadPoolExecutor(AT_A_TIME, "webhook") as pool:
            return sum(pool.map(self._one, due))

    def _one(self, hook: Hook) -> bool:
        with suppress(NoChainIndex):
            self._look(hook)
        told, wait = 0, _LOOK_SECONDS
        while told < _AT_ONCE and (found := self._kept.next(hook.id)) is not None:
            problem = self._send(hook, found)
            if problem is None:
                self._kept.delivered(hook.id, found.entry, int(self._now()))
                told += 1
            elif pause := self._kept.failed(hook.id, found, problem):
                wait = pause
                break
        self._kept.again(hook.id, int(self._now()) + wait)
        return told > 0

    def _look(self, hook: Hook) -> None:
        known = self._kept.known(hook.id)
        with self._side.viewing() as (view, facts):
            waits = entries(self._side, view, facts, hook.account)
            as_of = view.as_of
        new: list[tuple[str, Mapping[str, Any], int]] = []
        present = {each.id for each in waits}
        for each in reversed(waits):
            if each.id in known or each.time < hook.created:
                continue
            block = _block(each.id)
            body = {
                "type": each.kind.value,
                "account": hook.account,
                "finality": as_of.finality(block or None),
                "data": each.to_json(),
            }
            new.append((each.id, body, block if block > as_of.final else 0))
        settled = []
        for entry, block in known.items():
            if not block:
                continue
            if entry not in present and block <= as_of.number:
                gone = {"type": RETRACTED, "account": hook.account, "data": {"id": entry}}
                new.append((f"{RETRACTED}:{entry}", gone, 0))
                settled.append(entry)
            elif block <= as_of.final:
                settled.append(entry)
        if new or settled:
            self._kept.note(hook.id, new, settled)

    def _send(self, hook: Hook, delivery: Delivery) -> str | None:
        """Why it was not taken; None where it was."""
        at, body = int(self._now()), delivery.body.encode()
        url = urlsplit(hook.url)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "gen-ip-webhooks",
            "webhook-id": delivery.entry,
            "webhook-timestamp": str(at),
            "webhook-signature": signature(hook.secret, delivery.entry, at, body),
        }
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        try:
            answer = self._https.request(
                "POST",
                url.hostname or "",
                path,
                port=url.port or 443,
                headers=headers,
                body=body,
                most_bytes=_MOST_ANSWER,
            )
        except Unreached as error:
            # Which addresses the operator's network has is none of the receiver's business.
            return "unreachable" if error.forbidden else str(error)
        return None if 200 <= answer.status < 300 else f"it answered {answer.status}"


def _block(entry: str) -> int:
    """Of a sale's id, the block it was in; 0 of all others."""
    return int(entry.removeprefix(_SALE).partition("-")[0]) if entry.startswith(_SALE) else 0
