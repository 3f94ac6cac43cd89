"""`gen-ip index`, `match` and `fingerprint` tell kinds apart by what is in a file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from gen_ip.errors import MissingLibrary
from gen_ip.fingerprint.batch import Recorder
from gen_ip.fingerprint.text.reading import Texts
from tests.cli.conftest import PICTURES, Run

POEM = (
    "The harbor wakes before the gulls, and every rope remembers rain; the tin cups steam along "
    "the wall, the lamps go out, the nets come in. A boy who cannot swim counts hulls. The tide "
    "gives back a wooden chair, a shoe, a letter no one reads, and takes the names off seven boats."
)
PROMPT = "a wooden chair washed up on a grey beach, wide shot, overcast, 35mm, muted colors"
PARAMETERS = f"{PROMPT}\nNegative prompt: people\nSteps: 20, Seed: 7, CFG scale: 6, Size: 512x512"


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Path:
    folder = tmp_path / "works"
    folder.mkdir()
    (folder / "poem.txt").write_text(POEM)
    (folder / "prompt").write_text(PARAMETERS)
    (folder / "cat.png").write_bytes((PICTURES / "cat.png").read_bytes())
    (folder / "cut.pdf").write_bytes(b"%PDF-1.4 and no more")
    index = tmp_path / "index"
    ended = run("index", "add", folder, "--index", index, "--json")
    assert ended.code == 1
    assert ended.json["works"] == {"image": 1, "prompt": 1, "text": 1}
    assert [Path(each["path"]).name for each in ended.json["left_out"]] == ["cut.pdf"]
    return index


def test_nothing_is_left_behind_where_nothing_can_be_read(
    run: Run, tmp_path: Path, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without(*_: object) -> object:
        raise MissingLibrary("a library", "match", "reading it")

    index, poem, cut = tmp_path / "new" / "index", tmp_path / "poem.md", tmp_path / "cut.pdf"
    poem.write_text(POEM)
    cut.write_bytes(b"%PDF-1.4 and no more")
    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "records", without)
        patched.setattr(Texts, "fingerprint", without)
        for file in (picture, poem):
            run("index", "add", file, "--index", index).failed("MissingLibrary", "gen-ip[match]")
    # Nor by a file that is left out alone.
    ended = run("index", "add", cut, "--index", index, "--json")
    assert (ended.code, ended.json["added"], ended.json["pictures"]) == (1, 0, 0)
    assert not index.parent.exists()
    run("index", "info", "--index", index).failed("NoIndex", "gen-ip index add FILE")
    plain = tmp_path / "plain.txt"
    plain.write_text(POEM)
    run("index", "add", plain, "--index", index).ok()
    with monkeypatch.context() as patched:
        patched.setattr(Recorder, "records", without)
        run("index", "add", picture, "--index", index).failed("MissingLibrary")
    assert "0 pictures, 1 text" in run("index", "info", "--index", index).ok().out


def test_each_kind_is_found_again(run: Run, filled: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f"<html><body><h1>Mine</h1><p>{POEM.upper()}</p><p>The end.</p></body></html>")
    why = tmp_path / "why"
    ended = run("match", page, "--index", filled, "--evidence", why, "--json").ok()
    first = ended.json["findings"][0]
    assert (ended.json["kind"], first["verdict"]) == ("text", "near-duplicate")
    assert first["work"].endswith("poem.txt")
    assert Path(first["evidence"][0]).read_bytes().startswith(b"\x89PNG")
    assert first["measured"]["passages"][0]["words"] > 50
    shown = run("match", page, "--index", filled).ok().out
    assert "poem.txt: near-duplicate" in shown
    assert "words at character" in shown
    words = PROMPT.split(", ")
    random.Random(1).shuffle(words)
    prompt = tmp_path / "asked.txt"
    prompt.write_text(", ".join(words))
    ended = run("match", prompt, "--kind", "prompt", "--index", filled, "--json").ok()
    assert ended.json["findings"][0]["work"].endswith("works/prompt")
    picture = run("match", PICTURES / "cat.png", "--index", filled, "--json").ok()
    assert (picture.json["kind"], picture.json["verdict"]) == ("image", "exact-bytes")


def test_a_stranger_ends_with_1(run: Run, filled: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("Nothing here was ever said by anyone else, as far as this test can tell.")
    ended = run("match", other, "--index", filled, "--json")
    assert (ended.code, ended.json["verdict"], ended.json["findings"]) == (1, "unknown", [])


def test_the_index_is_kept_whole(run: Run, filled: Path, tmp_path: Path) -> None:
    run("index", "snapshot", tmp_path / "copy", "--index", filled).ok()
    poem = str(tmp_path / "works" / "poem.txt")
    run("index", "remove", poem, "none", "--index", filled).failed("UnknownKey", "none")
    ended = run("index", "remove", poem, "--index", filled, "--json").ok()
    assert ended.json["works"] == {"image": 1, "prompt": 1}
    run("index", "restore", tmp_path / "copy", "--index", tmp_path / "back").ok()
    info = run("index", "info", "--index", tmp_path / "back").ok().out
    assert "1 picture, 1 prompt, 1 text" in info
    assert run("index", "check", "--index", tmp_path / "back", "--json").ok().json["problems"] == []


def test_fingerprints_of_kinds(run: Run, tmp_path: Path) -> None:
    poem, prompt = tmp_path / "poem.md", tmp_path / "prompt"
    poem.write_text(f"# Harbor\n\n{POEM}")
    prompt.write_text(PARAMETERS)
    ended = run("fingerprint", poem, prompt, PICTURES / "cat.png", "--json").ok()
    assert [each["kind"] for each in ended.json["works"]] == ["text", "prompt"]
    assert ended.json["works"][0]["record"]["form"] == "markdown"
    assert ended.json["works"][1]["record"]["settings"]["Seed"] == "7"
    assert len(ended.json["pictures"]) == 1
    assert "winnow-1" in run("fingerprint", poem).ok().out


def test_a_kind_that_does_not_fit_is_told(run: Run, filled: Path, tmp_path: Path) -> None:
    run("match", PICTURES / "cat.png", "--kind", "text", "--index", filled).failed("WrongKind")
    poem = tmp_path / "works" / "poem.txt"
    run("match", poem, "--kind", "poem", "--index", filled).failed("InvalidArgument", "poem")
