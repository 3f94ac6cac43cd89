"""The likeness hash `pdq-1`: its vectors, its independence of the machine, its two forms."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint import weights
from gen_ip.fingerprint.descriptor import load
from gen_ip.fingerprint.pdq import Orientation, Pdq, distance, oriented, pdq
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.fingerprint.selftest import VECTORS, deviation, main, vectors
from tests.support.require import require

ROOT = Path(__file__).resolve().parents[2]
CAT = ROOT / "gen_ip" / "demo" / "pictures" / "cat.png"

TURNED: dict[Orientation, Any] = {
    Orientation.UPRIGHT: lambda pixels: pixels,
    Orientation.ROTATE_90: numpy.rot90,
    Orientation.ROTATE_180: lambda pixels: numpy.rot90(pixels, 2),
    Orientation.ROTATE_270: lambda pixels: numpy.rot90(pixels, 3),
    Orientation.FLIP_LEFT_RIGHT: numpy.fliplr,
    Orientation.FLIP_TOP_BOTTOM: numpy.flipud,
    Orientation.TRANSPOSE: lambda pixels: pixels.swapaxes(0, 1),
    Orientation.TRANSVERSE: lambda pixels: numpy.rot90(pixels.swapaxes(0, 1), 2),
}


def noise(height: int, width: int, seed: int) -> NDArray[numpy.uint8]:
    """Squares of 8 pixels in chance colors."""
    chance = numpy.random.default_rng(seed)
    squares = chance.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=numpy.uint8)
    return squares.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]


def by_the_book(pixels: NDArray[numpy.uint8]) -> tuple[list[list[float]], int]:
    """Frequencies and quality as the paper defines them, pixel by pixel in fractions."""
    luma = [
        [Fraction(299 * int(r) + 587 * int(g) + 114 * int(b), 1000) for r, g, b in row]
        for row in pixels
    ]

    def box(line: list[Fraction]) -> list[Fraction]:
        window = math.ceil(len(line) / 128)
        right = (window + 2) // 2
        parts = [line[max(0, at + right - window) : at + right] for at in range(len(line))]
        return [sum(part, Fraction()) / len(part) for part in parts]

    def across(picture: list[list[Fraction]]) -> list[list[Fraction]]:
        return [list(line) for line in zip(*picture, strict=True)]

    for _ in range(2):
        luma = [box(line) for line in luma]
        luma = across([box(line) for line in across(luma)])
    height, width = len(luma), len(luma[0])
    cells = [
        [luma[int((i + 0.5) * height / 64)][int((j + 0.5) * width / 64)] for j in range(64)]
        for i in range(64)
    ]
    steps = sum(
        int(abs(a - b) * 100 / 255)
        for picture in (cells, across(cells))
        for line in picture
        for a, b in pairwise(line)
    )
    small = numpy.array([[float(value) for value in row] for row in cells])
    rows, columns = numpy.arange(1, 17)[:, None], numpy.arange(64)[None]
    cosines = numpy.cos(numpy.pi / 128 * rows * (2 * columns + 1))
    return (cosines @ small @ cosines.T).tolist(), min(100, steps // 90)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (131, 70), (40, 200), (5, 9), (17, 390)])
def test_it_is_what_the_paper_defines(height: int, width: int) -> None:
    pixels = noise(height, width, height)
    frequencies, quality = by_the_book(pixels)
    flat = [value for row in frequencies for value in row]
    median = sorted(flat)[127]
    found = pdq(pixels)
    assert found.quality == quality
    number = int.from_bytes(found.hash)
    for index, value in enumerate(flat):
        # What lies this near the median may go either way in the floats of this test.
        if abs(value - median) > 1e-2:
            assert (number >> index & 1) == (value > median), index


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector["name"])
def test_conformance_vectors(vector: dict[str, Any]) -> None:
    assert deviation(vector) is None


def test_metas_code_finds_the_same_hashes() -> None:
    """Recorded beside the vectors; a picture of one color is noise to 32-bit floats."""
    compared = 0
    for vector in vectors():
        if vector["meta"] is None or vector["quality"] == 0:
            continue
        assert vector["meta"]["hashes"] == vector["hashes"], vector["name"]
        assert vector["meta"]["quality"] == vector["quality"], vector["name"]
        compared += 1
    assert compared == len(vectors()) - 2


SETTINGS = [
    {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    {"OPENBLAS_NUM_THREADS": "7", "OMP_NUM_THREADS": "7", "MKL_NUM_THREADS": "7"},
    {"OPENBLAS_CORETYPE": "Prescott"},
    {"NPY_DISABLE_CPU_FEATURES": "SSE41 POPCNT SSE42 AVX F16C FMA3 AVX2"},
]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: next(iter(setting.items()))[1])
def test_threads_and_processor_do_not_matter(setting: dict[str, str]) -> None:
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "gen_ip.fingerprint.selftest"],
        env={**os.environ, **setting},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    # Those of other kinds of works are among them.
    lines = run.stdout.splitlines()
    assert len(lines) > len(vectors())
    assert lines[-1] == f"0 of {len(lines) - 1} vectors differ"


def test_self_test_tells_a_deviation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(VECTORS.read_text("utf-8"))
    bad = document["vectors"][0]
    bad["hashes"]["upright"] = "00" * 32
    document["vectors"][1]["pixels_sha256"] = "00" * 32
    document["vectors"][3]["views"] = {}
    changed = tmp_path / "pdq-1.json"
    changed.write_text(json.dumps(document), "utf-8")
    monkeypatch.setattr("gen_ip.fingerprint.selftest.VECTORS", changed)
    assert main() == 1
    said = capsys.readouterr().out
    assert f"differs  {bad['name']}: upright: " in said
    assert "gives other pixels" in said
    assert "the views are" in said
    assert re.search(r"\n3 of \d+ vectors differ\n$", said)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("pixels-v1", "00" * 32, "pixels-v1 is"),
        ("phash64", "00" * 8, "phash64 is"),
        ("orb-1", None, "of the features again, not 80%"),
        ("sscd-1", None, "bits, not 24"),
    ],
)
def test_self_test_tells_a_deviation_of_every_fingerprint(
    name: str, value: str | None, words: str
) -> None:
    descriptor = load(require("sscd"))
    complete = [vector for vector in vectors() if name in vector["known"]]
    assert len(complete) >= 4
    one, other = complete[-1], complete[-2]
    assert deviation(one, descriptor, features=True) is None
    wrong = other["known"][name] if value is None else value
    told = deviation({**one, "known": {**one["known"], name: wrong}}, descriptor, features=True)
    assert told is not None
    assert words in told


def test_self_test_says_what_it_leaves_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    monkeypatch.setenv(weights.VARIABLE, str(tmp_path / "none"))
    assert main() == 0
    said = capsys.readouterr().out
    assert "not compared: orb-1: " in said
    assert "not compared: sscd-1: " in said


def test_no_cosine_lies_where_libraries_could_round_differently() -> None:
    for angle in range(512):
        exact = math.cos(angle * math.pi / 128) * 2**20
        assert abs(exact % 1 - 0.5) > 1e-6


@pytest.mark.parametrize("turn", TURNED, ids=lambda turn: turn.value)
def test_a_turned_picture_has_nearly_the_turned_hash(turn: Orientation) -> None:
    for pixels in (reduced_copy(CAT), noise(300, 400, 1)):
        turned = numpy.ascontiguousarray(TURNED[turn](pixels))
        assert distance(pdq(turned), oriented(pixels)[turn]) <= 24
        others = [each for name, each in oriented(pixels).items() if name is not turn]
        assert min(distance(pdq(turned), other) for other in others) > 60


@given(arrays(numpy.uint8, (64, 64, 3)))
@settings(max_examples=25)
def test_half_of_the_bits_are_set_unless_frequencies_tie(pixels: NDArray[numpy.uint8]) -> None:
    for each in oriented(pixels).values():
        assert int.from_bytes(each.hash).bit_count() <= 128


def test_structure_sets_half_of_the_bits() -> None:
    assert {
        int.from_bytes(each.hash).bit_count() for each in oriented(noise(99, 88, 2)).values()
    } == {128}


@given(st.tuples(*[st.integers(0, 255)] * 3), st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=25)
def test_one_color_is_zero_and_worth_nothing(
    color: tuple[int, int, int], height: int, width: int
) -> None:
    pixels = numpy.full((height, width, 3), color, numpy.uint8)
    assert set(oriented(pixels).values()) == {Pdq(bytes(32), 0)}


def test_what_lies_in_memory_otherwise_has_the_same_hash() -> None:
    pixels = reduced_copy(CAT)
    assert pdq(numpy.asfortranarray(pixels)) == pdq(pixels)
    assert pdq(pixels[::-1][::-1]) == pdq(pixels)


@pytest.mark.parametrize(
    "pixels",
    [
        numpy.zeros((10, 10), numpy.uint8),
        numpy.zeros((10, 10, 4), numpy.uint8),
        numpy.zeros((10, 10, 3), numpy.float64),
        numpy.zeros((513, 10, 3), numpy.uint8),
        numpy.zeros((0, 10, 3), numpy.uint8),
    ],
    ids=lambda pixels: f"{pixels.dtype} {pixels.shape}",
)
def test_other_arrays_are_refused(pixels: NDArray[Any]) -> None:
    with pytest.raises(ValueError, match="; give "):
        pdq(pixels)


HASHES = st.builds(Pdq, st.binary(min_size=32, max_size=32), st.integers(0, 100))


@given(HASHES)
def test_both_forms_survive_a_round_trip(value: Pdq) -> None:
    assert Pdq.from_bytes(value.to_bytes()) == value
    assert len(value.to_bytes()) == 34
    assert Pdq.from_json(json.loads(json.dumps(value.to_json()))) == value


@given(HASHES, HASHES, HASHES)
def test_distance_is_a_metric(a: Pdq, b: Pdq, c: Pdq) -> None:
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a.hash == b.hash)
    assert distance(a, c) <= distance(a, b) + distance(b, c) <= 512


@given(st.binary(max_size=40))
def test_other_bytes_are_refused_unless_they_are_a_hash(data: bytes) -> None:
    try:
        found = Pdq.from_bytes(data)
    except MalformedFingerprint:
        return
    assert found.to_bytes() == data


GOOD = Pdq(bytes(range(32)), 77)


@pytest.mark.parametrize(
    "data",
    [b"", GOOD.to_bytes()[:-1], b"\x02" + GOOD.to_bytes()[1:], GOOD.to_bytes()[:-1] + b"\x65"],
    ids=["empty", "cut", "version 2", "quality 101"],
)
def test_malformed_binary(data: bytes) -> None:
    with pytest.raises(MalformedFingerprint, match="pdq-1"):
        Pdq.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "pdq-2"},
        {"hash": "AB" * 32},
        {"hash": "ab" * 31},
        {"hash": ["a"] * 64},
        {"quality": 101},
        {"quality": True},
        {"quality": 7.0},
        {"quality": None},
        {"more": 1},
    ],
    ids=str,
)
def test_malformed_json(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedFingerprint, match="pdq-1"):
        Pdq.from_json({**GOOD.to_json(), **change})


@pytest.mark.parametrize("value", [None, [], "", {"algorithm": "pdq-1"}], ids=str)
def test_json_of_another_kind(value: Any) -> None:
    with pytest.raises(MalformedFingerprint, match="pdq-1"):
        Pdq.from_json(value)


def test_heavy_libraries_are_imported_only_when_used() -> None:
    program = """
import sys, gen_ip.fingerprint.pdq, gen_ip.fingerprint.reduced, gen_ip.fingerprint.views
heavy = {"PIL", "numpy", "scipy"} & set(sys.modules)
assert not heavy, f"imported too early: {heavy}"
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
