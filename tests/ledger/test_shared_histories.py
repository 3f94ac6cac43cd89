"""Histories that Solidity plays as well (tests/forge/Histories.t.sol), here on anvil.

Both end in the digests of tests/vectors/histories.json. `GENIP_SEED=n` plays that one seed, on the
list or not; `GENIP_PROFILE=long` plays the whole list; `GENIP_HISTORY=file` replays what a failing
search has left.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.vectors import histories

from . import books, seeded, steps
from .profile import SEEDS, again
from .stage import Cast, Different, Stage

LISTED = {each["seed"]: each for each in json.loads(histories.PATH.read_text("utf-8"))["histories"]}


def test_the_file_is_what_the_model_says() -> None:
    assert json.loads(json.dumps(histories.document())) == {"histories": list(LISTED.values())}
    assert histories.SAMPLE.read_text("utf-8") == histories.sample()


def test_the_list_has_every_kind_of_step() -> None:
    done: set[tuple[steps.Kind, bool]] = set()
    for seed in LISTED:
        ledger = books.Books()
        done |= {(step.kind, ledger.do(step)) for step in seeded.history(seed)}
    assert done >= {(kind, True) for kind in steps.Kind}


def test_steps_survive_their_file(tmp_path: Path) -> None:
    history = seeded.history(7)
    steps.save(tmp_path / "history.json", history)
    assert steps.load(tmp_path / "history.json") == history


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_ends_the_same_on_anvil(cast: Cast, seed: int) -> None:
    history = seeded.history(seed)
    with cast.chain.undone():
        stage = Stage(cast, f"seed-{seed}", again(seed, __file__))
        for position, step in enumerate(history):
            stage.play(step)
            # Between two comparisons several steps go into one block.
            if position % 6 == 5:
                stage.check()
        words = stage.check()
    assert words == books.words(stage.books)
    expected = LISTED.get(seed, histories.expected(seed))
    assert f"0x{steps.digest_of(history).hex()}" == expected["steps"]
    assert f"0x{books.digest_of(words).hex()}" == expected["end"]


def test_replay(cast: Cast) -> None:
    path = Path(os.environ.get("GENIP_HISTORY") or histories.SAMPLE)
    with cast.chain.undone():
        stage = Stage(cast, "replay", again(None, __file__))
        for step in steps.load(path):
            stage.play(step)
            stage.check()


def test_a_difference_is_found_and_left_in_a_file(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.ledger.stage.FAILURES", tmp_path)
    with cast.chain.undone():
        stage = Stage(cast, "wrong", "a command")
        for step in seeded.history(3)[:20]:
            stage.play(step)
        stage.check()
        stage.books.ledger.pay(0, 1, "1")
        with pytest.raises(Different, match=r"(?s)token 1: the chain has.*GENIP_HISTORY"):
            stage.check()
    assert steps.load(tmp_path / "wrong.json") == stage.steps
