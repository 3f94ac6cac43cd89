"""Whether this machine computes the fingerprints that all others do.

`python -m gen_ip.fingerprint.selftest` compares with the conformance vectors that ship with the
package: small files, the pixels of their copies, the parts looked at, and their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from gen_ip.errors import UnreadableImage
from gen_ip.fingerprint.pdq import Orientation, Pdq, oriented
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.fingerprint.views import views

VECTORS = Path(__file__).parent / "vectors" / "pdq-1.json"


def vectors() -> list[dict[str, Any]]:
    """The shipped conformance vectors."""
    found: list[dict[str, Any]] = json.loads(VECTORS.read_text("utf-8"))["vectors"]
    return found


def deviation(vector: dict[str, Any]) -> str | None:
    """What differs from a vector first, in words; None when everything agrees."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        path.write_bytes(base64.b64decode(vector["file"]))
        try:
            copy = reduced_copy(path)
        except UnreadableImage as error:
            return f"Pillow does not decode it: {error.reason}"
    size = vector["height"], vector["width"], 3
    if copy.shape != size:
        return f"the copy's shape is {copy.shape}, not {size}"
    if hashlib.sha256(copy.tobytes()).hexdigest() != vector["pixels_sha256"]:
        return "Pillow or its decoder gives other pixels"
    parts = {view.name: list(view.box) for view in views(copy)}
    if parts != vector["views"]:
        return f"the views are {parts}, not {vector['views']}"
    found = oriented(copy)
    for name, expected in vector["hashes"].items():
        wanted = Pdq(bytes.fromhex(expected), vector["quality"])
        if found[Orientation(name)] != wanted:
            return f"{name}: {found[Orientation(name)].to_json()}, not {wanted.to_json()}"
    return None


def main() -> int:
    """Prints a line for every vector; 1 if any deviates, else 0."""
    deviations = 0
    for vector in vectors():
        found = deviation(vector)
        deviations += found is not None
        print(f"{'differs' if found else 'ok':8} {vector['name']}{': ' + found if found else ''}")
    print(f"{deviations} of {len(vectors())} vectors differ")
    return 1 if deviations else 0


if __name__ == "__main__":
    sys.exit(main())
