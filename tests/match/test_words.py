"""Works found by words: as the definition says, in crops too, and whatever the files hold."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import numpy
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageOps

from gen_ip.fingerprint.local import LocalFeatures, asked_features, local_features
from gen_ip.match.errors import InvalidQuery
from gen_ip.match.index.engine import BadFile
from gen_ip.match.index.records import Row
from gen_ip.match.index.word_file import WordEngine
from gen_ip.match.words import searching, vocabulary
from gen_ip.match.words.postings import Postings, file_features, merge
from gen_ip.match.words.searching import WordIndex, heaviest
from gen_ip.match.words.vocabulary import DamagedVocabulary, Vocabulary
from tests.match import words_reference
from tests.match.pictures import features

KNOWN = vocabulary.vocabulary()
WORKS = 40
ID = "1" * 32


def index_of(works: list[tuple[int, LocalFeatures]], parts: int = 1) -> WordIndex:
    size = -(-len(works) // parts) or 1
    cut = [works[start : start + size] for start in range(0, len(works), size)]
    return WordIndex(KNOWN, tuple(file_features(part, KNOWN) for part in cut))


def noisy(own: LocalFeatures, dice: random.Random, count: int) -> LocalFeatures:
    """Some of the features, turned and grown alike, with a few bits of their codes flipped."""
    drawn = numpy.random.default_rng(dice.getrandbits(32))
    chosen = numpy.sort(drawn.permutation(len(own))[:count])
    flipped = drawn.random((len(chosen), 256)) < drawn.uniform(0, 0.2)
    return LocalFeatures(
        own.size,
        own.points[chosen],
        own.scales[chosen] * numpy.float32(drawn.choice([0.5, 1, 1.6])),
        (own.angles[chosen] + numpy.float32(drawn.integers(0, 360))) % 360,
        own.strengths[chosen],
        own.codes[chosen] ^ numpy.packbits(flipped, axis=1),
    )


def told(found: searching.Ranked) -> list[tuple[int, int]]:
    return list(zip(found.handles.tolist(), found.scores.tolist(), strict=True))


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32), parts=st.integers(1, 4), asked=st.integers(1, 12))
@example(seed=2316, parts=1, asked=8)  # sizes next to where one step of scale ends
def test_works_are_ranked_as_defined(seed: int, parts: int, asked: int) -> None:
    dice = random.Random(seed)
    base = features(dice, 30)
    # Works that share features with each other, some with none and some with one many times.
    works = [
        (3 * number + 1, drawn)
        for number in range(12)
        for drawn in [noisy(base, dice, 4 * (number % 4)) if number % 3 else features(dice, 9)]
    ]
    question = noisy(base, dice, asked)
    found = index_of(works, parts).search([question], 99)
    assert told(found) == words_reference.rank(file_features(works, KNOWN), question)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_nearest_words_are_the_nearest(seed: int) -> None:
    own = features(random.Random(seed), 3).codes
    expected = [words_reference.nearest(KNOWN, words_reference.code(code), 5) for code in own]
    assert KNOWN.nearest(own, 5).tolist() == expected
    signatures = [words_reference.signature(KNOWN, words_reference.code(code)) for code in own]
    assert KNOWN.signatures(own).tolist() == signatures


def test_parts_merged_are_what_would_be_filed_at_once() -> None:
    dice = random.Random(5)
    works = [(handle, features(dice, dice.randrange(40))) for handle in range(1, 30)]
    at_once = file_features(works, KNOWN)
    merged = merge(
        [file_features(works[a:b], KNOWN) for a, b in ((0, 1), (1, 1), (1, 20), (20, 30))]
    )
    for column in ("handles", "starts", "signatures", "places"):
        assert numpy.array_equal(getattr(merged, column), getattr(at_once, column))
    assert merged.places.dtype == at_once.places.dtype == numpy.uint32


def test_of_equally_heavy_rows_the_first_are_considered() -> None:
    totals = numpy.array([0, 5, 3, 5, 0, 3, 3, 9], numpy.int32)
    assert heaviest(totals, 5).tolist() == [1, 2, 3, 5, 7]
    assert heaviest(totals, 2).tolist() == [1, 7]
    assert heaviest(totals, 9).tolist() == [1, 2, 3, 5, 6, 7]


def texture(seed: int) -> Image.Image:
    """A made-up picture: overlapping shapes of all sizes."""
    dice = random.Random(seed)
    image = Image.new("RGB", (512, 400), tuple(dice.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(260):
        x, y, side = dice.randrange(-40, 512), dice.randrange(-40, 400), dice.randrange(4, 70)
        color = tuple(dice.randrange(256) for _ in range(3))
        draw = dice.choice([pen.rectangle, pen.ellipse])
        draw((x, y, x + side, y + dice.randrange(4, 70)), fill=color)
    return image


def copy_of(image: Image.Image) -> NDArray[numpy.uint8]:
    image = ImageOps.contain(image, (512, 512)) if max(image.size) > 512 else image
    return numpy.asarray(image.convert("RGB"))


def asked(image: Image.Image) -> list[LocalFeatures]:
    """What is asked about a picture: its features and its mirror image's."""
    return [asked_features(copy_of(image)), asked_features(copy_of(ImageOps.mirror(image)))]


