"""A file is read once and decoded; its record holds every fingerprint."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy
import pytest
from PIL import Image

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint import picture as pictures
from gen_ip.fingerprint.glimpse import glimpse
from gen_ip.fingerprint.image import perceptual_hash
from gen_ip.fingerprint.local import local_features
from gen_ip.fingerprint.opening import decodes_at_a_fraction, open_image
from gen_ip.fingerprint.pdq import pdq
from gen_ip.fingerprint.picture import Picture, decoded, read
from gen_ip.fingerprint.record import PictureRecord, record_of
from gen_ip.fingerprint.reduced import SIDE, reduce, reduced_copy
from tests.support.require import ROOT

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
FILES = ("cat.png", "coffee.jpg", "rocket.jpg")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG that lies on its side and decodes at a half."""
    path = tmp_path_factory.mktemp("large") / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(PICTURES / "rocket.jpg") as image:
        image.resize((1600, 1100)).save(path, exif=exif)
    return path


def files(large: Path) -> list[Path]:
    return [*(PICTURES / name for name in FILES), large]


def test_a_picture_has_the_copy_and_hashes_of_its_file(large: Path) -> None:
    for path in files(large):
        content, sha256 = read(path)
        assert content == path.read_bytes()
        assert sha256 == hashlib.sha256(content).digest()
        found = decoded(path, content)
        assert numpy.array_equal(found.copy, reduced_copy(path))
        known = perceptual_hash(path)
        assert (found.pixels.hex(), found.width, found.height) == (
            known.pixels,
            known.width,
            known.height,
        )
        assert found.phash64 is not None
        assert found.phash64.hex() == known.phash64
    assert (found.width, found.height) == (1100, 1600)


def test_only_what_decodes_at_a_fraction_is_decoded_twice(
    large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def counted(path: Path, **options: object) -> object:
        opened.append(path)
        return open_image(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pictures, "open_image", counted)
    monkeypatch.setattr("gen_ip.fingerprint.reduced.open_image", counted)
    for path in files(large):
        decoded(path, path.read_bytes())
    assert opened == [*files(large), large]


@pytest.mark.parametrize("size", [(1, 1), (512, 9), (1023, 700), (1024, 1), (1025, 3), (4100, 5)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_what_decodes_at_a_fraction_is_told_before(size: tuple[int, int], kind: str) -> None:
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, kind)
    with open_image("whole", content=data.getvalue()) as image:
        told = decodes_at_a_fraction(image, SIDE)
        whole = image.size
    with open_image("part", content=data.getvalue(), enough=SIDE) as image:
        assert told == (image.size != whole)
    assert told == (kind == "JPEG" and max(size) > 1024)


def test_what_is_decoded_is_what_was_read(tmp_path: Path, large: Path) -> None:
    path = tmp_path / "swapped.jpg"
    path.write_bytes(large.read_bytes())
    content, sha256 = read(path)
    path.write_bytes((PICTURES / "cat.png").read_bytes())
    found = decoded(path, content)
    assert numpy.array_equal(found.copy, reduced_copy(large))
    assert sha256 == hashlib.sha256(large.read_bytes()).digest()


def test_a_picture_is_written_and_read() -> None:
    path = PICTURES / "cat.png"
    whole = decoded(path, path.read_bytes())
    again = Picture.from_bytes(whole.to_bytes())
    assert numpy.array_equal(again.copy, whole.copy)
    assert (again.pixels, again.phash64) == (whole.pixels, whole.phash64)
    assert (again.width, again.height) == (whole.width, whole.height)
    assert again.fine is None
    data = whole.to_bytes()
    for wrong in (b"", data[:-1], data + b"\0", b"\2" + data, b"\1" + data[1:]):
        with pytest.raises(MalformedFingerprint):
            Picture.from_bytes(wrong)


@pytest.mark.parametrize(
    ("size", "finer"),
    [
        ((1600, 1100), (1024, 704)),
        ((600, 900), (600, 900)),
        ((5000, 3), (1024, 1)),
        ((512, 9), None),
    ],
)
def test_a_finer_copy_where_it_is_wanted_and_there_is_one(
    size: tuple[int, int], finer: tuple[int, int] | None
) -> None:
    data = io.BytesIO()
    with Image.open(PICTURES / "rocket.jpg") as image:
        image.resize(size).save(data, "PNG")
    assert decoded("picture", data.getvalue()).fine is None
    found = decoded("picture", data.getvalue(), fine=True)
    again = Picture.from_bytes(found.to_bytes())
    assert numpy.array_equal(again.copy, found.copy)
    assert numpy.array_equal(found.copy, decoded("picture", data.getvalue()).copy)
    if finer is None:
        assert found.fine is again.fine is None
    else:
        assert found.fine is not None
        assert found.fine.shape == (*finer[::-1], 3)
        assert again.fine is not None
        assert numpy.array_equal(again.fine, found.fine)


def test_a_finer_copy_lies_as_the_copy_does(large: Path) -> None:
    found = decoded(large, large.read_bytes(), fine=True)
    assert found.fine is not None
    assert found.fine.shape == (1024, 704, 3)
    halved = numpy.asarray(reduce(Image.fromarray(found.fine))).astype(int)
    assert numpy.abs(halved - found.copy).mean() < 3


@pytest.mark.parametrize("finer", [(0, 700), (700, 0), (512, 512), (1025, 4), (3, 3)])
def test_a_finer_copy_that_is_none_is_refused(finer: tuple[int, int]) -> None:
    copy = numpy.zeros((2, 2, 3), numpy.uint8)
    fine = numpy.zeros((*finer, 3), numpy.uint8)
    data = Picture(bytes(32), None, 9, 9, copy, fine).to_bytes()
    with pytest.raises(MalformedFingerprint, match="up to 1024 or none"):
        Picture.from_bytes(data)


def test_a_record_holds_every_fingerprint() -> None:
    path = PICTURES / "coffee.jpg"
    content, sha256 = read(path)
    picture = decoded(path, content)
    record = record_of(sha256, picture)
    assert record.pdq == pdq(picture.copy)
    assert record.features == local_features(picture.copy).to_bytes()
    assert record.glimpse == glimpse(picture.copy)
    assert record.sscd is None
    for again in (
        PictureRecord.from_json(record.to_json()),
        PictureRecord.from_bytes(record.to_bytes()),
    ):
        assert again == record
        features = again.local_features()
        assert features is not None
        assert len(features) > 100
    assert record.to_json().keys() == {
        "format", "sha256", "size", "pixels-v1", "pdq-1", "phash64", "orb-1", "glimpse-1"
    }  # fmt: skip
    bare = record_of(sha256, picture, features=False, glimpses=False)
    assert len(bare.to_bytes()) == 119
    assert bare.local_features() is None


def test_the_forms_do_not_change() -> None:
    """What is stored today is read tomorrow."""
    known = bytes.fromhex(
        "47495001" "0f" "00000280" "000001e0" + "11" * 32 + "22" * 32 + "01" + "33" * 32 + "64"
        + "44" * 8 + "55" * 32 + "00000003" "616263" "00000002" "6465"
    )  # fmt: skip
    record = PictureRecord.from_bytes(known)
    assert record.to_bytes() == known
    assert record.to_json() == {
        "format": "picture-1",
        "sha256": "11" * 32,
        "size": [640, 480],
        "pixels-v1": "22" * 32,
        "pdq-1": "01" + "33" * 32 + "64",
        "phash64": "44" * 8,
        "sscd-1": "55" * 32,
        "orb-1": "YWJj",
        "glimpse-1": "ZGU=",
    }
