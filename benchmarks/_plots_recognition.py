"""What is recognized, as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

# Okabe and Ito's colors, told apart by color-blind readers, too.
_OURS = ("#0072B2", "#D55E00")
_PEERS = ("#B8B8B8", "#999999", "#7A7A7A", "#5C5C5C", "#C9B458", "#E0CB75", "#8FB8A8", "#009E73")


def draw(results: Mapping[str, Any], folder: Path) -> list[Path]:
    """Writes `recognition-groups.png` and `recognition-edits.png` into the folder.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    methods = results["methods"]
    return [_groups(methods, folder), _edits(methods, folder)]


def _groups(methods: Mapping[str, Any], folder: Path) -> Path:
    groups = list(next(iter(methods.values()))["groups"])
    figure = Figure(figsize=(13, 5.5), dpi=110, facecolor="white")
    axes = figure.subplots()
    wide = 0.84 / len(methods)
    ours, peers = iter(_OURS), iter(_PEERS)
    for number, (name, each) in enumerate(methods.items()):
        color = next(ours if name.startswith("gen-ip") else peers)
        places = np.arange(len(groups)) + number * wide
        axes.bar(
            places, [100 * each["groups"][group] for group in groups], wide, label=name, color=color
        )
    labels = [group.replace(" of ", "\nof ").replace(" by ", "\nby ") for group in groups]
    axes.set_xticks(np.arange(len(groups)) + 0.42, labels)
    axes.set_ylabel("right work named, % of edited pictures")
    axes.set_ylim(0, 100)
    axes.grid(axis="y", alpha=0.3)
    axes.set_title("Recognition by kind of edit")
    axes.legend(ncols=5, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.1), frameon=False)
    return _write(figure, folder / "recognition-groups.png")


def _edits(methods: Mapping[str, Any], folder: Path) -> Path:
    ours = {name: each for name, each in methods.items() if name.startswith("gen-ip")}
    first = next(iter(ours.values()))["edits"]
    names = sorted(first, key=lambda name: first[name])
    figure = Figure(figsize=(9, 0.2 * len(names) + 1.5), dpi=110, facecolor="white")
    axes = figure.subplots()
    for (name, each), color in zip(ours.items(), _OURS, strict=False):
        shares = [100 * each["edits"][edit] for edit in names]
        axes.plot(shares, range(len(names)), "o", color=color, label=name, markersize=5)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("right work named, %")
    axes.set_xlim(0, 102)
    axes.grid(alpha=0.3)
    axes.set_title("Recognition by edit")
    axes.legend(loc="upper left")
    return _write(figure, folder / "recognition-edits.png")


def _write(figure: Figure, path: Path) -> Path:
    figure.tight_layout()
    figure.savefig(path, metadata={"Software": None})
    return path
