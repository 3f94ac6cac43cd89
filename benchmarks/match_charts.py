"""What `benchmarks.match` measured, as a picture. The same measurement gives the same bytes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.plots import STYLES, write_figure

_KINDS = {
    "gen-ip": "Gen-IP, every code compared",
    "faiss-flat": "FAISS flat, its best setting",
    "faiss-multihash": "FAISS multi-hash, the setting that finds 99.9 %",
}
_SHAPES = {"single": "one code", "picture": "one picture's 32 codes", "large": "64 codes"}
_BAR = 0.27


def draw(measured: Mapping[str, Any], folder: Path) -> list[Path]:
    """Writes `match-codes.png` into the folder, made if it is missing: codes searched a second.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sizes = measured["sizes"]
    figure = Figure(figsize=(6.2 * len(sizes) + 1, 5.6), dpi=120, facecolor="white")
    figure.suptitle(
        f"Searching 256-bit codes within {measured['radius']} bits, {measured['threads']} threads",
        fontsize=13,
    )
    subplots = figure.subplots(1, len(sizes), squeeze=False)[0]
    for axes, (rows, size) in zip(subplots, sizes.items(), strict=True):
        _fill(axes, int(rows), fastest(size["engines"]))
    figure.tight_layout()
    digest = sha256(json.dumps(measured, sort_keys=True).encode()).hexdigest()
    return [write_figure(figure, folder / "match-codes.png", digest)]


def fastest(engines: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """Queries a second by kind of engine and by shape: the fastest setting that finds 99.9 %."""
    found: dict[str, dict[str, float]] = {}
    for each in engines.values():
        if each["recall"] < 0.999:
            continue
        speeds = found.setdefault(each["kind"], dict.fromkeys(_SHAPES, 0.0))
        for shape in _SHAPES:
            speeds[shape] = max(speeds[shape], each[shape]["queries_per_second"])
    return found


def _fill(axes: Axes, rows: int, speeds: Mapping[str, Mapping[str, float]]) -> None:
    axes.set_facecolor("white")
    kinds = [kind for kind in _KINDS if kind in speeds]
    for number, kind in enumerate(kinds):
        at = [place + (number - (len(kinds) - 1) / 2) * _BAR for place in range(len(_SHAPES))]
        values = [speeds[kind][shape] for shape in _SHAPES]
        bars = axes.bar(at, values, _BAR, color=STYLES[number][0], label=_KINDS[kind])
        axes.bar_label(bars, [f"{value:,.0f}" for value in values], fontsize=8, padding=2)
    axes.set_yscale("log")
    # Whole decades, so that bars of both sizes can be compared by their height.
    every = [speed for kind in kinds for speed in speeds[kind].values()]
    axes.set_ylim(
        10 ** math.floor(math.log10(min(every)) - 0.2),
        10 ** math.ceil(math.log10(max(every)) + 0.2),
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xticks(range(len(_SHAPES)), list(_SHAPES.values()))
    axes.set_xlabel(f"asked at once, {rows:,} codes stored")
    axes.set_ylabel("codes searched a second")
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), fontsize=9, frameon=False)
