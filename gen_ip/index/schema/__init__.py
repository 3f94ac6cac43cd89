"""The tables: `chain` what the node said, all others what follows from it."""

from gen_ip.index.schema import chain, documents, income, licensing, trading, works
from gen_ip.index.schema.base import SCHEMA, state_tables

__all__ = [
    "SCHEMA",
    "chain",
    "documents",
    "income",
    "licensing",
    "state_tables",
    "trading",
    "works",
]
