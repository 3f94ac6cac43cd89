"""What people say about their own pictures is checked before anything is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks._truth import BadTruth, files, truth_of

GALLERY, QUERIES = ["a.png", "b.png"], ["1.jpg", "2.jpg", "3.jpg"]
RIGHT = {"1.jpg": "a.png", "2.jpg": ["a.png", "b.png"], "3.jpg": None}


def told(folder: Path, content: object) -> dict[str, frozenset[str]]:
    path = folder / "truth.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return truth_of(path, GALLERY, QUERIES)


def test_a_name_several_names_or_none(tmp_path: Path) -> None:
    assert told(tmp_path, RIGHT) == {
        "1.jpg": {"a.png"},
        "2.jpg": {"a.png", "b.png"},
        "3.jpg": frozenset(),
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "is no JSON object of names"),
        ("[" * 100_000, "is no JSON object of names"),
        ([], "is no JSON object that maps"),
        ({"1.jpg": None, "2.jpg": None}, "says nothing of '3.jpg'"),
        ({**RIGHT, "4.jpg": None}, "speaks of '4.jpg', which is not among the queries"),
        ({**RIGHT, "1.jpg": "c.png"}, "names 'c.png' for '1.jpg', which is not in the gallery"),
        ({**RIGHT, "1.jpg": ["a.png", "c.png"]}, "names 'c.png' for '1.jpg'"),
        ({**RIGHT, "1.jpg": 7}, "gives '1.jpg' neither a name"),
        ({**RIGHT, "1.jpg": []}, "gives '1.jpg' neither a name"),
        ({**RIGHT, "1.jpg": [["a.png"]]}, "is no JSON object of names"),
        ({**RIGHT, "1.jpg": {"a.png": 1}}, "gives '1.jpg' neither a name"),
        ({**RIGHT, "1.jpg": [None]}, "gives '1.jpg' neither a name"),
    ],
)
def test_a_bad_file_is_told_with_what_is_wrong(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(BadTruth, match=r"truth\.json") as raised:
        told(tmp_path, content)
    assert words in str(raised.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(BadTruth, match="cannot be read"):
        truth_of(tmp_path / "none.json", GALLERY, QUERIES)
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{}")
    with pytest.raises(BadTruth, match="is no JSON object"):
        truth_of(tmp_path / "bytes.json", GALLERY, QUERIES)


def test_files_are_listed_by_name_without_hidden_ones(tmp_path: Path) -> None:
    with pytest.raises(BadTruth, match="holds no file"):
        files(tmp_path)
    for name in ("b.png", "a.png", ".hidden"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder").mkdir()
    assert list(files(tmp_path)) == ["a.png", "b.png"]
    with pytest.raises(BadTruth, match="cannot be listed"):
        files(tmp_path / "a.png")
