"""What an audit runs, as data: see `Step`. The order is from the quick to the slow."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

#: Reads a step's summary from what it printed and from the report it wrote.
Reader = Callable[[str, Path], Mapping[str, Any]]

SETUP = "make setup"


class AuditError(Exception):
    """A step that cannot run, or whose result cannot be read: says which, and what to do."""


@dataclass(frozen=True)
class Step:
    """One check.

    `command` runs in the checkout; "{report}" in it stands for a file that it writes. `needs` maps
    each program (by name or path in the checkout) to how one gets it. `seconds` is the most it may
    take. `environment` is added to the caller's. It passes when the command exits 0 and `read`
    raises nothing.
    """

    name: str
    what: str
    command: tuple[str, ...]
    needs: Mapping[str, str]
    seconds: float
    read: Reader
    environment: Mapping[str, str] = field(default_factory=dict)


def report_of(report: Path) -> Any:
    """The report a command wrote as JSON. Raises AuditError where it wrote none."""
    try:
        return json.loads(report.read_text("utf-8"))
    except (OSError, ValueError) as problem:
        raise AuditError(f"no readable report ({problem}); see what the command printed") from None


def read_slither(_: str, report: Path) -> Mapping[str, Any]:
    """Findings that nothing suppresses: there must be none."""
    said = report_of(report)
    if not said.get("success"):
        raise AuditError(f"Slither did not finish: {said.get('error')}")
    found = said["results"].get("detectors", [])
    lines = [f"{one['check']}: {one['description'].splitlines()[0]}" for one in found]
    if lines:
        raise AuditError(f"{len(lines)} findings: " + "; ".join(lines[:3]))
    return {"findings": 0}


def read_json(_: str, report: Path) -> Mapping[str, Any]:
    """The command's own summary."""
    summary = report_of(report)
    if not isinstance(summary, dict):
        raise AuditError(f"the summary is a {type(summary).__name__}, not an object")
    return summary


def read_forge(printed: str, _: Path) -> Mapping[str, Any]:
    """Counts of forge's last line."""
    line = re.search(r"(\d+) tests passed, (\d+) failed, (\d+) skipped", printed)
    if line is None:
        raise AuditError("forge printed no counts of tests")
    passed, failed, skipped = map(int, line.groups())
    if passed == 0:
        raise AuditError("forge ran no test")
    return {"passed": passed, "failed": failed, "skipped": skipped}


def read_pytest(printed: str, _: Path) -> Mapping[str, Any]:
    """Counts of pytest's closing line; a test that was skipped proves nothing."""
    lines = re.findall(r"^=+ (.*) in [\d.]+s.* =+$", printed, re.MULTILINE)
    if not lines:
        raise AuditError("pytest printed no closing line")
    counts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", lines[-1])}
    if counts.get("passed", 0) == 0 or counts.get("skipped", 0) != 0:
        raise AuditError(f"not every test ran: {lines[-1]}")
    return counts


FORGE = {
    ".toolchain/bin/forge": SETUP,
    ".toolchain/solcx/solc-v0.8.30": SETUP,
    "node": "Node.js 20",
}
AUDIT = {".toolchain/audit/bin/halmos": "make audit installs it from tools/audit/requirements.lock"}

STEPS = (
    Step(
        name="suppressions",
        what="what Slither is told to overlook is listed, with reasons",
        command=("python", "-m", "tools.audit.suppressions", "--summary-json", "{report}"),
        needs={"python": SETUP},
        seconds=60,
        read=read_json,
    ),
    Step(
        name="slither",
        what="static analysis, findings of every weight",
        command=("slither", ".", "--json", "{report}"),
        needs={"slither": SETUP, **FORGE},
        seconds=300,
        read=read_slither,
    ),
    Step(
        name="halmos",
        what="proofs for all values within the stated bounds",
        command=("python", "-m", "tools.audit.prove", "--summary-json", "{report}"),
        needs={"python": SETUP, **FORGE, **AUDIT},
        seconds=900,
        read=read_json,
    ),
    Step(
        name="coverage",
        what="lines and branches of contracts/ that tests reach",
        command=("python", "tools/coverage/run.py", "--summary-json", "{report}"),
        needs={"python": SETUP, "tools/coverage/run.py": "a complete checkout", **FORGE},
        seconds=600,
        read=read_json,
    ),
    Step(
        name="stateful",
        what="hypothesis: long histories on anvil against the integer model",
        command=("python", "-m", "pytest", "tests/ledger", "-rN", "--timeout=0"),
        needs={"python": SETUP, ".toolchain/bin/anvil": SETUP},
        seconds=1200,
        read=read_pytest,
        environment={"GENIP_PROFILE": "long", "GENIP_REQUIRE": "anvil"},
    ),
    Step(
        name="slow",
        what="tests that `make test` has no time for",
        command=("python", "-m", "pytest", "-m", "slow", "-rN", "--timeout=0"),
        needs={"python": SETUP, ".toolchain/bin/anvil": SETUP},
        seconds=900,
        read=read_pytest,
    ),
    Step(
        name="forge",
        what="fuzz and invariants, the long profile",
        command=("forge", "test"),
        needs=FORGE,
        seconds=1500,
        read=read_forge,
        environment={"FOUNDRY_PROFILE": "long"},
    ),
    Step(
        name="mutation",
        what="bugs planted by machine, and whether the tests see them",
        command=("python", "tools/mutate/run.py", "--summary-json", "{report}"),
        needs={"python": SETUP, "tools/mutate/run.py": "a complete checkout", **FORGE},
        seconds=1500,
        read=read_json,
    ),
)
