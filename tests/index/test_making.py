"""Databases are made by migrations that agree with the tables; other versions are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gen_ip.arguments import InvalidArgument
from gen_ip.index.database import Database
from gen_ip.index.errors import ChainIndexUnavailable, NoChainIndex, OtherSchema
from gen_ip.index.making import ready, require_ready
from gen_ip.index.schema import SCHEMA


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrations_agree_with_the_tables(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    server: Any = request.getfixturevalue("postgres") if kind == "postgresql" else None
    database = Database(server.database() if server else tmp_path / "a.sqlite", make=True)
    with pytest.raises(NoChainIndex):
        require_ready(database)
    ready(database)
    ready(database)
    require_ready(database)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "schema_version"})
        assert compare_metadata(context, SCHEMA) == []
    database.close()


def test_a_later_version_is_left_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.sqlite", make=True)
    ready(database)
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version_num = '99'")
    for opening in (ready, require_ready):
        with pytest.raises(OtherSchema, match="'99'"):
            opening(database)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(NoChainIndex, match="chain-index run"):
        Database(tmp_path / "none.sqlite")
    with pytest.raises(InvalidArgument) as error:
        Database("mysql://me:secret@host/x")
    assert "secret" not in str(error.value)
    (tmp_path / "text.sqlite").write_text("no database" * 100)
    with pytest.raises(ChainIndexUnavailable, match="not a database"):
        ready(Database(tmp_path / "text.sqlite"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ChainIndexUnavailable):
        Database(tmp_path / "file" / "a.sqlite", make=True)
    nobody = Database("postgresql://me:secret@127.0.0.1:1/x")
    with pytest.raises(ChainIndexUnavailable) as refused:
        ready(nobody)
    assert "secret" not in str(refused.value)
