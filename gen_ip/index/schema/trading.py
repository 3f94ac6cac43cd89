"""Offers, what was sold, and prices that wait for a delivery."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from gen_ip.index.schema.base import SCHEMA, state
from gen_ip.index.types import Address, Amount, Hash, Work

# Those posted on chain; `document` is the offer's struct as JSON.
OFFERS = state(
    Table(
        "offers",
        SCHEMA,
        Column("hash", Hash, primary_key=True),
        # 0 for an offer for several works.
        Column("work", Work, nullable=False),
        Column("maker", Address, nullable=False, index=True),
        Column("taker", Address, nullable=False, index=True),
        Column("kind", Integer, nullable=False),
        Column("terms_hash", Hash, nullable=False),
        Column("token", Address, nullable=False),
        Column("price", Amount, nullable=False),
        Column("quantity", Amount, nullable=False),
        Column("counter", Amount, nullable=False),
        Column("counter_to", Hash, nullable=False),
        Column("transfers", Amount, nullable=False),
        Column("valid_from", Amount, nullable=False),
        Column("deadline", Amount, nullable=False),
        Column("document", Text, nullable=False),
        Column("posted", BigInteger, nullable=False),
        Index(None, "work", "kind", "price"),
    )
)

# Of offers posted and signed alike.
FILLS = state(
    Table(
        "fills",
        SCHEMA,
        Column("offer", Hash, primary_key=True),
        Column("count", Amount, nullable=False),
    )
)

CANCELLATIONS = state(
    Table(
        "cancellations",
        SCHEMA,
        Column("offer", Hash, primary_key=True),
        Column("maker", Address, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

COUNTERS = state(
    Table(
        "counters",
        SCHEMA,
        Column("maker", Address, primary_key=True),
        Column("counter", Amount, nullable=False),
    )
)

# `licenses` 0: the certificate itself. `seller` owned the work then.
SALES = state(
    Table(
        "sales",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("offer", Hash, nullable=False, index=True),
        Column("work", Work, nullable=False, index=True),
        Column("maker", Address, nullable=False),
        Column("seller", Address, nullable=False, index=True),
        Column("buyer", Address, nullable=False, index=True),
        Column("recipient", Address, nullable=False),
        Column("first_license", Amount, nullable=False),
        Column("licenses", Amount, nullable=False),
        Column("paid", Amount, nullable=False),
        Column("tx_hash", Hash, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

DEALS = state(
    Table(
        "deals",
        SCHEMA,
        Column("hash", Hash, primary_key=True),
        Column("offer", Hash, nullable=False),
        Column("work", Work, nullable=False, index=True),
        Column("buyer", Address, nullable=False, index=True),
        Column("seller", Address, nullable=False, index=True),
        Column("token", Address, nullable=False),
        Column("amount", Amount, nullable=False),
        Column("deliver_by", Amount, nullable=False),
        Column("document", Text, nullable=False),
        Column("opened", BigInteger, nullable=False),
        Column("delivered", BigInteger, nullable=False),
        Column("evidence", Hash),
        Column("challenge_until", Amount, nullable=False),
        # released, refunded, or null while the price waits.
        Column("ended", Text),
        Column("ended_at", BigInteger, nullable=False),
        Column("first_license", Amount, nullable=False),
        Column("challenged", Boolean, nullable=False),
    )
)
