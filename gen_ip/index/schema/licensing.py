"""Terms and licenses, and which markets may issue them. `end` 0 is never."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table

from gen_ip.index.schema.base import SCHEMA, state
from gen_ip.index.types import Address, Hash, Work

TERMS = state(
    Table(
        "terms",
        SCHEMA,
        Column("hash", Hash, primary_key=True),
        Column("grants", Integer, nullable=False, index=True),
        Column("passes", Integer, nullable=False),
        Column("income", Integer, nullable=False),
        Column("volume", Integer, nullable=False),
        Column("duration", BigInteger, nullable=False),
        Column("units", BigInteger, nullable=False),
        Column("legal", Hash, nullable=False),
    )
)

LICENSES = state(
    Table(
        "licenses",
        SCHEMA,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False, index=True),
        Column("terms_hash", Hash, nullable=False),
        Column("grants", Integer, nullable=False),
        Column("licensee", Address, nullable=False),
        Column("holder", Address, nullable=False, index=True),
        Column("held_since", BigInteger, nullable=False),
        Column("start", BigInteger, nullable=False),
        # Up to 2**40 seconds more than a block's time.
        Column("end", BigInteger, nullable=False),
        Column("revoked", Boolean, nullable=False),
        Column("issued", BigInteger, nullable=False),
        Column("block", BigInteger, nullable=False),
    )
)

# `transfers`: of the certificate when the market was allowed; a sale ends it.
MARKETS = state(
    Table(
        "markets",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("market", Address, primary_key=True),
        Column("transfers", Integer, nullable=False),
    )
)
