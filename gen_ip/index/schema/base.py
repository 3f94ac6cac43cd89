"""The one `MetaData` of the index; each topic adds its tables."""

from __future__ import annotations

from sqlalchemy import MetaData, Table

SCHEMA = MetaData(
    naming_convention={
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
        "pk": "%(table_name)s_key",
    }
)
_STATE = "state"


def state(table: Table) -> Table:
    """Marks a table as one that reducers write: it follows from the logs."""
    table.info[_STATE] = True
    return table


def state_tables() -> dict[str, Table]:
    """Those tables by name, in the order they were declared."""
    return {name: table for name, table in SCHEMA.tables.items() if table.info.get(_STATE)}
