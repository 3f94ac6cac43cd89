"""`gen-ip index` and `gen-ip match`: pictures added, found again in others' files, and shown."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from gen_ip.match.index.pictures import PictureIndex
from tests.cli.conftest import PICTURES, Run


@pytest.fixture
def mirrored(tmp_path: Path) -> Path:
    path = tmp_path / "found.jpg"
    with Image.open(PICTURES / "cat.png") as image:
        ImageOps.mirror(image.convert("RGB")).save(path, quality=70)
    return path


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    names = ("cat.png", "rocket.jpg")
    run("index", "add", *(PICTURES / name for name in names), "--index", folder).ok()
    return folder


def test_a_mirrored_copy_is_found_and_shown(
    run: Run, filled: Path, mirrored: Path, tmp_path: Path
) -> None:
    why = tmp_path / "why"
    ended = run("match", mirrored, "--index", filled, "--evidence", why, "--json").ok()
    first = ended.json["findings"][0]
    assert ended.json["verdict"] == first["verdict"] == "near-duplicate"
    assert first["work"] == str(PICTURES / "cat.png")
    shown = [Path(each) for each in first["evidence"]]
    assert shown
    for path in shown:
        with Image.open(path) as image:
            assert (image.format, image.width <= 1600) == ("PNG", True)
    text = run("match", mirrored, "--index", filled).ok().out
    assert "cat.png: near-duplicate" in text
    assert "rocket" not in text


def test_a_stranger_ends_with_1(run: Run, filled: Path) -> None:
    ended = run("match", PICTURES / "coffee.jpg", "--index", filled)
    assert ended.code == 1
    assert "no work of the index is recognized" in ended.out
    ended = run("match", PICTURES / "coffee.jpg", "--index", filled, "--json")
    assert (ended.code, ended.json["verdict"]) == (1, "unknown")


def test_the_same_file_is_exact(run: Run, filled: Path) -> None:
    ended = run("match", PICTURES / "rocket.jpg", "--index", filled, "--json").ok()
    assert ended.json["verdict"] == "exact-bytes"
    assert ended.json["findings"][0]["method"] == "sha256"


def test_what_cannot_be_read_is_left_out(run: Run, tmp_path: Path) -> None:
    folder, index = tmp_path / "works", tmp_path / "index"
    folder.mkdir()
    (folder / "broken.png").write_bytes((PICTURES / "cat.png").read_bytes()[:5000])
    (folder / "good.png").write_bytes((PICTURES / "cat.png").read_bytes())
    ended = run("index", "add", folder, "--index", index, "--json")
    assert ended.code == 1
    document = json.loads(ended.out)
    assert (document["added"], document["pictures"]) == (1, 1)
    assert "broken.png" in document["left_out"][0]["path"]
    assert "broken.png" in ended.err


def test_keys_snapshots_and_checks(run: Run, filled: Path, tmp_path: Path, mirrored: Path) -> None:
    run("index", "add", PICTURES / "coffee.jpg", "--work", "4711", "--index", filled).ok()
    assert run("index", "info", "--index", filled, "--json").ok().json["pictures"] == 3
    copy = tmp_path / "copy"
    run("index", "snapshot", copy, "--index", filled).ok()
    run("index", "remove", "4711", "--index", filled).ok()
    assert run("index", "info", "--index", filled, "--json").ok().json["pictures"] == 2
    run("index", "remove", "4711", "--index", filled).failed("UnknownKey", "4711")
    back = tmp_path / "back"
    run("index", "restore", copy, "--index", back).ok()
    found = run("match", PICTURES / "coffee.jpg", "--index", back, "--json").ok().json
    assert found["findings"][0]["work"] == "4711"
    assert "as it was written" in run("index", "check", "--index", back).ok().out
    codes = next(back.glob("*.codes"))
    data = bytearray(codes.read_bytes())
    # All over, since most of a file with few pictures is not used.
    data[::512] = bytes(255 - byte for byte in data[::512])
    codes.write_bytes(data)
    assert run("index", "check", "--index", back).code == 1


def test_mistakes_are_told(run: Run, filled: Path, mirrored: Path, tmp_path: Path) -> None:
    run("match", mirrored, "--index", tmp_path / "none").failed("NoIndex", "gen-ip index add")
    run("match", tmp_path / "none.jpg", "--index", filled).failed("MissingFile", "none.jpg")
    run("index", "add", tmp_path / "none.jpg", "--index", filled).failed("MissingFile", "none.jpg")
    two = (PICTURES / "cat.png", PICTURES / "coffee.jpg")
    run("index", "add", *two, "--work", "1", "--index", filled).failed("", "--work", code=2)
    text = tmp_path / "text.png"
    text.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    run("match", text, "--index", filled).failed("UnreadableImage", "text.png")
    with PictureIndex(filled, write=True):
        run("index", "add", PICTURES / "cat.png", "--index", filled).failed("IndexInUse")
    run("match", mirrored, "--index", filled, "--evidence", text).failed("NotWritable", "text.png")


def test_a_file_named_twice_is_added_once(run: Run, tmp_path: Path) -> None:
    folder, index = tmp_path / "works", tmp_path / "index"
    folder.mkdir()
    path = folder / "good.png"
    path.write_bytes((PICTURES / "cat.png").read_bytes())
    ended = run("index", "add", folder, path, path, "--index", index, "--json").ok()
    assert (ended.json["added"], ended.json["pictures"]) == (1, 1)


def test_a_name_that_is_no_text_stops_nothing(run: Run, tmp_path: Path) -> None:
    folder, index = tmp_path / "works", tmp_path / "index"
    folder.mkdir()
    data = (PICTURES / "cat.png").read_bytes()
    (folder / "good.png").write_bytes(data)
    bad = Path(os.fsdecode(os.fsencode(folder) + b"/bad-\xff.png"))
    try:
        bad.write_bytes(data)
    except OSError:
        pytest.skip("this file system takes no such name")
    ended = run("index", "add", folder, "--index", index, "--json")
    assert ended.code == 1
    assert (ended.json["added"], ended.json["pictures"]) == (1, 1)
    (left_out,) = ended.json["left_out"]
    assert "rename it, or give its key with --work" in left_out["problem"]
    run("index", "add", bad, "--work", "0x1", "--index", index).ok()


def test_an_empty_key_is_refused_before_anything_is_read(run: Run, tmp_path: Path) -> None:
    index = tmp_path / "index"
    ended = run("index", "add", PICTURES / "cat.png", "--work", "", "--index", index)
    assert ended.code == 2
    assert "names no key" in ended.err
    assert not index.exists()


def test_what_is_no_snapshot_is_not_restored(run: Run, tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    ended = run("index", "restore", tmp_path / "holiday", "--index", tmp_path / "index")
    ended.failed("NoIndex", "gen-ip index snapshot DIR")
    assert not any((tmp_path / "holiday").iterdir()), "nor is anything left there"
    assert not (tmp_path / "index").exists()
