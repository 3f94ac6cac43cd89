"""File CIDs: equal to Kubo's, from stored vectors and from a daemon."""

from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gen_ip.content import unixfs
from gen_ip.content.unixfs import CHUNK_BYTES, UnixFSHasher, unixfs_cid, unixfs_cid_of_stream
from tests.content.vectors import ADD, SIZES, content
from tests.support.kubo import Kubo

VECTORS = json.loads((Path(__file__).parent / "unixfs_vectors.json").read_text("utf-8"))["cids"]


def test_vectors_cover_all_sizes() -> None:
    assert set(VECTORS) == {str(size) for size in SIZES}


@pytest.mark.parametrize("size", SIZES)
def test_cid_equals_stored_vector(size: int) -> None:
    assert unixfs_cid(content(size)) == VECTORS[str(size)]


@pytest.mark.parametrize("size", SIZES)
def test_cid_equals_daemon(kubo: Kubo, size: int) -> None:
    assert kubo.ipfs(*ADD, "--max-file-links=174", "-", stdin=content(size)) == VECTORS[str(size)]


@pytest.mark.parametrize("links", [2, 3])
@pytest.mark.parametrize("size", [15, 16, 17, 32, 48, 49, 64, 65, 144, 145, 432, 433, 1296, 1300])
def test_deep_trees_equal_daemon(
    kubo: Kubo, monkeypatch: pytest.MonkeyPatch, links: int, size: int
) -> None:
    """Small chunks and few links reach depths that would take terabytes otherwise."""
    monkeypatch.setattr(unixfs, "CHUNK_BYTES", 16)
    monkeypatch.setattr(unixfs, "LINKS_PER_NODE", links)
    add = ("add", "--quieter", "--cid-version=1", "--raw-leaves", "--chunker=size-16")
    theirs = kubo.ipfs(*add, f"--max-file-links={links}", "-", stdin=content(size))
    assert unixfs_cid(content(size)) == theirs


@given(st.lists(st.integers(0, 3 * CHUNK_BYTES), max_size=6))
def test_cid_does_not_depend_on_how_bytes_arrive(pieces: list[int]) -> None:
    data = content(sum(pieces))
    hasher = UnixFSHasher()
    start = 0
    for piece in pieces:
        hasher.update(data[start : start + piece])
        start += piece
    assert hasher.cid() == unixfs_cid(data) == unixfs_cid_of_stream(io.BytesIO(data))


def test_asking_twice_and_going_on_changes_nothing() -> None:
    data = content(3 * CHUNK_BYTES + 5)
    hasher = UnixFSHasher()
    hasher.update(data[:-1])
    assert hasher.cid() == hasher.cid() == unixfs_cid(data[:-1])
    hasher.update(data[-1:])
    assert hasher.cid() == unixfs_cid(data)


def test_memory_does_not_grow_with_the_file() -> None:
    chunk = content(1024) * 1024
    hasher = UnixFSHasher()
    tracemalloc.start()
    for _ in range(200):
        hasher.update(chunk)
    hasher.cid()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(chunk)
