"""Texts: the same words in any dress are the same text, whatever is in a file nothing breaks."""

from __future__ import annotations

import functools
import io
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gen_ip.errors import FileProblem, MalformedFingerprint, UnreadableText
from gen_ip.fingerprint.confined import Limits
from gen_ip.fingerprint.text import archives, extracting, samples
from gen_ip.fingerprint.text.decoding import decoded
from gen_ip.fingerprint.text.extracting import FORMATS, extracted
from gen_ip.fingerprint.text.normalizing import normalized
from gen_ip.fingerprint.text.prompt_record import PromptRecord
from gen_ip.fingerprint.text.prompts import Prompt, parsed, plain
from gen_ip.fingerprint.text.reading import ReadingFailed, Texts
from gen_ip.fingerprint.text.record import TextRecord, text_record
from gen_ip.fingerprint.text.selftest import deviation, vectors
from gen_ip.fingerprint.text.sentences import MOST, split, spread
from gen_ip.fingerprint.text.shingles import grams, sketch, winnowed, words

LINE = "the lighthouse keeper counted every wave until the great lamp went out at dawn"
WORDS = LINE.split()


@pytest.fixture(scope="module")
def reader() -> Iterator[Texts]:
    with Texts() as texts:
        yield texts


@given(st.text(max_size=200))
def test_normalizing_twice_changes_nothing(text: str) -> None:
    once = normalized(text).text()
    assert normalized(once).text() == once


@given(st.text(max_size=120), st.text(max_size=40))
def test_words_of_a_part_are_words_of_the_whole(before: str, after: str) -> None:
    whole = normalized(f"{before} {after}")
    assert whole.text() == f"{normalized(before).text()} {normalized(after).text()}".strip()
    assert len(whole) == len(whole.text().split())


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_dress_counts_for_nothing(chosen: list[str], chance: random.Random) -> None:
    def dressed(word: str) -> str:
        letters = [
            each.translate(str.maketrans("aeopc", "аеорс")) if chance.random() < 0.5 else each  # noqa: RUF001
            for each in (word.upper() if chance.random() < 0.3 else word)
        ]
        return "\u200b".join(letters)

    said = "  — ".join(map(dressed, chosen)) + "!"
    assert normalized(said).hash() == normalized(" ".join(chosen)).hash()


def test_spans_lead_back_to_the_text() -> None:
    text = "“Ｔhe\u200b ½ lighthouse”, état 漢字"  # noqa: RUF001
    found = normalized(text)
    assert found.text() == "the 1 2 lighthouse etat 漢 字"
    assert [text[slice(*found.span(at, at + 1))] for at in range(len(found))] == [
        "Ｔhe", "½", "½", "lighthouse", "état", "漢", "字",  # noqa: RUF001
    ]  # fmt: skip


@given(st.lists(st.integers(0, 5), max_size=60), st.integers(1, 9))
def test_winnowing_is_what_the_paper_says(values: list[int], window: int) -> None:
    numbers = np.array(values, np.uint64)
    expected = set()
    for start in range(max(1, len(values) - window + 1) if values else 0):
        part = values[start : start + window]
        # The rightmost of the smallest.
        expected.add(start + max(at for at, each in enumerate(part) if each == min(part)))
    assert winnowed(numbers, window).tolist() == sorted(expected)


@given(st.lists(st.sampled_from(WORDS), max_size=50), st.integers(1, 6))
def test_rows_are_equal_as_their_words_are(chosen: list[str], size: int) -> None:
    found = grams(words(normalized(" ".join(chosen))), size)
    rows = [tuple(chosen[at : at + size]) for at in range(max(1, len(chosen) - size + 1))]
    if not chosen:
        assert not len(found)
        return
    assert len(found) == len(rows)
    assert len(set(found.tolist())) == len(set(rows))


@given(st.lists(st.integers(0, 2**64 - 1), max_size=400), st.integers(1, 8))
def test_a_sketch_holds_the_smallest(values: list[int], size: int) -> None:
    assert sketch(np.array(values, np.uint64), size).tolist() == sorted(set(values))[:size]


def test_every_format_says_the_same(reader: Texts, tmp_path: Path) -> None:
    files = {
        "txt": LINE.encode(),
        "utf16.txt": LINE.encode("utf-16"),
        "md": f"# The\n\n{LINE.removeprefix('the ').replace('great', '**great**')}\n".encode(),
        "html": f"<html><script>no</script><p>{LINE.replace('lamp', '<b>l</b>amp')}</p>".encode(),
        "docx": samples.docx(*WORDS),
        "odt": _odt(LINE),
        "epub": samples.epub([f"<p>{' '.join(WORDS[:5])}</p>", f"<p>{' '.join(WORDS[5:])}</p>"]),
        "pdf": samples.pdf(LINE),
    }
    found = set()
    for ending, content in files.items():
        path = tmp_path / f"a.{ending}"
        path.write_bytes(content)
        found.add((reader.fingerprint(path).content, ending in ("txt", "utf16.txt")))
    assert {content for content, _ in found} == {normalized(LINE).hash()}


