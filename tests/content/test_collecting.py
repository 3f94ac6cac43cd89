"""Garbage collection removes what nobody needs, and never what a certificate names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gen_ip.content import metadata
from gen_ip.content.collecting import collect
from gen_ip.content.files import summarize_file
from gen_ip.content.folders import put_folder
from gen_ip.content.local import LocalStore
from gen_ip.errors import ContentCorrupted
from tests.content.vectors import content


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


def certified(store: LocalStore, path: Path) -> tuple[str, str]:
    """Keeps a file and a certificate's metadata that name it."""
    document = metadata.build(
        name="Work",
        content=summarize_file(path),
        kind="other",
        canonical=None,
        fingerprints=None,
    )
    return store.put_file(path), store.put_block(metadata.encode(document))


def test_what_certificates_and_pins_name_stays(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "work").write_bytes(content(300_000))
    certificate = certified(store, tmp_path / "work")
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").write_bytes(b"pinned by its folder")
    pinned = put_folder(store, folder, 1000)
    store.pin(pinned)
    garbage = [store.put_file(b"garbage"), store.put_file(content(600_000))]
    before = {name for name, _ in store.contents()}
    told = collect(store, young_seconds=0, dry_run=True)
    assert set(told.removed) == set(garbage)
    assert {name for name, _ in store.contents()} == before
    assert collect(store, young_seconds=0) == told
    assert {name for name, _ in store.contents()} == before - set(garbage)
    assert told.removed_bytes == 600_007
    for cid in certificate:
        store.unpin(cid)
    assert collect(store, young_seconds=0).removed == ()
    store.unpin(pinned)
    assert len(collect(store, young_seconds=0).removed) == 3
    assert store.get(certificate[0]) == content(300_000)


def test_what_is_young_stays(store: LocalStore, tmp_path: Path) -> None:
    cid = store.put_file(b"its certificate is in the making")
    assert collect(store).removed == ()
    os.utime(tmp_path / "store" / cid, (0, 0))
    assert collect(store).removed == (cid,)


def test_a_damaged_document_stops_all(store: LocalStore, tmp_path: Path) -> None:
    (tmp_path / "work").write_bytes(b"work")
    cid, document = certified(store, tmp_path / "work")
    (tmp_path / "store" / document).write_bytes(b"damaged")
    with pytest.raises(ContentCorrupted):
        collect(store, young_seconds=0)
    assert store.get(cid) == b"work"
