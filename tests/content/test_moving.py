"""Folders, archives and copies: Kubo's CIDs, verified whatever brings them, whole or not there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip.content.cid import CID, DAG_PB, RAW, parse_cid, raw_cid_of
from gen_ip.content.collecting import collect
from gen_ip.content.copying import AlreadyThere, copy, export, fetch, import_
from gen_ip.content.dag_pb import DIRECTORY, Link, directory_node, file_node, parse_node
from gen_ip.content.files import StrPath
from gen_ip.content.folders import put_folder
from gen_ip.content.kubo import KuboStore
from gen_ip.content.local import LocalStore
from gen_ip.content.store import Store
from gen_ip.content.unixfs import CHUNK_BYTES, unixfs_cid
from gen_ip.errors import (
    ContentCorrupted,
    ContentNotFound,
    MalformedArchive,
    MalformedBlock,
    NotAFile,
    StoreUnavailable,
)
from tests.content.vectors import content
from tests.support.kubo import Kubo, running_kubo
from tests.support.require import require

ROOT = Path(__file__).resolve().parents[2]
CAP = 1 << 40


@pytest.fixture
def local(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a file of several blocks, an empty one, a hidden one, and folders."""
    root = tmp_path / "works"
    (root / "inner" / "deep").mkdir(parents=True)
    (root / "none").mkdir()
    (root / "big.bin").write_bytes(content(3 * CHUNK_BYTES + 7))
    (root / "inner" / "é 漢.txt").write_bytes(b"text")
    (root / "inner" / "deep" / ".hidden").write_bytes(b"hidden")
    (root / "empty").touch()
    return root


class Forgetful:
    """Computes what a store would answer, without waiting for a disk."""

    def put_file(self, source: StrPath | bytes, max_bytes: int) -> str:
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        return unixfs_cid(data)

    def put_node(self, block: bytes) -> str:
        return str(CID(DAG_PB, hashlib.sha256(block).digest()))


def same(one: Path, other: Path) -> bool:
    names = sorted(str(path.relative_to(one)) for path in one.rglob("*"))
    assert names == sorted(str(path.relative_to(other)) for path in other.rglob("*"))
    files = [name for name in names if (one / name).is_file()]
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in files)


def test_folder_has_kubos_cid(kubo: Kubo, local: LocalStore, tree: Path) -> None:
    add = ("add", "-r", "--hidden", "--quieter", "--cid-version=1", "--raw-leaves")
    theirs = kubo.ipfs(*add, "--chunker=size-262144", "--max-file-links=174", str(tree))
    assert put_folder(local, tree, CAP) == theirs
    assert put_folder(KuboStore(kubo.address), tree, CAP) == theirs


@pytest.mark.parametrize("entries", [0, 2978, 2979, 6000])
def test_wide_folders_on_both_sides_of_where_kubo_shards_them(
    kubo: Kubo, tmp_path: Path, entries: int
) -> None:
    """Each entry counts 88 bytes: 36 of its CID and 52 of its name."""
    folder = tmp_path / "wide"
    folder.mkdir()
    (tmp_path / "one").write_bytes(b"x")
    for number in range(entries):
        os.link(tmp_path / "one", folder / f"{number:052}")
    add = ("add", "-r", "--quieter", "--cid-version=1", "--raw-leaves")
    theirs = kubo.ipfs(*add, "--chunker=size-262144", str(folder))
    assert put_folder(Forgetful(), folder, CAP) == theirs
    if entries == 6000:
        found = KuboStore(kubo.address).directory(theirs) or ()
        assert [link.name for link in found] == sorted(os.listdir(folder))
        assert {str(link.cid) for link in found} == {raw_cid_of(b"x")}


