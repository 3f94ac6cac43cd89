"""The small copy, and the parts of a picture that are looked at."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from gen_ip.errors import ImageTooLarge, UnreadableImage
from gen_ip.fingerprint.opening import open_image
from gen_ip.fingerprint.pdq import distance, oriented, pdq
from gen_ip.fingerprint.reduced import SIDE, reduce, reduced_copy
from gen_ip.fingerprint.views import Box, inset, trim, views
from tests.fingerprint.measure_likeness import pictures
from tests.support.pictures import BAD_FILES, Made

CAT = next(path for path in pictures() if path.stem == "cat")


def cat() -> Image.Image:
    with Image.open(CAT) as image:
        return image.convert("RGB")


def best(image: Image.Image) -> int:
    """The least distance of any view, turned any way, from the cat's own hash."""
    known = pdq(reduced_copy(CAT))
    asked = numpy.asarray(reduce(image.convert("RGB")))
    return min(
        distance(known, each) for view in views(asked) for each in oriented(view.pixels).values()
    )


def as_jpeg(image: Image.Image, path: Path) -> Image.Image:
    image.save(path, "JPEG", quality=80)
    with Image.open(path) as opened:
        return opened.convert("RGB")


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((512, 512), (512, 512)),
        ((513, 100), (512, 100)),
        ((1024, 511), (512, 256)),
        ((5000, 3), (512, 1)),
        ((300, 3000), (51, 512)),
        ((3, 2), (3, 2)),
    ],
)
def test_size_of_a_copy(size: tuple[int, int], expected: tuple[int, int], tmp_path: Path) -> None:
    for name in ("picture.png", "picture.jpg"):
        Image.new("RGB", size, "red").save(tmp_path / name)
        height, width, channels = reduced_copy(tmp_path / name).shape
        assert (width, height, channels) == (*expected, 3)
        assert max(width, height) <= SIDE


def test_a_large_jpeg_is_decoded_at_a_fraction(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    cat().resize((4510, 3000)).save(path, quality=90)
    with open_image(path, enough=SIDE) as image:
        assert image.size == (564, 375)
    with open_image(path) as image:
        assert image.size == (4510, 3000)
    assert distance(pdq(reduced_copy(path)), pdq(reduced_copy(CAT))) <= 20


def test_a_fraction_does_not_get_around_the_cap_on_pixels(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.new("RGB", (2000, 1000)).save(path)
    with pytest.raises(ImageTooLarge, match="2,000 x 1,000"):
        reduced_copy(path, max_pixels=1_999_999)


def test_a_copy_stands_upright_and_on_white(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = cat().transpose(Image.Transpose.ROTATE_90)
    sideways.save(tmp_path / "camera.png", exif=exif.tobytes())
    assert (reduced_copy(tmp_path / "camera.png") == numpy.asarray(cat())).all()
    clear = Image.new("RGBA", (20, 10), (255, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert (reduced_copy(tmp_path / "clear.png") == 255).all()


def test_samples_of_32_bits_are_refused(tmp_path: Path) -> None:
    Image.new("F", (10, 10)).save(tmp_path / "floats.tiff")
    with pytest.raises(UnreadableImage, match="32 bits"):
        reduced_copy(tmp_path / "floats.tiff")


@pytest.mark.parametrize("make", BAD_FILES, ids=lambda make: make.__name__)
def test_files_that_are_no_pictures(make: object, tmp_path: Path) -> None:
    made: Made = make(tmp_path)  # type: ignore[operator] # a function of the list
    path, error, words = made
    with pytest.raises(Exception, match=words) as caught:
        reduced_copy(path)
    assert type(caught.value).__name__ == error


@pytest.mark.parametrize("color", ["white", "black", "red", "#808080"])
def test_a_frame_is_taken_off_to_the_pixel(color: str) -> None:
    framed = ImageOps.expand(cat().resize((300, 200)), (31, 7, 12, 40), color)
    assert trim(numpy.asarray(framed), 1) == Box(31, 7, 331, 207)


def test_frames_come_off_one_by_one() -> None:
    inner = ImageOps.expand(cat().resize((300, 200)), 10, "white")
    both = numpy.asarray(ImageOps.expand(inner, (20, 30), "black"))
    assert trim(both, 1) == Box(20, 30, 340, 250)
    assert trim(both) == Box(30, 40, 330, 240)


@pytest.mark.parametrize("share", [0.05, 0.15, 0.4])
def test_a_framed_copy_is_found(share: float, tmp_path: Path) -> None:
    framed = ImageOps.expand(cat(), round(share * 451), "white")
    mirrored = framed.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    for image in (framed, mirrored):
        assert best(as_jpeg(image, tmp_path / "framed.jpg")) <= 40


def on_a_page() -> Image.Image:
    page = Image.new("RGB", (1000, 1300), "white")
    draw = ImageDraw.Draw(page)
    for line in (*range(40, 380, 24), *range(800, 1260, 24)):
        draw.text((60, line), "The quick brown fox jumps over the lazy dog. " * 3, "black")
    page.paste(cat(), (270, 430))
    return page


def test_a_picture_on_a_page_is_found(tmp_path: Path) -> None:
    page = as_jpeg(on_a_page(), tmp_path / "page.jpg")
    box = inset(numpy.asarray(page))
    assert box is not None
    assert all(abs(a - b) <= 4 for a, b in zip(box, (270, 430, 721, 730), strict=True))
    assert best(page) <= 40


@pytest.mark.parametrize("spacing", [24, 11])
def test_text_alone_has_no_inset(spacing: int) -> None:
    """Lines set close form one area, larger than most pictures, but most of it is paper."""
    page = Image.new("RGB", (500, 500), "white")
    draw = ImageDraw.Draw(page)
    for line in range(40, 460, spacing):
        draw.text((40, line), "The quick brown fox jumps over the lazy dog. " * 2, "black")
    assert inset(numpy.asarray(page)) is None


def test_a_picture_without_background_is_looked_at_whole() -> None:
    found = views(numpy.asarray(cat()))
    assert [view.name for view in found] == ["whole"]
    assert found[0].pixels.shape == (300, 451, 3)


@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (31, 31), (200, 100)])
def test_one_color_has_no_parts(size: tuple[int, int]) -> None:
    pixels = numpy.full((*size, 3), 255, numpy.uint8)
    assert [view.name for view in views(pixels)] == ["whole"]


PIXELS = arrays(
    numpy.uint8,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=90).map(lambda shape: (*shape, 3)),
    elements=st.sampled_from([0, 10, 245, 255]),
    fill=st.sampled_from([0, 255]),
)


@given(PIXELS)
@settings(max_examples=60, deadline=None)
def test_views_lie_inside_and_differ(pixels: NDArray[numpy.uint8]) -> None:
    found = views(pixels)
    assert found[0].name == "whole"
    assert len({view.box for view in found}) == len({view.name for view in found}) == len(found)
    for view in found:
        left, top, right, bottom = view.box
        assert 0 <= left < right <= pixels.shape[1]
        assert 0 <= top < bottom <= pixels.shape[0]
        assert view.pixels.shape == (bottom - top, right - left, 3)
        assert (view.pixels == pixels[top:bottom, left:right]).all()
        assert view.name == "whole" or view.box.shorter >= 32


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_any_frame_is_found(left: int, top: int, right: int, bottom: int) -> None:
    framed = ImageOps.expand(cat().resize((150, 100)), (left, top, right, bottom), (9, 200, 9))
    assert trim(numpy.asarray(framed)) == Box(left, top, left + 150, top + 100)