@pytest.fixture(scope="module")
def gallery() -> WordIndex:
    return index_of([(seed, local_features(copy_of(texture(seed)))) for seed in range(WORKS)], 3)


@pytest.mark.parametrize("seed", range(0, WORKS, 9))
def test_crops_turned_and_mirrored_ones_are_found(gallery: WordIndex, seed: int) -> None:
    image = texture(seed)
    for edited in (
        image.crop((90, 70, 450, 350)),
        ImageOps.mirror(image).crop((60, 80, 420, 360)),
        image.rotate(15, Image.Resampling.BICUBIC, expand=True),
        image.crop((140, 100, 400, 300)).resize((390, 300)),
    ):
        found = gallery.search(asked(edited), 5)
        assert found.handles[0] == seed


def test_all_works_of_a_collage_are_found(gallery: WordIndex) -> None:
    page = Image.new("RGB", (512, 400), (255, 255, 255))
    for place, seed in enumerate((3, 14, 25, 36)):
        page.paste(texture(seed).resize((250, 195)), (256 * (place % 2), 200 * (place // 2)))
    assert set(gallery.search(asked(page), 4).handles.tolist()) == {3, 14, 25, 36}


def test_the_same_is_found_every_time(gallery: WordIndex) -> None:
    question = asked(texture(4).crop((50, 50, 300, 300)))
    assert told(gallery.search(question, 20)) == told(gallery.search(question, 20))


def test_nothing_is_found_in_nothing() -> None:
    flat = local_features(copy_of(Image.new("RGB", (300, 300), (9, 9, 9))))
    question = asked_features(copy_of(texture(1)))
    assert len(flat) == 0
    for empty in (WordIndex(KNOWN, ()), index_of([]), index_of([(1, flat), (2, flat)])):
        assert told(empty.search([question], 5)) == []
        assert told(empty.search([], 5)) == []
    assert told(index_of([(1, local_features(copy_of(texture(1))))]).search([flat], 5)) == []


def test_a_search_out_of_form(gallery: WordIndex) -> None:
    for wrong in (0, -1, 1.5, True, None):
        with pytest.raises(InvalidQuery, match="limit"):
            gallery.search([], wrong)  # type: ignore[arg-type]
        with pytest.raises(InvalidQuery, match="probes"):
            gallery.search([], 5, wrong)  # type: ignore[arg-type]


def test_works_that_do_not_rise_are_refused() -> None:
    own = features(random.Random(1), 5)
    with pytest.raises(ValueError, match="rising"):
        file_features([(2, own), (2, own)], KNOWN)


def test_a_damaged_vocabulary_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DamagedVocabulary, match="reinstall"):
        Vocabulary.from_bytes(KNOWN.to_bytes()[:-1])
    assert Vocabulary.from_bytes(KNOWN.to_bytes()).to_bytes() == KNOWN.to_bytes()
    data = bytearray(KNOWN.to_bytes())
    data[70_000] ^= 1
    (tmp_path / "vocabulary-1.bin").write_bytes(data)
    said = Path(vocabulary.__file__).with_name("vocabulary-1.json").read_text("utf-8")
    (tmp_path / "vocabulary-1.json").write_text(said, "utf-8")
    monkeypatch.setattr(vocabulary, "files", lambda _: tmp_path)
    with pytest.raises(DamagedVocabulary, match="SHA-256"):
        vocabulary.vocabulary.__wrapped__()


# The files.


@pytest.fixture
def rows() -> list[Row]:
    dice = random.Random(8)
    return [
        Row(handle, {}, features(dice, dice.randrange(30)).to_bytes() if handle % 4 else None)
        for handle in range(1, 40)
    ]


@pytest.fixture
def engine(tmp_path: Path) -> WordEngine:
    return WordEngine(tmp_path, ID)


def test_files_hold_what_was_appended(engine: WordEngine, rows: list[Row]) -> None:
    mark: str | None = None
    for start in range(0, len(rows), 3):
        mark = engine.append(rows[start : start + 3], mark)
        assert engine.problems(mark) == []
        # Few files: each has more than twice as much as the next.
        sizes = [len(part) for part in engine.open(mark).index.parts]
        assert all(a > 2 * b for a, b in itertools.pairwise(sizes))
    assert mark is not None
    held = engine.open(mark).index
    expected = file_features(
        [(row.handle, LocalFeatures.from_bytes(row.features)) for row in rows if row.features],
        KNOWN,
    )
    found = merge(held.parts)
    for column in ("handles", "starts", "signatures", "places"):
        assert numpy.array_equal(getattr(found, column), getattr(expected, column))


def test_a_mark_stays_good_when_more_is_appended(engine: WordEngine, rows: list[Row]) -> None:
    before = engine.append(rows[:10], None)
    view = engine.open(before)
    engine.append(rows[10:], before)
    assert engine.problems(before) == []
    again = engine.open(before, view)
    assert again.index.parts[0] is view.index.parts[0]


def test_what_is_taken_out_is_not_found_even_after_a_merge(
    engine: WordEngine, rows: list[Row]
) -> None:
    gone = rows[2]
    assert gone.features is not None
    question = LocalFeatures.from_bytes(gone.features)
    mark = engine.append(rows[:10], None)
    view = engine.open(mark)
    assert view.search([question], 1).handles.tolist() == [gone.handle]
    view = view.without(numpy.array([gone.handle, 999]))
    assert gone.handle not in view.search([question], 99).handles
    later = engine.open(engine.append(rows[10:], mark), view)
    assert len(later.index.parts) == 1
    assert gone.handle not in later.search([question], 99).handles


@pytest.mark.parametrize("place", [0, 20, 4096, 4500, -1, -300])
def test_a_flipped_bit_is_seen(engine: WordEngine, rows: list[Row], place: int) -> None:
    mark = engine.append(rows, None)
    (path,) = engine.files(mark)
    data = bytearray(path.read_bytes())
    data[place] ^= 4
    path.write_bytes(data)
    assert len(engine.problems(mark)) == 1
    # Searching what is damaged finds something or nothing, or is refused.
    try:
        view = engine.open(mark)
    except BadFile:
        return
    for row in rows:
        if row.features is not None:
            view.search([LocalFeatures.from_bytes(row.features)], 5)


def test_places_beyond_the_rows_are_passed_over() -> None:
    own = features(random.Random(3), 20)
    held = file_features([(7, own)], KNOWN)
    hostile = Postings(held.handles, held.starts, held.signatures, held.places | 1 << 31)
    assert told(WordIndex(KNOWN, (hostile,)).search([own], 5)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: b"",
        lambda data: data[:4096],
        lambda data: b"[" * 4096 + data[4096:],
        lambda data: json.dumps({"rows": 2**70}).encode().ljust(4096, b"\0") + data[4096:],
    ],
)
def test_a_file_of_another_form_is_bad(engine: WordEngine, rows: list[Row], change: object) -> None:
    assert callable(change)
    mark = engine.append(rows, None)
    (path,) = engine.files(mark)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadFile):
        engine.open(mark)


def test_another_index_or_no_file_is_bad(
    engine: WordEngine, rows: list[Row], tmp_path: Path
) -> None:
    mark = engine.append(rows, None)
    with pytest.raises(BadFile):
        WordEngine(tmp_path, "2" * 32).open(mark)
    for wrong in ("", "{}", '{"files": ["../a"]}', '{"files": [1]}', '{"files": 1}', "[]"):
        with pytest.raises(BadFile, match="mark"):
            engine.open(wrong)
    engine.files(mark)[0].unlink()
    with pytest.raises(BadFile, match="missing"):
        engine.open(mark)
