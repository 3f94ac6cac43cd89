"""Whatever dies, fills up or rots, an index is as it was committed, or says what is wrong."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gen_ip.fingerprint.pdq import PDQ
from gen_ip.match.codes import BLOCK
from gen_ip.match.index import catalog, errors
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.index.records import WORDS
from tests.match.pictures import Model, agree, record
from tests.support.require import ROOT

QUERIES = [record("a", seed).pdq.hash for seed in (0, 9, 40)]

# Changes without end, each told before it is begun and after it is done. Which they are follows
# from their number alone, so that whoever reads the numbers knows what the index ought to hold.
WRITER = """
import shutil, sys
from pathlib import Path
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.loops import loops
from gen_ip.match.words.vocabulary import vocabulary
from tests.match.test_faults import change
# Loaded first, so that it is changes that are interrupted.
loops("words.kernels"), vocabulary()
path, number = Path(sys.argv[1]), int(sys.argv[2])
with PictureIndex(path, write=True) as index:
    print("open", flush=True)
    while True:
        print("begin", number, flush=True)
        change(number, index, None, path.parent)
        print("done", number, flush=True)
        number += 1
"""


def change(number: int, index: PictureIndex | None, model: Model | None, folder: Path) -> None:
    """The change of this number, in an index or in a model of it; each third replaces, each fifth
    removes, each seventh compacts, each eleventh copies."""
    dice = random.Random(number)
    keys = [str(dice.randrange(60)) for _ in range(dice.randrange(1, 30))]
    records = [record(key, dice.randrange(200)) for key in dict.fromkeys(keys)]
    if number % 11 == 10:
        if index is not None:
            target = folder / f"copy-{number}"
            shutil.rmtree(target, ignore_errors=True)
            index.snapshot(target)
    elif number % 7 == 6:
        if index is not None:
            index.compact()
    elif number % 5 == 4:
        if index is not None:
            index.remove([each.key for each in records if each.key in index])
        if model is not None:
            model.remove([each.key for each in records])
    else:
        if index is not None:
            index.replace(records)
        if model is not None:
            first = max(model.given, default=0) + 1
            handles = range(first, first + len(records))
            model.given.update(handles)
            model.add(handles, records)


class Numbered(Model):
    """A model that gives the handles out itself, as the index does: one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.given: set[int] = set()


def after(numbers: int, folder: Path) -> Numbered:
    """What an index holds after the changes before this number."""
    model = Numbered()
    for number in range(numbers):
        change(number, None, model, folder)
    return model


def same_records(index: PictureIndex, model: Model) -> bool:
    return {entry.key: entry.sha256 for entry in index} == {
        each.key: each.sha256 for each in model.records.values()
    }


def test_killed_at_any_moment_it_is_as_committed(tmp_path: Path) -> None:
    """A real process, killed again and again; the change it was at happened as a whole or not."""
    path = tmp_path / "index"
    dice, number, alive = random.Random(7), 0, {"PYTHONPATH": str(ROOT)}
    interrupted = {"before": 0, "after": 0}
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(number)],
            env={**os.environ, **alive}, stdout=subprocess.PIPE, text=True,
        ) as writer:  # fmt: skip
            assert writer.stdout is not None
            assert writer.stdout.readline() == "open\n"
            time.sleep(dice.uniform(0.0, 0.4))
            writer.send_signal(signal.SIGKILL)
            told = writer.stdout.read().splitlines()
        assert writer.returncode == -signal.SIGKILL
        done = [int(line.split()[1]) for line in told if line.startswith("done ")]
        number = max(done, default=number - 1) + 1
        model = after(number, tmp_path)
        with PictureIndex(path, write=True) as index:
            assert index.check() == []
            # Handles of a change that was not committed are given again.
            if not same_records(index, model):
                change(number, None, model, tmp_path)
                number += 1
                interrupted["after"] += 1
            else:
                interrupted["before"] += 1
            agree(index, model, QUERIES)
            marks = index._reading.state().marks.items()
            named = {each for name, mark in marks for each in index._engine(name).files(mark)}
            assert named == {*path.glob("*.codes"), *path.glob("*.words")}
        for copy in tmp_path.glob("copy-*"):
            with PictureIndex(copy) as index:
                assert index.check() == []
                agree(index, after(int(copy.name[5:]), tmp_path), QUERIES)
    assert number > 10
    assert interrupted["before"]