def _odt(text: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        made.writestr("content.xml", f"<d><meta>no</meta><body><p>{text}</p></body></d>")
    return data.getvalue()


@functools.cache
def _bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        with made.open("word/document.xml", "w") as part:
            for _ in range(archives.MAX_UNPACKED // 2**20 + 1):
                part.write(bytes(2**20))
    return data.getvalue()


_LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "{}">]><a><body><p>&c;</p></body></a>'
HOSTILE = {
    "bomb.docx": _bomb,
    "laughs.odt": lambda: samples.archive(
        {"mimetype": "application/vnd.oasis.opendocument.text",
         "content.xml": _LAUGHS.format("&b;" * 1000)}
    ),
    "deep.html": lambda: b"<html>" + b"<div>" * 200_000 + b"x",
    "deep.docx": lambda: samples.archive(
        {"[Content_Types].xml": "", "word/document.xml": "<p>" * 100_000}
    ),
    "cut.pdf": lambda: samples.pdf("a b")[:200],
    "loop.pdf": lambda: samples.pdf("a b").replace(b"/Kids[3 0 R]", b"/Kids[2 0 R]"),
    "outside.epub": lambda: samples.epub(["x"]).replace(b"b/p.opf", b"../etc "),
    "empty.docx": lambda: samples.docx(""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_or_read(reader: Texts, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name]())
    try:
        found = reader.fingerprint(path)
    except FileProblem:
        return
    assert len(found.text) < 10_000


def test_a_bomb_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(UnreadableText, match="unpacks to more than"):
        extracted("a", _bomb(), "docx")


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.sampled_from(sorted(samples.samples().values()))),
    st.sampled_from(FORMATS),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=6),
)
def test_no_bytes_break_a_reader(content: bytes, form: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray(content)
    for at, value in flips:
        if data:
            data[at % len(data)] = value
    try:
        text = extracted("a file", bytes(data), form)
    except UnreadableText:
        return
    record = text_record(bytes(32), form, text)
    again = TextRecord.from_bytes(record.to_bytes())
    assert (again.text, again.content) == (record.text, record.content)
    assert again.words.tolist() == record.words.tolist()


def test_too_slow_and_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<html><p>" + b"a b " * 300_000)
    with Texts(limits=Limits(answer_bytes=1000)) as texts, pytest.raises(ReadingFailed):
        texts.fingerprint(path)
    monkeypatch.setattr(extracting, "MAX_CHARACTERS", 10)
    with pytest.raises(UnreadableText, match="more than 10 characters"):
        extracted("a", b"a" * 11, "plain")
    with pytest.raises(UnreadableText, match="its format is rtf"):
        extracted("a", b"{\\rtf}", "rtf")


def test_nothing_is_no_text(reader: Texts, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("?! — …")
    with pytest.raises(UnreadableText, match="no words"):
        reader.fingerprint(path)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xfea\0", "a"),
        ("é".encode(), "é"),
        (b"caf\xe9 \x80", "café €"),
        (b"<meta charset=koi8-r>\xc1", "<meta charset=koi8-r>а"),  # noqa: RUF001
        (b"<meta charset=rot13>\xe9", "<meta charset=rot13>é"),
        (b"<meta charset=none-such>\xe9", "<meta charset=none-such>é"),
    ],
)
def test_encodings(content: bytes, expected: str) -> None:
    assert decoded(content, named=True) == expected


@pytest.mark.parametrize("vector", vectors(), ids=lambda each: str(each["name"]))
def test_vectors(vector: dict[str, object]) -> None:
    assert deviation(vector) is None
    assert "not" in (deviation({**vector, "text": f"{vector['text']} more"}) or "")


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"\0", lambda d: b"X" + d[1:],
                                    lambda d: d[:72] + bytes([255]) + d[73:]])  # fmt: skip
def test_a_record_out_of_form(change: object) -> None:
    assert callable(change)
    for record in (
        text_record(bytes(32), "plain", LINE),
        PromptRecord(bytes(32), "a", Prompt("b")),
    ):
        with pytest.raises(MalformedFingerprint):
            type(record).from_bytes(change(record.to_bytes()))


def test_prompts_have_parts() -> None:
    text = (
        "a (fox:1.2), <lora:x:0.8>\nin snow\nNegative prompt: dog,\ncat\n"
        "Steps: 20, Seed: 1, CFG scale: 7"
    )
    found = parsed(text, "a1111")
    assert found.positive == "a (fox:1.2), <lora:x:0.8>\nin snow"
    assert found.negative == "dog,\ncat"
    assert dict(found.settings) == {"Steps": "20", "Seed": "1", "CFG scale": "7"}
    assert plain(found.positive) == "a (fox), <lora:x>\nin snow"
    same = parsed(
        '{"Prompt": "a (fox:0.9) <lora:x:1> in snow", "uc": "dog cat", "seed": 2}', "prompt-json"
    )
    one, other = (PromptRecord(bytes(32), "a1111", each) for each in (found, same))
    assert one.content == other.content
    assert same.settings == (("seed", "2"),)
    assert PromptRecord.from_bytes(one.to_bytes()).prompt == found
    assert parsed("[1]", "prompt-json").positive == "[1]"


def test_sentences_are_split_and_spread() -> None:
    japanese = "これは十分に長い文であると言えるでしょう、本当に。" * 2
    text = f"Short. This one is long enough to tell works apart! {japanese}"
    assert split(text)[0] == "Short. This one is long enough to tell works apart!"
    assert split(text)[1:] == [japanese[: len(japanese) // 2]] * 2
    assert len(spread([str(n) for n in range(1000)])) == MOST
    assert split("x") == ["x"]
