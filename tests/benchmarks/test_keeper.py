"""`python -m benchmarks.keeper`, run small."""

from __future__ import annotations

import json

from benchmarks.keeper import measure
from tests.support.require import require


def test_every_way_brings_all() -> None:
    require("anvil")
    found = measure(works=7, creators=2, children=2)
    assert json.loads(json.dumps(found)) == found
    gas = found["gas"]
    assert gas["keeper"] < gas["by_owners"] < gas["one_by_one"]
    assert found["keeper_transactions"] == 1
    # What is planned is enough, and not far off.
    assert 1 < found["estimate_ratio"] < 2
