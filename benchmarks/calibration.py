"""`python -m benchmarks.calibration [--write]`: draws the lines between works and strangers.

Every candidate that a question of the development half brings up is measured; from pairs known to
be a picture and its work, and pairs known not to be, two logistic regressions follow, without and
with the learned descriptor, and the score from which on a work is named: the lowest at which hardly
any stranger is accepted and hardly any wrong work is named. `--write` puts them into
`gen_ip/match/thresholds-1.json`. The test half is not looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from benchmarks._logistic import fit
from benchmarks._recognition import Asked, asked_picture, build, fresh_processes
from benchmarks.fingerprint import ours, progress
from gen_ip.atomic_file import write_text
from gen_ip.errors import GenIPError
from gen_ip.fingerprint.descriptor import load
from gen_ip.fingerprint.pdq import PDQ
from gen_ip.fingerprint.record import SSCD
from gen_ip.match.closer import CloserQuestion
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.likeness import DEFAULT, DESCRIPTOR
from gen_ip.match.matcher import Matcher
from gen_ip.match.question import Question
from gen_ip.match.thresholds import TABLE, Model, Thresholds

# So many strangers may be accepted and so many wrong works named: somewhat less than is promised,
# since other pictures than these decide whether it holds.
_STRANGERS = 0.003
_WRONG = 0.0006
# So many strangers may be called similar to something.
_SIMILAR = 0.03
_BY_PAIRS = (
    "pdq-close", "points-many", "whole-agrees-surely", "inside-agrees-well", "inside-work",
    "whole-pictured", "whole-pictured-surely", "whole-pictured-work", "inside-pictured",
    "inside-pictured-surely", "inside-pictured-work", "registered-pictured",
    "registered-pictured-surely", "registered-pictured-work",
)  # fmt: skip
_MEASURES = {DEFAULT: _BY_PAIRS, DESCRIPTOR: (*_BY_PAIRS, "descriptor", "descriptor-close")}
#: What does not follow from the pairs. The radii are wide, since candidates are cheap and the look
#: at them decides. Below quality 20 hashes of unrelated pictures agree. A near duplicate shows all
#: but a tenth of the work and next to nothing else.
GIVEN = Thresholds(
    version="thresholds-1",
    radius={PDQ: 90, SSCD: 85},
    least_quality=20,
    looked_at=12,
    near_share=0.9,
    near_agreement=0.8,
    models={},
)


@dataclass(frozen=True)
class Measured:
    """A question's candidates, those of both looks: a work may be among them twice."""

    question: Asked
    pairs: tuple[tuple[str, dict[str, float]], ...]


class _Worker:
    matcher: ClassVar[Matcher]

    @classmethod
    def start(cls, index: Path) -> None:
        import cv2

        cv2.setNumThreads(1)
        cls.matcher = Matcher(PictureIndex(index), load(), GIVEN, threads=1)

    @classmethod
    def measure(cls, question: Asked) -> Measured:
        picture = asked_picture(question.path)
        first = Question(picture.copy, picture.fine)
        # The second look is a stranger's second chance to be taken for a work; here all have it.
        found = [
            *cls.matcher.likenesses(first),
            *cls.matcher.likenesses(CloserQuestion(first)),
        ]
        return Measured(question, tuple((key, each.measures()) for key, each in found))


