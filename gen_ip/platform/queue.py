"""What a platform's uploads wait in until the chain has them: a database, SQLite in a file or
PostgreSQL, with any number of workers.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.chain.sent import Sent
from gen_ip.platform.entries import Entry, State
from gen_ip.platform.errors import KeyTaken, QueueFull, QueueUnavailable, UnknownUpload
from gen_ip.platform.policy import MOST_MINTED, Way
from gen_ip.platform.tables import ENTRIES, SENDS, TABLES
from gen_ip.works.certificates import SignedCertificate, salted_tree, with_anchors

_LEASE_SECONDS = 600
_COUNT_SECONDS = 2.0
_ENTRY, _SEND = ENTRIES.c, SENDS.c
_OPEN, _SEEN, _FINAL = "open", "seen", "final"
_LONGEST_PROBLEM = 500


@dataclass(frozen=True)
class Send:
    """A transaction for several uploads.

    Attributes:
        id: its name in the queue.
        root: of the anchor that it is; None where it mints.
        sent: what was signed for it last; None where nothing was.
        block, block_hash: where the chain was seen to hold it; None before.
        entries: the uploads that go with it.
    """

    id: str
    root: bytes | None
    sent: Sent | None
    block: int | None
    block_hash: bytes | None
    entries: tuple[Entry, ...]


class Queue:
    """The uploads of a platform; may be used from several threads and processes.

    Args:
        where: the path of an SQLite file, or `postgresql://USER:PASSWORD@HOST/DATABASE`.

    Raises:
        QueueUnavailable: the database cannot be used.
        InvalidArgument: the URL is of another kind.
    """

    def __init__(self, where: str | Path) -> None:
        self._engine = databases.engine(where)
        self.name = databases.named(self._engine)
        self._refusals = databases.refusals(self._engine)
        self._counted, self._counted_until = 0, 0.0
        with self._open() as database:
            databases.alone(database)
            TABLES.create_all(database)

    @property
    def engine(self) -> sql.Engine:
        """Its database, for what a site keeps beside it."""
        return self._engine

    def close(self) -> None:
        """Lets the connections go."""
        self._engine.dispose()

    # ---------------------------------------------------------------- uploads

    def add(self, entry: Entry, most: int) -> Entry:
        """Takes an upload in, once: the one of its key, or of its work, where there is one. In the
        place of one that was set aside comes the new one, as with a consent signed anew.

        Raises:
            KeyTaken: the key is that of another work.
            QueueFull: `most` wait already.
            QueueUnavailable.
        """
        with self._open() as database:
            same = (_ENTRY.key == entry.key) | (_ENTRY.work == str(entry.work))
            found = [_entry(row) for row in database.execute(_entries().where(same))]
            for each in found:
                if each.key == entry.key and each.work != entry.work:
                    raise KeyTaken(entry.key)
            if found and (found[0].state is not State.SET_ASIDE or found[0].key != entry.key):
                return found[0]
            if (waiting := self._waiting(database)) >= most:
                raise QueueFull(waiting)
            row = {
                "key": entry.key,
                "work": str(entry.work),
                "creator": entry.creator,
                "way": entry.way.value,
                "state": entry.state.value,
                "node": entry.certificate.needs_node,
                "document": _text(entry.certificate),
                "created": entry.created,
                "again": entry.created,
                "tries": 0,
                "problem": None,
                "send": None,
                "anchor": None,
            }
            if found:
                mine = sql.update(ENTRIES).where(_ENTRY.key == entry.key)
                database.execute(mine.values(row))
            else:
                database.execute(sql.insert(ENTRIES).values(row))
        return entry

    def get(self, key: str) -> Entry:
        """The upload of a key.

        Raises:
            UnknownUpload, QueueUnavailable.
        """
        with self._open(write=False) as database:
            row = database.execute(_entries().where(_ENTRY.key == key)).one_or_none()
        if row is None:
            raise UnknownUpload(key)
        return _entry(row)

    def of_work(self, work: int) -> Entry | None:
        """The upload that a work is, or will be, made from.

        Raises:
            QueueUnavailable.
        """
        with self._open(write=False) as database:
            row = database.execute(_entries().where(_ENTRY.work == str(work))).one_or_none()
        return None if row is None else _entry(row)

    def counts(self) -> Mapping[State, int]:
        """How many uploads are in which state; all states are in it.

        Raises:
            QueueUnavailable.
        """
        asked = sql.select(_ENTRY.state, sql.func.count()).group_by(_ENTRY.state)
        with self._open(write=False) as database:
            found = {State(state): count for state, count in database.execute(asked)}
        return {state: found.get(state, 0) for state in State}

    def set_aside(self, most: int = 100) -> Sequence[Entry]:
        """Uploads that the contracts refuse, the latest first.

        Raises:
            QueueUnavailable.
        """
        asked = _entries().where(_ENTRY.state == State.SET_ASIDE.value)
        with self._open(write=False) as database:
            return [
                _entry(row)
                for row in database.execute(asked.order_by(_ENTRY.created.desc()).limit(most))
            ]

    def mint(self, key: str, now: int) -> Entry:
        """Has an anchored work minted with the next round; one that is minted stays as it is.

        Raises:
            UnknownUpload, QueueUnavailable.
        """
        anchored = (_ENTRY.key == key) & (_ENTRY.state == State.ANCHORED.value)
        waits = (_ENTRY.key == key) & (_ENTRY.state == State.SIGNED.value)
        with self._open() as database:
            wanted = {"way": Way.NOW.value, "state": State.SIGNED.value, "again": now, "tries": 0}
            database.execute(sql.update(ENTRIES).where(anchored | waits).values(wanted))
        return self.get(key)

    def retry(self, key: str, now: int) -> Entry:
        """Tries again what was set aside.

        Raises:
            UnknownUpload, QueueUnavailable.
        """
        aside = (_ENTRY.key == key) & (_ENTRY.state == State.SET_ASIDE.value)
        with self._open() as database:
            wanted = {"state": State.SIGNED.value, "again": now, "tries": 0}
            database.execute(sql.update(ENTRIES).where(aside).values(wanted))
        return self.get(key)

    # ----------------------------------------------------------- transactions

    def begin(self, now: int, seconds: int, most: int) -> Send | None:
        """Takes uploads together that nobody else has, for a transaction; None where none is due.

        Those that are minted at once come first; those that wait for others are due once the oldest
        has waited for `seconds`, or `most` wait. What is anchored has its place in the tree, with
        its salt, in the database when this returns.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            for way, count in (
                (Way.NOW, MOST_MINTED),
                (Way.BATCHED, MOST_MINTED),
                (Way.ANCHORED, most),
            ):
                if (taken := self._due(database, way, now, seconds, count)) is None:
                    continue
                root, entries = None, taken
                if way is Way.ANCHORED:
                    tree, salts = salted_tree([each.certificate for each in taken])
                    signed = with_anchors([each.certificate for each in taken], tree, salts)
                    root = tree.root
                    entries = [
                        replace(each, certificate=made)
                        for each, made in zip(taken, signed, strict=True)
                    ]
                made = Send(secrets.token_hex(12), root, None, None, None, tuple(entries))
                database.execute(
                    sql.insert(SENDS).values(
                        id=made.id, state=_OPEN, root=root, created=now, until=now + _LEASE_SECONDS
                    )
                )
                taking = sql.update(ENTRIES).where(_ENTRY.key == sql.bindparam("taken"))
                values: dict[str, Any] = {"state": State.SENDING.value, "send": made.id}
                if root is not None:
                    values |= {"document": sql.bindparam("signed"), "anchor": made.id}
                rows = [{"taken": each.key, "signed": _text(each.certificate)} for each in entries]
                database.execute(taking.values(values), rows)
                return made
        return None

    def left(self, now: int) -> Send | None:
        """A transaction that a worker left open, for another to go on with; None for none.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            left = (_SEND.state == _OPEN) & (_SEND.until <= now)
            asked = sql.select(SENDS).where(left).order_by(_SEND.created).limit(1)
            row = database.execute(asked.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            mine = _SEND.id == row.id
            lease = sql.update(SENDS).where(mine).values(until=now + _LEASE_SECONDS)
            database.execute(lease)
            return self._send(database, row)

    def unsettled(self) -> Sequence[Send]:
        """Transactions that a reorganization could still take back.

        Raises:
            QueueUnavailable.
        """
        asked = sql.select(SENDS).where(_SEND.state == _SEEN).order_by(_SEND.block, _SEND.id)
        with self._open(write=False) as database:
            return [self._send(database, row) for row in database.execute(asked)]

    def keep(self, send: Send, sent: Sent) -> None:
        """Notes what was signed, before any node has it.

        Raises:
            QueueUnavailable.
        """
        text = json.dumps(sent.to_json(), separators=(",", ":"))
        with self._open() as database:
            database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(sent=text))

    def seen(
        self, send: Send, state: State, there: Collection[str], block: int, hash_: bytes
    ) -> None:
        """Notes that the chain holds these of a transaction's uploads, by their keys, in a block;
        those that it does not hold wait again.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            of_it = (_ENTRY.send == send.id) & (
                _ENTRY.state.in_([State.SENDING.value, State.CERTIFIED.value, State.ANCHORED.value])
            )
            for each in send.entries:
                mine = of_it & (_ENTRY.key == each.key)
                values: dict[str, Any] = {"state": state.value, "problem": None}
                if each.key not in there:
                    values = {"state": State.SIGNED.value}
                database.execute(sql.update(ENTRIES).where(mine).values(values))
            values = {"state": _SEEN, "block": block, "block_hash": hash_}
            database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(values))

    def lost(self, send: Send, now: int) -> None:
        """Notes that a reorganization took an anchor back: it is sent again.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            values = {"state": _OPEN, "sent": None, "until": now, "block": None, "block_hash": None}
            database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(values))

    def settled(self, send: Send) -> None:
        """Notes that the block of a transaction is final.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(state=_FINAL))

    def put_back(self, send: Send, again: int) -> None:
        """Ends a transaction of which nothing came to the chain: its uploads wait until `again`,
        anchored ones in the tree that they have.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            values: dict[str, Any] = {"until": again, "sent": None}
            if send.root is not None:
                database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(values))
                return
            mine = (_ENTRY.send == send.id) & (_ENTRY.state == State.SENDING.value)
            values = {"state": State.SIGNED.value, "again": again, "send": None}
            database.execute(sql.update(ENTRIES).where(mine).values(values))
            database.execute(sql.delete(SENDS).where(_SEND.id == send.id))

    def later(self, send: Send, at: int) -> None:
        """Notes when to look at an open transaction again.

        Raises:
            QueueUnavailable.
        """
        with self._open() as database:
            database.execute(sql.update(SENDS).where(_SEND.id == send.id).values(until=at))

    def refused(self, key: str, problem: str, again: int | None) -> None:
        """Notes why an upload was left out: it waits until `again`, or is set aside where that is
        None.

        Raises:
            QueueUnavailable.
        """
        state = State.SET_ASIDE if again is None else State.SIGNED
        values: dict[str, Any] = {
            "state": state.value,
            "tries": _ENTRY.tries + 1,
            "problem": problem[:_LONGEST_PROBLEM],
            "send": None,
        }
        if again is not None:
            values["again"] = again
        with self._open() as database:
            database.execute(sql.update(ENTRIES).where(_ENTRY.key == key).values(values))

    # ----------------------------------------------------------------- inside

    def _due(
        self, database: sql.Connection, way: Way, now: int, seconds: int, most: int
    ) -> list[Entry] | None:
        mine = (
            (_ENTRY.state == State.SIGNED.value) & (_ENTRY.way == way.value) & (_ENTRY.again <= now)
        )
        oldest = sql.select(ENTRIES).where(mine).order_by(_ENTRY.created, _ENTRY.key).limit(1)
        first = database.execute(oldest).one_or_none()
        if first is None:
            return None
        if way is not Way.ANCHORED:
            # Works with parents or payees are minted by another contract.
            mine &= _ENTRY.node == first.node
        if way is not Way.NOW and first.created + seconds > now:
            asked = sql.select(_ENTRY.key).where(mine).limit(most).subquery()
            count = sql.select(sql.func.count()).select_from(asked)
            if database.execute(count).scalar_one() < most:
                return None
        if first.tries:
            # What was refused stands in nobody's way a second time.
            mine &= _ENTRY.key == first.key
        taken = _entries().where(mine).order_by(_ENTRY.created, _ENTRY.key).limit(most)
        locked = taken.with_for_update(skip_locked=True, of=ENTRIES)
        return [_entry(row) for row in database.execute(locked)] or None

    def _send(self, database: sql.Connection, row: Any) -> Send:
        mine = _ENTRY.send == row.id
        entries = tuple(_entry(each) for each in database.execute(_entries().where(mine)))
        sent = None if row.sent is None else Sent.from_json(json.loads(row.sent))
        return Send(row.id, row.root, sent, row.block, row.block_hash, entries)

    def _waiting(self, database: sql.Connection) -> int:
        """How many wait, as of the last seconds: counting takes time."""
        if time.monotonic() < self._counted_until:
            return self._counted
        self._counted = self._count(database)
        self._counted_until = time.monotonic() + _COUNT_SECONDS
        return self._counted

    def _count(self, database: sql.Connection) -> int:
        states = [State.SIGNED.value, State.SENDING.value]
        asked = sql.select(sql.func.count()).where(_ENTRY.state.in_(states))
        return int(database.execute(asked.select_from(ENTRIES)).scalar_one())

    @contextmanager
    def _open(self, *, write: bool = True) -> Iterator[sql.Connection]:
        try:
            with self._engine.connect() as plain:
                options = databases.WRITING if write else {}
                database = plain.execution_options(**options)
                with database.begin():
                    yield database
        except self._refusals as error:
            raise QueueUnavailable(self.name, databases.reason(error)) from None


def _entries() -> sql.Select[Any]:
    held = sql.func.coalesce(SENDS.c.state == _FINAL, sql.false()).label("final")
    return sql.select(ENTRIES, held).select_from(
        ENTRIES.outerjoin(SENDS, SENDS.c.id == ENTRIES.c.send)
    )


def _entry(row: Any) -> Entry:
    state = State(row.state)
    return Entry(
        row.key,
        int(row.work),
        row.creator,
        Way(row.way),
        state,
        bool(row.final) and state in (State.ANCHORED, State.CERTIFIED),
        row.created,
        row.tries,
        row.problem,
        SignedCertificate.from_json(json.loads(row.document)),
    )


def _text(certificate: SignedCertificate) -> str:
    return json.dumps(certificate.to_json(), ensure_ascii=False, separators=(",", ":"))
