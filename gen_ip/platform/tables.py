"""The tables of a platform's queue. Hashes are 32 bytes, times seconds since the epoch, works
decimal numbers as text."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, Table, Text

TABLES = MetaData()

# An upload: `document` is its signed certificate, `send` the transaction that it goes with, or went
# with last, `again` when to try.
ENTRIES = Table(
    "platform_uploads",
    TABLES,
    Column("key", Text, primary_key=True),
    Column("work", Text, nullable=False, unique=True),
    Column("creator", Text, nullable=False, index=True),
    Column("way", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("node", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("again", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False),
    Column("problem", Text),
    Column("send", Text, index=True),
    Column("anchor", Text, index=True),
    Index("platform_uploads_due", "state", "way", "again"),
)

# A transaction for several uploads. `root`: of an anchor, and of nothing else. `sent`: the signed
# bytes, before any node has them. `until`: when another worker may go on with it. `block`,
# `block_hash`: where the chain was seen to hold all of it.
SENDS = Table(
    "platform_sends",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False, index=True),
    Column("root", LargeBinary),
    Column("sent", Text),
    Column("created", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("block", BigInteger),
    Column("block_hash", LargeBinary),
)
