"""The index of pictures answers as a dictionary searched in full would, whatever is done to it."""

from __future__ import annotations

import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gen_ip.fingerprint.pdq import PDQ, Pdq
from gen_ip.match.index import errors
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.index.records import Record
from tests.match.pictures import Model, agree, record

keys = st.integers(0, 30).map(str)
seeds = st.integers(0, 60)


class Machine(RuleBasedStateMachine):
    """One writer, one reader that opened before, and what both should say."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "index"
        self.writer = PictureIndex(self.path, write=True)
        self.reader = PictureIndex(self.path)
        self.model = Model()
        self.copies = 0

    def teardown(self) -> None:
        self.writer.close()
        self.reader.close()
        shutil.rmtree(self.folder)

    @rule(batch=st.dictionaries(keys, seeds, max_size=8))
    def add_or_replace(self, batch: dict[str, int]) -> None:
        records = [record(key, seed) for key, seed in batch.items()]
        known = {each.key for each in self.model.records.values()}
        if known & batch.keys():
            with pytest.raises(errors.DuplicateKey):
                self.writer.add(records)
            self.model.add(self.writer.replace(records), records)
        else:
            self.model.add(self.writer.add(records), records)

    @precondition(lambda self: self.model.records)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        known = sorted(each.key for each in self.model.records.values())
        gone = data.draw(st.lists(st.sampled_from(known), max_size=5))
        with pytest.raises(errors.UnknownKey):
            self.writer.remove([*gone, "none"])
        self.writer.remove(gone)
        self.model.remove(gone)

    @rule()
    def compact(self) -> None:
        self.writer.compact()
        assert not self.writer._reading.removed()

    @rule()
    def open_anew(self) -> None:
        self.writer.close()
        self.writer = PictureIndex(self.path, write=True)

    @rule(seed=seeds)
    def snapshot(self, seed: int) -> None:
        self.copies += 1
        target = self.folder / f"copy-{self.copies}"
        self.reader.snapshot(target)
        with PictureIndex(target) as copy:
            assert copy.check() == []
            agree(copy, self.model, [record("a", seed).pdq.hash] if seed else [])
        shutil.rmtree(target)

    @rule(wanted=st.lists(seeds, max_size=3))
    def look(self, wanted: list[int]) -> None:
        asked = [record("a", seed).pdq.hash for seed in wanted]
        agree(self.reader, self.model, asked)
        agree(self.writer, self.model, asked)

    @invariant()
    def sound(self) -> None:
        assert self.writer.check() == []


Machine.TestCase.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestMachine = Machine.TestCase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_one_writer_any_readers(path: Path) -> None:
    with PictureIndex(path, write=True) as writer:
        with pytest.raises(errors.IndexInUse, match="is being written by process"):
            PictureIndex(path, write=True)
        with PictureIndex(path) as reader, PictureIndex(path) as another:
            writer.add([record("a", 1)])
            assert len(reader) == len(another) == 1
            with pytest.raises(errors.IndexReadOnly):
                reader.add([record("b", 2)])
            with pytest.raises(errors.IndexReadOnly):
                reader.remove(["a"])
            with pytest.raises(errors.IndexReadOnly):
                reader.compact()
    PictureIndex(path, write=True).close()
    with pytest.raises(errors.IndexClosed):
        len(writer)


def test_closed_while_threads_ask(path: Path) -> None:
    """SQLite frees what another thread reads, and the process ends: a service that stops."""

    def ask(reader: PictureIndex) -> int:
        asked = 0
        try:
            while True:
                asked += len(reader) == 0
        except errors.IndexClosed:
            return asked

    PictureIndex(path, write=True).close()
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            reader = PictureIndex(path)
            asking = [pool.submit(ask, reader) for _ in range(2)]
            time.sleep(0.005)
            reader.close()
            assert all(each.result() >= 0 for each in asking)


def test_what_is_no_index(path: Path) -> None:
    with pytest.raises(errors.NoIndex):
        PictureIndex(path)
    path.mkdir()
    (path / "notes.txt").write_text("mine")
    with pytest.raises(errors.ForeignIndex):
        PictureIndex(path, write=True)
    assert (path / "notes.txt").read_text() == "mine"
    assert len(list(path.iterdir())) == 1
    with pytest.raises(errors.ForeignIndex):
        PictureIndex(path / "notes.txt", write=True)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""),
        ("key", 7),
        ("key", "a\0b"),
        ("key", "\ud800"),
        ("sha256", b"short"),
        ("sha256", "0" * 32),
        ("pixels", b""),
        ("pdq", bytes(32)),
        ("codes", {PDQ: bytes(32)}),
        ("codes", {"../up": bytes(32)}),
        ("codes", {"sscd-1": b"short"}),
        ("codes", [bytes(32)]),
        ("features", "text"),
        ("glimpse", "text"),
    ],
)
def test_a_record_out_of_form(field: str, value: object) -> None:
    right = {"key": "a", "sha256": bytes(32), "pdq": Pdq(bytes(32), 0)}
    with pytest.raises(errors.BadRecord) as caught:
        Record(**{**right, field: value})  # type: ignore[arg-type]
    assert caught.value.field.startswith(field)


def test_a_key_twice_in_a_call(path: Path) -> None:
    with PictureIndex(path, write=True) as index:
        for change in (index.add, index.replace):
            with pytest.raises(errors.DuplicateKey):
                change([record("a", 1), record("a", 2)])
        assert len(index) == 0


def test_a_set_that_comes_late(path: Path) -> None:
    """Codes of a set that the first pictures have none of."""
    with PictureIndex(path, write=True) as index:
        index.add([record("a", 3)])
        assert index.sets() == [PDQ]
        (handle,) = index.add([record("b", 4)])
        assert index.sets() == [PDQ, "sscd-1"]
        found = index.search("sscd-1", [record("b", 4).codes["sscd-1"]], 0, 9)
        assert found.handles.tolist() == [handle]
        assert len(index.search("none-1", [bytes(32)], 256, 9).handles) == 0
