"""From the logs that are kept to the state, without a node: to compare, or to make it anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

import sqlalchemy as sql

from gen_ip.index.database import Database
from gen_ip.index.decoding import event_of
from gen_ip.index.errors import Diverged, NoChainIndex
from gen_ip.index.lease import Lease
from gen_ip.index.reducing.base import Where
from gen_ip.index.rows import TableState, key_of, remembered, written
from gen_ip.index.schema import state_tables
from gen_ip.index.schema.chain import BLOCKS, CURSOR, LOGS, UNDO
from gen_ip.index.source import RawLog
from gen_ip.index.state import MemoryState, Row, State
from gen_ip.index.writer import Apply

_PART = 10_000
OnDone = Callable[[int, int], None]


def verify(database: Database, apply: Apply, on_done: OnDone = lambda done, total: None) -> int:
    """Compares every row with what follows from the logs; how many there are.

    Needs memory for all of them. `on_done` is told how many logs are read, and of how many.

    Raises:
        Diverged: some differ, are missing, or too many.
        NoChainIndex: there is nothing yet.
        ChainIndexUnavailable: the database refuses.
    """
    with database.reading() as connection:
        if connection.execute(sql.select(CURSOR)).one_or_none() is None:
            raise NoChainIndex(database.name)
        state = MemoryState()
        for _ in _applied(connection, apply, state, on_done):
            pass
        wrong: list[tuple[str, str]] = []
        count = 0
        for name, table in state_tables().items():
            expected = dict(state.tables.get(name, {}))
            for found in connection.execute(sql.select(table).execution_options(yield_per=_PART)):
                row = dict(found._mapping)
                key = key_of(table, row)
                count += 1
                if expected.pop(key, None) != row:
                    wrong.append((name, written(key)))
            wrong += ((name, written(key)) for key in expected)
    if wrong:
        raise Diverged(*wrong[0], len(wrong))
    return count


def rebuild(database: Database, apply: Apply, on_done: OnDone = lambda done, total: None) -> None:
    """Makes all that follows from the logs anew, in one transaction.

    Raises:
        LeaseHeld: a writer is at work.
        NoChainIndex: there is nothing yet.
        ChainIndexUnavailable: the database refuses.
    """
    lease = Lease(database.name)
    with database.writing() as connection:
        lease.hold(connection)
        cursor = connection.execute(sql.select(CURSOR)).one_or_none()
        if cursor is None:
            raise NoChainIndex(database.name)
        for table in (*state_tables().values(), UNDO):
            connection.execute(sql.delete(table))
        state = TableState(database.engine)
        state.begin(connection)
        undo: list[Row] = []
        for number, block in enumerate(_applied(connection, apply, state, on_done)):
            before = state.end_block()
            if block > cursor.final:
                undo += remembered(block, before)
            if number % _PART == _PART - 1:
                state.flush()
                state.begin(connection)
        state.flush()
        if undo:
            connection.execute(sql.insert(UNDO), undo)
        lease.release(connection)


def _applied(
    connection: sql.Connection, apply: Apply, state: State, on_done: OnDone
) -> Iterator[int]:
    """Applies the logs, block by block, and yields each block's number after it."""
    times = {
        row.number: row.time
        for row in connection.execute(sql.select(BLOCKS.c.number, BLOCKS.c.time))
    }
    total = connection.execute(sql.select(sql.func.count()).select_from(LOGS)).scalar_one()
    ordered = sql.select(*LOGS.columns).order_by(LOGS.c.block, LOGS.c.log_index)
    rows = connection.execute(ordered.execution_options(yield_per=_PART))
    done = 0
    for number, found in groupby(rows, key=lambda row: row.block):
        for row in found:
            log = RawLog(*row)
            event = event_of(log, times[number])
            if event is not None:
                apply(event, Where(number, times[number], log.log_index, log.tx_hash), state)
            done += 1
        on_done(done, total)
        yield number
