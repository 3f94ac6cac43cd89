"""`python -m benchmarks.gas`: real numbers, the same every time, within the limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks import gas, page, snapshot
from benchmarks.gas_table import EXTRA, TABLE, Row
from gen_ip.chain import artifacts
from gen_ip.chain.anvil import AnvilNotFound
from tests.support.require import require


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    require("anvil")
    return gas.measure()


def test_every_row_is_there_and_judged(measured: dict[str, Any]) -> None:
    assert json.loads(json.dumps(measured)) == measured
    for row in (*TABLE, *EXTRA):
        found = measured[row.key]
        assert found.keys() == {"key", "operation", "gas", "limit", "within", "peer"}
        assert (found["key"], found["limit"], found["peer"]) == (row.key, row.limit, row.peer)
        assert found["within"] == (row.limit is None or found["gas"] <= row.limit)


def test_as_committed(measured: dict[str, Any]) -> None:
    if changes := snapshot.changes(snapshot.read(), measured):
        pytest.fail(snapshot.diff(changes), pytrace=False)


def test_the_page_shows_what_is_committed(measured: dict[str, Any]) -> None:
    assert page.read("gas") == page.gas_table(measured), f"write the page anew: {snapshot.WRITE}"


def test_the_bytecode_is_named(measured: dict[str, Any]) -> None:
    assert tuple(measured["bytecode"]) == artifacts.CONTRACTS
    text = gas.table(measured)
    assert all(code["creation"] in text for code in measured["bytecode"].values())


def test_within_the_limits(measured: dict[str, Any]) -> None:
    assert [row.key for row in TABLE if not measured[row.key]["within"]] == []


def test_the_numbers_fit_each_other(measured: dict[str, Any]) -> None:
    used = {row.key: measured[row.key]["gas"] for row in (*TABLE, *EXTRA)}
    # A thousandth of a transaction that writes one slot and an event.
    assert 21 < used.pop("anchor_each") < 100
    # A transaction costs 21,000; what is not a whole one costs at least a storage write.
    parts = {key for key in used if key.startswith(("settle_hop", "derive_extra"))}
    assert all(amount > (2_900 if key in parts else 21_000) for key, amount in used.items())
    for steady in ("settle_hop", "settle_hop_both", "reach8", "reach_all8", "reach_all9"):
        # The first time sets slots that are zero: 17,100 more each (EIP-2200).
        assert used[f"{steady}_first"] >= used[steady] + 17_100
    assert used["derive"] > used["certify"]
    assert used["derive_extra_parent_other_terms"] > used["derive_extra_parent"]
    for key in ("reach_all8", "reach_all8_first", "reach_all9", "reach_all9_first"):
        pay = used[key] - used[f"{key}_distribute"]
        assert 0 <= pay - measured["pay_depth"]["10"] <= 2 * 17_100 + 100


def test_a_payment_costs_the_same_at_every_depth(measured: dict[str, Any]) -> None:
    for key in ("pay_depth", "pay_depth_eth"):
        assert list(measured[key]) == ["1", "10", "200"]
        assert len(set(measured[key].values())) == 1
    assert measured["pay_erc20"]["gas"] >= measured["pay_depth"]["200"]


def test_the_table_says_what_is_over(measured: dict[str, Any]) -> None:
    low = {**measured, "certify": {**measured["certify"], "gas": 140_001}}
    (line,) = [line for line in gas.table(low).splitlines() if line.startswith("certify with")]
    assert "140,001" in line
    assert "OVER" in line
    (why,) = [line for line in gas.table(low).splitlines() if line.startswith("over the limit: ")]
    assert why == "over the limit: certify"
    within = {**measured, **{row.key: {"gas": row.limit} for row in TABLE}}
    assert "over the limit" not in gas.table(within)


def test_a_limit_may_be_reached() -> None:
    assert Row("a", "b", 5).measured(6)["within"] is False
    assert Row("a", "b", 5).measured(5)["within"] is True


def test_prints_json(
    measured: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gas, "measure", lambda: measured)
    assert gas.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == measured


def test_one_line_without_anvil(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GENIP_ANVIL", "/nowhere/anvil")
    with pytest.raises(AnvilNotFound):
        gas.measure()
    assert gas.main([]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: anvil not found")
    assert printed.err.count("\n") == 1
