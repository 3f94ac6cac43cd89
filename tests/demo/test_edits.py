"""The demo's pictures are visibly other pictures; the copy is recognizably the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from gen_ip.demo import edits
from gen_ip.demo.library import TITLES, title_of, unlike
from gen_ip.fingerprint.image import Level, match, perceptual_hash
from tests.cli.conftest import PICTURES


@pytest.mark.parametrize("name", TITLES)
def test_remixes_differ_and_the_copy_is_recognized(name: str, tmp_path: Path) -> None:
    source = PICTURES / name
    first = edits.mirrored_duotone(source, tmp_path / "first.png")
    second = edits.pop_art(first, tmp_path / "second.png")
    copy = edits.edited_copy(source, tmp_path / "copy.jpg")
    original, *remixes = map(perceptual_hash, (source, first, second))
    for remix in remixes:
        assert not match(original, remix)
    assert match(original, perceptual_hash(copy)).level is Level.SIMILAR
    assert perceptual_hash(copy).width == original.width * 7 // 10


def test_the_first_remix_is_mirrored(tmp_path: Path) -> None:
    path = edits.mirrored_duotone(PICTURES / "cat.png", tmp_path / "first.png")
    with Image.open(path) as picture:
        turned = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        assert picture.tobytes() == turned.tobytes()


@pytest.mark.parametrize("size", [(5000, 300), (1, 1), (1, 900), (2000, 2000)])
def test_edits_keep_within_bounds(size: tuple[int, int], tmp_path: Path) -> None:
    source = tmp_path / "source.png"
    Image.effect_noise(size, 80).save(source)
    first = edits.mirrored_duotone(source, tmp_path / "first.png")
    second = edits.pop_art(first, tmp_path / "second.png")
    edits.edited_copy(source, tmp_path / "copy.jpg")
    for path in (first, second):
        with Image.open(path) as picture:
            assert edits.MIN_SIDE <= max(picture.size) <= edits.MAX_SIDE * 1.2


def test_edits_stand_upright(tmp_path: Path) -> None:
    source = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((200, 100), 80).save(source, exif=exif)
    path = edits.edited_copy(source, tmp_path / "copy.jpg")
    with Image.open(path) as picture:
        assert picture.width < picture.height


@pytest.mark.parametrize("name", TITLES)
def test_the_other_picture_is_another(name: str) -> None:
    fingerprint = perceptual_hash(PICTURES / name)
    other = unlike(fingerprint)
    assert other.name != name
    assert not match(fingerprint, perceptual_hash(other))


def test_titles() -> None:
    assert title_of(PICTURES / "cat.png") == "Chelsea"
    assert title_of(Path("/x/my holiday.jpg")) == "my holiday"
    assert title_of(Path("/x/coffee.jpg")) == "coffee"
    assert title_of(Path("/x/\u202e\x1b.png")) == "Untitled"
    assert len(title_of(Path("x" * 200))) == 60
