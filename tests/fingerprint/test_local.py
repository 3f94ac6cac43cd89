"""Local features `orb-1`: found again after edits, spread over the picture, safe to read."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gen_ip.errors import MalformedFingerprint, MissingLibrary
from gen_ip.fingerprint import local
from gen_ip.fingerprint.local import (
    FEATURES,
    MAX_FEATURES,
    LocalFeatures,
    asked_features,
    both_ways,
    fine_features,
    local_features,
)
from gen_ip.fingerprint.reduced import reduced_copy

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"
NAMES = ("cat.png", "coffee.jpg", "rocket.jpg")
HEADER = 10


@pytest.fixture(scope="module", params=NAMES)
def copy(request: pytest.FixtureRequest) -> NDArray[numpy.uint8]:
    return reduced_copy(PICTURES / request.param)


def same(a: LocalFeatures, b: LocalFeatures) -> bool:
    columns = ("points", "scales", "angles", "strengths", "codes")
    return a.size == b.size and all(
        numpy.array_equal(getattr(a, name), getattr(b, name)) for name in columns
    )


def found_again(
    a: LocalFeatures, b: LocalFeatures, moved: NDArray[numpy.float64] | None = None
) -> float:
    """The share of a's features that b has within 3 pixels and 48 of 256 bits."""
    where = a.points if moved is None else moved
    near = numpy.hypot(*(where[:, None] - b.points[None]).transpose(2, 0, 1)) <= 3
    bits = numpy.unpackbits(a.codes[:, None] ^ b.codes[None], axis=2).sum(axis=2)
    return float((near & (bits <= 48)).any(axis=1).mean())


def test_a_picture_has_as_many_as_asked_for_in_range(copy: NDArray[numpy.uint8]) -> None:
    found = local_features(copy)
    height, width, _ = copy.shape
    assert found.size == (width, height)
    assert len(found) == FEATURES
    assert found.points.shape == (FEATURES, 2)
    assert found.codes.shape == (FEATURES, 32)
    assert (found.points >= 0).all()
    assert (found.points <= [width - 1, height - 1]).all()
    assert ((found.angles >= 0) & (found.angles < 360)).all()
    assert (found.scales >= 31 / local._ENLARGEMENT / 1.1).all()


def test_any_first_features_are_those_of_a_smaller_limit_s_squares(
    copy: NDArray[numpy.uint8],
) -> None:
    quarters = numpy.array(copy.shape[1::-1]) / 2
    first = local_features(copy).points[:100]
    counts = numpy.bincount(((first > quarters) @ [1, 2]).astype(int), minlength=4)
    assert counts.min() >= 10


def test_the_same_copy_gives_the_same_bytes(copy: NDArray[numpy.uint8]) -> None:
    data = local_features(copy).to_bytes()
    assert data == local_features(copy.copy()).to_bytes()
    assert data == local_features(numpy.asfortranarray(copy)).to_bytes()
    assert len(data) == HEADER + 39 * FEATURES


def test_features_read_back_are_equal(copy: NDArray[numpy.uint8]) -> None:
    for found in (local_features(copy), asked_features(copy), local_features(copy[:70, :33])):
        read = LocalFeatures.from_bytes(found.to_bytes())
        assert same(read, found)
        assert read.to_bytes() == found.to_bytes()


