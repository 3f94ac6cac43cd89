"""The folder store: damage is noticed, a crash leaves nothing under a CID."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gen_ip.content.choice import open_store
from gen_ip.content.cid import raw_cid_of
from gen_ip.content.local import LocalStore
from gen_ip.content.unixfs import CHUNK_BYTES, unixfs_cid
from gen_ip.errors import BadStoreAddress, ContentCorrupted, StoreUnavailable
from tests.content.vectors import content


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


@pytest.mark.parametrize("size", [100, CHUNK_BYTES + 1])
@pytest.mark.parametrize("damage", ["flip", "cut", "extend", "empty"])
def test_damage_is_noticed_and_mended(
    store: LocalStore, tmp_path: Path, size: int, damage: str
) -> None:
    data = content(size)
    cid = store.put_file(data)
    path = tmp_path / cid
    damaged = {
        "flip": bytes([data[0] ^ 1]) + data[1:],
        "cut": data[:-1],
        "extend": data + b"x",
        "empty": b"",
    }[damage]
    path.write_bytes(damaged)
    with pytest.raises(ContentCorrupted, match="put the original file again") as caught:
        store.get(cid)
    assert caught.value.actual == unixfs_cid(damaged)
    store.put_file(data)
    assert store.get(cid) == data


def test_content_swapped_for_other_content_is_noticed(store: LocalStore, tmp_path: Path) -> None:
    mine, other = store.put_file(b"mine"), store.put_file(b"other")
    os.replace(tmp_path / other, tmp_path / mine)
    with pytest.raises(ContentCorrupted):
        store.get(mine)


def test_two_stores_share_a_folder(store: LocalStore, tmp_path: Path) -> None:
    cid = store.put_file(b"shared")
    assert LocalStore(tmp_path).get(cid) == b"shared"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_full_disk_leaves_nothing(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(StoreUnavailable, match=r"No space left on device.*free disk space"):
        store.put_file(b"does not fit")
    assert list(tmp_path.iterdir()) == []


def test_killed_writer_leaves_no_content(tmp_path: Path) -> None:
    """The process dies for real, half-way through a file."""
    program = """
import sys, time
from gen_ip.content.local import LocalStore
store = LocalStore(sys.argv[1])
def chunks():
    yield bytes(300_000)
    print("half", flush=True)
    time.sleep(60)
store.put_chunks(chunks())
"""
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parents[2],
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"half\n"
        process.send_signal(signal.SIGKILL)
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 1
    assert names[0].startswith(".incoming-")
    # A day later the remains are swept away; a younger file may still be in use.
    LocalStore(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    yesterday = time.time() - 25 * 3600
    os.utime(tmp_path / names[0], (yesterday, yesterday))
    LocalStore(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_source_that_fails_half_way_leaves_nothing(store: LocalStore, tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield bytes(300_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.put_chunks(chunks())
    assert list(tmp_path.iterdir()) == []


def test_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="check the folder's permissions"):
        LocalStore(tmp_path / "file")
    with pytest.raises(StoreUnavailable):
        LocalStore(tmp_path / "file" / "below")


@pytest.mark.parametrize("name", ["nul\0", "half\ud800", "~nobody-of-the-name/x"])
def test_roots_that_no_folder_can_be(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for open_one in (LocalStore, open_store):
        with pytest.raises(BadStoreAddress, match="no folder has such a name"):
            open_one(name)
    assert list(tmp_path.iterdir()) == []


def test_root_that_vanishes(store: LocalStore, tmp_path: Path) -> None:
    tmp_path.rmdir()
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        store.put_file(b"x")
    assert not store.has(raw_cid_of(b"x"))
