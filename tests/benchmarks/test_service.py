"""The benchmark of the service runs, and its ratios are those of its numbers."""

from __future__ import annotations

from benchmarks.service import Samples, measure


def test_it_measures() -> None:
    said: list[str] = []
    found = measure(Samples(works=300, asked=2, seconds=0.2, clients=2), said.append)
    assert found["works"] == 300
    assert 0 < found["match"]["p50"] <= found["match"]["p99"]
    ratio = found["match"]["p50"] / found["decode_and_fingerprint"]["p50"]
    assert abs(found["match_to_fingerprint"] - ratio) < 0.02
    for route in found["routes"].values():
        assert route["per_second"] > 0
    assert len(said) == 4
