"""Who earns what: the graph of shares, running totals, balances, and every payment.

`accounts` is what the splitter keeps of each work and token (docs/design.md, "The recursive
split"), unpacked.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from gen_ip.index.schema.base import SCHEMA, state
from gen_ip.index.types import Address, Amount, Hash, Work

# What a work owes in sum, in basis points, and how many parents and payees it has.
NODES = state(
    Table(
        "nodes",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("rel", Integer, nullable=False),
        Column("vol", Integer, nullable=False),
        Column("parents", Integer, nullable=False),
        Column("payees", Integer, nullable=False),
    )
)

EDGES = state(
    Table(
        "edges",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("parent", Work, nullable=False, index=True),
        Column("license", Amount, nullable=False),
        Column("income", Integer, nullable=False),
        Column("volume", Integer, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

PAYEES = state(
    Table(
        "payees",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("payee", Address, nullable=False, index=True),
        Column("share", Integer, nullable=False),
    )
)

ACCOUNTS = state(
    Table(
        "accounts",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("token", Address, primary_key=True),
        # Totals, which never fall: paid to it, what derivatives owed it, what was drawn.
        Column("direct", Amount, nullable=False),
        Column("royalties", Amount, nullable=False),
        Column("drawn", Amount, nullable=False),
        Column("credit", Amount, nullable=False),
        Column("net_phase", Integer, nullable=False),
        # What settling will move, and the remainders of what was settled before.
        Column("income", Amount, nullable=False),
        Column("income_phase", Integer, nullable=False),
        Column("volume", Amount, nullable=False),
        Column("volume_phase", Integer, nullable=False),
        # The remainder of what was drawn since the youngest payee joined; how many share it.
        Column("shared", Integer, nullable=False),
        Column("sharing", Integer, nullable=False),
        Column("paid_at", BigInteger, nullable=False),
    )
)

BALANCES = state(
    Table(
        "balances",
        SCHEMA,
        Column("account", Address, primary_key=True),
        Column("token", Address, primary_key=True),
        Column("amount", Amount, nullable=False),
    )
)

PAYMENTS = state(
    Table(
        "payments",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False),
        Column("token", Address, nullable=False),
        Column("payer", Address, nullable=False),
        Column("amount", Amount, nullable=False),
        Column("tx_hash", Hash, nullable=False, index=True),
        Column("time", BigInteger, nullable=False),
        Index(None, "work", "block"),
    )
)

FEES = state(
    Table(
        "fees",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False, index=True),
        Column("token", Address, nullable=False),
        Column("to_account", Address, nullable=False),
        Column("amount", Amount, nullable=False),
        Column("tx_hash", Hash, nullable=False, index=True),
        Column("time", BigInteger, nullable=False),
    )
)

# What one settlement moved along one edge.
FLOWS = state(
    Table(
        "flows",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("place", Integer, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False),
        Column("parent", Work, nullable=False),
        Column("token", Address, nullable=False),
        Column("amount", Amount, nullable=False),
        Column("time", BigInteger, nullable=False),
        Index(None, "work", "block"),
        Index(None, "parent", "block"),
    )
)

# What left the splitter for an account, of a work where that is known.
PAYOUTS = state(
    Table(
        "payouts",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("work", Work),
        Column("account", Address, nullable=False, index=True),
        Column("to_account", Address, nullable=False),
        Column("token", Address, nullable=False),
        Column("amount", Amount, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

# Where the owner wants a work's money; it ends with a sale of the certificate.
PAYOUT_ADDRESSES = state(
    Table(
        "payout_addresses",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("owner", Address, nullable=False),
        Column("payout", Address, nullable=False),
        Column("transfers", Integer, nullable=False),
    )
)
