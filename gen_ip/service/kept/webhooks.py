"""Webhooks: who is told what waits for an account, and what was told already."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.service.errors import NotTaken, UnknownName
from gen_ip.service.kept.records import Records
from gen_ip.service.kept.tables import API_KEYS, DELIVERIES, WEBHOOK_KINDS, WEBHOOKS
from gen_ip.webhooks import PREFIX

MOST_HOOKS = 20
"""Of one API key."""
MOST_TRIES = 10
_PAUSES = (5, 30, 120, 600, 1_800, 7_200)
_LEASE_SECONDS = 120
_ID_BYTES, _SECRET_BYTES = 9, 32
_HOOK, _SENT, _KIND = WEBHOOKS.c, DELIVERIES.c, WEBHOOK_KINDS.c
_COLUMNS = ("id", "key", "url", "account", "secret", "created")


@dataclass(frozen=True)
class Hook:
    """A webhook: whose key it belongs to, where it goes, which account it is about; what it is told
    (None: all of the inbox), and behind and up to which block it was looked for what happens to
    works."""

    id: str
    key: str
    url: str
    account: str
    secret: str = field(repr=False)
    created: int
    kinds: frozenset[str] | None = None
    since: int = 0
    block: int = 0


@dataclass(frozen=True)
class Delivery:
    """What is told to a hook once; `open`: the block that a reorganization could still take back,
    0 for none."""

    entry: str
    body: str
    state: str
    tries: int
    problem: str | None
    told: int | None
    open: int


class KeptWebhooks:
    """The webhooks in the operator's database; several processes may send."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def add(
        self,
        key: str,
        url: str,
        account: str,
        now: int,
        kinds: frozenset[str] | None = None,
        block: int = 0,
    ) -> Hook:
        """A new hook of an API key, with its secret; told what comes after a time and a block.

        Raises:
            NotTaken: the key has too many.
            RecordsUnavailable.
        """
        secret = base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
        name, secret = secrets.token_hex(_ID_BYTES), PREFIX + secret
        made = Hook(name, key, url, account, secret, now, kinds, block, block)
        with self._records.open() as database:
            count = sql.select(sql.func.count()).where(_HOOK.key == key)
            if database.execute(count.select_from(WEBHOOKS)).scalar_one() >= MOST_HOOKS:
                raise NotTaken("webhook", f"a key has at most {MOST_HOOKS}; delete one")
            row = {each: getattr(made, each) for each in _COLUMNS}
            database.execute(sql.insert(WEBHOOKS).values(**row, again=now))
            if kinds is not None:
                wanted = {"hook": name, "kinds": " ".join(sorted(kinds))}
                here = {"since": block, "block": block}
                database.execute(sql.insert(WEBHOOK_KINDS).values(**wanted, **here))
        return made

    def of_key(self, key: str) -> Sequence[Hook]:
        """A key's hooks, the oldest first.

        Raises:
            RecordsUnavailable.
        """
        asked = _hooks().where(_HOOK.key == key).order_by(_HOOK.created, _HOOK.id)
        with self._records.open(write=False) as database:
            return [_hook(row) for row in database.execute(asked)]

    def get(self, key: str, hook: str) -> Hook:
        """One of a key's hooks.

        Raises:
            UnknownName: it has none of this id.
            RecordsUnavailable.
        """
        asked = _hooks().where(_HOOK.key == key, _HOOK.id == hook)
        with self._records.open(write=False) as database:
            row = database.execute(asked).one_or_none()
        if row is None:
            raise UnknownName("webhook", hook)
        return _hook(row)

    def remove(self, key: str, hook: str) -> None:
        """Tells it nothing any more.

        Raises:
            UnknownName: the key has none of this id.
            RecordsUnavailable.
        """
        with self._records.open() as database:
            mine = sql.delete(WEBHOOKS).where(_HOOK.key == key, _HOOK.id == hook)
            if not database.execute(mine).rowcount:
                raise UnknownName("webhook", hook)
            database.execute(sql.delete(DELIVERIES).where(_SENT.hook == hook))
            database.execute(sql.delete(WEBHOOK_KINDS).where(_KIND.hook == hook))

    def take(self, now: int, most: int) -> Sequence[Hook]:
        """Hooks that are due, at most so many; nobody else gets them for two minutes. Those whose
        key was removed are told nothing any more, and are removed with it.

        Raises:
            RecordsUnavailable.
        """
        due = _HOOK.again <= now
        with self._records.open(write=False) as database:
            if database.execute(sql.select(_HOOK.id).where(due).limit(1)).first() is None:
                return []
        with self._records.open() as database:
            held = sql.exists().where(API_KEYS.c.id == _HOOK.key)
            without = list(database.execute(sql.select(_HOOK.id).where(due, ~held)).scalars())
            if without:
                database.execute(sql.delete(DELIVERIES).where(_SENT.hook.in_(without)))
                database.execute(sql.delete(WEBHOOK_KINDS).where(_KIND.hook.in_(without)))
                database.execute(sql.delete(WEBHOOKS).where(_HOOK.id.in_(without)))
            taken = (
                _hooks()
                .where(due)
                .order_by(_HOOK.again, _HOOK.id)
                .limit(most)
                .with_for_update(skip_locked=True, of=WEBHOOKS)
            )
            found = [_hook(row) for row in database.execute(taken)]
            named = _HOOK.id.in_([each.id for each in found])
            lease = sql.update(WEBHOOKS).where(named).values(again=now + _LEASE_SECONDS)
            database.execute(lease)
        return found

    def known(self, hook: str) -> Mapping[str, int]:
        """What was noted for a hook, and for each the block that could still be taken back.

        Raises:
            RecordsUnavailable.
        """
        asked = sql.select(_SENT.entry, _SENT.open).where(_SENT.hook == hook)
        with self._records.open(write=False) as database:
            return {row.entry: row.open for row in database.execute(asked)}

    def note(
        self,
        hook: str,
        told: Sequence[tuple[str, Mapping[str, Any], int]],
        settled: Collection[str] = (),
        block: int | None = None,
    ) -> None:
        """Notes what is to be told: id, body, and the block that could be taken back; which can no
        longer be; and up to which block it was looked.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            most = sql.select(sql.func.max(_SENT.place)).where(_SENT.hook == hook)
            place = database.execute(most).scalar() or 0
            rows = [
                {
                    "hook": hook,
                    "entry": entry,
                    "place": place + count,
                    "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
                    "state": "pending",
                    "tries": 0,
                    "problem": None,
                    "told": None,
                    "open": open_,
                }
                for count, (entry, body, open_) in enumerate(told, 1)
            ]
            if rows:
                database.execute(databases.insert_missing(database, DELIVERIES), rows)
            for entry in settled:
                mine = (_SENT.hook == hook) & (_SENT.entry == entry)
                database.execute(sql.update(DELIVERIES).where(mine).values(open=0))
            if block is not None:
                reached = sql.update(WEBHOOK_KINDS).where(_KIND.hook == hook)
                database.execute(reached.values(block=block))

    def next(self, hook: str) -> Delivery | None:
        """What is to be told next; None where all is told.

        Raises:
            RecordsUnavailable.
        """
        asked = _deliveries().where(_SENT.hook == hook, _SENT.state == "pending")
        with self._records.open(write=False) as database:
            row = database.execute(asked.order_by(_SENT.place).limit(1)).one_or_none()
        return None if row is None else Delivery(*row)

    def latest(self, hook: str, most: int) -> Sequence[Delivery]:
        """The latest, the newest first.

        Raises:
            RecordsUnavailable.
        """
        asked = _deliveries().where(_SENT.hook == hook).order_by(_SENT.place.desc()).limit(most)
        with self._records.open(write=False) as database:
            return [Delivery(*row) for row in database.execute(asked)]

    def delivered(self, hook: str, entry: str, now: int) -> None:
        """Notes that it was taken.

        Raises:
            RecordsUnavailable.
        """
        self._set(hook, entry, state="delivered", told=now, problem=None)

    def failed(self, hook: str, delivery: Delivery, problem: str) -> int:
        """Notes that it was not; seconds to wait. After ten times it is set aside as dead.

        Raises:
            RecordsUnavailable.
        """
        tries = delivery.tries + 1
        state = "dead" if tries >= MOST_TRIES else "pending"
        self._set(hook, delivery.entry, state=state, tries=tries, problem=problem)
        return 0 if state == "dead" else _spread(_PAUSES[min(tries, len(_PAUSES)) - 1])

    def replay(self, hook: str, after: str | None = None) -> int:
        """Has the dead ones told again, or all that came after one; how many.

        Raises:
            UnknownName: nothing of the id `after` was told.
            RecordsUnavailable.
        """
        with self._records.open() as database:
            which = _SENT.state == "dead"
            if after is not None:
                mine = (_SENT.hook == hook) & (_SENT.entry == after)
                place = database.execute(sql.select(_SENT.place).where(mine)).scalar()
                if place is None:
                    raise UnknownName("delivery", after)
                which = _SENT.place > place
            again = sql.update(DELIVERIES).where(_SENT.hook == hook, which)
            done = database.execute(again.values(state="pending", tries=0)).rowcount
            database.execute(sql.update(WEBHOOKS).where(_HOOK.id == hook).values(again=0))
        return done

    def again(self, hook: str, at: int) -> None:
        """When to look at it next, seconds since the epoch.

        Raises:
            RecordsUnavailable.
        """
        with self._records.open() as database:
            database.execute(sql.update(WEBHOOKS).where(_HOOK.id == hook).values(again=at))

    def _set(self, hook: str, entry: str, **values: Any) -> None:
        mine = (_SENT.hook == hook) & (_SENT.entry == entry)
        with self._records.open() as database:
            database.execute(sql.update(DELIVERIES).where(mine).values(**values))


def _spread(seconds: int) -> int:
    """An eighth more or less: hooks that failed together do not come back together."""
    return seconds - seconds // 8 + secrets.randbelow(seconds // 4 + 1)


def _hooks() -> sql.Select[Any]:
    asked = sql.select(*(WEBHOOKS.c[each] for each in _COLUMNS), _KIND.kinds)
    asked = asked.add_columns(_KIND.since, _KIND.block)
    return asked.select_from(WEBHOOKS.outerjoin(WEBHOOK_KINDS, _KIND.hook == _HOOK.id))


def _hook(row: Any) -> Hook:
    told = None if row.kinds is None else frozenset(row.kinds.split())
    return Hook(
        row.id,
        row.key,
        row.url,
        row.account,
        row.secret,
        row.created,
        told,
        row.since or 0,
        row.block or 0,
    )


def _deliveries() -> sql.Select[Any]:
    return sql.select(
        _SENT.entry,
        _SENT.body,
        _SENT.state,
        _SENT.tries,
        _SENT.problem,
        _SENT.told,
        _SENT.open,
    )
