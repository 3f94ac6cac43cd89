"""The benchmarks of the chain's index and of its verdicts run, with the numbers they promise."""

from __future__ import annotations

from benchmarks import index, status
from tests.support.require import require


def test_the_index_is_measured() -> None:
    require("anvil")
    said: list[str] = []
    found = index.measure(index.Samples(events=2_000), said.append)
    assert found["pipeline_events_per_second"] > 0
    ratio = found["pipeline_events_per_second"] / found["bare_events_per_second"]
    assert abs(found["ratio"] - ratio) < 0.01
    assert found["peak_mib_after_each_tenth"]


def test_verdicts_are_measured() -> None:
    require("anvil")
    found = status.measure(status.Samples(works=250, seconds=0.3), lambda line: None)
    assert found["works"] == 250
    for route in ("empty", "by_hash", "by_work"):
        assert found[route]["per_second"] > 0
