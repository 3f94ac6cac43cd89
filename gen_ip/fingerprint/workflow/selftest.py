"""Whether this machine computes the fingerprints of workflows that all others do.

`python -m gen_ip.fingerprint.workflow.selftest` compares with the conformance vectors that ship
with the package: workflows and their records, which are the same everywhere.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from gen_ip.fingerprint.workflow.parsing import parse_workflow
from gen_ip.fingerprint.workflow.record import record_of

VECTORS = Path(__file__).parents[1] / "vectors" / "workflow-1.json"


def vectors() -> list[dict[str, Any]]:
    """`name`, the file's text in `text`, and its record as JSON in `record`."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return found


def deviation(vector: dict[str, Any]) -> str | None:
    """What differs from a vector first, in words; None when everything agrees."""
    data = vector["text"].encode()
    found = record_of(hashlib.sha256(data).digest(), parse_workflow(data)).to_json()
    for name, expected in vector["record"].items():
        if found.get(name) != expected:
            return f"{name} is {found.get(name)}, not {expected}"
    return None


def main() -> int:
    """Prints a line for every vector; 1 if any deviates, else 0."""
    found = [(vector["name"], deviation(vector)) for vector in vectors()]
    for name, differs in found:
        print(f"{'differs' if differs else 'ok':8} {name}{': ' + differs if differs else ''}")
    deviations = sum(differs is not None for _, differs in found)
    print(f"{deviations} of {len(found)} vectors differ")
    return 1 if deviations else 0


if __name__ == "__main__":
    sys.exit(main())
