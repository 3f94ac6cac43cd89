"""How much the randomized checks on a chain do, and from which seeds.

`GENIP_PROFILE=long` takes every seed of tests/vectors/histories.json, ten times as many as the
default; `GENIP_SEED=n` uses one seed alone. The Solidity tests use the same list.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.vectors.histories import PATH

_SHORT = 6


def _chosen() -> tuple[bool, bool, list[int]]:
    profile, only = os.environ.get("GENIP_PROFILE", ""), os.environ.get("GENIP_SEED", "")
    if profile not in ("", "default", "long"):
        raise pytest.UsageError(f"GENIP_PROFILE is {profile!r}; set it to long, or not at all")
    if only and not (only.isascii() and only.isdigit() and int(only) < 2**256):
        raise pytest.UsageError(f"GENIP_SEED is {only!r}; set it to a number from 0 to 2**256 - 1")
    listed = [each["seed"] for each in json.loads(PATH.read_text("utf-8"))["histories"]]
    long = profile == "long"
    return long, bool(only), [int(only)] if only else listed if long else listed[:_SHORT]


LONG, ONE, SEEDS = _chosen()


def again(seed: int | None, file: str) -> str:
    """The command that runs the tests of a file once more, from this seed alone."""
    chosen = "" if seed is None else f"GENIP_SEED={seed} "
    path = Path(file).resolve().relative_to(Path(__file__).resolve().parents[2])
    return f"{chosen}{'GENIP_PROFILE=long ' if LONG else ''}python -m pytest {path}"
