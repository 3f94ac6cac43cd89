"""Compares what the contracts tell Slither to overlook with the list in suppressions.toml.

Usage: ``python -m tools.audit.suppressions [--summary-json FILE]``. Exits 1 when a suppression is
not listed, is listed but gone, or has no comment above it that says why.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

from tools.compile import replace_text

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = Path(__file__).with_name("suppressions.toml")
CONFIG = "slither.config.json"

MARK = re.compile(r"//\s*slither-disable-(next-line|start|end)\s+([\w, -]+)")


def placed(root: Path) -> tuple[Counter[tuple[str, str]], list[str]]:
    """How often contracts/ suppresses each (file, detector), and what is wrong with a mark."""
    found: Counter[tuple[str, str]] = Counter()
    problems = []
    for path in sorted((root / "contracts").rglob("*.sol")):
        if ".cache" in path.parts:
            continue
        name = str(path.relative_to(root))
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            mark = MARK.search(line)
            if mark is None:
                continue
            if mark[1] != "next-line":
                problems.append(f"{name}:{number}: suppress a single line, not a range")
            above = lines[number - 2].strip() if number > 1 else ""
            if not above.startswith("//") or MARK.search(above):
                problems.append(f"{name}:{number}: say why in a comment above")
            found.update((name, one.strip()) for one in mark[2].split(","))
    return found, problems


def compare(root: Path, listed_in: Path = LIST) -> tuple[int, list[str]]:
    """Number of suppressions, and what differs from the list. Each entry of the list has file,
    detector, count and reason; detectors that are off for all contracts have a reason each too.
    """
    found, problems = placed(root)
    listing = tomllib.loads(listed_in.read_text("utf-8"))
    listed: Counter[tuple[str, str]] = Counter()
    for entry in listing.get("suppressed", []):
        listed[entry["file"], entry["detector"]] += entry["count"]
        if not entry["reason"].strip():
            problems.append(f"{listed_in.name}: {entry['file']} {entry['detector']}: no reason")
    for key in sorted(found.keys() | listed.keys()):
        if found[key] != listed[key]:
            problems.append(
                f"{key[0]}: {key[1]}: {found[key]} suppressed, {listed[key]} listed in "
                f"{listed_in.name}"
            )
    config = json.loads((root / CONFIG).read_text("utf-8"))
    off = {name for name in config["detectors_to_exclude"].split(",") if name}
    reasons = {name for name, reason in listing.get("off", {}).items() if reason.strip()}
    problems.extend(f"{CONFIG}: {name} is off without a reason" for name in sorted(off - reasons))
    problems.extend(f"{listed_in.name}: {name} is not off" for name in sorted(reasons - off))
    return found.total(), problems


def main() -> int:
    """Compares and prints; the exit code."""
    parser = argparse.ArgumentParser(prog="suppressions", description=__doc__)
    parser.add_argument("--summary-json", type=Path, metavar="FILE", help="write the result")
    asked = parser.parse_args()
    found, _ = placed(ROOT)
    count, problems = compare(ROOT)
    for (file, detector), times in sorted(found.items()):
        print(f"suppressions: {file}: {detector}: {times}")
    print(f"suppressions: {count} in all")
    for problem in problems:
        print(f"suppressions: {problem}", file=sys.stderr)
    if asked.summary_json:
        summary = {"suppressions": count, "problems": problems}
        replace_text(asked.summary_json, json.dumps(summary, indent=2) + "\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
