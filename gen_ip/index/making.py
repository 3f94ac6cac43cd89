"""Making a database ready for this version: by the migrations that it has not seen."""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import sqlalchemy as sql
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from gen_ip import databases
from gen_ip.index.database import Database
from gen_ip.index.errors import NoChainIndex, OtherSchema

VERSION = sql.table("schema_version", sql.column("version_num", sql.Text))


def ready(database: Database) -> None:
    """Makes the tables that are missing, and changes those of earlier versions.

    Raises:
        OtherSchema: a later version has made it.
        ChainIndexUnavailable: the database refuses.
    """
    with database.writing() as connection:
        databases.alone(connection)
        found = _version(connection)
        if found == latest():
            return
        if found is not None and found not in _known():
            raise OtherSchema(database.name, found)
        with as_file(files("gen_ip.index") / "migrations") as folder:
            config = Config()
            config.set_main_option("script_location", str(folder).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def require_ready(database: Database) -> None:
    """Sees that the database is of this version.

    Raises:
        NoChainIndex: it is empty.
        OtherSchema: it is of another version.
        ChainIndexUnavailable: the database refuses.
    """
    with database.reading() as connection:
        found = _version(connection)
    if found is None:
        raise NoChainIndex(database.name)
    if found != latest():
        raise OtherSchema(database.name, found)


def latest() -> str:
    """This version's schema."""
    return _known()[0]


@cache
def _known() -> tuple[str, ...]:
    """All versions, the latest first."""
    with as_file(files("gen_ip.index") / "migrations") as folder:
        scripts = ScriptDirectory(str(folder))
        return tuple(each.revision for each in scripts.walk_revisions())


def _version(connection: sql.Connection) -> str | None:
    if not sql.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sql.select(VERSION.c.version_num)).scalar_one_or_none()