READER = """
import sys
from pathlib import Path
from gen_ip.match.index.pictures import PictureIndex
from tests.match.pictures import record
print("ready", flush=True)
with PictureIndex(Path(sys.argv[1])) as index:
    seen = 0
    while seen < int(sys.argv[2]):
        count = len(index)
        assert count >= seen
        seen = count
        # Every picture that was counted is found, by a search that began afterwards.
        for key in {0, count // 2, count - 1} - {-1}:
            code = record(str(key), key).pdq.hash
            found = index.search("pdq-1", [code], 0, 999)
            keys = {index.by_handle(handle).key for handle in found.handles.tolist()}
            assert str(key) in keys, (key, count)
            assert set(found.distances.tolist()) == {0}
    print("seen", seen)
"""


def test_others_search_while_it_grows(tmp_path: Path) -> None:
    path, count = tmp_path / "index", 3 * BLOCK // 2
    with PictureIndex(path, write=True) as index:
        index.add([record("0", 0)])
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(path), str(count)],
            env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        with reader:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
            for start in range(1, count, 997):
                # Without features, of which each makes it slower.
                more = [record(str(key), key) for key in range(start, min(start + 997, count))]
                index.add([replace(each, features=None) for each in more])
                if start % 2:
                    index.compact()
            assert reader.stdout.read() == f"seen {count}\n"
        assert reader.returncode == 0


@pytest.fixture
def filled(tmp_path: Path) -> tuple[Path, Model]:
    """An index with removed pictures, and what it should say."""
    path, model = tmp_path / "index", Model()
    records = [record(str(seed), seed) for seed in range(80)]
    with PictureIndex(path, write=True) as index:
        model.add(index.add(records), records)
        gone = [str(seed) for seed in range(0, 80, 3)]
        index.remove(gone)
        model.remove(gone)
    return path, model


def derived_file(path: Path, name: str = PDQ) -> Path:
    (found,) = path.glob(f"{name}.*")
    return found


def cut(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(b"not yours")


@pytest.mark.parametrize("name", [PDQ, WORDS])
@pytest.mark.parametrize("harm", [Path.unlink, cut, overwrite])
def test_a_bad_derived_file_is_made_anew(
    filled: tuple[Path, Model], harm: Callable[[Path], None], name: str
) -> None:
    path, model = filled
    harm(derived_file(path, name))
    with pytest.raises(errors.StaleIndex, match="open it for writing, which remakes it"):
        PictureIndex(path)
    told: list[tuple[str, int, int]] = []
    with PictureIndex(path, write=True, progress=lambda *step: told.append(step)) as index:
        assert told[-1][1:] == (len(index), len(index))
        assert index.check() == []
        agree(index, model, QUERIES)


def test_a_flipped_bit_is_told_and_mended(filled: tuple[Path, Model]) -> None:
    path, model = filled
    file = derived_file(path)
    with file.open("r+b") as opened:
        opened.seek(4096 + 8 * 41)
        byte = opened.read(1)[0]
        opened.seek(-1, os.SEEK_CUR)
        opened.write(bytes([byte ^ 4]))
    with PictureIndex(path, write=True) as index:
        (problem,) = index.check()
        assert problem == f"{file.name}: row 41 is not the code of work 42"
        index.compact()
        assert index.check() == []
        agree(index, model, QUERIES)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE works SET sha256 = zeroblob(32) WHERE handle = 2",
            "work 2 .* not what was written",
        ),
        ("UPDATE features SET data = x'00' WHERE handle = 2", "work 2 .* not what was written"),
        ("UPDATE works SET pdq = x'00' WHERE handle = 2", "work 2: malformed pdq-1"),
        ("DELETE FROM works WHERE handle = 2", "handle 2, which no work has"),
        ("DELETE FROM engines", "no file of pdq-1"),
        ("UPDATE engines SET mark = 'x'", "its mark is 'x'"),
        ("DELETE FROM removed", "which no work has"),
    ],
)
def test_a_changed_catalog_is_told(filled: tuple[Path, Model], statement: str, told: str) -> None:
    path, _ = filled
    with PictureIndex(path) as index:
        other = sqlite3.connect(path / catalog.NAME)
        with other:
            assert other.execute(statement).rowcount
        other.close()
        problems = index.check()
        assert problems
        assert re.search(told, problems[0]), problems


