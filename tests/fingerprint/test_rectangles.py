"""Rectangles that may be pictures themselves are found, and not where there are none."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageOps

from gen_ip.fingerprint.rectangles import RECTANGLES, rectangles
from gen_ip.fingerprint.reduced import reduce
from gen_ip.fingerprint.views import Box
from tests.support.require import ROOT

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
NAMES = ("cat.png", "coffee.jpg", "rocket.jpg")


def opened(name: str) -> Image.Image:
    return Image.open(PICTURES / name).convert("RGB")


def tile(name: str, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(opened(name), size)


def near(box: Box, other: Box) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(box, other, strict=True))


def found(page: Image.Image) -> tuple[list[Box], float]:
    """What is found in its copy, and how many pixels of the copy one of the page takes."""
    copy = numpy.asarray(reduce(page))
    return rectangles(copy), max(copy.shape) / max(page.size)


def scaled(box: tuple[int, ...], scale: float) -> Box:
    return Box(*(round(each * scale) for each in box))


@pytest.mark.parametrize("behind", NAMES)
@pytest.mark.parametrize("size", [(400, 300), (250, 330)])
def test_a_picture_laid_into_another(behind: str, size: tuple[int, int]) -> None:
    page = tile(behind, (1200, 900))
    front = next(name for name in NAMES if name != behind)
    page.paste(tile(front, size), (310, 420))
    boxes, scale = found(page)
    truth = scaled((310, 420, 310 + size[0], 420 + size[1]), scale)
    assert any(near(box, truth) for box in boxes)


def test_tiles_of_a_collage() -> None:
    page = Image.new("RGB", (1200, 1000))
    tiles = [(0, 0, 700, 1000), (700, 0, 1200, 500), (700, 500, 1200, 1000)]
    for name, (left, top, right, bottom) in zip(NAMES, tiles, strict=True):
        page.paste(tile(name, (right - left, bottom - top)), (left, top))
    boxes, scale = found(page)
    for each in tiles:
        assert any(near(box, scaled(each, scale)) for box in boxes)


def test_a_photograph_on_a_page() -> None:
    page = Image.new("RGB", (700, 1200), (250, 250, 250))
    page.paste(tile("rocket.jpg", (600, 420)), (50, 200))
    boxes, scale = found(page)
    assert near(boxes[0], scaled((50, 200, 650, 620), scale))


def test_turned_by_a_quarter_they_turn() -> None:
    page = tile("coffee.jpg", (500, 400))
    page.paste(tile("cat.png", (200, 150)), (60, 90))
    boxes, _ = found(page)
    turned, _ = found(page.transpose(Image.Transpose.TRANSPOSE))
    assert len(boxes) == len(turned)
    truth = Box(60, 90, 260, 240)
    assert any(near(box, truth) for box in boxes)
    assert any(near(Box(box.top, box.left, box.bottom, box.right), truth) for box in turned)


def test_none_where_nothing_is_straight() -> None:
    noise = numpy.random.default_rng(3).integers(0, 256, (400, 512, 3), dtype=numpy.uint8)
    assert rectangles(noise) == []
    assert rectangles(noise * 0 + 90) == []
    # Soft steps are no edges.
    slope = (numpy.arange(512) // 2).astype(numpy.uint8)
    assert rectangles(slope[None, :, None].repeat(300, axis=0).repeat(3, axis=2)) == []


@given(
    arrays(
        numpy.uint8,
        st.tuples(st.integers(1, 12), st.integers(1, 12), st.just(3)),
    ),
    st.integers(1, 40),
)
@settings(deadline=None, max_examples=60)
def test_any_picture_has_few_within_it(blocks: NDArray[numpy.uint8], factor: int) -> None:
    pixels = blocks.repeat(factor, axis=0).repeat(factor, axis=1)
    height, width, _ = pixels.shape
    boxes = rectangles(pixels)
    assert len(boxes) <= RECTANGLES
    assert len(set(boxes)) == len(boxes)
    for box in boxes:
        assert 0 <= box.left < box.right <= width
        assert 0 <= box.top < box.bottom <= height
        assert box.shorter >= 40
        assert box.area < 0.9 * width * height
