"""Webhooks told what waits for their accounts, round by round, apart from any answer.

At least once, for each hook in order: the next is sent once the one before was taken, or was set
aside after ten tries. A sale whose block a reorganization took back is followed by `retracted`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sql

from gen_ip.index.errors import NoChainIndex
from gen_ip.index.queries.happened import Event, Happened, happened, in_order
from gen_ip.index.queries.view import View, block_hashes
from gen_ip.index.schema.works import WORKS
from gen_ip.service.chain import ChainSide, ShownFacts
from gen_ip.service.kept.similar import KeptSimilar
from gen_ip.service.kept.webhooks import Delivery, Hook, KeptWebhooks
from gen_ip.service.routes.inbox import MOST_SALES, entries
from gen_ip.status.inbox import Entry, Kind
from gen_ip.status.reaching import PublicHttps, Unreached
from gen_ip.webhooks import signature

AT_A_TIME = 8
_AT_ONCE = 50
_LOOK_SECONDS = 5
# Of one hook in a round: less than it is leased for, so that no other process sends meanwhile.
_TELL_SECONDS = 60
# Looked at for what happens to works, in a round.
_BLOCKS = 10_000
_MOST_LIKE = 200
_MOST_ANSWER = 16_384
_SALE = "sale:"
RETRACTED = "retracted"


class Teller:
    """Looks and tells. Several processes may, on the same database.

    Args:
        side: the chain that is looked at.
        kept: the hooks.
        similar: works that are like others.
        https: what reaches them.
        now: the time in seconds since the epoch.
    """

    def __init__(
        self,
        side: ChainSide,
        kept: KeptWebhooks,
        similar: KeptSimilar,
        https: PublicHttps | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._side, self._kept = side, kept
        self._https, self._now = https or PublicHttps(), now
        self._similar = similar

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
        told, wait, until = 0, _LOOK_SECONDS, self._now() + _TELL_SECONDS
        while (
            told < _AT_ONCE
            and self._now() < until
            and (found := self._kept.next(hook.id)) is not None
        ):
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
            as_of = view.as_of
            waits = self._waits(view, facts, hook, known)
            if hook.kinds is not None:
                waits = [each for each in waits if each.kind.value in hook.kinds]
            until = min(as_of.number, hook.block + _BLOCKS)
            events = [*self._events(view, hook, until), *self._similar_works(view, hook)]
            sales = {each.id: _block(each.id) for each in waits if each.kind is Kind.SOLD}
            open_ = {entry: block for entry, block in known.items() if block}
            blocks = {*sales.values(), *open_.values(), *(each.block for each in events)}
            hashes = block_hashes(view, blocks)
        new: list[tuple[str, Mapping[str, Any], int]] = []
        settled = []
        # What was taken back is told first: another sale may be in its place.
        for entry, block in open_.items():
            if block > as_of.number:
                continue
            if not entry.endswith(_mark(hashes, block)):
                gone = {"id": entry.rpartition(":")[0], "webhook": entry}
                body = {"type": RETRACTED, "account": hook.account, "data": gone}
                new.append((f"{RETRACTED}:{entry}", body, 0))
                settled.append(entry)
            elif block <= as_of.final:
                settled.append(entry)
        for each in sorted(waits, key=_in_order):
            block = sales.get(each.id, 0)
            entry = each.id + _mark(hashes, block) if block else each.id
            if entry in known or each.time < hook.created:
                continue
            body = {
                "type": each.kind.value,
                "account": hook.account,
                "finality": as_of.finality(block or None),
                "data": each.to_json(),
            }
            new.append((entry, body, block if block > as_of.final else 0))
        for happened_ in events:
            block = happened_.block
            entry = happened_.id + _mark(hashes, block)
            if entry in known:
                continue
            body = {
                "type": happened_.event.value,
                "account": hook.account,
                "finality": as_of.finality(block),
                "data": happened_.to_json(),
            }
            new.append((entry, body, block if block > as_of.final else 0))
        reached = until if hook.kinds is not None and until > hook.block else None
        if new or settled or reached is not None:
            self._kept.note(hook.id, new, settled, reached)

    def _similar_works(self, view: View, hook: Hook) -> Sequence[Happened]:
        """Works that are like the account's, among the latest that were found."""
        if hook.kinds is None or Event.SIMILAR.value not in hook.kinds:
            return []
        found = self._similar.of(hook.account, hook.created, _MOST_LIKE)
        asked = sql.select(WORKS.c.id, WORKS.c.block, WORKS.c.certified, WORKS.c.creator)
        there = asked.where(WORKS.c.id.in_([each.by for each in found]))
        rows = {row.id: row for row in view.connection.execute(there)}
        events = []
        for each in found:
            # One that a reorganization took is not.
            if (row := rows.get(each.by)) is None:
                continue
            data = {
                "by": str(row.id),
                "creator": row.creator,
                "verdict": each.verdict,
                "score": round(each.score, 6),
            }
            name = f"similar:{each.work}-{row.id}"
            events.append(
                Happened(name, Event.SIMILAR, each.work, row.block, 0, row.certified, data)
            )
        return in_order(events)

    @staticmethod
    def _events(view: View, hook: Hook, until: int) -> Sequence[Happened]:
        """What happened to works since it was looked last; what a reorganization could have
        replaced since is looked at again."""
        wanted = [each for each in Event if hook.kinds is not None and each.value in hook.kinds]
        after = max(hook.since, min(hook.block, view.as_of.final))
        return happened(view, hook.account, wanted, after, until)

    def _waits(
        self, view: View, facts: ShownFacts, hook: Hook, known: Mapping[str, int]
    ) -> Sequence[Entry]:
        """What waits, with every sale that is not noted yet, of which there may be many."""
        most = MOST_SALES
        while True:
            waits = entries(self._side, view, facts, hook.account, most)
            sales = [each for each in waits if each.kind is Kind.SOLD]
            if len(sales) < most or sales[-1].time < hook.created:
                return waits
            # Whatever was noted was noted with all that was before.
            hashes = block_hashes(view, {_block(each.id) for each in sales})
            if any(each.id + _mark(hashes, _block(each.id)) in known for each in sales):
                return waits
            most *= 2

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


def _in_order(entry: Entry) -> tuple[int, int, int, str]:
    """The oldest first; sales of one block as they were in it."""
    if entry.kind is not Kind.SOLD:
        return entry.time, 0, 0, entry.id
    block, _, place = entry.id.removeprefix(_SALE).partition("-")
    return entry.time, int(block), int(place), ""


def _block(sale: str) -> int:
    """The block of a sale, by its id."""
    return int(sale.removeprefix(_SALE).partition("-")[0])


def _mark(hashes: Mapping[int, bytes], block: int) -> str:
    """How ids that are told end: after a reorganization another sale may have the same place."""
    return f":{hashes[block].hex()}" if block in hashes else ":"
