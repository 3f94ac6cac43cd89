"""Readers of a file see one state each, and give their connections back however they end."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sql

from gen_ip import databases

_TABLE = sql.Table("numbers", sql.MetaData(), sql.Column("n", sql.Integer, primary_key=True))
_COUNT = sql.select(sql.func.count()).select_from(_TABLE)


@pytest.fixture
def engine(tmp_path: Path) -> sql.Engine:
    made = databases.engine(tmp_path / "some.sqlite")
    with made.begin() as connection:
        _TABLE.create(connection)
    return made


def add(engine: sql.Engine, number: int) -> None:
    with engine.connect() as plain:
        writing = plain.execution_options(**databases.WRITING)
        with writing.begin():
            writing.execute(_TABLE.insert().values(n=number))


def test_all_reads_of_one_see_the_same_state(engine: sql.Engine) -> None:
    reading = databases.Reading(engine)
    with reading() as connection:
        assert connection.execute(_COUNT).scalar() == 0
        add(engine, 1)
        assert connection.execute(_COUNT).scalar() == 0
        with reading() as other:
            assert other.execute(_COUNT).scalar() == 1
    with reading() as connection:
        assert connection.execute(_COUNT).scalar() == 1


def test_raw_reads_see_one_state_too(engine: sql.Engine) -> None:
    reading = databases.Reading(engine)

    def count(connection: sql.Connection) -> int:
        driver = connection.connection.driver_connection
        assert driver is not None
        (found,) = driver.execute("SELECT count(*) FROM numbers").fetchone()
        return int(found)

    with reading() as connection:
        assert count(connection) == 0
        add(engine, 1)
        assert count(connection) == 0
    with reading() as connection:
        assert count(connection) == 1


@pytest.mark.parametrize("error", [KeyError, KeyboardInterrupt, sql.exc.SQLAlchemyError])
def test_a_reader_that_fails_leaves_no_transaction_open(
    engine: sql.Engine, error: type[BaseException]
) -> None:
    reading = databases.Reading(engine)

    def fails() -> None:
        with reading() as connection:
            connection.execute(_COUNT)
            raise error

    with pytest.raises(error):
        fails()
    add(engine, 1)
    with reading() as connection:
        assert connection.execute(_COUNT).scalar() == 1


def test_what_the_driver_refuses_is_among_the_refusals(engine: sql.Engine) -> None:
    reading = databases.Reading(engine)
    with pytest.raises(databases.refusals(engine)), reading() as connection:
        connection.connection.driver_connection.execute("SELECT x FROM nowhere")  # type: ignore[union-attr]
    with pytest.raises(databases.refusals(engine)), reading() as connection:
        connection.exec_driver_sql("SELECT x FROM nowhere")


def test_connections_are_used_again_and_end_with_it(engine: sql.Engine) -> None:
    opened: list[object] = []
    closed: list[object] = []
    sql.event.listen(engine, "checkout", lambda driver, *_: opened.append(driver))
    sql.event.listen(engine, "checkin", lambda driver, *_: closed.append(driver))
    reading = databases.Reading(engine)
    for _ in range(5):
        with reading():
            pass
    assert len(opened) == 1
    with reading():
        reading.close()
        assert not closed
    assert len(closed) == 1


def test_many_threads_read_at_a_time(engine: sql.Engine) -> None:
    reading, all_inside = databases.Reading(engine), threading.Barrier(4, timeout=30)
    add(engine, 7)
    seen: list[int] = []

    def read() -> None:
        for _ in range(20):
            with reading() as connection:
                all_inside.wait()
                seen.append(connection.execute(_COUNT).scalar_one())

    threads = [threading.Thread(target=read) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert seen == [1] * 80


def test_a_watch_tells_of_every_commit_and_of_nothing_else(engine: sql.Engine) -> None:
    watch = databases.Watch(engine)
    before = watch.version()
    assert watch.version() == before
    add(engine, 1)
    after = watch.version()
    assert after != before
    other = databases.engine(engine.url.database or "")
    add(other, 2)
    assert watch.version() not in (before, after)
    watch.close()
