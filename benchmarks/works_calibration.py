"""`python -m benchmarks.works_calibration --kind model|workflow [--write]`: draws the lines.

Of the development half every question's candidates are measured, and every stranger beside every
work. From pairs known to be of a work and what was made of it, and pairs known not to be, follow a
logistic regression and the score from which on a work is named: above the pairs that are none,
and above 99 in 100 that merely have something else in common. `--write` puts them into the kind's
table. The test half is not looked at.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._kinds import Question, build, fingerprints
from benchmarks._logistic import fit
from benchmarks._works_exams import EXAMS
from benchmarks.fingerprint import progress
from gen_ip.atomic_file import write_text
from gen_ip.errors import GenIPError
from gen_ip.match.models.kept import Kept
from gen_ip.match.models.kind import ModelKind
from gen_ip.match.models.likeness import ModelLikeness
from gen_ip.match.models.likeness import likeness as model_likeness
from gen_ip.match.models.thresholds import TABLE as MODELS
from gen_ip.match.models.thresholds import ModelThresholds
from gen_ip.match.models.thresholds import thresholds as model_thresholds
from gen_ip.match.thresholds import Model
from gen_ip.match.workflows.kind import WorkflowKind
from gen_ip.match.workflows.likeness import WorkflowLikeness
from gen_ip.match.workflows.likeness import likeness as workflow_likeness
from gen_ip.match.workflows.thresholds import TABLE as WORKFLOWS
from gen_ip.match.workflows.thresholds import WorkflowThresholds
from gen_ip.match.workflows.thresholds import thresholds as workflow_thresholds
from gen_ip.match.workflows.tokens import counts_of

_MEASURES = {
    "model": ("agreement", "tensors"),
    "workflow": (
        "edges", "edges-work", "edges-query", "labels", "labels-work", "same-graph", "settings",
        "settings-work", "settings-query", "both",
    ),
}  # fmt: skip
# Models are told apart by nearly one measure, which may weigh what it must.
_RIDGE = {"model": 1e-5, "workflow": 1e-3}
# Of pairs that are none, so many may be named; and so many called similar.
_ACCEPTED, _SIMILAR = 1e-4, 1e-2
# Of pairs that are merely alike, such as trained from the same beginning.
_ACCEPTED_ALIKE = 1e-2
# Several edits of one work measure the same, so the line lies a little above.
_ABOVE_ALIKE = 0.05
# The highest pair that is none lies so far below the line, in odds' logarithm, at least.
_MARGIN = 0.5

Pairs = list[tuple[Question, str, dict[str, float]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs what the command line asks for; 0, or 1 after an error in words."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.works_calibration")
    parser.add_argument("--kind", choices=list(_MEASURES), required=True)
    parser.add_argument("--write", action="store_true", help="into the table that ships")
    options = parser.parse_args(arguments)
    try:
        table, path = calibrated(options.kind), MODELS
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.kind == "workflow":
        path = WORKFLOWS
    text = json.dumps(table, indent=2) + "\n"
    if options.write:
        write_text(path, text)
    print(text, end="")
    return 0


def calibrated(kind: str) -> dict[str, Any]:
    """The table, for JSON."""
    gallery, questions, _ = EXAMS[kind]("development", None)
    pairs = _pairs(kind, gallery, questions)
    given: ModelThresholds | WorkflowThresholds = (
        model_thresholds() if kind == "model" else workflow_thresholds()
    )
    lines = {"model": _line(pairs, _MEASURES[kind], _RIDGE[kind])}
    if kind == "model":
        lines["inside"] = _line(pairs, ("followed",), _RIDGE[kind])
    return {**dataclasses.asdict(given), **lines}


def _line(pairs: Pairs, names: Sequence[str], ridge: float) -> dict[str, Any]:
    """A regression on measures of these names, and where its lines are."""
    truths = [key in question.truths for question, key, _ in pairs]
    # Edits in equal parts, and as much of what is none as of what is.
    counts: dict[tuple[str, bool], int] = {}
    for (question, _, _), truth in zip(pairs, truths, strict=True):
        place = (question.kind if truth else "", truth)
        counts[place] = counts.get(place, 0) + 1
    kinds = sum(truth for _, truth in counts)
    importance = [
        1 / counts[question.kind if truth else "", truth] / (kinds if truth else 1)
        for (question, _, _), truth in zip(pairs, truths, strict=True)
    ]
    measured = [measures for _, _, measures in pairs]
    intercept, weights = fit(measured, truths, names, importance, ridge)
    model = Model(intercept, weights, 0.5, 0.5)
    logits, which = np.array([model.logit(each) for each in measured]), np.array(truths)
    shares = np.array([key in question.alike for question, key, _ in pairs])
    right, none = np.sort(logits[which]), np.sort(logits[~which & ~shares])
    alike = np.sort(logits[shares])
    # Above all that is none, and nearly all that is merely alike; else halfway to what is right,
    # but for the hundredth part that is hardest.
    above = _highest(none, _ACCEPTED) + _MARGIN
    if len(alike):
        above = max(above, _highest(alike, _ACCEPTED_ALIKE) + _ABOVE_ALIKE)
    accept = max(above, (above + right[len(right) // 100]) / 2)
    similar = min(accept, _highest(none, _SIMILAR))
    print(
        f"{' '.join(names)}: {len(right):,} pairs that are, {len(none):,} that are none; these at "
        f"most {none[-1]:.2f}, the line at {accept:.2f}, "
        f"{(right >= accept).mean():.4f} of those above it; {len(alike):,} merely alike, "
        f"{(alike >= accept).mean() if len(alike) else 0:.4f} of them above it",
        file=sys.stderr,
    )
    return {
        "intercept": round(intercept, 6),
        "weights": {name: round(value, 6) for name, value in weights.items() if value > 1e-6},
        "accept": round(_odds(accept), 6),
        "similar": round(_odds(similar), 6),
    }


def _highest(logits: np.ndarray[Any, Any], share: float) -> float:
    """The highest, but for this share."""
    return float(logits[len(logits) - 1 - int(share * len(logits))])


def _pairs(kind: str, gallery: Mapping[str, Path], questions: Sequence[Question]) -> Pairs:
    """Candidates of what was made from a work, and every work beside every stranger."""
    found: Pairs = []
    with tempfile.TemporaryDirectory() as folder:
        matching = ModelKind() if kind == "model" else WorkflowKind()
        with build(matching, Path(folder), gallery, progress) as index, matching.reader() as reader:
            works = {name: reader.fingerprint(path) for name, path in gallery.items()}
            for question, record, _ in fingerprints(kind, questions, progress):
                if question.truths:
                    for key, likeness in matching.likenesses(index, record):
                        found.append((question, key, _measured(likeness)))
                    continue
                for key, work in works.items():
                    found.append((question, key, _beside(kind, record, work)))
    return found


def _beside(kind: str, record: Any, work: Any) -> dict[str, float]:
    if kind == "model":
        return _measured(model_likeness(record, Kept.of(work)))
    return _measured(workflow_likeness(record, counts_of(record), work, counts_of(work)))


def _measured(likeness: ModelLikeness | WorkflowLikeness) -> dict[str, float]:
    if isinstance(likeness, ModelLikeness):
        return {**likeness.measures(), **likeness.inside()}
    return likeness.measures()


def _odds(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


if __name__ == "__main__":
    sys.exit(main())
