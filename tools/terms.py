"""Writes the bundles of the ready-made terms, gen_ip/terms/bundles/, or checks them.

Usage: ``python -m tools.terms [--check]``. A bundle that was released is never written anew: who
bought a license under it holds its hash. tests/terms/vectors.json keeps the hashes.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from gen_ip.terms import READY
from gen_ip.terms.bundle import build

BUNDLES = Path(__file__).resolve().parent.parent / "gen_ip" / "terms" / "bundles"


def main() -> int:
    """Exits 1 with --check when a bundle is not what its rights and clauses say."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tools.terms")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    check = parser.parse_args().check
    stale = []
    for name, terms in READY.items():
        bundle = build(name, terms.grant, terms.pass_)
        path = BUNDLES / f"{name}.json"
        if path.read_bytes() == bundle.data:
            continue
        stale.append(name)
        if not check:
            temporary = path.with_suffix(".new")
            temporary.write_bytes(bundle.data)
            os.replace(temporary, path)
            print(f"{name}: {bundle.digest.hex()}")
    if check and stale:
        print(f"stale: {', '.join(stale)}; run python -m tools.terms", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
