"""`gen-ip ingredients`, and the question before `certify` makes an original of a derivative."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.content.samples import CHECKPOINT
from tests.generation.samples import png, text
from tests.support.chain import LocalChain

from .conftest import Run


def test_certify_asks_before_a_derivative_becomes_an_original(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    model, picture = tmp_path / "base.safetensors", tmp_path / "a.png"
    model.write_bytes(CHECKPOINT)
    line = f"Seed: 1, Model hash: {hashlib.sha256(CHECKPOINT).hexdigest()[:10]}, Model: base"
    picture.write_bytes(png(text("parameters", f"a castle\nSteps: 20, Sampler: a, {line}")))
    work = run("certify", model, "--account", "dev1", "--json").ok().json["work"]
    [proposal] = run("ingredients", picture, "--json").ok().json["proposed_parents"]
    assert (proposal["work"], proposal["method"]) == (work, "autov2")
    assert "as checkpoint base (by autov2)" in run("ingredients", picture).ok().out
    certify = ("certify", picture, "--account", "dev2")
    run(*certify).failed("NotConfirmed", "cannot become their derivative")
    made = run(*certify, "--yes", "--json").ok().json
    assert made["proposed_parents"] == [proposal]


def test_certify_says_what_it_publishes(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(png(text("parameters", "a castle\nSteps: 20, Sampler: a, Seed: 1")))
    out = run("certify", picture, "--account", "dev1").ok().out
    assert "of prompts and workflow hashes alone (--publish-prompt" in out
    out = run("certify", picture, "--account", "dev2", "--publish-prompt").ok().out
    assert "LoRAs, and its prompts." in out
    assert "No certified work" in run("ingredients", picture).ok().out
