"""Proves tests/proofs/*.t.sol with Halmos, and tells what was proven within which bounds.

Usage: ``python -m tools.audit.prove [CONTRACT] [--summary-json FILE]``; ``--table`` only prints the
table of docs/proofs.md. Exits 1 when a proof fails, has no answer in time, or did not run.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.audit.environment import FOLDER
from tools.compile import replace_text

ROOT = Path(__file__).resolve().parent.parent.parent
PROOFS = ROOT / "tests" / "proofs"
OUT = ".build/proofs/out"
#: Longest that one question may take, in seconds.
LIMIT = 120

#: A comment and the proof below it.
PROOF = re.compile(r"((?: *///[^\n]*\n)+) *function (check_\w+)\(")


@dataclass(frozen=True)
class Claim:
    """What a proof says, by its own comment."""

    contract: str
    name: str
    says: str
    bounds: str


def claims() -> list[Claim]:
    """All proofs in tests/proofs. Raises ValueError for one whose comment states no bounds."""
    found = []
    for path in sorted(PROOFS.glob("*.t.sol")):
        text = path.read_text("utf-8")
        contracts = [(m.start(), m[1]) for m in re.finditer(r"^contract (\w+)", text, re.M)]
        for match in PROOF.finditer(text):
            contract = [name for start, name in contracts if start < match.start()][-1]
            comment = " ".join(re.sub(r"^ *///", "", line) for line in match[1].splitlines())
            words = re.sub(r"\s+", " ", comment.replace("@notice", "")).strip()
            says, marker, bounds = words.partition("Bounds: ")
            if not marker:
                raise ValueError(f"{path.name}: {match[2]} states no bounds; add 'Bounds: ...'")
            found.append(Claim(contract, match[2], says.strip(), bounds.rstrip(".")))
    return found


def table() -> str:
    """The claims as a table of Markdown."""
    lines = ["| proof | says | bounds |", "|---|---|---|"]
    for claim in claims():
        name = f"`{claim.contract}.{claim.name}`"
        lines.append(f"| {name} | {claim.says or 'see `Floors`'} | {claim.bounds} |")
    return "\n".join(lines) + "\n"


def prove(contract: str | None) -> dict[str, Any]:
    """Runs Halmos; {"contract.function": result} of each proof, with time in seconds."""
    binaries = ROOT / FOLDER / "bin"
    # What an earlier run compiled and is no more would be proven too.
    shutil.rmtree(ROOT / OUT, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        solver = f"{binaries / 'python'} {ROOT / 'tools' / 'audit' / 'solve.py'} {LIMIT}"
        command = [str(binaries / "halmos"), "--forge-build-out", OUT, "--function", "check_"]
        command += ["--no-status", "--loop", "40", "--solver-timeout-assertion", "0"]
        command += ["--solver-command", solver, "--json-output", str(report)]
        command += ["--contract", contract] if contract else []
        tools = os.pathsep.join([str(ROOT / ".toolchain" / "bin"), os.environ.get("PATH", "")])
        environment = {**os.environ, "FOUNDRY_PROFILE": "proofs", "PATH": tools, "NO_COLOR": "1"}
        subprocess.run(command, cwd=ROOT, env=environment, check=False)
        if not report.exists():
            return {}
        results: dict[str, Any] = json.loads(report.read_text("utf-8"))["test_results"]
    return {
        f"{source.rpartition(':')[2]}.{one['name'].partition('(')[0]}": one
        for source, ran in results.items()
        for one in ran
    }


def main() -> int:
    """Proves, prints and writes; the exit code."""
    parser = argparse.ArgumentParser(prog="prove", description=__doc__)
    parser.add_argument("contract", nargs="?", help="the proofs of this contract only")
    parser.add_argument("--table", action="store_true", help="print the table, prove nothing")
    parser.add_argument("--summary-json", type=Path, metavar="FILE", help="write the results")
    asked = parser.parse_args()
    if asked.table:
        print(table(), end="")
        return 0
    wanted = [claim for claim in claims() if asked.contract in (None, claim.contract)]
    results = prove(asked.contract)
    proven = []
    for claim in wanted:
        result = results.get(f"{claim.contract}.{claim.name}")
        if result is not None and result["exitcode"] == 0:
            proven.append(claim)
        else:
            print(f"prove: NOT PROVEN: {claim.contract}.{claim.name}")
    print(f"prove: {len(proven)} of {len(wanted)} proven")
    if asked.summary_json:
        summary = {
            "proven": len(proven),
            "claims": [{**asdict(claim), "proven": claim in proven} for claim in wanted],
        }
        replace_text(asked.summary_json, json.dumps(summary, indent=2) + "\n")
    return 0 if wanted and len(proven) == len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
