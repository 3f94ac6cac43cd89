"""Runs the audit: every step of steps.py, one after the other, whatever the others say.

Usage: ``python -m tools.audit.run [--only STEP ...] [--summary-json FILE]``. Exits 1 when a step
failed, 2 when it was called wrongly. What a step prints lies in .build/audit/STEP.log.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tools.audit import environment
from tools.audit.steps import STEPS, AuditError, Step
from tools.compile import replace_text

ROOT = Path(__file__).resolve().parent.parent.parent
LOGS = ROOT / ".build" / "audit"


@dataclass(frozen=True)
class Outcome:
    """How a step ended; `problem` is empty when it passed."""

    name: str
    what: str
    passed: bool
    seconds: float
    problem: str
    command: str
    log: str
    summary: Mapping[str, Any] = field(default_factory=dict)


def missing(step: Step, root: Path, path: str) -> str:
    """What a step needs and is not there, and how to get it; empty when all is."""
    for program, remedy in step.needs.items():
        if "/" in program:
            found = (root / program).exists()
        else:
            found = shutil.which(program, path=path) is not None
        if not found:
            return f"{program} is missing; get it: {remedy}"
    return ""


def run_step(step: Step, root: Path = ROOT, logs: Path = LOGS) -> Outcome:
    """Runs one step; never raises for what the step does."""
    started = time.monotonic()
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{step.name}.log"
    summary: Mapping[str, Any] = {}
    problem = missing(step, root, os.environ.get("PATH", ""))
    if not problem:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            problem = _execute(step, root, log, report)
            try:
                summary = step.read(log.read_text("utf-8", errors="replace"), report)
            except AuditError as unread:
                problem = problem or str(unread)
    return Outcome(
        name=step.name,
        what=step.what,
        passed=not problem,
        seconds=round(time.monotonic() - started, 1),
        problem=problem,
        command=" ".join(step.command),
        log=str(log.relative_to(root)) if log.is_relative_to(root) else str(log),
        summary=summary,
    )


def _execute(step: Step, root: Path, log: Path, report: Path) -> str:
    """Runs the command, its output into the log; what went wrong, or an empty string."""
    command = [part.replace("{report}", str(report)) for part in step.command]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **step.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(timeout=step.seconds)
        except subprocess.TimeoutExpired:
            return f"took longer than {step.seconds:.0f} s"
        finally:
            # Solvers and chains that it started end with it.
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
    return f"exit code {code}" if code else ""


def run(steps: Sequence[Step], root: Path = ROOT, logs: Path = LOGS) -> list[Outcome]:
    """Runs steps in order and shows how each ends."""
    outcomes = []
    for number, step in enumerate(steps, 1):
        print(f"audit: [{number}/{len(steps)}] {step.name}: {step.what}", flush=True)
        outcome = run_step(step, root, logs)
        verdict = "passed" if outcome.passed else f"FAILED: {outcome.problem}"
        print(f"audit:       {verdict} ({outcome.seconds:.1f} s)", flush=True)
        if not outcome.passed:
            print(f"audit:       what it printed: {outcome.log}", flush=True)
        outcomes.append(outcome)
    return outcomes


def summarize(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Everything as JSON: {passed, seconds, steps: {name: outcome}}."""
    return {
        "passed": all(outcome.passed for outcome in outcomes),
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 1),
        "steps": {outcome.name: asdict(outcome) for outcome in outcomes},
    }


def main(arguments: Sequence[str] | None = None, steps: Sequence[Step] = STEPS) -> int:
    """Runs what is asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="audit", description=__doc__)
    names = [step.name for step in steps]
    parser.add_argument("--only", nargs="+", choices=names, metavar="STEP", help=", ".join(names))
    parser.add_argument("--summary-json", type=Path, metavar="FILE", help="write all results")
    asked = parser.parse_args(arguments)
    chosen = [step for step in steps if not asked.only or step.name in asked.only]
    if asked.summary_json and not asked.summary_json.resolve().parent.is_dir():
        parser.error(f"--summary-json: there is no folder {asked.summary_json.resolve().parent}")
    if any(program.startswith(environment.FOLDER) for step in chosen for program in step.needs):
        environment.install(ROOT)
    outcomes = run(chosen)
    summary = summarize(outcomes)
    if asked.summary_json:
        replace_text(asked.summary_json, json.dumps(summary, indent=2) + "\n")
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    verdict = f"failed: {', '.join(failed)}" if failed else "all passed"
    print(f"audit: {verdict}, {len(outcomes)} steps in {summary['seconds'] / 60:.1f} min")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
