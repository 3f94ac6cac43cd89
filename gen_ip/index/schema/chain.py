"""What the node said, and how to take it back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from gen_ip.index.schema.base import SCHEMA
from gen_ip.index.types import Address, Hash

# Every block above the final one, and of those below the ones with logs.
BLOCKS = Table(
    "blocks",
    SCHEMA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Hash, nullable=False),
    Column("parent", Hash, nullable=False),
    Column("time", BigInteger, nullable=False),
)

LOGS = Table(
    "logs",
    SCHEMA,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("log_index", Integer, primary_key=True, autoincrement=False),
    Column("tx_hash", Hash, nullable=False),
    Column("address", Address, nullable=False),
    # One after the other, 32 bytes each.
    Column("topics", LargeBinary, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# One row: how far the index has come, and what the node called safe and final then.
CURSOR = Table(
    "cursor",
    SCHEMA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("registry", Address, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("block", BigInteger, nullable=False),
    Column("hash", Hash, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("safe", BigInteger, nullable=False),
    Column("final", BigInteger, nullable=False),
)

# Rows as they were before a block that can still be taken back; `before` is null where there
# was none.
UNDO = Table(
    "undo",
    SCHEMA,
    Column("block", BigInteger, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("table", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("before", Text),
)

# One row: who writes, until when (seconds since the epoch, by the writer's clock).
LEASE = Table(
    "lease",
    SCHEMA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)
