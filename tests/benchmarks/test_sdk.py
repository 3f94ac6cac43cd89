"""`python -m benchmarks.sdk`, run small: that it measures what it says, not how fast."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import sdk
from benchmarks.sdk import Samples
from gen_ip.chain.errors import NodeError
from tests.support.require import require

pytestmark = pytest.mark.slow
SAMPLES = Samples(instant=(2, 6), slow=(1, 6), flight=(3, 3), ancestors=4, starts=1)


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    require("anvil")
    return sdk.measure(SAMPLES)


def test_every_rate_and_its_ratio(measured: dict[str, Any]) -> None:
    assert json.loads(json.dumps(measured)) == measured
    rates = measured["certificates_per_second"]
    assert list(rates) == ["instant", "block_every_second"]
    for found in rates.values():
        assert all(rate > 0 for rate in found.values())
        for name in ("threads", "asyncio"):
            ratio = found[name] / found["web3_one_by_one"]
            assert found[f"{name}_ratio"] == pytest.approx(ratio, rel=0.02)
    # One at a time cannot be faster than the blocks; three at a time are.
    slow = rates["block_every_second"]
    assert slow["web3_one_by_one"] < 1.3 < slow["threads"]
    assert (slow["in_flight"], measured["ancestors"]) == (3, 4)


def test_round_trips(measured: dict[str, Any]) -> None:
    """With 50 ancestors no more, but where a batch holds 50 answers at most."""
    assert measured["round_trips"] == {
        "certify": 5,
        "pay": 5,
        "buy": 8,
        "work": 4,
        "lineage": 4,
        "lineage_of_original": 6,
        "offers": 7,
        "licenses": 4,
        "earnings": 8,
        "earnings_of_original": 11,
    }


def test_starts_are_compared_with_web3(measured: dict[str, Any]) -> None:
    start = measured["start"]
    for name in ("gen_ip", "client", "help"):
        assert start[f"{name}_ratio"] == pytest.approx(start[name] / start["web3"], abs=0.02)
    # It loads a part of what web3 loads at most (test_public.py says which).
    assert start["gen_ip"] < start["web3"]


def test_text_and_json(
    measured: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sdk, "measure", lambda samples: measured)
    assert sdk.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == measured
    assert sdk.main([]) == 0
    text = capsys.readouterr().out
    assert "\n  lineage of original: 6\n" in text
    assert f"({measured['start']['help_ratio']:.2f}x)" in text


def test_a_failure_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(samples: Samples) -> None:
        raise NodeError("evm_mine", "it stops")

    monkeypatch.setattr(sdk, "measure", fail)
    assert sdk.main([]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err.count("\n")) == ("", 1)
