"""Lettering and lines on plain paper, told from the pictures beside them."""

from __future__ import annotations

import dataclasses

import numpy
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gen_ip.fingerprint.local import asked_features, local_features
from gen_ip.match.alignment import Alignment, align, compared
from gen_ip.match.lettering import papered
from gen_ip.match.likeness import Likeness
from tests.match.test_alignment import COPIES, NAMES

Copy = NDArray[numpy.uint8]
SIDE = 12


def page(name: str, paper: tuple[int, int, int] = (18, 52, 86)) -> Copy:
    """A slide: the same heading and points every time, a picture on the right."""
    made = Image.new("RGB", (512, 288), paper)
    pen = ImageDraw.Draw(made)
    pen.text((20, 14), "Orange stone and light", "white", ImageFont.load_default(26))
    for row in range(6):
        words = f"- silver thunder garden {row}"
        pen.text((20, 64 + 34 * row), words, "white", ImageFont.load_default(17))
    picture = Image.fromarray(COPIES[name])
    picture.thumbnail((250, 200))
    made.paste(picture, (500 - picture.width, 60))
    return numpy.asarray(made)


def laid(query: Copy, work: Copy) -> Alignment:
    found = align(asked_features(query), local_features(work))
    assert found is not None
    return compared(query, work, found)


@pytest.mark.parametrize("paper", [(18, 52, 86), (255, 255, 255)])
@pytest.mark.parametrize(("one", "other"), [("cat.png", "rocket.jpg"), ("coffee.jpg", "cat.png")])
def test_one_template_agrees_and_its_pictures_do_not(
    one: str, other: str, paper: tuple[int, int, int]
) -> None:
    found = laid(page(one, paper), page(other, paper))
    assert found.agreement > 0.4
    assert 0 < found.pictured_cells < found.cells
    assert found.pictured < 0.4
    assert found.pictured < found.agreement - 0.2


@pytest.mark.parametrize("name", NAMES)
def test_the_same_page_saved_smaller_agrees_in_its_picture(name: str) -> None:
    work = page(name)
    query = numpy.asarray(Image.fromarray(work).resize((384, 216), Image.Resampling.BILINEAR))
    found = laid(query, work)
    assert found.pictured > 0.9
    assert 0 < found.pictured_cells < found.cells


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_picture_without_paper_counts_whole(name: str) -> None:
    found = laid(COPIES[name], COPIES[name])
    assert found.pictured_cells >= 0.9 * found.cells
    assert found.pictured > 0.95


def test_how_much_of_a_square_is_paper_is_counted() -> None:
    dice = numpy.random.default_rng(5)
    picture = dice.uniform(0, 200, (60, 80)).astype(numpy.float32)
    picture[:, 30:] = 240
    picture[20:40, 45:70] = dice.uniform(0, 200, (20, 25))
    corners = numpy.array([(x, y) for y in range(49) for x in range(69)], float)
    found = papered(picture, numpy.ones(picture.shape, bool), corners, SIDE)
    for (x, y), share in zip(corners.astype(int), found, strict=True):
        square = picture[y : y + SIDE, x : x + SIDE]
        assert share == pytest.approx(float((square > 233).mean()))


def test_without_a_commonest_tone_there_is_no_paper() -> None:
    corners = numpy.zeros((1, 2))
    ramp = numpy.tile(numpy.linspace(0, 255, 80, dtype=numpy.float32), (60, 1))
    assert papered(ramp, numpy.ones(ramp.shape, bool), corners, SIDE) == 0
    plain = numpy.full((60, 80), 9, numpy.float32)
    assert papered(plain, numpy.ones(plain.shape, bool), corners, SIDE) == 1
    # What one of the two does not show has no tone.
    assert papered(plain, numpy.zeros(plain.shape, bool), corners, SIDE) == 0


def test_a_part_too_small_to_be_compared_costs_nothing() -> None:
    whole = laid(COPIES["cat.png"], COPIES["cat.png"])
    alone = Likeness(alignment=whole).measures()
    small = dataclasses.replace(whole, agreement=0.0, cells=3)
    assert Likeness(alignment=whole, inside=small).measures() == alone
    telling = dataclasses.replace(whole, agreement=0.3, cells=60)
    assert Likeness(alignment=whole, inside=telling).measures() != alone


def test_a_page_tells_by_few_cells_and_a_chance_overlap_does_not() -> None:
    page = dataclasses.replace(
        laid(COPIES["cat.png"], COPIES["cat.png"]),
        agreement=0.97,
        cells=90,
        pictured=0.97,
        pictured_cells=14,
    )
    corner = dataclasses.replace(page, cells=12, pictured_cells=12)
    seen, chance = Likeness(alignment=page), Likeness(alignment=corner)
    assert seen.surely_placed
    assert seen.measures()["whole-pictured"] > 0.9
    assert seen.measures()["whole-agrees-surely"] > 0.5
    assert not chance.surely_placed
    assert chance.measures()["whole-pictured"] == 0
