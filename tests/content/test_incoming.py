"""A local add that was interrupted goes on; what is there is not written again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gen_ip.content.collecting import collect
from gen_ip.content.local import LocalStore
from gen_ip.content.unixfs import CHUNK_BYTES, unixfs_cid
from gen_ip.errors import StoreUnavailable

ROOT = Path(__file__).resolve().parents[2]
# Pieces of the file; more than the 32 that are looked at before anything is written.
PIECES, WRITTEN = 48, 41
DATA = b"".join(bytes([number]) * CHUNK_BYTES for number in range(PIECES - 1)) + b"the end"
CID = unixfs_cid(DATA)
# The process kills itself once so many bytes are in the file: nothing of it can clean up.
DYING = f"""
import os, signal, sys
from gen_ip.content.local import LocalStore
store = LocalStore(sys.argv[1])
def on_bytes(done, total):
    if done == {WRITTEN * CHUNK_BYTES}:
        os.kill(os.getpid(), signal.SIGKILL)
store.put_file(sys.argv[2], on_bytes=on_bytes)
"""


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "big"
    path.write_bytes(DATA)
    return path


@pytest.fixture
def killed(store: LocalStore, file: Path) -> Path:
    """What a killed run left."""
    command = [sys.executable, "-c", DYING, store.address, str(file)]
    assert subprocess.run(command, cwd=ROOT).returncode == -signal.SIGKILL
    (left,) = Path(store.address).iterdir()
    assert left.name.startswith(".incoming-")
    assert left.stat().st_size == WRITTEN * CHUNK_BYTES
    return left


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many bytes were written so far."""
    total, write = 0, os.write

    def counting(descriptor: int, data: bytes) -> int:
        nonlocal total
        done = write(descriptor, data)
        total += done
        return done

    monkeypatch.setattr(os, "write", counting)
    return lambda: total


def test_a_killed_add_goes_on(
    store: LocalStore, file: Path, killed: Path, written: Callable[[], int]
) -> None:
    assert list(store.contents()) == []
    assert not store.has(CID)
    assert store.put_file(file) == CID
    assert written() == len(DATA) - WRITTEN * CHUNK_BYTES
    assert store.get(CID) == DATA
    assert [path.name for path in Path(store.address).iterdir()] == [CID]


@pytest.mark.parametrize("place", [0, 20 * CHUNK_BYTES + 5, WRITTEN * CHUNK_BYTES - 1])
def test_a_damaged_rest_is_written_again(
    store: LocalStore, file: Path, killed: Path, written: Callable[[], int], place: int
) -> None:
    with killed.open("r+b") as left:
        left.seek(place)
        left.write(b"\xff")
    assert store.put_file(file) == CID
    assert store.get(CID) == DATA
    assert written() == len(DATA) - place // CHUNK_BYTES * CHUNK_BYTES


def test_a_rest_that_is_longer_than_the_file(store: LocalStore, file: Path, killed: Path) -> None:
    with killed.open("ab") as left:
        left.write(DATA[WRITTEN * CHUNK_BYTES :] + b"and more")
    assert store.put_file(file) == CID
    assert store.get(CID) == DATA


def test_another_file_that_begins_alike_is_itself(
    store: LocalStore, file: Path, killed: Path, tmp_path: Path
) -> None:
    other = DATA[: 40 * CHUNK_BYTES] + bytes(len(DATA) - 40 * CHUNK_BYTES)
    (tmp_path / "other").write_bytes(other)
    assert store.put_file(tmp_path / "other") == unixfs_cid(other)
    assert store.put_file(file) == CID
    assert store.get(CID) == DATA
    assert store.get(unixfs_cid(other)) == other


@pytest.mark.parametrize("size", [0, 100, 300_000, len(DATA)])
def test_what_is_there_is_not_written_again(
    store: LocalStore, tmp_path: Path, written: Callable[[], int], size: int
) -> None:
    (tmp_path / "file").write_bytes(DATA[:size])
    source = tmp_path / "file" if size else b""
    cid = store.put_file(source)
    os.utime(Path(store.address) / cid, (0, 0))
    before = written()
    assert before == size
    assert store.put_file(source) == cid
    assert written() == before
    # It is as young as if it had been written now.
    assert collect(store).removed == ()
    # Damaged, it is mended.
    (Path(store.address) / cid).write_bytes(DATA[:size] + b"x")
    assert store.put_file(source) == cid
    assert store.get(cid) == DATA[:size]


def test_an_interrupted_add_stays_and_a_full_disk_leaves_nothing(
    store: LocalStore, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(done: int, total: int) -> None:
        if done == WRITTEN * CHUNK_BYTES:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_file(file, on_bytes=stop)
    assert len(list(Path(store.address).iterdir())) == 1

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailable, match="No space left"):
            store.put_file(file)
    assert list(Path(store.address).iterdir()) == []


def test_two_who_add_the_same_file_at_once(store: LocalStore, file: Path, killed: Path) -> None:
    """The second one starts while the first holds what was left, and leaves it alone."""
    met = False

    def meet(done: int, total: int) -> None:
        nonlocal met
        if done == 45 * CHUNK_BYTES and not met:
            met = True
            assert LocalStore(store.address).put_file(file) == CID
            assert collect(store, young_seconds=0).unfinished == 0

    assert store.put_file(file, on_bytes=meet) == CID
    assert met
    assert store.get(CID) == DATA
    assert [path.name for path in Path(store.address).iterdir()] == [CID]


def test_garbage_collection_drops_what_is_never_finished(store: LocalStore, killed: Path) -> None:
    assert collect(store).unfinished == 0
    told = collect(store, young_seconds=0, dry_run=True)
    assert (told.unfinished, told.removed_bytes) == (1, WRITTEN * CHUNK_BYTES)
    assert killed.exists()
    assert collect(store, young_seconds=0) == told
    assert not killed.exists()


def test_what_can_be_gone_on_with_stays_for_a_week(store: LocalStore, killed: Path) -> None:
    now = killed.stat().st_mtime
    for days, stays in ((6, True), (8, False)):
        os.utime(killed, (now - days * 86_400, now - days * 86_400))
        LocalStore(store.address)
        assert killed.exists() is stays
