"""`python -m benchmarks.growth [--json] [--plot DIR]`: how gas grows with depth, parents, batches.

Every number is the gas of a whole transaction, from its receipt, on a private anvil with the
package's bytecode. `--write-snapshot` writes growth-snapshot.json, and docs/gas.md's table and
pictures with it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import page, plots
from benchmarks._chain import Chain
from benchmarks._curves import (
    GAS_LIMIT,
    TRANSACTION_LIMIT,
    Batch,
    Curve,
    Depth,
    Parents,
)
from benchmarks.bytecode import verified
from benchmarks.snapshot import replace_text
from gen_ip.errors import GenIPError

PATH = Path(__file__).with_name("growth-snapshot.json")
WRITE = ".venv/bin/python -m benchmarks.growth --write-snapshot"


@dataclass(frozen=True, slots=True)
class Samples:
    """At which sizes to measure, ascending."""

    depths: tuple[int, ...] = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    parents: tuple[int, ...] = (1, 2, 4, 8, 16, 24, 32)
    batches: tuple[int, ...] = (1, 2, 5, 10, 20, 50, 100)


def measure(samples: Samples, limit: int = TRANSACTION_LIMIT) -> dict[str, Any]:
    """Gas by panel, curve and size; how far `collect` reaches within `limit` gas; code hashes.

    Raises:
        WrongBytecode: the chain holds other code than the package.
        GenIPError: there is no anvil, or the chain refuses a step.
    """
    panels: dict[str, dict[str, Curve]] = {}
    with Chain(b"growth") as chain:
        chain.gas_limit = GAS_LIMIT
        code, node = verified(chain.rpc, chain.session.deployment), chain.node
        # Each panel on a chain without the others' works, as if it were alone.
        with chain.undone():
            depth = Depth(chain)
            depth.measure(samples.depths)
            farthest, gas = depth.farthest(limit)
            panels["depth"] = depth.curves
        with chain.undone():
            parents = Parents(chain)
            parents.measure(samples.parents)
            panels["parents"] = parents.curves
        with chain.undone():
            batch = Batch(chain)
            batch.measure(samples.batches)
            panels["batch"] = batch.curves
    return {
        "panels": {name: _to_json(curves) for name, curves in panels.items()},
        "farthest_collect_first": {"limit": limit, "generations": farthest, "gas": gas},
        "node": node,
        "bytecode": code,
    }


def curves_of(measured: Mapping[str, Any]) -> dict[str, dict[str, Curve]]:
    """The curves by panel and key of what `measure` returned or the snapshot holds."""
    return {
        name: {
            key: Curve(
                key,
                curve["label"],
                curve["step"],
                {int(size): gas for size, gas in curve["gas"].items()},
            )
            for key, curve in panel.items()
        }
        for name, panel in measured["panels"].items()
    }


def table(measured: Mapping[str, Any]) -> str:
    """The measurement for people: a curve a paragraph."""
    lines = []
    for name, curves in curves_of(measured).items():
        lines.append(f"{name}:")
        for curve in curves.values():
            each = "flat" if curve.flat else f"{curve.slope:,.0f} gas a {curve.step}"
            lines.append(f"  {curve.label}: {each}")
            points = ", ".join(f"{size}: {gas:,}" for size, gas in curve.gas.items())
            lines.append(f"    {points}")
    far = measured["farthest_collect_first"]
    lines.append(
        f"farthest collect, first ever, in a transaction of {far['limit']:,} gas: "
        f"{far['generations']:,} generations, {far['gas']:,} gas"
    )
    lines.append(f"on {measured['node']['client']}, {measured['node']['hardfork']}")
    return "\n".join(lines)


def write(measured: Mapping[str, Any]) -> None:
    """The snapshot, the pictures and the page's table, each file whole or not at all."""
    document = {"written_by": WRITE, **measured}
    replace_text(PATH, json.dumps(document, indent=2) + "\n")
    curves = curves_of(measured)
    plots.draw(curves, page.PATH.parent)
    page.write("growth", page.growth_table(curves, measured["farthest_collect_first"]))


def _to_json(curves: Mapping[str, Curve]) -> dict[str, Any]:
    return {
        key: {
            "label": curve.label,
            "step": curve.step,
            "gas": {str(size): gas for size, gas in curve.gas.items()},
            "flat": curve.flat,
            "slope": round(curve.slope, 1),
        }
        for key, curve in curves.items()
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--plot", metavar="DIR", type=Path, help="draw growth-*.png in this folder")
    parser.add_argument(
        "--write-snapshot", action="store_true", help="write the snapshot and docs/gas.md's part"
    )
    options = parser.parse_args(arguments)
    try:
        measured = measure(Samples())
        print(json.dumps(measured, indent=2) if options.json else table(measured))
        if options.plot is not None:
            plots.draw(curves_of(measured), options.plot)
        if options.write_snapshot:
            write(measured)
    except (GenIPError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
