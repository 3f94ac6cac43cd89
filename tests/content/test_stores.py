"""What holds for every store: the same CIDs, verified reading, the same errors."""

from __future__ import annotations

from pathlib import Path

import pytest

from gen_ip.content.choice import open_store
from gen_ip.content.cid import raw_cid_of
from gen_ip.content.kubo import KuboStore
from gen_ip.content.local import LocalStore
from gen_ip.content.store import MAX_BLOCK_BYTES, Store
from gen_ip.content.unixfs import CHUNK_BYTES, unixfs_cid
from gen_ip.errors import (
    BadStoreAddress,
    ContentNotFound,
    ContentTooLarge,
    EmptyFile,
    FileTooLarge,
    MalformedCID,
    MissingFile,
    NotAFile,
)
from tests.content.vectors import content
from tests.support.kubo import Kubo

PICTURE = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures" / "cat.png"


@pytest.fixture(params=["local", "kubo"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return LocalStore(tmp_path / "store")
    daemon: Kubo = request.getfixturevalue("kubo")
    return KuboStore(daemon.address)


@pytest.mark.parametrize("size", [1, CHUNK_BYTES, CHUNK_BYTES + 1, 20_000_000])
def test_file_comes_back(store: Store, tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(content(size))
    cid = store.put_file(path)
    assert cid == store.put_file(content(size)) == unixfs_cid(content(size))
    assert store.has(cid)
    assert store.get(cid) == content(size)
    assert store.get(cid, max_bytes=size) == content(size)


def test_picture_comes_back(store: Store) -> None:
    assert store.get(store.put_file(str(PICTURE))) == PICTURE.read_bytes()


def test_empty_bytes_are_content(store: Store) -> None:
    assert store.get(store.put_file(b"")) == b""


@pytest.mark.parametrize("size", [1, 300_000, MAX_BLOCK_BYTES])
def test_block_has_a_raw_cid_whatever_its_size(store: Store, size: int) -> None:
    data = content(size)
    cid = store.put_block(data)
    assert cid == raw_cid_of(data)
    assert store.has(cid)
    assert store.get(cid) == data


def test_block_over_the_cap(store: Store) -> None:
    data = bytes(MAX_BLOCK_BYTES + 1)
    with pytest.raises(ContentTooLarge, match="more than 1,048,576 bytes"):
        store.put_block(data)
    assert not store.has(raw_cid_of(data))


def test_content_over_the_callers_cap(store: Store) -> None:
    cid = store.put_file(content(CHUNK_BYTES + 1))
    with pytest.raises(ContentTooLarge, match="max_bytes"):
        store.get(cid, max_bytes=CHUNK_BYTES)


def test_file_over_the_callers_cap(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"too long, never stored")
    with pytest.raises(FileTooLarge):
        store.put_file(tmp_path / "file", max_bytes=5)
    with pytest.raises(ContentTooLarge):
        store.put_file(b"too long, never stored", max_bytes=5)
    assert not store.has(raw_cid_of(b"too long, never stored"))


def test_absent_content(store: Store) -> None:
    cid = raw_cid_of(b"nobody ever stored this")
    assert not store.has(cid)
    with pytest.raises(ContentNotFound, match="put it there, or use the store that holds it"):
        store.get(cid)


@pytest.mark.parametrize("cid", ["", "../../etc/passwd", "Qm", "b" * 59, "/ipfs/x"])
def test_malformed_cid(store: Store, cid: str) -> None:
    with pytest.raises(MalformedCID):
        store.get(cid)
    with pytest.raises(MalformedCID):
        store.has(cid)


def test_unusable_files(store: Store, tmp_path: Path) -> None:
    with pytest.raises(MissingFile):
        store.put_file(tmp_path / "missing")
    with pytest.raises(NotAFile):
        store.put_file(tmp_path)
    (tmp_path / "empty").touch()
    with pytest.raises(EmptyFile):
        store.put_file(tmp_path / "empty")


def test_open_store_chooses_by_address(tmp_path: Path) -> None:
    folder = open_store(tmp_path / "new" / "store")
    assert isinstance(folder, LocalStore)
    assert folder.address == str(tmp_path / "new" / "store")
    for address in ("/ip4/127.0.0.1/tcp/5001/http", "http://127.0.0.1:5001", "https://[::1]/"):
        store = open_store(address)
        assert isinstance(store, KuboStore)
        assert store.address == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://127.0.0.1",
        "ipfs://bafkrei",
        "http://",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:5001/files",
        "http://127.0.0.1:5001/?a=b",
        "http://[::1",
        "/ip4/999.0.0.1/tcp/5001",
        "/ip4/127.0.0.1/udp/5001",
        "/ip4/127.0.0.1",
        "/dns//tcp/1",
    ],
)
def test_bad_address(address: str) -> None:
    with pytest.raises(BadStoreAddress, match="give a folder, a multiaddr"):
        open_store(address)


def test_password_in_an_address_is_never_shown() -> None:
    with pytest.raises(BadStoreAddress) as caught:
        open_store("http://user:hunter2@127.0.0.1:5001")
    assert "hunter2" not in str(caught.value) + repr(caught.value.__dict__)
