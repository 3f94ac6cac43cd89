"""Line and branch coverage of contracts/ by forge's tests.

Usage: ``python tools/coverage/run.py [--summary-json FILE]``. Exits 1 when something is uncovered
that explained.toml does not explain, or an explanation is no longer needed; 2 when the run itself
cannot be trusted. Nothing in the checkout but .build/coverage is written.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))  # so that it runs as a plain script

from tools.compile import read_sources, replace_text  # noqa: E402
from tools.coverage import CoverageError, explained  # noqa: E402
from tools.coverage.explained import Gap  # noqa: E402
from tools.coverage.lcov import FileCoverage, parse  # noqa: E402
from tools.coverage.sources import with_else  # noqa: E402
from tools.mutate.errors import MutationError  # noqa: E402
from tools.mutate.solc import Solc  # noqa: E402

FORGE = ROOT / ".toolchain" / "bin" / "forge"
FOLDER = ROOT / ".build" / "coverage"
COMMAND = "python tools/coverage/run.py"
SECONDS = 1_800

# Fewer inputs than in make test: every call is counted, and a branch needs one.
FUZZ_RUNS, INVARIANT_RUNS = 64, 8


@dataclass
class Results:
    """What a run found."""

    files: Mapping[str, FileCoverage]
    gaps: list[Gap]
    reasons: Mapping[Gap, str]
    tests: int
    seconds: float

    @property
    def unexplained(self) -> list[Gap]:
        """Gaps without a reason."""
        return [gap for gap in self.gaps if gap not in self.reasons]

    @property
    def needless(self) -> list[Gap]:
        """Reasons for what is covered, or is there no more."""
        return [gap for gap in self.reasons if gap not in self.gaps]

    def summary(self) -> dict[str, Any]:
        """For machines."""
        return {
            "ok": not self.unexplained and not self.needless,
            "seconds": round(self.seconds, 1),
            "command": COMMAND,
            "tests": self.tests,
            "total": _counts(self.files.values()),
            "files": {name: _counts([file]) for name, file in sorted(self.files.items())},
            "explained": [
                {**gap._asdict(), "why": self.reasons[gap]}
                for gap in self.gaps
                if gap in self.reasons
            ],
            "unexplained": [gap._asdict() for gap in self.unexplained],
            "needless": [gap._asdict() for gap in self.needless],
        }


def _counts(files: Any) -> dict[str, dict[str, int]]:
    counts = {kind: {"found": 0, "hit": 0} for kind in ("lines", "branches", "functions")}
    for file in files:
        hits = {
            "lines": list(file.lines.values()),
            "branches": [branch.hits for branch in file.branches],
            "functions": list(file.functions.values()),
        }
        for kind, values in hits.items():
            counts[kind]["found"] += len(values)
            counts[kind]["hit"] += sum(value > 0 for value in values)
    return counts


def prepare(project: Path, sources: Mapping[str, str]) -> None:
    """Makes a project of the tests and of `sources`, each if with an else.

    Raises:
        CoverageError: a source does not compile.
    """
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    shutil.copy(ROOT / "foundry.toml", project)
    for tools in ("node_modules", ".toolchain"):
        (project / tools).symlink_to((ROOT / tools).resolve())
    shutil.copytree(ROOT / "tests" / "forge", project / "tests" / "forge")
    settings = tomllib.loads((ROOT / "foundry.toml").read_text("utf-8"))["profile"]["default"]
    for permission in settings["fs_permissions"]:
        folder = Path(permission["path"])
        if (ROOT / folder).is_dir():
            shutil.copytree(ROOT / folder, project / folder, dirs_exist_ok=True)
    try:
        with Solc() as solc:
            for name, text in sources.items():
                path = project / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(with_else(solc.trees(name, text)[name], text), "utf-8")
    except MutationError as error:
        raise CoverageError(str(error)) from error


def measure(project: Path) -> tuple[dict[str, FileCoverage], int]:
    """Coverage of each contract file, and how many tests ran.

    Raises:
        CoverageError: the tests do not compile, or one of them fails.
    """
    report = project / "lcov.info"
    command = [str(FORGE), "coverage", "--report", "lcov", "--report-file", str(report)]
    environment = {
        **os.environ,
        "FOUNDRY_PROFILE": "default",
        "FOUNDRY_FUZZ_RUNS": str(FUZZ_RUNS),
        "FOUNDRY_INVARIANT_RUNS": str(INVARIANT_RUNS),
        # Tests that are linked when they run would look for code that is not there.
        "FOUNDRY_DYNAMIC_TEST_LINKING": "false",
    }
    try:
        run = subprocess.run(
            [*command, "--no-match-coverage", "^(tests|node_modules)/"],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise CoverageError(f"{FORGE.relative_to(ROOT)} is missing; run make setup") from error
    except subprocess.TimeoutExpired as error:
        raise CoverageError(f"forge coverage took more than {SECONDS} s") from error
    (project / "forge.log").write_text(run.stdout + run.stderr, "utf-8")
    failed = [line for line in run.stdout.splitlines() if line.startswith("[FAIL")]
    if run.returncode != 0 or failed:
        told = "\n".join(failed or (run.stdout + run.stderr).strip().splitlines()[-12:])
        raise CoverageError(f"forge coverage failed:\n{told}\nSee {project / 'forge.log'}")
    passed = sum(line.startswith("[PASS]") for line in run.stdout.splitlines())
    return parse(report.read_text("utf-8")), passed


def gaps_of(files: Mapping[str, FileCoverage], sources: Mapping[str, str]) -> list[Gap]:
    """Everything no test reached, once each, in the order of the sources."""
    found = []
    for name, file in sorted(files.items()):
        lines = sources[name].splitlines()
        for line, what in file.uncovered():
            found.append(Gap(name, file.function_of(line), lines[line - 1].strip(), what))
    return list(dict.fromkeys(found))


def report(results: Results) -> None:
    """Prints a table, and what is to be done."""
    print(f"{'file':<42}{'lines':>12}{'branches':>12}{'functions':>12}")
    rows = {**results.summary()["files"], "total": results.summary()["total"]}
    for name, counts in rows.items():
        cells = (f"{counts[kind]['hit']}/{counts[kind]['found']}" for kind in counts)
        print(f"{name:<42}" + "".join(f"{cell:>12}" for cell in cells))
    print(f"{results.tests} tests in {results.seconds:.0f} s; explained: {len(results.reasons)}")
    for gap in results.unexplained:
        print(f"uncovered: {gap}; test it, or say in {explained.FILE.name} why not")
    for gap in results.needless:
        print(f"covered or gone: {gap}; remove it from {explained.FILE.name}")


def main() -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Line and branch coverage of the contracts.")
    parser.add_argument("--summary-json", metavar="FILE", type=Path, help="write a summary")
    arguments = parser.parse_args()
    started = time.monotonic()
    try:
        reasons = explained.read()
        sources = read_sources()
        project = FOLDER / "project"
        prepare(project, sources)
        files, tests = measure(project)
        if missing := sorted(set(files) - set(sources)):
            raise CoverageError(f"forge reports on files that are not ours: {', '.join(missing)}")
        gaps = gaps_of(files, sources)
    except CoverageError as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2
    results = Results(files, gaps, reasons, tests, time.monotonic() - started)
    report(results)
    if arguments.summary_json:
        replace_text(arguments.summary_json, json.dumps(results.summary(), indent=2) + "\n")
    return 0 if results.summary()["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
