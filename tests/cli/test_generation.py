"""`gen-ip generation`: how a work was made, as its file says."""

from __future__ import annotations

import json
from pathlib import Path

from tests.generation import samples

from .conftest import Run


def test_what_a_picture_says(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.png(samples.text("parameters", samples.PARAMETERS)))
    out = run("generation", path).ok().out
    assert "Automatic1111 v1.10.1" in out
    assert "towers  weight 0.8  autov3 aabbccddeeff" in out
    [found] = run("generation", path, "--json").ok().json["generation"]
    assert found["negative"] == "blurry,\nlowres"
    assert found["models"][0] == {
        "name": "v1-5",
        "hash_kind": "autov2",
        "hash": "6ce0161689",
        "role": "checkpoint",
    }


def test_what_harms_a_terminal_is_escaped(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.png(samples.text("parameters", "a\x1b[2Jb\nSteps: 1, Seed: 1, A: b")))
    out = run("generation", path).ok().out
    assert "\x1b" not in out
    assert r"a\x1b[2Jb" in out


def test_what_says_nothing_and_what_cannot_be_read(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(samples.png())
    assert "says nothing of its making" in run("generation", path).ok().out
    path.write_bytes(samples.png(samples.text("prompt", "[" * 1_000)))
    assert "not read: PNG tEXt prompt: it is no JSON" in run("generation", path).ok().out
    run("generation", tmp_path / "none").failed("MissingFile", "none")


def test_a_graph_and_marks_of_origin(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    chunks = (
        samples.text("prompt", json.dumps(samples.comfyui())),
        samples.international("XML:com.adobe.xmp", samples.XMP.encode()),
        samples.chunk(b"caBX", b"jumb"),
    )
    path.write_bytes(samples.png(*chunks))
    out = run("generation", path).ok().out
    for part in ("13 entries", "trainedAlgorithmicMedia", "PNG caBX, not checked"):
        assert part in out, out
