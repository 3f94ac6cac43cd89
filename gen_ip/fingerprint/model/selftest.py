"""Whether this machine computes the fingerprints of models that all others do.

`python -m gen_ip.fingerprint.model.selftest` compares with the conformance vectors that ship with
the package: small files and their records. Hashes and digests are the same everywhere. Sketches
are signs of sums that are rounded as the machine does it: of a module's 64 bits one may differ.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from gen_ip.fingerprint.model.errors import UnreadableModel
from gen_ip.fingerprint.model.reading import read_model
from gen_ip.fingerprint.model.record import ModelRecord

VECTORS = Path(__file__).parents[1] / "vectors" / "model-1.json"

_BITS = 1


def vectors() -> list[dict[str, Any]]:
    """`name`, the file as base64 in `file`, and its record as JSON in `record`."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return found


def deviation(vector: dict[str, Any]) -> str | None:
    """What differs from a vector first, in words; None when everything agrees."""
    expected = ModelRecord.from_json(vector["record"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "vector.safetensors"
        path.write_bytes(base64.b64decode(vector["file"]))
        try:
            found = read_model(path)
        except UnreadableModel as error:
            return f"it is not read: {error.reason}"
    ours, theirs = found.to_json(), expected.to_json()
    for name in theirs:
        if name != "modules" and ours.get(name) != theirs[name]:
            return f"{name} is {ours.get(name)}, not {theirs[name]}"
    if [each[:4] for each in ours["modules"]] != [each[:4] for each in theirs["modules"]]:
        return "its modules have other names or sides"
    for one, other in zip(found.modules, expected.modules, strict=True):
        if (one.bits ^ other.bits).bit_count() > _BITS:
            return f"the sketch of {one.name} is {one.bits:016x}, not {other.bits:016x}"
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
