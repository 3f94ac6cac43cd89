"""Sharded folders: what is spread comes back, and what strangers spread wrongly is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.content import hamt
from gen_ip.content.cid import CID, DAG_PB, RAW, parse_cid
from gen_ip.content.dag_pb import (
    SHARD,
    Link,
    directory_node,
    file_node,
    parse_node,
    shard_node,
    varint,
)
from gen_ip.content.folders import FolderTooWide, put_folder
from gen_ip.content.local import LocalStore
from gen_ip.errors import MalformedBlock

# https://github.com/multiformats/go-multihash/blob/master/test/ and the function's own author.
PLACES = {
    "": 0,
    "hello": 0xCBD8A7B341BD9B02,
    "hello, world": 0x342FAC623A5EBC8E,
    "19 Jan 2038 at 3:14:07 AM": 0xB89E5988B737AFFC,
    "The quick brown fox jumps over the lazy dog.": 0xCD99481F9EE902C9,
}
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), min_size=1)


class Kept(dict[CID, bytes]):
    """Blocks by their CIDs."""

    def put(self, block: bytes) -> str:
        cid = CID(DAG_PB, hashlib.sha256(block).digest())
        self[cid] = block
        return str(cid)

    def entries(self, root: CID) -> tuple[Link, ...]:
        return hamt.entries(root, parse_node(root, self[root]), self.__getitem__)


def entry(name: str) -> Link:
    return Link(CID(RAW, hashlib.sha256(name.encode()).digest()), name, len(name.encode()))


def cid_of(block: bytes) -> CID:
    return CID(DAG_PB, hashlib.sha256(block).digest())


@pytest.mark.parametrize("name", PLACES)
def test_places(name: str) -> None:
    assert hamt.place_of(name) == PLACES[name]


@given(st.sets(NAMES, max_size=60), st.randoms())
def test_all_that_is_put_comes_back_in_any_order(names: set[str], random: object) -> None:
    links = [entry(name) for name in names]
    kept, other = Kept(), Kept()
    root = hamt.build(links, kept.put)
    assert kept.entries(root.cid) == tuple(sorted(links, key=lambda link: link.name.encode()))
    random.shuffle(links)  # type: ignore[attr-defined]
    assert hamt.build(links, other.put) == root
    assert other == kept
    # Tsize: every block once for each link to it, and the files below.
    assert root.tree_bytes == sum(map(len, kept.values())) + sum(link.tree_bytes for link in links)


@given(st.integers(2, 5), st.data())
def test_names_that_begin_alike_lie_deeper(count: int, data: st.DataObject) -> None:
    """The hash is made short, so that places are shared to any depth."""
    names = data.draw(st.lists(NAMES, min_size=count, max_size=count, unique=True))
    depth = data.draw(st.integers(1, 7))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hamt, "place_of", lambda name: names.index(name) << 56 - 8 * depth)
        kept = Kept()
        root = hamt.build([entry(name) for name in names], kept.put)
        assert len(kept) == depth + 1
        assert {link.name for link in kept.entries(root.cid)} == set(names)
        patch.setattr(hamt, "place_of", lambda name: 7)
        with pytest.raises(hamt.NamesCollide):
            hamt.build([entry(name) for name in names], Kept().put)


def _shard(links: dict[int, Link], change: Callable[[bytes], bytes] = lambda block: block) -> bytes:
    return change(shard_node(links, 256))


def _replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(block: bytes) -> bytes:
        assert old in block
        return block.replace(old, new)

    return change


AT = hamt.place_of("fox") >> 56
FOX = {AT: entry("fox")}


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (_shard(FOX, _replaced(b"\x28\x22", b"\x28\x12")), "unknown function 0x12"),
        (_shard(FOX, _replaced(b"\x30\x80\x02", b"\x30\x81\x02")), "257 places"),
        (_shard(FOX, _replaced(b"\x30\x80\x02", b"\x30\x80\x10")), "2,048 places"),
        (_shard(FOX, _replaced(b"\x30\x80\x02", b"\x30\x80\x00")), "0 places"),
        (_shard(FOX, _replaced(b"fox", b"fix")), "no such name belongs"),
        (_shard(FOX, _replaced(f"{AT:02X}fox".encode(), f"{AT ^ 1:02X}fox".encode())), "bits"),
        (_shard(FOX, _replaced(f"{AT:02X}fox".encode(), b"\xc3\x28fox")), "utf-8"),
        (_shard({AT ^ 1: entry("fox")}), "lies where no such name belongs"),
        (_shard({AT: entry("")}), "leads to no shard"),
    ],
)  # fmt: skip
def test_shards_that_are_wrong(block: bytes, words: str) -> None:
    with pytest.raises(MalformedBlock, match=words):
        Kept({cid_of(block): block}).entries(cid_of(block))


def _above(kept: Kept, inner: bytes, places: tuple[int, ...] = (AT,)) -> CID:
    kept.put(inner)
    block = shard_node({place: Link(cid_of(inner), "", 1) for place in places}, 256)
    kept.put(block)
    return cid_of(block)


@pytest.mark.parametrize(
    "inner",
    [
        shard_node({}, 256),
        shard_node({0: entry("fox")}, 256),
        shard_node(FOX, 512),
        directory_node([entry("fox")]),
        file_node([(bytes(entry("fox").cid), 3, 3)]),
    ],
    ids=["empty", "misplaced", "other fan-out", "a folder", "a file"],
)
def test_shards_that_do_not_fit_together(inner: bytes) -> None:
    kept = Kept()
    with pytest.raises(MalformedBlock):
        kept.entries(_above(kept, inner))


def test_one_shard_in_many_places_and_shards_without_end() -> None:
    """2**64 ways to nothing: the first is the last that is gone."""
    kept, asked = Kept(), []
    block = shard_node({}, 256)
    for _ in range(9):
        kept.put(block)
        block = shard_node({place: Link(cid_of(block), "", 1) for place in range(256)}, 256)
    kept.put(block)

    def give(cid: CID) -> bytes:
        asked.append(cid)
        return kept[cid]

    with pytest.raises(MalformedBlock, match="deeper than hashes have bits"):
        hamt.entries(cid_of(block), parse_node(cid_of(block), block), give)
    assert len(asked) == 8


def test_caps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    links = [entry(f"{number}") for number in range(300)]
    kept = Kept()
    root = hamt.build(links, kept.put).cid
    monkeypatch.setattr(hamt, "MAX_NODE_BYTES", 500)
    with pytest.raises(MalformedBlock, match="more than 500 bytes"):
        kept.entries(root)
    monkeypatch.undo()
    monkeypatch.setattr(hamt, "MAX_ENTRIES", 299)
    with pytest.raises(MalformedBlock, match="more than 299 entries"):
        kept.entries(root)
    monkeypatch.setattr("gen_ip.content.folders.SHARDING_BYTES", 0)
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}").touch()
    store = LocalStore(tmp_path / "store")
    monkeypatch.setattr(hamt, "MAX_ENTRIES", 2)
    with pytest.raises(FolderTooWide, match=r"3 entries, the cap is 2: spread"):
        put_folder(store, folder, 100)
    monkeypatch.setattr(hamt, "MAX_ENTRIES", 3)
    monkeypatch.setattr(hamt, "place_of", lambda name: 1)
    with pytest.raises(FolderTooWide, match="hash alike"):
        put_folder(store, folder, 100)


def test_a_file_is_no_shard(tmp_path: Path) -> None:
    """What a store keeps as a file under a CID that a shard names is not read as one."""
    store = LocalStore(tmp_path / "store")
    file = store.put_chunks([bytes(300_000)])
    node = shard_node({AT: Link(parse_cid(file), "", 1)}, 256)
    with pytest.raises(MalformedBlock, match="is a file"):
        store.directory(store.put_node(node))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    block = b"\x0a" + varint(len(data) + 2) + b"\x08\x05" + data
    try:
        node = parse_node(cid_of(block), block)
    except MalformedBlock:
        return
    assert node.kind == SHARD