def test_a_damaged_catalog_is_told(filled: tuple[Path, Model], tmp_path: Path) -> None:
    path, model = filled
    PictureIndex(path).snapshot(tmp_path / "kept")
    file = path / catalog.NAME
    data = file.read_bytes()
    file.write_bytes(data[:100] + os.urandom(3 * 4096) + data[100 + 3 * 4096 :])
    for side in ("-wal", "-shm"):
        file.with_name(file.name + side).unlink(missing_ok=True)
    for write in (False, True):
        with pytest.raises(errors.DamagedIndex, match="restore a snapshot"):
            PictureIndex(path, write=write)
    file.write_bytes(b"something else entirely")
    with pytest.raises(errors.DamagedIndex):
        PictureIndex(path)
    with pytest.raises(errors.IndexExists):
        PictureIndex.restore(tmp_path / "kept", path)
    shutil.rmtree(path)
    PictureIndex.restore(tmp_path / "kept", path)
    with PictureIndex(path, write=True) as index:
        agree(index, model, QUERIES)
        index.add([record("new", 1)])
        assert index.check() == []
    # What was restored is a copy: the snapshot stays as it was.
    with PictureIndex(tmp_path / "kept") as kept:
        agree(kept, model, QUERIES)


def test_what_others_made(filled: tuple[Path, Model], tmp_path: Path) -> None:
    path, _ = filled
    file = path / catalog.NAME
    other = sqlite3.connect(file)
    other.execute("PRAGMA user_version = 99")
    other.close()
    for write in (False, True):
        with pytest.raises(errors.NewerIndex, match="pip install --upgrade"):
            PictureIndex(path, write=write)
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    other = sqlite3.connect(foreign / catalog.NAME)
    with other:
        other.execute("CREATE TABLE mine (a)")
    other.close()
    for write in (False, True):
        with pytest.raises(errors.ForeignIndex):
            PictureIndex(foreign, write=write)
    with pytest.raises(errors.NoIndex):
        PictureIndex.restore(tmp_path / "none", tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_another_index_files_are_not_taken_for_its_own(tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("two", 2)):
        with PictureIndex(tmp_path / name, write=True) as index:
            index.add([record("a", seed)])
    shutil.copyfile(derived_file(tmp_path / "one"), derived_file(tmp_path / "two"))
    with pytest.raises(errors.StaleIndex):
        PictureIndex(tmp_path / "two")


LIMITED = """
import resource, sys
from pathlib import Path
from gen_ip.match.index.errors import IndexUnavailable
from gen_ip.match.index.pictures import PictureIndex
from tests.match.pictures import record
path, size = Path(sys.argv[1]), int(sys.argv[2])
with PictureIndex(path, write=True) as index:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    added = 0
    try:
        for start in range(80, 10**6, 200):
            index.add([record(str(key), key) for key in range(start, start + 200)])
            added += 200
    except IndexUnavailable as error:
        print("full", added, error)
    else:
        raise AssertionError("it was never full")
    try:
        index.snapshot(path.parent / "copy")
    except IndexUnavailable:
        print("not copied")
    index.search("pdq-1", [bytes(32)], 90, 5)
"""


# The file of codes is larger at once than a small catalog; a large limit lets it grow by blocks.
@pytest.mark.parametrize("size", [340_000, 700_000])
def test_a_full_disk_leaves_it_as_it_was(filled: tuple[Path, Model], size: int) -> None:
    path, model = filled
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(size)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    full = done.stdout.splitlines()[0].split()
    assert full[0] == "full"
    assert "is as it was before; see to the disk's room" in done.stdout
    added = int(full[1])
    records = [record(str(key), key) for key in range(80, 80 + added)]
    model.add(range(81, 81 + added), records)
    assert not (path.parent / "copy").exists() or "not copied" not in done.stdout
    assert not list(path.parent.glob(".copy-*"))
    with PictureIndex(path, write=True) as index:
        agree(index, model, QUERIES)
        assert index.check() == []
        index.add([record("room", 1)])


def test_a_read_only_copy_is_searched(filled: tuple[Path, Model], tmp_path: Path) -> None:
    path, model = filled
    copy = tmp_path / "copy"
    with PictureIndex(path) as index:
        index.snapshot(copy)
        with pytest.raises(errors.IndexExists):
            index.snapshot(copy)
    for file in copy.iterdir():
        file.chmod(0o444)
    copy.chmod(0o555)
    try:
        with PictureIndex(copy) as index:
            agree(index, model, QUERIES)
    finally:
        copy.chmod(0o755)
