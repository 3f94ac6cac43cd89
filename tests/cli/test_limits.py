"""Files that cannot be found by their likeness: it is said wherever they are certified, compared
or shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gen_ip.fingerprint.image import ImageFingerprint
from gen_ip.works.documents import Limit, limit_of
from tests.cli.conftest import Run
from tests.support.chain import LocalChain

FORMAT = "only exact copies, byte for byte"
PLAIN = "too plain for a likeness hash"


def flat(folder: Path, color: str = "red") -> Path:
    path = folder / f"{color}.png"
    Image.new("RGB", (200, 100), color).save(path)
    return path


def tiny(folder: Path) -> Path:
    path = folder / "tiny.png"
    Image.new("RGB", (1, 1), (1, 2, 3)).save(path)
    return path


def heic(folder: Path) -> Path:
    path = folder / "photo.heic"
    path.write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    return path


@pytest.mark.parametrize(
    ("make", "limit", "words"),
    [
        (flat, "same pixels", PLAIN),
        (tiny, "same pixels", PLAIN),
        (heic, "exact bytes", FORMAT),
    ],
)
def test_what_can_be_recognized_is_told(
    run: Run,
    rpc: LocalChain,
    work: str,
    tmp_path: Path,
    make: Callable[[Path], Path],
    limit: str,
    words: str,
) -> None:
    path = make(tmp_path)
    before = run("verify", path).ok().out
    assert before.startswith("No certified work has exactly these bytes")
    assert words in " ".join(before.split())
    assert run("verify", path, "--json").ok().json["limit"] == limit
    certified = run("certify", path, "--account", "dev0").ok().out
    assert words in " ".join(certified.split())
    made = run("certify", path, "--account", "dev1", "--json").ok().json
    assert made["limit"] == limit
    after = run("verify", path).ok().out
    assert after.startswith("Certified: exactly these bytes.")
    assert words not in " ".join(after.split())
    assert run("verify", path, "--json").ok().json["limit"] is None


def test_a_plain_picture_is_still_known_by_its_pixels(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    path = flat(tmp_path)
    made = run("certify", path, "--account", "dev0", "--json").ok().json
    copy = tmp_path / "copy.bmp"
    Image.open(path).save(copy)
    found = run("verify", copy, "--work", made["work"], "--json").ok().json
    assert (found["level"], found["limit"]) == ("same pixels", "same pixels")


def test_pictures_with_structure_have_no_limit(
    run: Run, rpc: LocalChain, picture: Path, work: str
) -> None:
    for args in (("verify", picture), ("verify", picture.parent / "rocket.jpg")):
        assert "likeness" not in run(*args).ok().out
        assert run(*args, "--json").ok().json["limit"] is None
    made = run("certify", picture, "--account", "dev2", "--json").ok().json
    assert made["limit"] is None


def test_limits_of_fingerprints() -> None:
    pixels, phash = "00" * 32, "00" * 8
    assert limit_of(None) is Limit.BYTES
    assert limit_of(ImageFingerprint(None, None, None)) is Limit.BYTES
    assert limit_of(ImageFingerprint(None, pixels, None)) is Limit.PIXELS
    assert limit_of(ImageFingerprint(None, pixels, phash)) is None
    assert limit_of(ImageFingerprint(None, None, phash)) is None


def test_the_demo_tells_that_a_picture_is_too_plain(run: Run, tmp_path: Path) -> None:
    text = " ".join(run("demo", flat(tmp_path), "--chain", "anvil").ok().out.split())
    assert "too plain to be recognized by its likeness" in text
    sure = run("demo", "--chain", "anvil").ok().out
    assert "too plain" not in sure
    assert "bits differ" in sure
