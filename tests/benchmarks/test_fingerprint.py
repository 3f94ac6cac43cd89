"""How answers are counted: what is right, what is wrong, what was taken for a work and is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks import fingerprint
from benchmarks._recognition import Answered, Asked, limit_at
from benchmarks._truth import BadTruth


def answered(kind: str, truths: set[str], *named: str, group: str = "framed") -> Answered:
    within = group == "framed"
    question = Asked(f"{kind} {truths}", kind, group, frozenset(truths), Path("asked.jpg"), within)
    best = named[0] if named else None
    return Answered(question, best, named, "near-duplicate", 0.9, "method", 4.0)


GIVEN = [
    answered("crop", {"a"}, "a"),
    answered("crop", {"a"}, "b"),
    answered("crop", {"a"}),
    answered("grid", {"a", "b"}, "b", group="collage"),
    answered("grid", {"a"}, "a", "c", group="collage"),
    answered("stranger", set(), group="stranger"),
    answered("same emblem", set(), "a", group="shared"),
    answered("same emblem", set(), group="shared"),
    answered("same emblem", set(), group="shared"),
]


def test_recall_counts_known_pictures_alone() -> None:
    found = fingerprint.summary(GIVEN)
    assert found["recall"] == 3 / 5
    assert found["groups"] == {"framed": 1 / 3, "collage": 1.0}
    assert found["edits"] == {"crop": 1 / 3, "grid": 1.0}


def test_edits_within_the_bounds_and_collages_of_works_have_numbers_of_their_own() -> None:
    found = fingerprint.summary([*GIVEN, answered("grid", {"a", "b"}, "b", "a", group="collage")])
    assert found["within_bounds"] == {"recall": 1 / 3, "wrong": 1 / 3, "edits": 1, "questions": 3}
    assert found["all_named"] == {"share": 1 / 2, "questions": 2}
    assert fingerprint.summary(GIVEN[5:])["within_bounds"]["recall"] is None


def test_a_wrong_work_counts_at_any_place_and_no_answer_is_not_wrong() -> None:
    # b for a; c beside the right a.
    assert fingerprint.summary(GIVEN)["wrong"] == 2 / 5


def test_strangers_taken_for_works_are_counted_by_what_they_share() -> None:
    found = fingerprint.summary(GIVEN)
    assert found["unknown_accepted"] == 1 / 4
    assert found["unknown_kinds"] == {"stranger": 0.0, "same emblem": 1 / 3}


def test_only_strangers_that_share_nothing_set_a_threshold() -> None:
    assert [each.question.kind for each in GIVEN if each.question.stranger] == ["stranger"]


def test_of_nothing_there_is_no_share() -> None:
    found = fingerprint.summary([])
    assert (found["recall"], found["unknown_accepted"], found["median_ms"]) == (None, None, None)


def test_a_hash_s_limit_lets_through_no_more_than_the_rate() -> None:
    apart = np.arange(50_000, dtype=float)
    limit = limit_at(1e-4, [apart[::2], apart[1::2]])
    assert (apart < limit).sum() == 5
    ties = np.array([7.0] * 20 + [9.0] * 9_980)
    assert (ties < limit_at(1e-4, [ties])).sum() <= 1
    assert limit_at(1e-4, []) == 0.0


def painted(path: Path, seed: int) -> None:
    few = np.random.default_rng(seed).integers(0, 256, (12, 16, 3), np.uint8)
    Image.fromarray(few).resize((240, 180), Image.Resampling.BICUBIC).save(path)


def own(folder: Path, truth: Mapping[str, object]) -> list[str]:
    """Arguments for pictures of one's own: two works, a copy of the first, a stranger, no picture
    in either folder."""
    for name in ("works", "asked"):
        (folder / name).mkdir()
        (folder / name / "notes.txt").write_text("no picture")
    painted(folder / "works" / "a.png", 1)
    painted(folder / "works" / "b.png", 2)
    painted(folder / "asked" / "copy.jpg", 1)
    painted(folder / "asked" / "stranger.jpg", 3)
    (folder / "truth.json").write_text(json.dumps(truth))
    return [
        "--json", "--without-peers", "--without-sscd", "--processes=1",
        f"--gallery={folder / 'works'}", f"--queries={folder / 'asked'}",
        f"--truth={folder / 'truth.json'}", f"--answers={folder / 'out.json'}",
    ]  # fmt: skip


def test_own_pictures_are_answered_and_what_is_no_picture_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = {"copy.jpg": "a.png", "stranger.jpg": None, "notes.txt": "notes.txt"}
    charts = tmp_path / "made" / "charts"
    assert fingerprint.main([*own(tmp_path, truth), f"--charts={charts}"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)
    assert found["unreadable"] == {"gallery": ["notes.txt"], "queries": ["notes.txt"]}
    assert (found["works"], found["questions"]) == (2, 3)
    assert found["methods"]["gen-ip"]["recall"] == 1 / 2
    assert found["methods"]["gen-ip"]["unknown_accepted"] == 0.0
    answers = json.loads((tmp_path / "out.json").read_text())
    assert {name: each["answer"] for name, each in answers.items()} == {
        "copy.jpg": "a.png", "stranger.jpg": None, "notes.txt": None
    }  # fmt: skip
    assert answers["copy.jpg"]["named"] == ["a.png"]
    assert answers["copy.jpg"]["milliseconds"] > 0
    assert answers["notes.txt"]["verdict"] == "unreadable"
    assert "left out of the gallery" in captured.err
    assert sorted(each.name for each in charts.iterdir()) == [
        "recognition-edits.png", "recognition-groups.png"
    ]  # fmt: skip


def test_of_strangers_alone_there_is_nothing_to_draw(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprint._draw({"methods": {"gen-ip": fingerprint.summary(GIVEN[5:])}}, tmp_path)
    assert "nothing to draw" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("option", "place"), [("--answers", "none/out.json"), ("--answers", "."), ("--charts", "file")]
)
def test_where_nothing_can_be_written_nothing_is_measured(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    option: str,
    place: str,
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(fingerprint, "measure", lambda *_: pytest.fail("measured"))
    truth = {"copy.jpg": "a.png", "stranger.jpg": None, "notes.txt": None}
    arguments = own(tmp_path, truth)
    assert fingerprint.main([*arguments, f"{option}={tmp_path / place}"]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith("error: ")
    assert "cannot be written" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("argument", ["--works=0", "--works=-3", "--processes=0", "--works=x"])
def test_counts_begin_at_one(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        fingerprint.main([argument])
    assert "is no whole number from 1" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["--gallery", "--queries", "--truth"])
def test_own_pictures_need_all_three(missing: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = [f"{name}=x" for name in ("--gallery", "--queries", "--truth") if name != missing]
    with pytest.raises(SystemExit) as raised:
        fingerprint.main(given)
    assert raised.value.code == 2
    assert "go together" in capsys.readouterr().err


def test_a_bad_truth_file_ends_with_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("works", "asked"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(b"x")
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps({"a.png": "b.png"}))
    arguments = ["--gallery", str(tmp_path / "works"), "--queries", str(tmp_path / "asked")]
    assert fingerprint.main([*arguments, "--truth", str(truth)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "names 'b.png' for 'a.png', which is not in the gallery" in captured.err


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"methods": {"pdqhash": {}}}'])
def test_thresholds_that_are_not_there_are_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "development.json"
    path.write_text(content)
    with pytest.raises(BadTruth, match="holds no threshold of every hash"):
        fingerprint._limits(path, ["pdqhash"])
    path.write_text(json.dumps({"methods": {"pdqhash": {"threshold": 61.0}, "other": {}}}))
    assert fingerprint._limits(path, ["pdqhash"]) == {"pdqhash": 61.0}
    with pytest.raises(BadTruth, match="cannot be read"):
        fingerprint._limits(tmp_path / "none.json", [])
