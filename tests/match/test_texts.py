"""Texts and prompts found again: excerpts, quotations, other dress, and why."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gen_ip.fingerprint.text import samples
from gen_ip.fingerprint.text.prompt_record import PromptRecord
from gen_ip.fingerprint.text.prompts import Prompt
from gen_ip.fingerprint.text.record import LONG_GRAM, text_record
from gen_ip.fingerprint.text.sentences import WIDTH, Sentences
from gen_ip.match.answer import Answer
from gen_ip.match.texts.findings import Found
from gen_ip.match.texts.meaning import near
from gen_ip.match.texts.overlap import overlap
from gen_ip.match.texts.passages import passages, runs
from gen_ip.match.texts.prompt_kind import PROMPTS
from gen_ip.match.texts.text_kind import TEXTS
from gen_ip.match.verdict import Verdict
from gen_ip.match.works.index import WorkIndex

# As many words as there are syllables in rows of three.
SYLLABLES = ("ba", "do", "fi", "gu", "ke", "lo", "mi", "nu", "pa", "re", "so", "ti")
VOCABULARY = [a + b + c for a in SYLLABLES for b in SYLLABLES for c in SYLLABLES]


def told(seed: int, words: int = 400) -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(VOCABULARY) for _ in range(words))


def ask(index: WorkIndex, text: str) -> Answer:
    return TEXTS.ask(index, text_record(bytes([255] * 32), "plain", text))


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> WorkIndex:
    index = WorkIndex(tmp_path_factory.mktemp("texts") / "index", write=True)
    index.add(
        TEXTS.record(f"work {seed}", text_record(bytes([seed] * 32), "plain", told(seed)))
        for seed in range(20)
    )
    return index


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 19), st.integers(40, 120), st.integers(0, 250), st.integers(0, 300))
def test_an_excerpt_in_another_text_is_found_where_it_is(
    index: WorkIndex, seed: int, count: int, at: int, around: int
) -> None:
    excerpt = " ".join(told(seed).split()[at : at + count])
    others = told(1000 + seed, around)
    text = f"{others} {excerpt.upper()} {others}"
    answer = ask(index, text)
    assert answer.best is not None
    assert answer.best.key == f"work {seed}"
    assert answer.best.verdict in (Verdict.DERIVATIVE, Verdict.NEAR_DUPLICATE)
    assert isinstance(answer.best, Found)
    passage = answer.best.passages[0]
    # Chance may add a word on either side.
    assert count <= passage.words <= count + 4
    start, end = passage.query
    assert excerpt.upper() in text[start:end].strip() or passage.words > count
    assert answer.best.measured()["passages"][0]["words"] == passage.words


def test_strangers_are_not_found(index: WorkIndex) -> None:
    for seed in range(2000, 2020):
        assert ask(index, told(seed)).verdict is Verdict.UNKNOWN


def test_the_same_words_in_another_file_are_exact(index: WorkIndex) -> None:
    text = told(3).upper().replace(" ", "\n — ").replace("A", "А")  # noqa: RUF001
    answer = ask(index, text)
    assert answer.verdict is Verdict.EXACT_CONTENT
    assert [(each.key, each.method) for each in answer.findings[:1]] == [("work 3", "text-1")]


def test_edited_texts_are_near_duplicates(index: WorkIndex) -> None:
    words = told(5).split()
    chance = random.Random(1)
    edited = [each if chance.random() > 0.03 else "else" for each in words]
    answer = ask(index, " ".join(edited))
    assert (answer.verdict, answer.findings[0].key) == (Verdict.NEAR_DUPLICATE, "work 5")
    half = [each if chance.random() > 0.2 else "else" for each in words]
    assert ask(index, " ".join(half)).findings[0].key == "work 5"


def test_evidence_is_a_picture_of_both(index: WorkIndex) -> None:
    (found,) = ask(index, f"{told(77, 50)} {' '.join(told(7).split()[100:220])}").findings
    pictures = found.evidence()
    with Image.open(io.BytesIO(pictures["passages"])) as image:
        assert image.format == "PNG"
        assert image.width == 1400
        colors = {color for _, color in image.convert("RGB").getcolors(2**24) or []}
        # What is marked.
        assert (255, 236, 150) in colors
    assert "120 words" in found.lines()[1]


@given(
    st.lists(st.sampled_from("abcdefg"), max_size=40),
    st.lists(st.sampled_from("abcdefg"), max_size=40),
)
def test_runs_are_common_words(left: list[str], right: list[str]) -> None:
    query, work = (text_record(bytes(32), "plain", " ".join(each)) for each in (left, right))
    found = runs(query.long_grams, work.long_grams, min(LONG_GRAM, len(left) or 1))
    for run in found if min(len(left), len(right)) >= LONG_GRAM else ():
        words = left[run.query : run.query + run.words]
        assert words == right[run.work : run.work + run.words]
        assert len(words) == run.words
    for passage in passages(query.text, work.text, found):
        assert query.text[slice(*passage.query)] == work.text[slice(*passage.work)]


@given(st.frozensets(st.integers(0, 30)), st.frozensets(st.integers(0, 30)))
def test_overlap_is_that_of_sets(left: frozenset[int], right: frozenset[int]) -> None:
    import numpy

    found = overlap(*(numpy.array(sorted(each), numpy.uint64) for each in (left, right)))
    assert (found.shared, found.query, found.work) == (len(left & right), len(left), len(right))
    assert found.jaccard == (len(left & right) / len(left | right) if left | right else 0)


def test_prompts_are_told_apart_by_what_they_wish_for(tmp_path: Path) -> None:
    wishes = [
        "a red fox curled up in fresh snow at dawn, soft rim light, 85mm, film grain",
        "isometric cutaway of a tiny bakery, warm lamps, clay render, pastel palette",
        "portrait of an old sailor with a scarred cheek, harsh noon sun, kodachrome",
    ]
    negative = "lowres, bad anatomy, bad hands, text, error, missing fingers, cropped, blurry"

    def record(wish: str, number: int) -> PromptRecord:
        return PromptRecord(bytes([number] * 32), "a1111", Prompt(wish, negative))

    with WorkIndex(tmp_path / "index", write=True) as index:
        index.add(PROMPTS.record(f"{n}", record(wish, n)) for n, wish in enumerate(wishes))
        parts = wishes[0].split(", ")
        turned = ", ".join([*parts[2:], "(masterpiece:1.3)", *parts[:2]])
        answer = PROMPTS.ask(index, record(turned, 9))
        assert answer.best is not None
        assert answer.best.key == "0"
        assert answer.best.evidence()
        # The same things are not wished for, which says nothing.
        other = record("wide shot of a concrete stairwell, brutalist, overcast, no people", 9)
        assert PROMPTS.ask(index, other).best is None
        exact = PROMPTS.ask(index, record(wishes[1].upper(), 9))
        assert exact.verdict is Verdict.EXACT_CONTENT


def test_sentences_that_point_alike_share_numbers() -> None:
    import numpy

    chance = numpy.random.default_rng(5)
    rows = chance.integers(-60, 60, (30, WIDTH)).astype(numpy.int8)
    turned = (rows + chance.integers(-30, 30, rows.shape)).astype(numpy.int8)
    others = chance.integers(-60, 60, rows.shape).astype(numpy.int8)
    own, like, else_ = (set(near(Sentences(each)).tolist()) for each in (rows, turned, others))
    assert len(own & like) > 4 * len(own & else_)
    assert not len(near(Sentences(rows[:0])))


def test_a_document_is_found_by_the_reader_of_its_kind(index: WorkIndex, tmp_path: Path) -> None:
    path = tmp_path / "found.docx"
    path.write_bytes(samples.docx(*told(11).split("re")))
    with TEXTS.reader() as reader:
        found = reader.fingerprint(path)
    assert found.form == "docx"
    assert TEXTS.ask(index, found).findings[0].key == "work 11"
