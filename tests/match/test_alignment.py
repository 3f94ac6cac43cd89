"""Laying works on pictures by local features, and whether both then show the same."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import cv2
import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from gen_ip.fingerprint.glimpse import glimpse, opened
from gen_ip.fingerprint.local import LocalFeatures, asked_features, local_features
from gen_ip.fingerprint.pdq import Orientation
from gen_ip.fingerprint.reduced import reduce, reduced_copy
from gen_ip.fingerprint.views import Box
from gen_ip.match import alignment as module
from gen_ip.match.alignment import Alignment, agreement, align, align_by_box, compared
from gen_ip.match.errors import MatchingUnavailable
from gen_ip.match.geometry import mapped
from tests.fingerprint.edits import COMMON, crop

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"
NAMES = ("cat.png", "coffee.jpg", "rocket.jpg")
COPIES = {name: reduced_copy(PICTURES / name) for name in NAMES}
FEATURES = {name: local_features(copy) for name, copy in COPIES.items()}

Copy = NDArray[numpy.uint8]


def laid(query: Copy, name: str) -> Alignment:
    found = align(asked_features(query), FEATURES[name], asked_features(query[:, ::-1]))
    assert found is not None
    return found


def warped(copy: Copy, affine: NDArray[numpy.float64]) -> Copy:
    height, width, _ = copy.shape
    image = cv2.warpAffine(copy, affine, (width, height), flags=cv2.INTER_AREA)
    return numpy.asarray(image)


def off(found: Alignment, affine: NDArray[numpy.float64]) -> float:
    """By how many pixels the map is off in the middle of the pairs it was made from."""
    points = found.work_points.astype(float)
    apart = mapped(found.affine, points) - mapped(affine, points)
    return float(numpy.median(numpy.hypot(*apart.T)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(NAMES),
    st.floats(0, 360),
    st.floats(0.5, 1.8),
    st.floats(-60, 60),
    st.floats(-40, 40),
    st.booleans(),
)
def test_any_similarity_is_found_again(
    name: str, angle: float, scale: float, right: float, down: float, mirrored: bool
) -> None:
    copy = COPIES[name]
    height, width, _ = copy.shape
    affine = cv2.getRotationMatrix2D((width / 2, height / 2), angle, scale).astype(float)
    affine[:, 2] += right, down
    if mirrored:
        affine = affine @ numpy.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]])
    found = laid(warped(copy, affine), name)
    assert found.inliers >= 12
    assert found.mirrored == mirrored
    assert off(found, affine) < 1.5


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("edit", COMMON)
def test_common_edits_leave_the_picture_in_its_place(edit: str, name: str) -> None:
    edited = numpy.asarray(reduce(COMMON[edit](Image.fromarray(COPIES[name]))))
    found = compared(edited, COPIES[name], laid(edited, name))
    assert found.inliers >= 8
    assert min(found.spread) >= 0.1
    assert found.agreement > 0.8
    assert found.agreeing > 0.85
    assert min(found.work_share, found.query_share) > 0.9


@pytest.mark.parametrize("name", NAMES)
def test_a_crop_is_all_of_the_query_and_part_of_the_work(name: str) -> None:
    query = numpy.asarray(crop(0.25)(Image.fromarray(COPIES[name])))
    found = compared(query, COPIES[name], laid(query, name))
    height, width, _ = COPIES[name].shape
    moved = numpy.array([[1, 0, -round(width * 0.25)], [0, 1, -round(height * 0.25)]])
    assert off(found, moved) < 1.5
    assert found.query_share > 0.95
    assert found.work_share == pytest.approx(0.25, abs=0.03)
    assert found.agreement > 0.9
    assert found.query_part > 0.8
    assert found.work_part < 0.6


def test_a_collage_shows_where_each_work_lies() -> None:
    collage = Image.new("RGB", (512, 400), "white")
    places = {"cat.png": (4, 4), "coffee.jpg": (256, 8), "rocket.jpg": (60, 200)}
    for name, place in places.items():
        part = Image.fromarray(COPIES[name])
        part.thumbnail((240, 190))
        collage.paste(part, place)
    query = numpy.asarray(collage)
    for name, place in places.items():
        found = compared(query, COPIES[name], laid(query, name))
        numpy.testing.assert_allclose(found.corners[0], place, atol=4)
        assert found.agreement > 0.85
        assert found.work_part > 0.75
        assert found.query_part < 0.6
        assert found.query_share < 0.3


def test_a_shared_wordmark_is_a_small_part_of_both() -> None:
    marked = {}
    for name, place in (("cat.png", (30, 200)), ("coffee.jpg", (250, 60))):
        image = Image.fromarray(COPIES[name])
        draw = ImageDraw.Draw(image)
        draw.rectangle((*place, place[0] + 190, place[1] + 60), "white")
        draw.text((place[0] + 8, place[1] + 8), "ACME studios", "darkred", font_size=28)
        marked[name] = numpy.asarray(image)
    query, work = marked.values()
    found = align(asked_features(query), local_features(work))
    assert found is not None
    assert found.inliers >= 8
    found = compared(query, work, found)
    assert max(found.work_part, found.query_part) < 0.25


def test_different_pictures_seldom_lie_on_each_other_and_never_agree() -> None:
    for one in NAMES:
        for other in NAMES:
            if one == other:
                continue
            query = COPIES[one]
            found = align(asked_features(query), FEATURES[other], asked_features(query[:, ::-1]))
            if found is not None:
                assert found.inliers < 8
                assert compared(query, COPIES[other], found).agreement < 0.6
            for orientation in Orientation:
                height, width, _ = query.shape
                size = COPIES[other].shape[1::-1]
                box = Box(0, 0, width, height)
                guess = align_by_box(orientation, box, (width, height), size)
                assert agreement(query, COPIES[other], guess) < 0.45


@pytest.mark.parametrize("orientation", Orientation)
def test_a_likeness_hash_s_hit_is_corrected_and_agrees(orientation: Orientation) -> None:
    work = COPIES["cat.png"]
    height, width, _ = work.shape
    turned = Image.fromarray(work[8 : height - 12, 5 : width - 9])
    if orientation is not Orientation.UPRIGHT:
        # Turned so that turning it by `orientation` gives the work.
        back = {
            Orientation.ROTATE_90: Image.Transpose.ROTATE_270,
            Orientation.ROTATE_270: Image.Transpose.ROTATE_90,
        }
        name = orientation.name
        turned = turned.transpose(back.get(orientation) or Image.Transpose[name])
    query = numpy.asarray(turned)
    box = Box(0, 0, *turned.size)
    guess = align_by_box(orientation, box, turned.size, (width, height))
    found = compared(query, work, guess)
    assert found.agreement > 0.9
    assert found.agreement > agreement(query[::-1], work, guess) + 0.4


def test_a_negative_agrees_too() -> None:
    work = COPIES["coffee.jpg"]
    height, width, _ = work.shape
    query = 255 - work[10 : height - 6, 8:]
    box = Box(0, 0, query.shape[1], query.shape[0])
    guess = align_by_box(Orientation.UPRIGHT, box, query.shape[1::-1], (width, height))
    found = compared(query, work, guess)
    assert found.inverted
    assert found.agreement > 0.9
    assert not compared(255 - query, work, guess).inverted


def test_small_pictures_of_the_copies_do_for_comparing() -> None:
    query = numpy.asarray(crop(0.15)(Image.fromarray(COPIES["coffee.jpg"])))
    found = laid(query, "coffee.jpg")
    small = compared(opened(glimpse(query)), opened(glimpse(COPIES["coffee.jpg"])), found)
    large = compared(query, COPIES["coffee.jpg"], found)
    assert small.agreement == pytest.approx(large.agreement, abs=0.1)
    assert small.query_part == pytest.approx(large.query_part, abs=0.15)


def test_tone_does_not_count_and_lettering_costs_its_own_cells_only() -> None:
    work = COPIES["coffee.jpg"]
    lettered = Image.fromarray((work * 0.4 + 20).astype(numpy.uint8))
    height, width, _ = work.shape
    ImageDraw.Draw(lettered).rectangle((0, height * 0.4, width, height * 0.6), "red")
    query = numpy.asarray(lettered)
    found = compared(query, work, laid(query, "coffee.jpg"))
    assert 0.6 < found.agreeing < 0.9
    assert found.agreement > 0.55


def test_the_same_features_give_the_same_alignment() -> None:
    query = asked_features(COPIES["rocket.jpg"][30:250, 60:400])
    first, second = (align(query, FEATURES["rocket.jpg"]) for _ in range(2))
    assert first is not None
    assert second is not None
    assert first.affine.tobytes() == second.affine.tobytes()
    assert first.query_points.tobytes() == second.query_points.tobytes()


def test_features_read_from_bytes_align_too() -> None:
    query = LocalFeatures.from_bytes(asked_features(COPIES["cat.png"]).to_bytes())
    work = LocalFeatures.from_bytes(FEATURES["cat.png"].to_bytes())
    found = align(query, work)
    assert found is not None
    assert found.inliers > 100


@pytest.mark.parametrize("shape", [(1, 1), (1, 512), (512, 1), (9, 300), (100, 100)])
def test_pictures_without_features_have_no_alignment(shape: tuple[int, int]) -> None:
    flat = numpy.full((*shape, 3), 90, numpy.uint8)
    nothing = asked_features(flat)
    assert align(nothing, FEATURES["cat.png"]) is None
    assert align(asked_features(COPIES["cat.png"]), nothing, nothing) is None
    box = Box(0, 0, shape[1], shape[0])
    work = COPIES["cat.png"]
    guess = align_by_box(Orientation.ROTATE_90, box, shape[::-1], work.shape[1::-1])
    assert agreement(flat, work, guess) == 0
    guess = align_by_box(Orientation.UPRIGHT, box, shape[::-1], shape[::-1])
    assert agreement(flat, flat, guess) == 0


def test_hostile_features_align_with_something_or_nothing() -> None:
    random = numpy.random.default_rng(5)
    for count in (3, 4, 40, 2_000):
        header = b"ORB\x01" + (512).to_bytes(2, "little") * 2 + count.to_bytes(2, "little")
        for columns in (bytes(39 * count), random.bytes(7 * count) + bytes(32 * count)):
            places = bytearray(header + columns)
            # Points must lie in the picture: their high bytes at most 127.
            for at in range(11, 10 + 4 * count, 2):
                places[at] &= 127
            hostile = LocalFeatures.from_bytes(bytes(places))
            for found in (align(hostile, hostile), align(hostile, FEATURES["cat.png"])):
                if found is not None:
                    assert numpy.isfinite(found.affine).all()
                    numbers = compared(COPIES["cat.png"], COPIES["cat.png"], found)
                    assert math.isfinite(numbers.agreement)


def test_maps_that_collapse_or_lie_beside_tell_nothing() -> None:
    copy = COPIES["cat.png"]
    size = copy.shape[1::-1]
    none = numpy.zeros((0, 2), numpy.float32)
    for affine in (
        [[0, 0, 5], [0, 0, 5]],
        [[1, 0, 9e3], [0, 1, 0]],
        [[1, 1, 0], [1, 1, 0]],
        [[1e-9, 0, 5], [0, 1e-9, 5]],
        [[1e9, 0, 5], [0, 1e9, 5]],
    ):
        assert (
            agreement(copy, copy, Alignment(numpy.array(affine, float), size, size, 0, none, none))
            == 0
        )


def test_without_numba_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    for name in ("compiling", "pairing"):
        monkeypatch.delitem(sys.modules, f"gen_ip.match.{name}", raising=False)
        monkeypatch.delattr(f"gen_ip.match.{name}", raising=False)
    module._kernels.cache_clear()
    with pytest.raises(MatchingUnavailable, match=r"pip install \"gen-ip\[match\]\""):
        align(FEATURES["cat.png"], FEATURES["cat.png"])
    monkeypatch.undo()
    module._kernels.cache_clear()
