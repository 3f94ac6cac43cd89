"""The audit's runner: what is missing or fails makes it red, and stops nothing else."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tools.audit import run as audit
from tools.audit import steps
from tools.audit.steps import STEPS, AuditError, Step


def step(name: str, code: str, **changes: Any) -> Step:
    """A step that runs Python code."""
    values: dict[str, Any] = {
        "name": name,
        "what": f"what {name} checks",
        "command": (sys.executable, "-c", code, "{report}"),
        "needs": {"sh": "any system has it"},
        "seconds": 30,
        "read": lambda printed, _: {"printed": printed.strip()},
        **changes,
    }
    return Step(**values)


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(audit, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(audit.run, "__defaults__", (audit.ROOT, tmp_path / "logs"))
    return tmp_path / "logs"


def test_missing_tool_fails_and_names_how_to_get_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = tmp_path / "ran"
    code = f"open({str(ran)!r}, 'w')"
    asked = [
        step("absent", code, needs={"no-such-prover": "apt install no-such-prover"}),
        step("file", code, needs={"tools/no/such.py": "a complete checkout"}),
    ]
    assert audit.main([], asked) == 1
    said = capsys.readouterr().out
    assert "no-such-prover is missing; get it: apt install no-such-prover" in said
    assert "tools/no/such.py is missing; get it: a complete checkout" in said
    assert not ran.exists()


def test_failing_step_is_red_but_the_others_run(
    logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        step("first", "print('fine')"),
        step("second", "print('so bad'); raise SystemExit(3)"),
        step("third", "print('fine too')"),
    ]
    assert audit.main([], asked) == 1
    said = capsys.readouterr().out
    assert said.index("first") < said.index("FAILED: exit code 3") < said.index("third")
    assert said.count("passed (") == 2
    assert "audit: failed: second, 3 steps" in said
    assert (logs / "second.log").read_text() == "so bad\n"


def test_summary_holds_every_step(tmp_path: Path) -> None:
    file = tmp_path / "summary.json"
    code = "import sys; open(sys.argv[1], 'w').write('{\"proven\": 7}'); print('text')"
    asked = [
        step("good", code, read=steps.read_json),
        step("bad", "raise SystemExit(1)"),
        step("unread", "pass", read=steps.read_json),
    ]
    assert audit.main(["--summary-json", str(file)], asked) == 1
    summary = json.loads(file.read_text())
    assert summary["passed"] is False
    assert list(summary["steps"]) == ["good", "bad", "unread"]
    good = summary["steps"]["good"]
    assert good["passed"] is True
    assert good["problem"] == ""
    assert good["summary"] == {"proven": 7}
    assert good["seconds"] >= 0
    assert summary["steps"]["bad"]["problem"] == "exit code 1"
    assert "no readable report" in summary["steps"]["unread"]["problem"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_all_green_exits_0_and_only_picks(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [step("good", "pass"), step("bad", "raise SystemExit(1)")]
    assert audit.main(["--only", "good"], asked) == 0
    said = capsys.readouterr().out
    assert "all passed, 1 steps" in said
    assert "bad" not in said


def test_unknown_step_and_absent_folder_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = [step("good", "pass")]
    with pytest.raises(SystemExit) as refused:
        audit.main(["--only", "other"], asked)
    assert refused.value.code == 2
    assert "other" in capsys.readouterr().err
    with pytest.raises(SystemExit) as refused:
        audit.main(["--summary-json", "/no/such/folder/x.json"], asked)
    assert refused.value.code == 2
    assert "there is no folder /no/such/folder" in capsys.readouterr().err


def test_slow_step_is_ended_with_all_it_started(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    child = f"import time; time.sleep(3); open({str(alive)!r}, 'w')"
    code = (
        "import subprocess, sys, time; "
        f"subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    )
    outcome = audit.run_step(step("slow", code, seconds=1), logs=tmp_path / "logs")
    assert outcome.problem == "took longer than 1 s"
    assert outcome.seconds < 10

    time.sleep(3)
    assert not alive.exists()


def test_environment_reaches_the_step(tmp_path: Path) -> None:
    code = "import os; print(os.environ['GENIP_PROFILE'])"
    asked = step("told", code, environment={"GENIP_PROFILE": "long"})
    outcome = audit.run_step(asked, logs=tmp_path / "logs")
    assert outcome.passed
    assert outcome.summary == {"printed": "long"}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Ran 3 test suites: 12 tests passed, 0 failed, 0 skipped (12 total tests)", 12),
        ("Ran 3 test suites: 0 tests passed, 0 failed, 0 skipped (0 total tests)", None),
        ("error: no contracts", None),
    ],
)
def test_counts_of_forge(printed: str, expected: int | None) -> None:
    check(lambda: steps.read_forge(printed, Path()), expected)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("====== 5 passed in 1.20s ======", 5),
        ("====== 5 passed in 81.20s (0:01:21) ======", 5),
        ("====== 5 passed, 1 skipped in 1.20s ======", None),
        ("====== no tests ran in 0.01s ======", None),
        ("", None),
    ],
)
def test_counts_of_pytest(printed: str, expected: int | None) -> None:
    check(lambda: steps.read_pytest(printed, Path()), expected)


def check(read: Any, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(AuditError):
            read()
    else:
        counts: Mapping[str, int] = read()
        assert counts["passed"] == expected


def test_finding_of_slither_fails(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"success": true, "results": {}}')
    assert steps.read_slither("", report) == {"findings": 0}
    finding = {"check": "reentrancy-eth", "description": "Reentrancy in X.y()\nmore"}
    report.write_text(json.dumps({"success": True, "results": {"detectors": [finding]}}))
    with pytest.raises(AuditError, match=r"1 findings: reentrancy-eth: Reentrancy in X\.y"):
        steps.read_slither("", report)
    report.write_text('{"success": false, "error": "no compiler", "results": {}}')
    with pytest.raises(AuditError, match="no compiler"):
        steps.read_slither("", report)


def test_the_audit_is_complete_and_fits_an_hour() -> None:
    names = [step.name for step in STEPS]
    assert names == sorted(set(names), key=names.index)
    assert set(names) == {
        *("suppressions", "slither", "halmos", "coverage", "stateful", "slow", "forge", "mutation"),
    }
    for one in STEPS:
        assert one.needs, one.name
        assert one.seconds <= 1800, one.name