def test_most_are_found_again_in_a_faint_or_compressed_copy(
    copy: NDArray[numpy.uint8], tmp_path: Path
) -> None:
    found = local_features(copy)
    assert found_again(found, local_features((copy // 2 + 60).astype(numpy.uint8))) > 0.4
    Image.fromarray(copy).save(tmp_path / "copy.jpg", quality=60)
    assert found_again(found, local_features(reduced_copy(tmp_path / "copy.jpg"))) > 0.4
    other = local_features(numpy.rot90(copy, 2))
    assert found_again(found, other) < 0.02


def test_turned_by_a_quarter_they_turn(copy: NDArray[numpy.uint8]) -> None:
    found = local_features(copy)
    turned = local_features(numpy.rot90(copy))
    x, y = found.points.T
    moved = numpy.stack([y, copy.shape[1] - 1 - x], axis=1)
    assert found_again(found, turned, moved) > 0.4


def test_lettering_does_not_take_them_all() -> None:
    copy = reduced_copy(PICTURES / "coffee.jpg")
    image = Image.fromarray(copy // 4 + 90)
    draw = ImageDraw.Draw(image)
    for line in range(4):
        draw.text((8, 8 + 22 * line), "EVERYTHING MUST GO TODAY", "white", font_size=20)
    orb = cv2.ORB.create(FEATURES)
    plain = numpy.array([each.pt for each in orb.detect(numpy.asarray(image.convert("L")), None)])

    def lettered(points: NDArray[numpy.floating]) -> float:
        return float(((points[:, 1] < 100) & (points[:, 0] < 330)).mean())

    assert lettered(plain) > 0.95
    assert lettered(local_features(numpy.asarray(image)).points) < 0.55


def test_what_is_soft_beside_what_is_busy_is_described_at_all_scales() -> None:
    image = Image.fromarray(reduced_copy(PICTURES / "cat.png"))
    copy = numpy.array(image.filter(ImageFilter.GaussianBlur(4)))
    busy = numpy.random.default_rng(2).integers(0, 256, (100, 100, 3), dtype=numpy.uint8)
    copy[:100, :100] = busy
    found = local_features(copy)
    beside = found.scales[(found.points > 120).all(axis=1)]
    assert len(beside) > 180
    assert (beside > 60).mean() > 0.3


def test_a_question_has_more_and_finer_ones() -> None:
    small = reduced_copy(PICTURES / "cat.png")[::2, ::2]
    assert len(asked_features(small)) == 1_000
    assert asked_features(small).scales.min() < local_features(small).scales.min()


def test_a_small_part_has_more_in_the_finer_copy() -> None:
    coffee = Image.open(PICTURES / "coffee.jpg").convert("RGB").resize((1000, 800))
    coffee.paste(Image.open(PICTURES / "cat.png").convert("RGB").resize((250, 200)), (600, 500))
    fine, copy = numpy.asarray(coffee), numpy.asarray(coffee.resize((500, 400)))

    work = local_features(reduced_copy(PICTURES / "cat.png"))
    moved = work.points * (125 / work.size[0], 100 / work.size[1]) + (300, 250)
    found, _ = fine_features(fine, (500, 400))
    assert (found.size, len(found)) == ((500, 400), 2_000)
    assert found_again(work, found, moved) > 1.5 * found_again(work, asked_features(copy), moved)


def test_finer_features_lie_where_those_of_the_copy_do() -> None:
    image = Image.open(PICTURES / "cat.png").convert("RGB").resize((900, 603))
    found, _ = fine_features(numpy.asarray(image), (450, 301))
    assert (found.points >= 0).all()
    assert (found.points <= numpy.array([449, 300])).all()
    assert (found.points.max(axis=0) > numpy.array([430, 280])).all()
    assert found.scales.min() < 20
    with pytest.raises(ValueError, match="1 to 1,024 a side"):
        fine_features(numpy.zeros((2, 1025, 3), numpy.uint8), (512, 1))


def test_corners_are_described_as_the_mirrored_copy_shows_them(copy: NDArray[numpy.uint8]) -> None:
    upright, mirrored = both_ways(copy)
    assert same(upright, asked_features(copy))
    assert mirrored.size == upright.size
    assert len(mirrored) == len(upright)
    # In the same order, and as if they had been found there.
    right = copy.shape[1] - 1
    assert numpy.abs(mirrored.points - (right, 0) - upright.points * (-1, 1)).max() < 3
    assert found_again(mirrored, asked_features(copy[:, ::-1])) > 0.8
    assert found_again(upright, asked_features(copy[:, ::-1])) < 0.1
    again, _ = both_ways(numpy.ascontiguousarray(copy[:, ::-1]))
    assert found_again(again, mirrored) > 0.8


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 512), (512, 1), (2, 3), (7, 7), (8, 512), (31, 32), (512, 33), (40, 512)]
)
def test_small_and_narrow_copies(shape: tuple[int, int]) -> None:
    noise = numpy.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=numpy.uint8)
    for flat in (False, True):
        found = local_features(noise * 0 + 77 if flat else noise)
        assert found.size == shape[::-1]
        assert not (flat and len(found))
        assert same(LocalFeatures.from_bytes(found.to_bytes()), found)


@settings(max_examples=30, deadline=None)
@given(
    arrays(
        numpy.uint8,
        st.tuples(st.integers(1, 90), st.integers(1, 90), st.just(3)),
        elements=st.integers(0, 255),
        fill=st.integers(0, 255),
    ),
    st.integers(0, 60),
)
def test_any_copy_has_features_that_read_back(copy: NDArray[numpy.uint8], limit: int) -> None:
    found = local_features(copy, limit)
    assert len(found) <= limit
    assert same(LocalFeatures.from_bytes(found.to_bytes()), found)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [((10, 10), "uint8"), ((10, 10, 4), "uint8"), ((10, 10, 3), "int64"), ((513, 9, 3), "uint8")],
)
def test_what_is_no_copy_is_refused(shape: tuple[int, ...], kind: str) -> None:
    with pytest.raises(ValueError, match="copy"):
        local_features(numpy.zeros(shape, kind))


@pytest.mark.parametrize("limit", [-1, MAX_FEATURES + 1])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        local_features(numpy.zeros((9, 9, 3), numpy.uint8), limit)


def test_every_cut_and_every_lengthening_is_refused() -> None:
    data = local_features(reduced_copy(PICTURES / "cat.png"), 20).to_bytes()
    for end in range(len(data)):
        with pytest.raises(MalformedFingerprint):
            LocalFeatures.from_bytes(data[:end])
    with pytest.raises(MalformedFingerprint):
        LocalFeatures.from_bytes(data + b"\0")


@pytest.mark.parametrize(
    ("at", "put"),
    [
        (0, b"orb\x01"),
        (3, b"\x02"),
        (4, b"\x00\x00"),
        (4, b"\x01\x02"),
        (6, b"\x00\x00"),
        (8, b"\xff\xff"),
        (8, b"\x00\x00"),
        (10, b"\xff\xff"),
        (12, b"\xff\xff"),
    ],
)
def test_a_hostile_header_or_point_is_refused(at: int, put: bytes) -> None:
    data = bytearray(local_features(reduced_copy(PICTURES / "cat.png"), 3).to_bytes())
    data[at : at + len(put)] = put
    with pytest.raises(MalformedFingerprint, match="orb-1"):
        LocalFeatures.from_bytes(bytes(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for candidate in (data, b"ORB\x01\x00\x02\x00\x02\x01\x00" + data[:39]):
        try:
            found = LocalFeatures.from_bytes(candidate)
        except MalformedFingerprint:
            continue
        assert found.to_bytes() == candidate
        assert numpy.isfinite(found.scales).all()


def test_without_opencv_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(MissingLibrary, match=r"pip install \"gen-ip\[match\]\""):
        local_features(numpy.zeros((64, 64, 3), numpy.uint8))
