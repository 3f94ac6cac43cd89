"""The coverage command sees what forge leaves out, and wants a reason for every gap."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.require import ROOT, require
from tools.compile import read_sources
from tools.coverage import CoverageError, explained, run
from tools.coverage.explained import Gap
from tools.coverage.lcov import FileCoverage, parse
from tools.coverage.sources import with_else
from tools.mutate.solc import Solc

SOURCE = """pragma solidity 0.8.30;
contract A {
    function f(uint256 x) external pure returns (uint256 y) {
        if (x == 1) revert();
        if (x == 2) return 2;
        if (x == 3) { y = 3; }
        if (x == 4) if (x == 5) y = 5;
        if (x == 6) y = 6; else if (x == 7) y = 7;
        if (x == 8) { y = 8; } else y = 9;
        if (x == 10) for (uint256 i; i < x; ++i) if (i == 1) y += i;
        /* é; */ if (x == 11) y = 11;
        unchecked { if (x == 12) ++y; }
    }
}
"""
COMPLETED = """pragma solidity 0.8.30;
contract A {
    function f(uint256 x) external pure returns (uint256 y) {
        if (x == 1) { revert(); } else { 0; }
        if (x == 2) { return 2; } else { 0; }
        if (x == 3) { y = 3; } else { 0; }
        if (x == 4) { if (x == 5) { y = 5; } else { 0; } } else { 0; }
        if (x == 6) y = 6; else if (x == 7) { y = 7; } else { 0; }
        if (x == 8) { y = 8; } else y = 9;
        if (x == 10) { for (uint256 i; i < x; ++i) if (i == 1) { y += i; } else { 0; } } else { 0; }
        /* é; */ if (x == 11) { y = 11; } else { 0; }
        unchecked { if (x == 12) { ++y; } else { 0; } }
    }
}
"""

LCOV = """TN:
SF:contracts/A.sol
DA:3,5
FN:3,A.f
FNDA:5,A.f
DA:4,5
BRDA:4,0,0,2
BRDA:4,0,1,-
DA:5,0
BRDA:5,1,0,0
BRDA:5,1,1,5
DA:9,0
FN:8,A.g
FNDA:0,A.g
end_of_record
"""


def test_every_if_gets_an_else_on_its_line() -> None:
    require("solc")
    with Solc() as solc:
        tree = solc.trees("A.sol", SOURCE)["A.sol"]
        found = with_else(tree, SOURCE)
        # What is made compiles, and nothing is left to complete.
        again = with_else(solc.trees("A.sol", found)["A.sol"], found)
    assert found == COMPLETED
    assert again == found


def test_what_forge_reports() -> None:
    files = parse(LCOV)
    assert list(files) == ["contracts/A.sol"]
    file = files["contracts/A.sol"]
    assert file.uncovered() == [(4, "else"), (5, "if"), (5, "line"), (9, "line")]
    assert [file.function_of(line) for line in (2, 3, 7, 8, 99)] == ["", "f", "f", "g", "g"]


def _results(gaps: list[Gap], reasons: dict[Gap, str]) -> run.Results:
    return run.Results(parse(LCOV), gaps, reasons, 3, 1.5)


def test_gaps_are_named_by_their_text() -> None:
    text = "\n".join(f"  line {number};" for number in range(1, 10))
    gaps = run.gaps_of(parse(LCOV), {"contracts/A.sol": text})
    assert gaps == [
        Gap("contracts/A.sol", "f", "line 4;", "else"),
        Gap("contracts/A.sol", "f", "line 5;", "if"),
        Gap("contracts/A.sol", "f", "line 5;", "line"),
        Gap("contracts/A.sol", "g", "line 9;", "line"),
    ]


def test_a_gap_wants_a_reason_and_a_reason_a_gap(capsys: pytest.CaptureFixture[str]) -> None:
    one, other = Gap("a.sol", "f", "x;", "line"), Gap("a.sol", "g", "y;", "if")
    assert _results([one], {one: "why"}).summary()["ok"]
    assert not _results([one, other], {one: "why"}).summary()["ok"]
    results = _results([one], {other: "why"})
    summary = results.summary()
    assert not summary["ok"]
    assert summary["unexplained"] == [one._asdict()]
    assert summary["needless"] == [other._asdict()]
    assert summary["total"] == {
        "lines": {"found": 4, "hit": 2},
        "branches": {"found": 4, "hit": 2},
        "functions": {"found": 2, "hit": 1},
    }
    run.report(results)
    told = capsys.readouterr().out
    assert "uncovered: a.sol, f: line of `x;`; test it, or say in explained.toml why not" in told
    assert "covered or gone: a.sol, g: if of `y;`; remove it from explained.toml" in told


@pytest.mark.parametrize("unexplained", [True, False])
def test_the_command(unexplained: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gap = Gap("contracts/A.sol", "g", "return 1;", "line")
    file = FileCoverage(lines={2: 0}, starts=[(1, "A.g")])
    source = "function g() external returns (uint256) {\n  return 1;\n}"
    monkeypatch.setattr(run, "read_sources", lambda: {"contracts/A.sol": source})
    monkeypatch.setattr(run, "prepare", lambda project, sources: None)
    monkeypatch.setattr(run, "measure", lambda project: ({"contracts/A.sol": file}, 1))
    monkeypatch.setattr(explained, "read", lambda: {} if unexplained else {gap: "because"})
    monkeypatch.setattr(sys, "argv", ["coverage", "--summary-json", str(tmp_path / "out.json")])
    assert run.main() == int(unexplained)
    summary = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert summary["ok"] is not unexplained
    assert summary["explained"] == ([] if unexplained else [{**gap._asdict(), "why": "because"}])


def test_a_run_that_cannot_be_trusted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(project: Path) -> None:
        raise CoverageError("a test failed")

    monkeypatch.setattr(run, "prepare", lambda project, sources: None)
    monkeypatch.setattr(run, "measure", fail)
    monkeypatch.setattr(sys, "argv", ["coverage"])
    assert run.main() == 2
    assert capsys.readouterr().err == "coverage: a test failed\n"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('file = "a"', "lacks 'function'"),
        ('file = "a"\nfunction = "f"\ncode = "x"\nwhat = "part"\nwhy = "y"', "one of if, else"),
        ('file = "a"\nfunction = "f"\ncode = "x"\nwhat = "if"\nwhy = " "', "wants a why"),
    ],
)
def test_incomplete_reasons(entry: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "explained.toml"
    path.write_text(f"[[gap]]\n{entry}\n", "utf-8")
    with pytest.raises(CoverageError, match=problem):
        explained.read(path)


def test_reasons_are_for_lines_that_are_there() -> None:
    """The whole run takes minutes; that no reason outlives its line shows at once."""
    reasons = explained.read()
    sources = read_sources()
    for gap in reasons:
        lines = [line.strip() for line in sources[gap.file].splitlines()]
        assert gap.code in lines, gap
        assert f"function {gap.function}(" in sources[gap.file], gap


def test_reasons_are_there_once(tmp_path: Path) -> None:
    entry = '[[gap]]\nfile = "a"\nfunction = "f"\ncode = "x"\nwhat = "if"\nwhy = "y"\n'
    path = tmp_path / "explained.toml"
    path.write_text(entry, "utf-8")
    assert explained.read(path) == {Gap("a", "f", "x", "if"): "y"}
    path.write_text(entry * 2, "utf-8")
    with pytest.raises(CoverageError, match="there twice"):
        explained.read(path)


def test_the_project_holds_all_that_the_tests_read(tmp_path: Path) -> None:
    require("solc")
    source = read_sources()["contracts/Till.sol"]
    run.prepare(tmp_path / "project", {"contracts/Till.sol": source})
    project = tmp_path / "project"
    made = (project / "contracts/Till.sol").read_text("utf-8")
    assert made.count("else { 0; }") == source.count("if (") > 0
    assert made.count("\n") == source.count("\n")
    for name in ("foundry.toml", "tests/forge/Base.sol", "abi", "tests/vectors/eip712.json"):
        assert (project / name).exists(), name
    assert (ROOT / "contracts/Till.sol").read_text("utf-8") == source
