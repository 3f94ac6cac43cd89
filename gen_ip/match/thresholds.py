"""Where the lines are drawn: one table, with its version, made by measuring.

`python -m benchmarks.calibration` writes it and says from which pictures.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "thresholds-1.json"


@dataclass(frozen=True)
class Model:
    """From what was measured of a pair to the chance that one was made from the other.

    Attributes:
        intercept, weights: of a logistic regression; weights are by the measures' names and never
            negative, so more likeness never lowers a score.
        accept: from this score on, 0 to 1, a work is named.
        similar: from this score on it is shown as similar.
    """

    intercept: float
    weights: Mapping[str, float]
    accept: float
    similar: float

    def score(self, measures: Mapping[str, float]) -> float:
        """0 to 1; a measure that is absent counts as 0."""
        return 1 / (1 + math.exp(-self.logit(measures)))

    def logit(self, measures: Mapping[str, float]) -> float:
        """The logarithm of the odds, kept within what `exp` takes."""
        found = sum(weight * measures.get(name, 0.0) for name, weight in self.weights.items())
        return min(max(self.intercept + found, -50.0), 50.0)


@dataclass(frozen=True)
class Thresholds:
    """The table.

    Attributes:
        version: `thresholds-1`.
        radius: by code set, up to how many bits of 256 a work becomes a candidate.
        least_quality: PDQ hashes of lower quality, 0 to 100, are noise and match nothing.
        looked_at: how many candidates are looked at.
        near_share: which part of both pictures, 0 to 1, must be the same area in a near duplicate.
        near_agreement: how far, -1 to 1, that area must agree in a near duplicate.
        models: `default`, and `sscd-1` where the learned descriptor is at hand.
    """

    version: str
    radius: Mapping[str, int]
    least_quality: int
    looked_at: int
    near_share: float
    near_agreement: float
    models: Mapping[str, Model]

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Thresholds:
        """From what `benchmarks.calibration` writes."""
        models = {
            name: Model(each["intercept"], each["weights"], each["accept"], each["similar"])
            for name, each in table["models"].items()
        }
        return cls(
            version=table["version"],
            radius=table["radius"],
            least_quality=table["least_quality"],
            looked_at=table["looked_at"],
            near_share=table["near_share"],
            near_agreement=table["near_agreement"],
            models=models,
        )


@functools.cache
def thresholds() -> Thresholds:
    """The table that ships."""
    return Thresholds.from_json(json.loads(TABLE.read_text("utf-8")))