def model(
    measured: Sequence[Measured],
    names: Sequence[str],
    *,
    strangers: float = _STRANGERS,
    wrong: float = _WRONG,
    similar: float = _SIMILAR,
) -> tuple[Model, dict[str, Any]]:
    """The regression and its thresholds, and what they do on the pairs they were made from.

    Args:
        measured: questions and their candidates.
        names: of the measures to weigh.
        strangers, wrong: shares, 0 to 1, of strangers that may be accepted, of questions for which
            a wrong work may be named.
        similar: of strangers that may be called similar to something.
    """
    pairs = [(each.question, key, found) for each in measured for key, found in each.pairs]
    truths = [key in question.truths for question, key, _ in pairs]
    intercept, weights = fit([found for _, _, found in pairs], truths, names, ridge=1e-5)
    rough = Model(intercept, weights, 1.0, 1.0)
    unknown: list[float] = []
    others: list[float] = []
    right: list[float] = []
    for each in measured:
        scores = [(key, rough.score(found)) for key, found in each.pairs]
        if not each.question.truths:
            unknown.append(max((score for _, score in scores), default=0.0))
            continue
        for known, best in ((False, others), (True, right)):
            own = (score for key, score in scores if (key in each.question.truths) == known)
            best.append(max(own, default=0.0))
    accept = max(_upper(unknown, strangers), _upper(others, wrong))
    least = min(accept, _upper(unknown, similar))
    did = {
        "pairs": len(pairs),
        "questions": len(measured),
        "recall": float(np.mean(np.array(right) >= accept)),
        "strangers_accepted": float(np.mean(np.array(unknown) >= accept)),
        "wrong_named": float(np.mean(np.array(others) >= accept)),
    }
    return Model(intercept, weights, accept, least), did


def _upper(scores: Sequence[float], share: float) -> float:
    """The lowest score that at most such a share of scores reaches."""
    ordered = np.sort(np.array(scores))[::-1]
    at = int(share * len(ordered))
    return float(np.nextafter(ordered[at], 2)) if at < len(ordered) else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, fits, and writes or prints the table; 0, or 1 after an error in words."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibration", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--works", type=int, help="ask about the edits of so many works only")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--pairs", type=Path, help="keep the measured pairs in this file, as JSON")
    parser.add_argument("--write", action="store_true", help=f"into {TABLE.name}")
    options = parser.parse_args(arguments)
    try:
        measured, data = measure(options.works, options.processes)
        table = calibrate(measured, data, options.works)
    except GenIPError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.pairs:
        kept = [
            {"name": each.question.name, "kind": each.question.kind, "group": each.question.group,
             "truths": sorted(each.question.truths), "pairs": each.pairs}
            for each in measured
        ]  # fmt: skip
        write_text(options.pairs, json.dumps(kept))
    text = json.dumps(table, indent=1) + "\n"
    if options.write:
        write_text(TABLE, text)
    print(text, end="")
    return 0


def measure(works: int | None, processes: int) -> tuple[list[Measured], dict[str, Any]]:
    """The candidates of every question about the development half, and which pictures these are."""
    gallery, questions, data = ours("development", works)
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        build(index, gallery, load(), progress)
        with fresh_processes(processes, _Worker.start, index) as pool:
            measured = []
            for number, each in enumerate(pool.map(_Worker.measure, questions, chunksize=8), 1):
                measured.append(each)
                progress("questions", number, len(questions))
    return measured, {**data, "works": len(gallery), "questions": len(questions)}


def calibrate(
    measured: Sequence[Measured], data: Mapping[str, Any], works: int | None = None
) -> dict[str, Any]:
    """The table, as JSON; `works` is what was asked for."""
    asked = f" --works {works}" if works else ""
    models = {}
    for name, measures in _MEASURES.items():
        made, did = model(measured, measures)
        models[name] = {
            "intercept": made.intercept,
            "weights": dict(made.weights),
            "accept": made.accept,
            "similar": made.similar,
            "on_these_pairs": did,
        }
    return {
        "version": GIVEN.version,
        "made_by": f"python -m benchmarks.calibration{asked} --write",
        "made_from": data,
        "radius": dict(GIVEN.radius),
        "least_quality": GIVEN.least_quality,
        "looked_at": GIVEN.looked_at,
        "near_share": GIVEN.near_share,
        "near_agreement": GIVEN.near_agreement,
        "models": models,
    }


if __name__ == "__main__":
    sys.exit(main())
