"""Making a database ready: all tables, of this version."""

from __future__ import annotations

from gen_ip.index.database import Database
from gen_ip.index.schema import SCHEMA


def ready(database: Database) -> None:
    """Makes the tables that are missing.

    Raises:
        ChainIndexUnavailable: the database refuses.
    """
    with database.writing() as connection:
        SCHEMA.create_all(connection)
