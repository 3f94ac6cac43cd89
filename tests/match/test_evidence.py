"""Evidence: PNGs that show where a work lies in a picture and where the two differ."""

from __future__ import annotations

import io
import struct

import numpy
import pytest
from numpy.typing import NDArray
from PIL import Image

from gen_ip.fingerprint.glimpse import glimpse, opened
from gen_ip.fingerprint.local import asked_features
from gen_ip.fingerprint.pdq import Orientation
from gen_ip.fingerprint.views import Box
from gen_ip.match.alignment import Alignment, align, align_by_box, compared
from gen_ip.match.evidence import WIDTH, matches, overlay
from tests.match.test_alignment import COPIES, FEATURES

WORK = COPIES["coffee.jpg"]
NONE = numpy.zeros((0, 2), numpy.float32)
# Accent and heat as `evidence` draws them, near enough after dithering.
ACCENT, HOT = (255, 0, 110), (230, 30, 20)


def page() -> NDArray[numpy.uint8]:
    """The work at half its size on a white page, a third of it blacked out."""
    half = Image.fromarray(WORK).resize((256, WORK.shape[0] // 2))
    half.paste((0, 0, 0), (0, 0, 85, half.height))
    sheet = Image.new("RGB", (400, 400), "white")
    sheet.paste(half, (100, 120))
    return numpy.asarray(sheet)


def found(query: NDArray[numpy.uint8]) -> Alignment:
    at = align(asked_features(query), FEATURES["coffee.jpg"])
    assert at is not None
    return compared(query, WORK, at)


def read(data: bytes) -> NDArray[numpy.uint8]:
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        assert image.width <= WIDTH
        assert not image.info
        return numpy.asarray(image.convert("RGB"))


def near(pixels: NDArray[numpy.uint8], color: tuple[int, int, int]) -> NDArray[numpy.bool_]:
    apart = numpy.abs(pixels.astype(int) - color).max(axis=2)
    return numpy.asarray(apart < 35)


def chunks(data: bytes) -> list[bytes]:
    names, at = [], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        names.append(data[at + 4 : at + 8])
        at += 12 + length
    return names


def test_the_overlay_outlines_the_region_and_reddens_what_was_covered() -> None:
    query = page()
    seen = read(overlay(query, WORK, found(query)))
    panels = numpy.array_split(seen, 3, axis=1)
    assert all(near(panel, ACCENT).sum() > 300 for panel in panels)
    hot = [near(panel, HOT).mean() for panel in panels]
    assert hot[2] > 0.02
    assert hot[2] > 3 * max(hot[:2])
    columns = numpy.flatnonzero(near(panels[2], HOT).sum(axis=0) > 20)
    assert columns.mean() < panels[2].shape[1] * 0.5


def test_the_same_picture_darkened_is_not_reddened() -> None:
    query = (WORK * 0.5 + 30).astype(numpy.uint8)
    third = numpy.array_split(read(overlay(query, WORK, found(query))), 3, axis=1)[2]
    assert near(third, HOT).mean() < 0.01


def test_matches_joins_both_pictures_across_the_gap() -> None:
    query = page()
    with_lines = read(matches(query, WORK, found(query)))
    size = WORK.shape[1::-1]
    apart = Alignment(numpy.array([[1, 0, 9e3], [0, 1, 0]]), (400, 400), size, 0, NONE, NONE)
    without = read(matches(query, WORK, apart))
    gap = slice(24 + 560 + 6, 24 + 560 + 18)
    colored = [
        (numpy.ptp(seen[60:500, gap].astype(int), axis=2) > 60).any(axis=1).sum()
        for seen in (with_lines, without)
    ]
    assert colored[0] >= 10
    assert colored[1] == 0


def test_a_hit_by_hash_joins_corners() -> None:
    box = Box(100, 120, 356, 290)
    at = align_by_box(Orientation.UPRIGHT, box, (400, 400), WORK.shape[1::-1])
    seen = read(matches(page(), WORK, at))
    assert near(seen, ACCENT).sum() > 300


def test_the_work_s_small_picture_does() -> None:
    query = page()
    assert read(overlay(query, opened(glimpse(WORK)), found(query))).shape[1] > 1_000


def test_the_same_input_gives_the_same_bytes_without_metadata() -> None:
    query = page()
    at = found(query)
    for draw in (overlay, matches):
        data = draw(query, WORK, at)
        assert data == draw(query.copy(), WORK, at)
        assert set(chunks(data)) == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}
        assert len(data) < 900_000


@pytest.mark.parametrize("shape", [(1, 1), (1, 512), (512, 1), (3, 200), (512, 512)])
@pytest.mark.parametrize(
    "affine",
    [
        [[1, 0, 0], [0, 1, 0]],
        [[0, 0, 5], [0, 0, 5]],
        [[1e-9, 0, 0], [0, 1e-9, 0]],
        [[-30, 2, 9], [1, 40, 7]],
        [[1, 0, 9e5], [0, 1, 0]],
    ],
)
def test_any_size_and_any_map_is_drawn(shape: tuple[int, int], affine: list[list[float]]) -> None:
    flat = numpy.full((*shape, 3), 200, numpy.uint8)
    small = numpy.full((2, 5, 3), 10, numpy.uint8)
    at = Alignment(numpy.array(affine, float), shape[::-1], (5, 2), 0, NONE, NONE)
    for draw in (overlay, matches):
        read(draw(flat, small, at))


def test_what_is_no_picture_is_refused() -> None:
    at = Alignment(numpy.eye(3)[:2], (4, 4), (4, 4), 0, NONE, NONE)
    with pytest.raises(ValueError, match="picture"):
        overlay(numpy.zeros((4, 4), numpy.uint8), WORK, at)
    with pytest.raises(ValueError, match="picture"):
        matches(WORK, numpy.zeros((4, 4, 3)), at)
