"""The table that ships: monotone, honest about its making, and read as it was written."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from gen_ip.match.likeness import DEFAULT, DESCRIPTOR, Likeness
from gen_ip.match.thresholds import TABLE, thresholds
from gen_ip.match.verdict import Verdict

NAMES = sorted({name for model in thresholds().models.values() for name in model.weights})


def test_says_what_it_was_made_from() -> None:
    table = json.loads(TABLE.read_text("utf-8"))
    assert table["made_by"].startswith("python -m benchmarks.calibration")
    assert table["made_from"]["half"] == "development"
    assert len(table["made_from"]["manifest"]) == 64
    assert set(table["models"]) == {DEFAULT, DESCRIPTOR}


@given(st.dictionaries(st.sampled_from(NAMES), st.floats(0, 3)), st.sampled_from(NAMES))
def test_more_likeness_never_lowers_a_score(measures: dict[str, float], name: str) -> None:
    for model in thresholds().models.values():
        more = {**measures, name: measures.get(name, 0) + 0.5}
        assert 0 < model.score(measures) <= model.score(more) <= 1


def test_the_lines_lie_in_order() -> None:
    for model in thresholds().models.values():
        assert 0 < model.similar <= model.accept < 1


def test_nothing_measured_is_unknown() -> None:
    table = thresholds()
    assert Likeness().verdict(table) is Verdict.UNKNOWN
    assert Likeness(pdq=128, descriptor=128).verdict(table) is Verdict.UNKNOWN
