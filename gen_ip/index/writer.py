"""The one that writes: blocks, logs and what follows from them, a part of the chain at a time.

Each step is one transaction: it is done whole or not at all, whenever the process ends. Of blocks
that are not final yet the rows they changed are kept as they were before, so that a reorganization
is undone exactly. Below the final block nothing is ever taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from itertools import groupby

import sqlalchemy as sql

from gen_ip import databases
from gen_ip.chain.events import Event
from gen_ip.index.database import Database
from gen_ip.index.decoding import event_of
from gen_ip.index.errors import IncompleteAnswer, OtherChain, ReorganizedBelowFinal
from gen_ip.index.lease import Lease
from gen_ip.index.reducing.base import Where
from gen_ip.index.rows import TableState, read, remembered
from gen_ip.index.schema.chain import BLOCKS, CURSOR, LOGS, UNDO
from gen_ip.index.source import Header, Heads, Part, RawLog, Source
from gen_ip.index.state import Row, State

Apply = Callable[[Event, Where, State], None]


class Did(Enum):
    """What a step did."""

    NOTHING = "nothing"
    WENT_ON = "went on"
    WENT_BACK = "went back"


@dataclass(frozen=True)
class Progress:
    """How far the index is after a step: its last block, the node's newest, what is safe and
    final; and how many logs the step brought."""

    did: Did
    block: int
    latest: int
    safe: int
    final: int
    logs: int = 0

    @property
    def behind(self) -> int:
        """Blocks that are still to come."""
        return max(0, self.latest - self.block)


@dataclass(frozen=True)
class _Cursor:
    chain_id: int
    registry: str
    start: int
    block: int
    hash: bytes
    time: int
    safe: int
    final: int


class _LostMeanwhile(Exception):  # noqa: N818 - it never leaves this file
    """The lease was another's since the last step."""


