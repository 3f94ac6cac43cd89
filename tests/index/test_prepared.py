"""Statements compiled once answer as those compiled each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sql
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.index.prepared import Among
from gen_ip.index.types import Work

TABLE = sql.Table("t", sql.MetaData(), sql.Column("work", Work), sql.Column("word", sql.Text))
EVERY = {number**4: f"word {number}" for number in range(60)}
AMONG = Among(sql.select(TABLE.c.work, TABLE.c.word), TABLE.c.work, most=16)


@pytest.fixture(scope="module")
def connection() -> Iterator[sql.Connection]:
    engine = sql.create_engine("sqlite://")
    with engine.connect() as opened:
        TABLE.create(opened)
        opened.execute(TABLE.insert(), [{"work": k, "word": v} for k, v in EVERY.items()])
        yield opened


@given(st.lists(st.one_of(st.sampled_from(sorted(EVERY)), st.integers(0, 2**160 - 1))))
def test_of_many_values_each_row_comes_once(connection: sql.Connection, values: list[int]) -> None:
    rows = AMONG(connection, values)
    assert sorted(rows) == sorted((k, EVERY[k]) for k in set(values) & set(EVERY))
