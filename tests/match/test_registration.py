"""Laying smooth pictures on each other, which hardly have a feature."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import numpy
import pytest
from numpy.typing import NDArray
from PIL import Image

from gen_ip.fingerprint.glimpse import glimpse, opened
from gen_ip.fingerprint.local import asked_features, local_features
from gen_ip.fingerprint.picture import decoded, read
from gen_ip.fingerprint.record import record_of
from gen_ip.match.alignment import Alignment
from gen_ip.match.geometry import mapped
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.likeness import Likeness
from gen_ip.match.matcher import Matcher
from gen_ip.match.question import Question
from gen_ip.match.recording import indexed
from gen_ip.match.registration import Slopes, register
from gen_ip.match.thresholds import Model, thresholds
from tests.match.test_alignment import COPIES

Copy = NDArray[numpy.uint8]

# A twentieth of a work's width: soft hills tell no better where they lie.
_NEAR = 26


def smooth(seed: int, width: int = 512, height: int = 340) -> Copy:
    """Soft hills of light in three colors."""
    dice = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[:height, :width] / width
    made = numpy.zeros((height, width, 3))
    for _ in range(9):
        right, down = dice.uniform(0, 1), dice.uniform(0, height / width)
        turn, wide, high = dice.uniform(0, math.pi), *dice.uniform(0.06, 0.25, 2)
        x = (columns - right) * math.cos(turn) + (rows - down) * math.sin(turn)
        y = (rows - down) * math.cos(turn) - (columns - right) * math.sin(turn)
        hill = numpy.exp(-((x / wide) ** 2) - (y / high) ** 2)
        made += hill[..., None] * dice.uniform(0, 120, 3)
    return numpy.clip(made, 0, 255).astype(numpy.uint8)


def found(query: Copy, work: Copy) -> Alignment:
    """By the work's small picture, as the index keeps it."""
    size = work.shape[1], work.shape[0]
    kept = Slopes(opened(glimpse(work)), size)
    return register(Slopes(query, (query.shape[1], query.shape[0])), kept)


def off(at: Alignment, affine: list[list[float]]) -> float:
    """By how many pixels the map is off at most, within what both show."""
    back = numpy.linalg.inv(numpy.vstack([affine, [0, 0, 1]]))[:2]
    places = mapped(back, at.outline)
    return float(numpy.hypot(*(mapped(at.affine, places) - at.outline).T).max())


WORKS = [smooth(1), smooth(2), COPIES["coffee.jpg"]]


def test_the_smooth_ones_have_too_few_features() -> None:
    for seed in (1, 2):
        assert len(local_features(smooth(seed))) < 300
        assert len(asked_features(smooth(seed)[100:270, 60:316])) < 60


@pytest.mark.parametrize("work", WORKS, ids=["one", "two", "coffee"])
def test_a_quarter_is_found_in_the_whole(work: Copy) -> None:
    height, width = work.shape[0] // 2, work.shape[1] // 2
    at = found(work[40 : 40 + height, 90 : 90 + width], work)
    assert at.agreement > 0.9
    assert at.cells > 60
    assert off(at, [[1, 0, -90], [0, 1, -40]]) < _NEAR
    assert at.query_share > 0.95
    assert not at.mirrored


@pytest.mark.parametrize("work", WORKS, ids=["one", "two", "coffee"])
def test_mirrored_cut_and_darker(work: Copy) -> None:
    cut = work[30:, 60:]
    edited = (255 * (cut[:, ::-1] / 255.0) ** 1.3 * 0.7).astype(numpy.uint8)
    at = found(edited, work)
    assert at.mirrored
    assert at.agreement > 0.9
    assert off(at, [[-1, 0, work.shape[1] - 1], [0, 1, -30]]) < _NEAR