class Writer:
    """Follows one node into one database. `step` may be called again after any exception.

    Args:
        database: where to.
        source: the node.
        apply: the reducers.
    """

    def __init__(self, database: Database, source: Source, apply: Apply) -> None:
        self._database, self._source, self._apply = database, source, apply
        self._state = TableState(database.engine)
        self._lease = Lease(database.name)
        self._cursor: _Cursor | None = None

    def step(self) -> Progress:
        """The next step: back where the chain changed, else on.

        Raises:
            ConnectionFailed, NodeError, IncompleteAnswer: the node; nothing was changed.
            ChainIndexUnavailable: the database; nothing was changed.
            LeaseHeld: another process writes.
            OtherChain, ReorganizedBelowFinal: the node is of another chain than the index.
        """
        try:
            try:
                return self._step()
            except _LostMeanwhile:
                self._forget()
                return self._step()
        except BaseException:
            # What is in memory may be of a transaction that was undone.
            self._forget()
            raise

    def close(self) -> None:
        """Lets another write at once."""
        self._forget()
        with self._database.writing() as connection:
            self._lease.release(connection)

    def _forget(self) -> None:
        self._state.forget()
        self._cursor = None

    def _hold(self, connection: sql.Connection) -> None:
        """Takes or keeps the lease; what is in memory is of no use where it was lost."""
        if not self._lease.hold(connection) and self._cursor is not None:
            raise _LostMeanwhile

    def _step(self) -> Progress:
        heads = self._source.heads()
        cursor = self._begun(heads)
        if (common := self._common(cursor, heads)) is not None:
            return self._go_back(cursor, heads, common)
        safe, final = self._finality(cursor, heads)
        if final > cursor.final and not self._complete(cursor.final + 1, final):
            # Everything that is not final is read anew.
            return self._go_back(cursor, heads, cursor.final)
        if cursor.block >= heads.latest.number:
            return self._stay(cursor, heads, safe, final)
        part = self._source.part(cursor.block + 1, heads.latest.number)
        if cursor.block >= 0 and part.headers[0].parent != cursor.hash:
            # The chain changed between two questions: the next step will see how.
            return self._progress(Did.NOTHING, cursor, heads)
        return self._go_on(cursor, heads, part)

    # Where the chain stands.

    def _begun(self, heads: Heads) -> _Cursor:
        """The cursor, made where there is none."""
        here = self._source.chain_id, self._source.deployment.registry
        if self._cursor is None:
            with self._database.writing() as connection:
                self._hold(connection)
                row = connection.execute(sql.select(CURSOR)).one_or_none()
                if row is None:
                    self._cursor = self._first(connection, here, heads)
                else:
                    values = dict(row._mapping)
                    values.pop("id")
                    self._cursor = _Cursor(**values)
        cursor = self._cursor
        if (cursor.chain_id, cursor.registry) != here:
            raise OtherChain(
                self._database.name,
                f"chain {cursor.chain_id} and the registry {cursor.registry}",
                f"chain {here[0]} and {here[1]}",
            )
        return cursor

    def _first(self, connection: sql.Connection, here: tuple[int, str], heads: Heads) -> _Cursor:
        start = self._source.start()
        block = min(start, heads.latest.number) - 1
        before = self._source.header(block) if block >= 0 else None
        hash_, time = (before.hash, before.time) if before is not None else (bytes(32), 0)
        cursor = _Cursor(*here, start, block, hash_, time, block, block)
        if before is not None:
            self._write_blocks(connection, [before])
        self._write_cursor(connection, cursor)
        return cursor

    def _common(self, cursor: _Cursor, heads: Heads) -> int | None:
        """The last block that the index and the node have in common, where the node's chain is
        another; None where it is the same, or the node merely behind."""
        if cursor.block < 0 or self._has(cursor.block, cursor.hash, heads):
            return None
        newest = min(cursor.block, heads.latest.number)
        if newest < cursor.final:
            # All that it could tell is older than what is final.
            return None
        with self._database.reading() as connection:
            rows = connection.execute(
                sql.select(BLOCKS.c.number, BLOCKS.c.hash)
                .where(BLOCKS.c.number >= cursor.final, BLOCKS.c.number <= newest)
                .order_by(BLOCKS.c.number.desc())
            ).all()
        found = self._source.headers([row.number for row in rows])
        for row, header in zip(rows, found, strict=True):
            if header is None:
                # Below its own newest block: behind one address are several nodes, this one lags.
                raise IncompleteAnswer(row.number, "the block is gone")
            if header.hash == row.hash:
                # The node has all that it knows of in common with the index: it is behind.
                return None if row.number == heads.latest.number else row.number
        if cursor.final < 0:
            return -1
        raise ReorganizedBelowFinal(cursor.final)

    def _has(self, number: int, block_hash: bytes, heads: Heads) -> bool:
        if heads.latest.number == number:
            return heads.latest.hash == block_hash
        found = self._source.header(number) if number < heads.latest.number else None
        return found is not None and found.hash == block_hash

    def _finality(self, cursor: _Cursor, heads: Heads) -> tuple[int, int]:
        """What is safe and final of the blocks that the index has; neither ever falls, except with
        the blocks themselves."""
        final = max(cursor.final, min(heads.final, cursor.block))
        return max(final, min(heads.safe, cursor.block)), final

    def _complete(self, start: int, last: int) -> bool:
        """Whether a node that is asked once more tells the logs that were kept: blocks become final
        only so."""
        again = self._source.logs(start, last)
        with self._database.reading() as connection:
            kept = connection.execute(_logs_between(start, last)).all()
        return [tuple(row) for row in kept] == [tuple(log) for log in again]

    # Steps.

    def _stay(self, cursor: _Cursor, heads: Heads, safe: int, final: int) -> Progress:
        with self._database.writing() as connection:
            self._hold(connection)
            if (safe, final) != (cursor.safe, cursor.final):
                changed = replace(cursor, safe=safe, final=final)
                self._settle(connection, final)
                self._write_cursor(connection, changed)
                cursor = changed
        self._cursor = cursor
        return self._progress(Did.NOTHING, cursor, heads)

    def _go_on(self, cursor: _Cursor, heads: Heads, part: Part) -> Progress:
        last = part.headers[-1]
        reached = replace(cursor, block=last.number, hash=last.hash, time=last.time)
        safe, final = self._finality(reached, heads)
        reached = replace(reached, safe=safe, final=final)
        by_block = {
            number: list(logs) for number, logs in groupby(part.logs, key=lambda log: log.block)
        }
        with self._database.writing() as connection:
            self._hold(connection)
            self._state.begin(connection)
            undo: list[Row] = []
            for header in part.headers:
                for log in by_block.get(header.number, ()):
                    event = event_of(log, header.time, header.hash)
                    if event is not None:
                        where = Where(header.number, header.time, log.log_index, log.tx_hash)
                        self._apply(event, where, self._state)
                before = self._state.end_block()
                if header.number > final:
                    undo += remembered(header.number, before)
            self._state.flush()
            kept = [
                each
                for each in part.headers
                if each.number >= final or each.number in by_block or each is last
            ]
            self._write_blocks(connection, kept)
            self._write_logs(connection, part.logs)
            if undo:
                connection.execute(sql.insert(UNDO), undo)
            if final > cursor.final:
                self._settle(connection, final)
            self._write_cursor(connection, reached)
        self._cursor = reached
        return self._progress(Did.WENT_ON, reached, heads, len(part.logs))

    def _go_back(self, cursor: _Cursor, heads: Heads, common: int) -> Progress:
        with self._database.writing() as connection:
            self._hold(connection)
            rows = connection.execute(
                sql.select(UNDO)
                .where(UNDO.c.block > common)
                .order_by(UNDO.c.block.desc(), UNDO.c.place.desc())
            ).all()
            self._state.forget()
            self._state.begin(connection)
            for row in rows:
                key = tuple(read(row.key))
                if row.before is None:
                    self._state.delete(row.table, key)
                else:
                    self._state.put(row.table, key, read(row.before))
            self._state.flush()
            for table, column in ((UNDO, UNDO.c.block), (LOGS, LOGS.c.block)):
                connection.execute(sql.delete(table).where(column > common))
            connection.execute(sql.delete(BLOCKS).where(BLOCKS.c.number > common))
            block = connection.execute(
                sql.select(BLOCKS).where(BLOCKS.c.number == common)
            ).one_or_none()
            changed = replace(
                cursor,
                block=common,
                hash=block.hash if block is not None else bytes(32),
                time=block.time if block is not None else 0,
                safe=min(cursor.safe, common),
            )
            self._write_cursor(connection, changed)
        self._cursor = changed
        return self._progress(Did.WENT_BACK, changed, heads)

    # Writing.

    def _settle(self, connection: sql.Connection, final: int) -> None:
        """What is final is never undone: of its blocks those with logs are kept, and the last."""
        connection.execute(sql.delete(UNDO).where(UNDO.c.block <= final))
        with_logs = sql.select(LOGS.c.block).where(LOGS.c.block == BLOCKS.c.number).exists()
        connection.execute(sql.delete(BLOCKS).where(BLOCKS.c.number < final, ~with_logs))

    def _write_blocks(self, connection: sql.Connection, headers: Iterable[Header]) -> None:
        rows = [
            {"number": each.number, "hash": each.hash, "parent": each.parent, "time": each.time}
            for each in headers
        ]
        if rows:
            connection.execute(databases.upsert(self._database.engine, BLOCKS), rows)

    def _write_logs(self, connection: sql.Connection, logs: Sequence[RawLog]) -> None:
        if logs:
            connection.execute(sql.insert(LOGS), [log._asdict() for log in logs])

    def _write_cursor(self, connection: sql.Connection, cursor: _Cursor) -> None:
        row = {"id": 1, **asdict(cursor)}
        connection.execute(databases.upsert(self._database.engine, CURSOR), row)

    def _progress(self, did: Did, cursor: _Cursor, heads: Heads, logs: int = 0) -> Progress:
        return Progress(did, cursor.block, heads.latest.number, cursor.safe, cursor.final, logs)


def _logs_between(start: int, last: int) -> sql.Select[tuple[object, ...]]:
    return (
        sql.select(*LOGS.columns)
        .where(LOGS.c.block >= start, LOGS.c.block <= last)
        .order_by(LOGS.c.block, LOGS.c.log_index)
    )
