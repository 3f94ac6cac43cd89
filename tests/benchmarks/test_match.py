"""`python -m benchmarks.match`, small: what it finds is right; how fast is not asserted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from benchmarks import _codes, match, match_charts
from benchmarks._codes import Questions
from benchmarks._searching import recall
from benchmarks.match import Samples


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    samples = Samples((20_000,), 60, 0.01, 1, radius=70, peers=False, added=20)
    return match.measure(samples)


def test_recall_counts_the_questions_whose_row_is_found() -> None:
    asked = Questions(numpy.zeros((4, 32), numpy.uint8), numpy.array([3, 1, 4, 1]))
    assert recall([{3}, {2, 1}, set(), {5}], asked) == 0.5


def test_questions_have_their_answer_within_the_radius() -> None:
    codes = _codes.stored(500)
    asked = _codes.questions(codes, 33, 200)
    apart = numpy.unpackbits(asked.codes ^ codes[asked.rows], axis=1).sum(axis=1)
    assert apart.min() < 5
    assert 28 < apart.max() <= 33
    every = _codes.turned(asked.codes[:3])
    assert every.shape == (96, 32)
    assert (every[::32] == asked.codes[:3]).all()


def test_the_made_up_codes_are_as_far_apart_as_random_bits() -> None:
    found = _codes.real_pairs(_codes.stored(300))
    assert found["pairs"] == 300 * 299 // 2
    assert 127 < found["mean"] < 129
    assert 7.8 < found["deviation"] < 8.2
    near = numpy.zeros((2, 32), numpy.uint8)
    near[1, 5] = 7
    assert _codes.real_pairs(near)["least"] == 3


def test_everything_is_found_and_told(measured: dict[str, Any]) -> None:
    assert measured["radius"] == 70
    assert measured["threads"] == 1
    (size,) = measured["sizes"].values()
    assert list(measured["sizes"]) == ["20000"]
    found = size["engines"]["gen-ip"]
    assert list(size["engines"]) == ["gen-ip"]
    assert found["recall"] == 1.0
    assert found["kind"] == "gen-ip"
    for shape, codes in (("single", 1), ("picture", 32), ("large", 64)):
        each = found[shape]
        assert each["codes"] == codes
        assert each["compared_per_second"] > each["queries_per_second"] > 0
        assert each["milliseconds"] > 0
    assert found["bytes_peak"] > found["bytes_resident"] >= 0
    assert found["build_seconds"] >= 0
    speeds = found["bandwidth"]
    assert speeds["share"] > 0
    assert min(speeds["read_bytes_per_second"], speeds["scan_bytes_per_second"]) > 0
    assert size["ratios"] == {"scan_of_read_bandwidth": speeds["share"]}
    adding = measured["adding"]
    assert adding["pictures"] == 20
    # 500 local features of a work, and more beside.
    assert adding["disk_bytes_per_picture"] > 19_000
    text = match.table(measured)
    assert "20,000 codes" in text
    assert "1.0000" in text


def test_the_chart_is_the_same_for_the_same_numbers(
    measured: dict[str, Any], tmp_path: Path
) -> None:
    (first,) = match_charts.draw(measured, tmp_path / "a")
    (second,) = match_charts.draw(measured, tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as image:
        assert image.width > 700


def test_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert match.main(["--rows", "100", "--radius", "300", "--no-peers"]) == 1
    assert "radius" in capsys.readouterr().err
