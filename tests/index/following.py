"""A chain followed into a database, and what the contracts themselves say of the same."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sql

from gen_ip.chain.deployment import Deployment
from gen_ip.chain.rpc import Rpc
from gen_ip.index.database import Database
from gen_ip.index.making import ready
from gen_ip.index.reducing import Reducers
from gen_ip.index.schema import state_tables
from gen_ip.index.schema.chain import BLOCKS, CURSOR, LOGS
from gen_ip.index.source import Source
from gen_ip.index.writer import Did, Progress, Writer


def writer_of(
    where: Any, rpc: Rpc, deployment: Deployment, most_blocks: int = 2_000
) -> tuple[Database, Writer]:
    """A database with all tables, and who writes it."""
    database = Database(where, make=True)
    ready(database)
    source = Source(rpc, deployment, most_blocks=most_blocks)
    return database, Writer(database, source, Reducers(deployment))


def caught_up(writer: Writer, most: int = 1_000) -> Progress:
    """Steps until there is nothing more to do."""
    for _ in range(most):
        done = writer.step()
        if done.did is Did.NOTHING and not done.behind:
            return done
    raise AssertionError(f"still behind after {most} steps: {done}")


def rows(database: Database, table: sql.Table) -> list[Any]:
    """All rows of a table, sorted by key."""
    with database.reading() as connection:
        return list(
            connection.execute(sql.select(table).order_by(*table.primary_key.columns)).all()
        )


def state(database: Database) -> dict[str, list[Any]]:
    """Everything that follows from the chain, the logs and the cursor with it."""
    tables = {**state_tables(), "logs": LOGS, "blocks": BLOCKS, "cursor": CURSOR}
    return {name: [tuple(row) for row in rows(database, table)] for name, table in tables.items()}
