"""Writes histories.json and history.json: `python -m tests.vectors.histories`.

`--seeds N` prints the first N seeds instead, for `forge test --fuzz-seed`.

The seeds that all randomized checks of the ledger start from, and for each the digests of the
history it stands for: of its steps, and of every number at its end, as the model has it. Checked
on anvil (tests/ledger/test_shared_histories.py) and in Solidity (tests/forge/Histories.t.sol).
history.json is one history, step by step, in the form in which a failing search leaves it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from tests.ledger import books, seeded, steps

PATH = Path(__file__).with_name("histories.json")
SAMPLE = Path(__file__).with_name("history.json")
SEEDS = range(1, 65)
_SAMPLE_STEPS = 24


def expected(seed: int) -> dict[str, Any]:
    """The entry of a seed, from the model."""
    history = seeded.history(seed)
    ledger = books.Books()
    for step in history:
        ledger.do(step)
    return {
        "seed": seed,
        "steps": f"0x{steps.digest_of(history).hex()}",
        "end": f"0x{books.digest_of(books.words(ledger)).hex()}",
    }


def document() -> dict[str, Any]:
    """What the file holds."""
    return {"histories": [expected(seed) for seed in SEEDS]}


def sample() -> str:
    """What history.json holds: the first steps of seed 0."""
    return steps.text(seeded.history(0)[:_SAMPLE_STEPS])


def main() -> None:
    """Writes the files, or prints seeds."""
    parser = argparse.ArgumentParser(prog="python -m tests.vectors.histories")
    parser.add_argument("--seeds", type=int, metavar="N", help="print N seeds, write nothing")
    if (count := parser.parse_args().seeds) is not None:
        print(*SEEDS[:count])
        return
    PATH.write_text(json.dumps(document(), indent=2) + "\n", "utf-8")
    SAMPLE.write_text(sample(), "utf-8")
    print(f"{PATH.name}: {len(SEEDS)} histories")


if __name__ == "__main__":
    main()
