"""The index of works of every kind but pictures: as a table of Python has it, whatever happens."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gen_ip.match.answer import answered
from gen_ip.match.errors import InvalidQuery
from gen_ip.match.index import copying
from gen_ip.match.index.errors import (
    BadRecord,
    DamagedIndex,
    DuplicateKey,
    ForeignIndex,
    IndexClosed,
    IndexExists,
    IndexInUse,
    IndexReadOnly,
    NewerIndex,
    NoIndex,
    UnknownKey,
)
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.asking import exact
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Record
from tests.support.require import ROOT

SET = "shingles-1"
TOKENS = st.frozensets(st.one_of(st.integers(0, 12), st.integers(0, 2**64 - 1)), max_size=8)


def record(key: str, tokens: object = (), *, kind: str = "text", content: int = 0) -> Record:
    sha256 = key.encode().rjust(32, b"\0")[-32:]
    return Record(
        kind, key, sha256, b"data of " + key.encode(), bytes([content] * 32), {SET: tokens}
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=st.lists(
        st.one_of(
            st.dictionaries(st.sampled_from("abcdef"), TOKENS, max_size=4),
            st.frozensets(st.sampled_from("abcdef"), max_size=3),
        ),
        max_size=8,
    ),
    asked=TOKENS,
)
def test_it_answers_as_a_table_does(
    tmp_path_factory: pytest.TempPathFactory, changes: list[object], asked: frozenset[int]
) -> None:
    held: dict[str, frozenset[int]] = {}
    path = tmp_path_factory.mktemp("works") / "index"
    with WorkIndex(path, write=True) as index, WorkIndex(path) as reader:
        for change in changes:
            if isinstance(change, dict):
                index.replace(record(key, tokens) for key, tokens in change.items())
                for key, tokens in change.items():
                    held.pop(key, None)
                    held[key] = tokens
            elif change <= held.keys():
                index.remove(change)
                for key in change:
                    del held[key]
            else:
                with pytest.raises(UnknownKey):
                    index.remove(change)
        expected = Counter({key: len(asked & tokens) for key, tokens in held.items()})
        found = [
            (entry.key, each.shared)
            for each in reader.sharing(SET, asked, 10)
            if (entry := reader.by_handle(each.handle))
        ]
        assert dict(found) == {key: count for key, count in expected.items() if count}
        assert [count for _, count in found] == sorted((n for _, n in found), reverse=True)
        assert {entry.key for entry in reader} == held.keys()
        assert len(reader) == len(held)
        assert reader.check() == []


def test_common_tokens_are_passed_over(path: Path) -> None:
    with WorkIndex(path, write=True) as index:
        index.add(record(f"{number}", [7, number + 10]) for number in range(5))
        assert len(index.sharing(SET, [7], 10)) == 5
        assert index.sharing(SET, [7], 10, common=5) == []
        (found,) = index.sharing(SET, np.array([7, 12], np.uint64), 10, common=5)
        assert index.by_handle(found.handle) == index.by_key("2")
        assert len(index.sharing(SET, [7], 2)) == 2
        assert index.sharing("other-1", [7], 2) == []


def test_the_same_file_and_the_same_content(path: Path) -> None:
    with WorkIndex(path, write=True) as index:
        index.add([record("a", content=1), record("b", content=1), record("c", content=2)])
        index.add([record("d", content=1, kind="prompt")])
        found = exact(index, "text", record("a").sha256, bytes([1] * 32), "text-1")
        answer = answered("text", found, "text-thresholds-1", 1.0)
        assert answer.best is not None
        assert [(each.key, each.verdict.value) for each in answer.findings] == [
            ("a", "exact-bytes"),
            ("b", "exact-content"),
        ]
        assert answer.to_json()["findings"][1]["method"] == "text-1"
        assert index.counts() == {"prompt": 1, "text": 3}
    assert answered("text", [], "t", 1.0).verdict is Verdict.UNKNOWN


def test_one_writer_any_readers(path: Path) -> None:
    with pytest.raises(NoIndex, match="does not exist"):
        WorkIndex(path)
    with WorkIndex(path, write=True) as index:
        with pytest.raises(IndexInUse, match=f"process {os.getpid()}"):
            WorkIndex(path, write=True)
        # Pictures have a writer of their own.
        with PictureIndex(path, write=True) as pictures:
            assert len(pictures) == 0
        reader = WorkIndex(path)
        with pytest.raises(IndexReadOnly):
            reader.add([record("a")])
        index.add([record("a")])
        assert "a" in reader
        with pytest.raises(DuplicateKey):
            index.add([record("b"), record("a")])
        with pytest.raises(DuplicateKey):
            index.add([record("b"), record("b")])
        assert "b" not in reader
        reader.close()
        with pytest.raises(IndexClosed):
            len(reader)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "Text"),
        ("key", ""),
        ("key", "a\0b"),
        ("sha256", b"short"),
        ("content", b"short"),
        ("data", "text"),
        ("tokens", {"A": []}),
        ("tokens", {SET: [-1]}),
        ("tokens", {SET: [2**64]}),
        ("tokens", {SET: [True]}),
        ("tokens", {SET: np.zeros(2)}),
        ("tokens", {SET: 3}),
    ],
)
def test_a_record_out_of_form(field: str, value: object) -> None:
    given = {"kind": "text", "key": "a", "sha256": bytes(32), "data": b"", field: value}
    with pytest.raises(BadRecord, match=field):
        Record(**given)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": True}, {"common": 0}, {"tokens": [-1]}, {"tokens": None}]
)
def test_a_query_out_of_form(path: Path, query: dict[str, object]) -> None:
    with WorkIndex(path, write=True) as index, pytest.raises(InvalidQuery, match=next(iter(query))):
        index.sharing(**{"name": SET, "tokens": [1], "limit": 1, **query})


def test_what_is_no_index(path: Path, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "file").touch()
    with pytest.raises(ForeignIndex, match="no catalog"):
        WorkIndex(tmp_path / "else", write=True)
    WorkIndex(path, write=True).close()
    database = path / "works.sqlite"
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NewerIndex, match="99"):
        WorkIndex(path)
    database.write_bytes(b"SQLite format 3\0" + bytes(5000))
    with pytest.raises(DamagedIndex):
        WorkIndex(path)


def test_flipped_bits_and_lost_postings_are_found(path: Path) -> None:
    with WorkIndex(path, write=True) as index:
        index.add([record("a", [1, 2]), record("b", [3])])
    with sqlite3.connect(path / "works.sqlite") as connection:
        connection.execute("UPDATE data SET data = x'00' WHERE handle = 1")
        connection.execute("DELETE FROM postings WHERE token = 3")
        connection.execute("INSERT INTO postings VALUES (1, 9, 77), (1, 9, 78)")
    connection.close()
    with WorkIndex(path) as index:
        assert index.check() == [
            "works: work 1 (a) is not what was written",
            "works: work 2 (b) lacks 1 postings",
            "works: 1 postings are of no work",
        ]


def test_a_copy_has_pictures_and_works(path: Path, tmp_path: Path) -> None:
    with WorkIndex(path, write=True) as index:
        index.add([record("a", [1])])
        # Works alone, then both.
        copying.copy(path, tmp_path / "works")
        with pytest.raises(IndexExists):
            copying.copy(path, tmp_path / "works")
        PictureIndex(path, write=True).close()
        copying.copy(path, tmp_path / "both")
    assert not (tmp_path / "works" / "catalog.sqlite").exists()
    for name in ("works", "both"):
        with WorkIndex(tmp_path / name) as copied:
            assert [each.shared for each in copied.sharing(SET, [1], 1)] == [1]
            assert copied.check() == []
    with PictureIndex(tmp_path / "both") as pictures:
        assert pictures.check() == []


_WRITER = """
import sys
from tests.match.test_works import record
from gen_ip.match.works.index import WorkIndex
with WorkIndex(sys.argv[1], write=True) as index:
    for number in range(10**6):
        index.add([record(f"{number}-{each}", range(number, number + 40)) for each in range(3)])
        print(number, flush=True)
"""


def test_killed_while_it_writes_it_holds_all_that_was_told(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        assert writer.stdout is not None
        told = [int(writer.stdout.readline()) for _ in range(8)][-1]
        writer.send_signal(signal.SIGKILL)
    with WorkIndex(path, write=True) as index:
        assert index.check() == []
        held = [int(entry.key.split("-")[0]) for entry in index]
        assert len(held) % 3 == 0
        assert set(range(told + 1)) <= set(held)


def test_readers_see_whole_changes(path: Path) -> None:
    stop, wrong = threading.Event(), []
    with WorkIndex(path, write=True) as index, WorkIndex(path) as reader:
        index.add(record(f"{number}", [5]) for number in range(4))

        def look() -> None:
            while not stop.is_set():
                count = len(reader.sharing(SET, [5], 100))
                if count % 4:
                    wrong.append(count)

        thread = threading.Thread(target=look)
        thread.start()
        try:
            for _ in range(10):
                index.add(record(f"more {number}", [5]) for number in range(4))
                index.remove(f"more {number}" for number in range(4))
        finally:
            stop.set()
            thread.join()
    assert not wrong
