"""The compiled search of codes finds what its plain definition finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gen_ip.match.codes import BLOCK, Blocks, Hits, as_words, pack, reference, search, unpack
from gen_ip.match.errors import InvalidQuery, MatchingUnavailable
from tests.support.require import ROOT

# Around the edges of a strip, a block, and of what one thread takes alone.
SIZES = [0, 1, 2, 511, 512, 513, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 700]


def near_codes(size: int, seed: int) -> Any:
    """Codes that lie near each other: bits of a few prototypes, flipped here and there; among them
    equal ones, zeros and ones."""
    random = numpy.random.default_rng(seed)
    prototypes = random.integers(0, 256, (4, 32), numpy.uint8)
    prototypes[0] = 0
    codes = prototypes[random.integers(0, 4, size)]
    flips = random.random((size, 256)) < random.choice([0.0, 0.05, 0.2], (size, 1))
    return codes ^ numpy.packbits(flips, axis=1)


def same(found: Hits, expected: Hits) -> None:
    for ours, theirs in zip(found, expected, strict=True):
        numpy.testing.assert_array_equal(ours, theirs)
        assert ours.dtype == theirs.dtype


@settings(max_examples=150, deadline=None)
@given(
    size=st.sampled_from(SIZES),
    seed=st.integers(0, 99),
    radius=st.integers(0, 256),
    limit=st.sampled_from([1, 2, 7, 100, 10_000]),
    asked=st.integers(0, 5),
    threads=st.sampled_from([1, 3]),
)
@example(size=3 * BLOCK + 700, seed=0, radius=256, limit=1, asked=2, threads=1)
@example(size=BLOCK, seed=0, radius=256, limit=10_000, asked=2, threads=1)
def test_finds_what_the_definition_says(
    size: int, seed: int, radius: int, limit: int, asked: int, threads: int
) -> None:
    codes = near_codes(size, seed)
    queries = near_codes(asked, seed + 1)
    found = search(pack(codes), queries, radius, limit, threads=threads)
    same(found, reference(codes, queries, radius, limit))


def test_many_threads_and_queries_find_the_same() -> None:
    """More rows than a thread takes alone, and more queries than one pass."""
    codes = near_codes(40 * BLOCK + 5, 1)
    queries = near_codes(130, 2)
    blocks = pack(codes)
    alone = search(blocks, queries, 70, 5, threads=1)
    for threads in (2, 3):
        same(search(blocks, queries, 70, 5, threads=threads), alone)
    some = [0, 64, 129]
    expected = reference(codes, queries[some], 70, 5)
    for place, number in enumerate(some):
        ours, theirs = alone.queries == number, expected.queries == place
        numpy.testing.assert_array_equal(alone.rows[ours], expected.rows[theirs])
        numpy.testing.assert_array_equal(alone.distances[ours], expected.distances[theirs])


@settings(max_examples=40, deadline=None)
@given(size=st.sampled_from(SIZES[1:]), seed=st.integers(0, 99), limit=st.sampled_from([1, 30]))
def test_removed_rows_are_not_found_and_take_no_place(size: int, seed: int, limit: int) -> None:
    codes = near_codes(size, seed)
    alive = numpy.random.default_rng(seed).random(size) < 0.5
    dead = numpy.packbits(~alive, bitorder="little")
    blocks = pack(codes)
    found = search(Blocks(blocks.words, blocks.rows, dead), codes[:3], 120, limit)
    expected = reference(codes[alive], codes[:3], 120, limit)
    same(found, expected._replace(rows=numpy.flatnonzero(alive)[expected.rows]))


def test_codes_come_back_as_they_were_laid() -> None:
    codes = near_codes(BLOCK + 3, 5)
    numpy.testing.assert_array_equal(unpack(pack(codes)).view(numpy.uint8), codes)
    numpy.testing.assert_array_equal(as_words([bytes(code) for code in codes]), as_words(codes))


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"radius": -1}, "radius"),
        ({"radius": 257}, "radius"),
        ({"radius": 3.0}, "radius"),
        ({"limit": 0}, "limit"),
        ({"threads": 0}, "threads"),
        ({"queries": numpy.zeros((1, 31), numpy.uint8)}, "codes"),
        ({"queries": numpy.zeros((1, 4), numpy.int64)}, "codes"),
        ({"queries": [b"short"]}, "codes"),
        ({"queries": "text"}, "codes"),
    ],
)
def test_says_which_argument_is_wrong(arguments: dict[str, Any], named: str) -> None:
    right = {"queries": numpy.zeros((1, 32), numpy.uint8), "radius": 10, "limit": 1}
    with pytest.raises(InvalidQuery) as caught:
        search(pack(near_codes(3, 0)), **{**right, **arguments})
    assert caught.value.argument == named


_SEARCH = """
import sys
if "without" in sys.argv:
    sys.modules["numba"] = None
import numpy
from gen_ip.match.codes import pack, search
from gen_ip.match.errors import MatchingUnavailable
try:
    print(search(pack(numpy.zeros((9, 32), numpy.uint8)), [bytes(32)], 0, 3).rows.tolist())
except MatchingUnavailable as error:
    print(error)
"""


def searched(*arguments: str, cache: Path) -> str:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", _SEARCH, *arguments],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_says_what_to_install(tmp_path: Path) -> None:
    assert 'pip install "gen-ip[match]"' in searched("without", cache=tmp_path)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder that was missing, and was filled."""
    cache = tmp_path_factory.mktemp("cache") / "not" / "yet"
    assert searched(cache=cache) == "[0, 1, 2]"
    assert list(cache.rglob("*.nbc"))
    return cache


def test_works_without_a_cache_folder(tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.write_text("no folder")
    assert searched(cache=occupied) == "[0, 1, 2]"


@pytest.mark.parametrize(("kind", "left"), [("nbc", 100), ("nbi", 0)])
def test_a_damaged_cache_is_made_anew(filled: Path, tmp_path: Path, kind: str, left: int) -> None:
    cache = shutil.copytree(filled, tmp_path / "cache")
    files = [path for path in cache.rglob(f"*.{kind}") if ".gather-" in path.name]
    for path in files:
        os.truncate(path, left)
    assert searched(cache=cache) == "[0, 1, 2]"
    assert files
    assert all(path.stat().st_size > 100 for path in files)


def test_missing_library_is_an_error_of_this_package() -> None:
    assert MatchingUnavailable("numba").library == "numba"
