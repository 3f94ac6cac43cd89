"""The growth curves as pictures. The same curves give the same bytes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from benchmarks._curves import TRANSACTION_LIMIT, Curve

# Okabe and Ito's colors, told apart by color-blind readers, too; a marker of its own for each.
STYLES = (
    ("#0072B2", "o"),
    ("#D55E00", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#E69F00", "v"),
)
_TITLES = {
    "depth": "Gas by depth",
    "parents": "Gas by number of parents",
    "batch": "Gas by batch size",
}
_X = {
    "depth": "generations above the work",
    "collect": "generations between the paid work and the original that collects",
    "parents": "parents of the work",
    "batch": "certificates, licenses or works in one transaction",
}


def draw(panels: Mapping[str, Mapping[str, Curve]], folder: Path) -> list[Path]:
    """Writes `growth-PANEL.png` for each panel into the folder, made if it is missing.

    A picture's description holds `digest` of its curves.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, curves in panels.items():
        axes_of = _groups(name, list(curves.values()))
        figure = Figure(figsize=(5.6 * len(axes_of) + 2, 6), dpi=120, facecolor="white")
        figure.suptitle(_TITLES[name], fontsize=13)
        subplots = figure.subplots(1, len(axes_of), squeeze=False)[0]
        for axes, (x, group) in zip(subplots, axes_of.items(), strict=True):
            _fill(axes, group, x)
        figure.tight_layout()
        paths.append(write_figure(figure, folder / f"growth-{name}.png", digest(curves)))
    return paths


def digest(curves: Mapping[str, Curve]) -> str:
    """SHA-256 of the points, in hex."""
    points = {key: list(curve.gas.items()) for key, curve in curves.items()}
    return sha256(json.dumps(points).encode()).hexdigest()


def _groups(name: str, curves: list[Curve]) -> dict[str, list[Curve]]:
    """Curves by the label of the x axis that they share; steep ones stand apart from flat ones."""
    far = [curve for curve in curves if curve.key.startswith("collect")]
    groups = {_X[name]: [curve for curve in curves if curve not in far], _X["collect"]: far}
    return {x: group for x, group in groups.items() if group}


def _fill(axes: Axes, curves: list[Curve], x: str) -> None:
    axes.set_facecolor("white")
    for curve, (color, marker) in zip(curves, STYLES, strict=False):
        each = "flat" if curve.flat else f"{curve.slope:,.0f} gas a {curve.step}"
        axes.plot(
            list(curve.gas),
            list(curve.gas.values()),
            color=color,
            marker=marker,
            markersize=5,
            label=f"{curve.label}: {each}",
        )
    if all(curve.flat for curve in curves):
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(curves[0].gas), [str(size) for size in curves[0].gas])
    highest = max(gas for curve in curves for gas in curve.gas.values())
    if highest > TRANSACTION_LIMIT // 4:
        limit = f"most that a transaction may use: {TRANSACTION_LIMIT:,} (EIP-7825)"
        axes.axhline(TRANSACTION_LIMIT, color="#444444", linestyle="--", linewidth=1, label=limit)
        highest = max(highest, TRANSACTION_LIMIT)
    axes.set_ylim(0, highest * 1.08)
    axes.set_xlabel(x)
    axes.set_ylabel("gas of the whole transaction")
    axes.yaxis.set_major_formatter(FuncFormatter(_gas))
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), fontsize=9, frameon=False)


def _gas(value: float, _: object) -> str:
    if value >= 1_000_000:
        return f"{value / 1_000_000:g} M"
    return f"{value / 1_000:g} k" if value else "0"


def write_figure(figure: Figure, path: Path, description: str) -> Path:
    """Writes a picture, whole or not at all; the same ones give the same bytes."""
    picture = BytesIO()
    # Without the drawing library's name and version.
    figure.savefig(picture, format="png", metadata={"Software": None, "Description": description})
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(picture.getvalue())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
