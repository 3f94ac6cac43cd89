"""Certificates: whose they are, what they claim, what binds them. Times in seconds since the
epoch; a work's `claimed` is the proven time of its claim, `certified` the block's."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table

from gen_ip.index.schema.base import SCHEMA, state
from gen_ip.index.types import Address, Amount, Hash, Work

WORKS = state(
    Table(
        "works",
        SCHEMA,
        Column("id", Work, primary_key=True),
        Column("creator", Address, nullable=False, index=True),
        Column("owner", Address, nullable=False, index=True),
        Column("owned_since", BigInteger, nullable=False),
        # Who had it before, and the transaction that moved it.
        Column("moved_from", Address, nullable=False),
        Column("moved_in", Hash, nullable=False),
        # How often the certificate changed hands after it was made.
        Column("transfers", Integer, nullable=False),
        Column("content_hash", Hash, nullable=False, index=True),
        Column("metadata", Hash, nullable=False, index=True),
        Column("version", Integer, nullable=False),
        Column("claimed", BigInteger, nullable=False),
        # The block of the latest proof of the claim: it is final with that block.
        Column("claimed_in", BigInteger, nullable=False),
        Column("certified", BigInteger, nullable=False),
        Column("block", BigInteger, nullable=False),
        Column("suspended", Boolean, nullable=False),
        Column("arbiter", Address),
        Column("powers", Integer, nullable=False),
        Column("lien_cap", Integer, nullable=False),
        Column("encumbrance", Hash, nullable=False),
        Index(None, "claimed", "id"),
    )
)

METADATA_VERSIONS = state(
    Table(
        "metadata_versions",
        SCHEMA,
        Column("work", Work, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("metadata", Hash, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

ANCHORS = state(
    Table(
        "anchors",
        SCHEMA,
        Column("root", Hash, primary_key=True),
        Column("time", BigInteger, nullable=False),
    )
)

RELATIONS = state(
    Table(
        "relations",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("earlier", Work, nullable=False, index=True),
        Column("later", Work, nullable=False, index=True),
        Column("evidence", Hash, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

DELEGATIONS = state(
    Table(
        "delegations",
        SCHEMA,
        Column("hash", Hash, primary_key=True),
        Column("used", Amount, nullable=False),
    )
)

REVOCATIONS = state(
    Table(
        "revocations",
        SCHEMA,
        Column("signer", Address, primary_key=True),
        Column("struct_hash", Hash, primary_key=True),
        Column("time", BigInteger, nullable=False),
    )
)

ENCUMBRANCES = state(
    Table(
        "encumbrances",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False, index=True),
        Column("item", Hash, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)

CERTIFICATE_TRANSFERS = state(
    Table(
        "certificate_transfers",
        SCHEMA,
        Column("block", BigInteger, primary_key=True, autoincrement=False),
        Column("log_index", Integer, primary_key=True, autoincrement=False),
        Column("work", Work, nullable=False, index=True),
        Column("from_account", Address, nullable=False),
        Column("to_account", Address, nullable=False),
        Column("time", BigInteger, nullable=False),
    )
)