def test_a_sharded_folder_goes_everywhere(
    kubo: Kubo, local: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.content.folders.SHARDING_BYTES", 1000)
    folder = tmp_path / "wide"
    folder.mkdir()
    (folder / "🦊").write_bytes(b"fox")
    for number in range(60):
        os.link(folder / "🦊", folder / f"{number}é")
    cid = put_folder(local, folder, CAP)
    kubo_store = KuboStore(kubo.address)
    copy(local, kubo_store, cid)
    assert cid in kubo_store.pins()
    assert kubo_store.directory(cid) == local.directory(cid)
    assert len(kubo.ipfs("ls", "--size=false", "--resolve-type=false", cid).splitlines()) == 61
    export(kubo_store, [cid], tmp_path / "wide.car")
    back = LocalStore(tmp_path / "back")
    assert import_(back, tmp_path / "wide.car") == [cid]
    kept = {name for name, _ in back.contents()}
    assert len(kept) > 3, "shards below the first"
    assert collect(back, 0).removed == ()
    back.unpin(cid)
    assert set(collect(back, 0).removed) == kept
    fetch(local, cid, tmp_path / "again")
    assert same(folder, tmp_path / "again")


def test_folder_comes_back(local: LocalStore, tree: Path, tmp_path: Path) -> None:
    cid = put_folder(local, tree, CAP)
    fetch(local, cid, tmp_path / "back")
    assert same(tree, tmp_path / "back")
    with pytest.raises(AlreadyThere):
        fetch(local, cid, tmp_path / "back")


def test_links_in_a_folder_are_refused(local: LocalStore, tree: Path) -> None:
    (tree / "link").symlink_to("/etc/passwd")
    with pytest.raises(NotAFile):
        put_folder(local, tree, CAP)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 46_000_000])
def test_archive_round_trip_with_kubo(
    kubo: Kubo, local: LocalStore, tmp_path: Path, size: int
) -> None:
    cid = local.put_file(content(size))
    export(local, [cid], tmp_path / "ours.car")
    # The daemon checks every block and, by pinning, that none is missing.
    assert cid in kubo.ipfs("dag", "import", str(tmp_path / "ours.car"))
    export(KuboStore(kubo.address), [cid], tmp_path / "theirs.car")
    other = LocalStore(tmp_path / "other")
    assert import_(other, tmp_path / "theirs.car") == [cid]
    assert other.get(cid) == content(size)
    assert list(other.pins()) == [cid]


def test_kubos_own_archive_of_a_folder(
    kubo: Kubo, local: LocalStore, tree: Path, tmp_path: Path
) -> None:
    cid = put_folder(KuboStore(kubo.address), tree, CAP)
    done = subprocess.run(
        [kubo.binary, "dag", "export", cid], env=kubo.environment, capture_output=True, check=True
    )
    (tmp_path / "kubo.car").write_bytes(done.stdout)
    assert import_(local, tmp_path / "kubo.car") == [cid]
    fetch(local, cid, tmp_path / "back")
    assert same(tree, tmp_path / "back")


def test_several_roots(local: LocalStore, tmp_path: Path) -> None:
    cids = [local.put_block(b"%d" % number) for number in range(30)]
    export(local, cids, tmp_path / "all.car")
    assert import_(LocalStore(tmp_path / "other"), tmp_path / "all.car") == cids


@pytest.mark.parametrize("at", [0, 1, 5, 20, 60, 100, 200, 300_000, -1])
def test_damaged_archive_keeps_nothing(local: LocalStore, tmp_path: Path, at: int) -> None:
    cid = local.put_file(content(CHUNK_BYTES + 50_000))
    export(local, [cid], tmp_path / "good.car")
    data = bytearray((tmp_path / "good.car").read_bytes())
    data[at] ^= 0x41
    (tmp_path / "flipped.car").write_bytes(data)
    other = LocalStore(tmp_path / "other")
    with pytest.raises((MalformedArchive, ContentCorrupted, ContentNotFound)):
        import_(other, tmp_path / "flipped.car")
    assert list(other.contents()) == []


@pytest.mark.parametrize("size", [1, 57, 59, 70, 100_000])
def test_archive_that_ends_early(local: LocalStore, tmp_path: Path, size: int) -> None:
    cid = local.put_file(content(CHUNK_BYTES + 50_000))
    export(local, [cid], tmp_path / "good.car")
    (tmp_path / "cut.car").write_bytes((tmp_path / "good.car").read_bytes()[:size])
    other = LocalStore(tmp_path / "other")
    with pytest.raises((MalformedArchive, ContentNotFound)):
        import_(other, tmp_path / "cut.car")
    assert list(other.contents()) == []


