"""The committed gas numbers: what is compared, what is said, what is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import gas, page, snapshot
from benchmarks.snapshot import Change, SnapshotUnreadable

MEASURED: dict[str, Any] = {
    "certify": {"key": "certify", "gas": 120, "limit": 140},
    "buy": {"key": "buy", "gas": 200, "limit": None},
    "pay_depth": {"1": 50, "10": 51},
    "amounts": {"price": "7"},
    "node": {"client": "anvil", "hardfork": "Osaka"},
    "income_bp": 1_000,
}
ROWS = {"certify": 120, "buy": 200, "pay_depth[1]": 50, "pay_depth[10]": 51}


def test_only_gas_is_compared() -> None:
    assert snapshot.rows(MEASURED) == ROWS
    assert snapshot.changes(ROWS, MEASURED) == []
    assert snapshot.diff([]) == ""


def test_every_difference_is_told() -> None:
    before = {**ROWS, "certify": 119, "pay_depth[10]": 60, "gone": 3}
    del before["buy"]
    assert snapshot.changes(before, MEASURED) == [
        Change("certify", 119, 120, 140),
        Change("buy", None, 200, None),
        Change("pay_depth[10]", 60, 51),
        Change("gone", 3, None),
    ]


def test_a_rise_shows_row_before_after_difference_and_limit() -> None:
    lines = snapshot.diff([Change("certify", 139_000, 140_001, 140_000)]).splitlines()
    assert lines[1].split() == ["certify", "139,000", "140,001", "+1,001", "140,000"]
    assert lines[2].startswith("gas rises")
    assert lines[3].strip() == snapshot.WRITE


def test_a_fall_asks_for_an_update() -> None:
    lines = snapshot.diff([Change("a", 10, 9), Change("new", None, 5)]).splitlines()
    assert [line.split() for line in lines[1:3]] == [
        ["a", "10", "9", "-1", "-"],
        ["new", "-", "5", "-", "-"],
    ]
    assert lines[3].startswith("no row rises; write the numbers down")
    assert lines[4].strip() == snapshot.WRITE


def test_written_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    snapshot.write(MEASURED, path)
    assert snapshot.read(path) == ROWS
    assert [entry.name for entry in tmp_path.iterdir()] == ["snapshot.json"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "there is no snapshot"),
        ("{", "it is no JSON"),
        ("[]", 'no "gas" by row'),
        ('{"gas": {"certify": "120"}}', 'no "gas" by row'),
    ],
)
def test_an_unreadable_snapshot(text: str | None, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    if text is not None:
        path.write_text(text, "utf-8")
    with pytest.raises(SnapshotUnreadable, match=reason) as caught:
        snapshot.read(path)
    assert str(path) in str(caught.value)
    assert "--write-snapshot" in str(caught.value)


def test_the_check_fails_on_any_difference(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gas, "measure", lambda: MEASURED)
    for before, code in ((ROWS, 0), ({**ROWS, "buy": 199}, 1), ({**ROWS, "buy": 201}, 1)):
        monkeypatch.setattr(snapshot, "read", lambda before=before: before)
        assert gas.main(["--check", "--json"]) == code
        assert ("buy" in capsys.readouterr().err) == (code == 1)


def test_writing_writes_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    written: list[object] = []
    monkeypatch.setattr(gas, "measure", lambda: MEASURED)
    monkeypatch.setattr(snapshot, "write", written.append)
    monkeypatch.setattr(page, "gas_table", lambda measured: "the table")
    monkeypatch.setattr(page, "write", lambda *values: written.append(values))
    assert gas.main(["--write-snapshot", "--json"]) == 0
    assert written == [MEASURED, ("gas", "the table")]


@pytest.mark.parametrize("option", ["--check", "--write-snapshot", "--write-breakdown"])
def test_a_breakdown_is_not_compared(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        gas.main(["--breakdown", "buy", option])
    assert "--breakdown only prints" in capsys.readouterr().err


def test_a_section_of_the_page_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gas.md"
    path.write_text("a\n<!-- gas: begin -->\n\nold\n\n<!-- gas: end -->\nb\n", "utf-8")
    page.write("gas", "| new |", path)
    assert page.read("gas", path) == "| new |"
    assert path.read_text("utf-8").startswith("a\n<!--")
    assert path.read_text("utf-8").endswith("-->\nb\n")
    with pytest.raises(page.PageUnreadable, match="no section between <!-- growth: begin -->"):
        page.write("growth", "x", path)
    with pytest.raises(page.PageUnreadable, match="there is no such page"):
        page.read("gas", tmp_path / "other.md")