@pytest.mark.parametrize("work", WORKS, ids=["one", "two", "coffee"])
def test_small_in_another_picture(work: Copy) -> None:
    page = Image.fromarray(COPIES["rocket.jpg"]).resize((512, 400))
    width, height = 200, round(200 * work.shape[0] / work.shape[1])
    page.paste(Image.fromarray(work).resize((width, height)), (250, 70))
    at = found(numpy.asarray(page), work)
    assert at.agreement > 0.9
    assert at.work_part > 0.9
    share = width / work.shape[1]
    middle = 0.5 * share - 0.5
    assert off(at, [[share, 0, 250 + middle], [0, share, 70 + middle]]) < _NEAR


def test_other_smooth_pictures_agree_less() -> None:
    agreeing = [
        at.agreement * min(1.0, at.cells / 40)
        for seed in range(3, 11)
        for at in [found(smooth(seed), WORKS[0])]
    ]
    assert max(agreeing) < 0.9
    assert numpy.median(agreeing) < 0.8


def test_the_same_pictures_are_laid_the_same_way() -> None:
    one, two = found(WORKS[1][20:200, 30:300], WORKS[1]), found(WORKS[1][20:200, 30:300], WORKS[1])
    numpy.testing.assert_array_equal(one.affine, two.affine)
    assert one.agreement == two.agreement


@pytest.mark.parametrize("shape", [(1, 1), (1, 512), (3, 40), (300, 400)])
@pytest.mark.parametrize("value", [0, 128])
def test_what_has_no_slope_agrees_with_nothing(shape: tuple[int, int], value: int) -> None:
    plain = numpy.full((*shape, 3), value, numpy.uint8)
    for query, work in ((plain, WORKS[0]), (WORKS[0], plain), (plain, plain)):
        assert abs(found(query, work).agreement) < 0.5


@pytest.fixture(scope="module")
def matcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcher]:
    folder = tmp_path_factory.mktemp("smooth")
    works = {"hills": WORKS[0], "coffee": COPIES["coffee.jpg"], "cat": COPIES["cat.png"]}
    with PictureIndex(folder / "index", write=True) as index:
        for name, copy in works.items():
            path = folder / f"{name}.png"
            Image.fromarray(copy).save(path)
            content, sha256 = read(path)
            index.add([indexed(name, record_of(sha256, decoded(path, content)))])
        yield Matcher(index)


def test_a_smooth_work_is_laid_where_no_feature_tells(matcher: Matcher) -> None:
    # Three quarters of it, on a page: the hash finds it, and knows only about where it lies.
    page = Image.new("RGB", (512, 400), "white")
    page.paste(Image.fromarray(WORKS[0][20:300, 30:450]), (50, 60))
    measured = dict(matcher.likenesses(Question(numpy.asarray(page)), looked_at=3))
    seen = measured["hills"]
    assert seen.registered is not None
    assert seen.registered.agreement > 0.8
    assert seen.shown is seen.registered
    assert seen.measures()["registered-pictured"] > 0.6
    assert off(seen.shown, [[1, 0, 20], [0, 1, 40]]) < _NEAR


def test_what_features_place_is_not_laid_again(matcher: Matcher) -> None:
    measured = dict(matcher.likenesses(Question(COPIES["coffee.jpg"]), looked_at=3))
    assert measured["coffee"].surely_placed
    assert measured["coffee"].registered is None
    assert measured["coffee"].shown is measured["coffee"].alignment


def test_slopes_are_named_where_they_speak_most() -> None:
    laid = found(WORKS[0][10:], WORKS[0])
    weights = {"registered-pictured": 5.0, "pdq-close": 4.0}
    table = dataclasses.replace(
        thresholds(), models={"default": Model(-3.0, weights, accept=0.5, similar=0.1)}
    )
    seen = Likeness(pdq=50, registered=laid)
    assert seen.method(table) == "slopes-1"
    assert seen.score(table) > 0.8
    assert seen.verdict(table).named
    assert Likeness(pdq=20, registered=None).method(table) == "pdq-1"