def test_tree_of_other_parameters_is_read_but_not_imported_under_another_name(
    kubo: Kubo, local: LocalStore, tmp_path: Path
) -> None:
    options = ("--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-1000")
    foreign = kubo.ipfs("add", *options, "-", stdin=content(5000))
    store = KuboStore(kubo.address)
    fetch(store, foreign, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == content(5000)
    export(store, [foreign], tmp_path / "foreign.car")
    with pytest.raises(ContentCorrupted, match="this package's parameters"):
        import_(local, tmp_path / "foreign.car")


def test_copy_between_stores(kubo: Kubo, local: LocalStore, tree: Path, tmp_path: Path) -> None:
    node: Store = KuboStore(kubo.address)
    cid = put_folder(local, tree, CAP)
    copy(local, node, cid)
    assert cid in node.pins()
    back = LocalStore(tmp_path / "back")
    copy(node, back, cid)
    assert back.directory(cid) == local.directory(cid)


def test_damaged_content_is_never_handed_out_whole(local: LocalStore, tmp_path: Path) -> None:
    cid = local.put_file(content(3 * CHUNK_BYTES))
    path = tmp_path / "store" / cid
    data = bytearray(path.read_bytes())
    data[CHUNK_BYTES] ^= 1
    path.write_bytes(data)
    with pytest.raises(ContentCorrupted):
        fetch(local, cid, tmp_path / "file")
    with pytest.raises(ContentCorrupted):
        export(local, [cid], tmp_path / "file.car")
    assert not (tmp_path / "file").exists()
    assert not (tmp_path / "file.car").exists()


def test_what_a_folder_of_a_stranger_calls_its_entries(local: LocalStore, tmp_path: Path) -> None:
    inner = CID(RAW, parse_cid(local.put_block(b"x")).digest)
    for name in ("../out", "..", "", "a/b", "a\0b", "."):
        cid = local.put_node(directory_node([Link(inner, name, 1)]))
        with pytest.raises(MalformedBlock):
            fetch(local, cid, tmp_path / "target")
    assert not (tmp_path / "out").exists()


def test_nodes_that_lie_about_sizes(local: LocalStore) -> None:
    leaf = bytes(parse_cid(raw_cid_of(b"leaf")))
    cid = CID(DAG_PB, bytes(32))
    node = parse_node(cid, file_node([(leaf, 4, 4)]))
    assert node.sizes == (4,)
    for block in (b"", b"\x0a", b"\xff" * 20, file_node([(leaf, 4, 4)])[:-2], b"\x0a\x02\x08\x07"):
        with pytest.raises(MalformedBlock):
            parse_node(cid, block)
    assert parse_node(cid, directory_node([])).kind == DIRECTORY


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """The operating system refuses the bytes, half-way through a file."""
    (tmp_path / "file").write_bytes(bytes(3_000_000))
    program = """
import resource, signal, sys
from gen_ip.content.local import LocalStore
from gen_ip.errors import StoreUnavailable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    LocalStore(sys.argv[1]).put_file(sys.argv[2])
except StoreUnavailable as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "store"), str(tmp_path / "file")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "free disk space" in done.stdout
    assert list((tmp_path / "store").iterdir()) == []


def test_node_killed_in_the_middle_of_an_upload(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The node dies after two parts; started again, it is sent the rest alone."""
    monkeypatch.setattr("gen_ip.content.unixfs.LINKS_PER_NODE", 4)
    monkeypatch.setattr("gen_ip.content.kubo.LINKS_PER_NODE", 4)
    part = CHUNK_BYTES * 4
    path = tmp_path / "big"
    with path.open("wb") as file:
        for number in range(3):
            file.write(bytes([number + 1]) * part)
        file.write(b"the end")
    binary, home = require("kubo"), tmp_path / "kubo"
    home.mkdir()
    with running_kubo(binary, home) as daemon:
        sent = 0
        add = KuboStore._add

        def dying(self: KuboStore, stream: object, more: dict[str, str]) -> str:
            nonlocal sent
            if sent == 2:
                daemon.kill()
            sent += 1
            return add(self, stream, more)  # type: ignore[arg-type]

        monkeypatch.setattr(KuboStore, "_add", dying)
        with pytest.raises(StoreUnavailable):
            KuboStore(daemon.address).put_file(path, CAP)
    with running_kubo(binary, home) as daemon:
        daemon.ipfs("repo", "gc")
        sent = 10
        store = KuboStore(daemon.address)
        cid = store.put_file(path, CAP)
        assert sent == 12, "only the third part and the end are sent"
        assert list(store.pins()) == [cid]
        daemon.ipfs("repo", "gc")
        size = sum(map(len, store.read(cid, CAP)))
        assert size == path.stat().st_size
