"""Where the lines are drawn for models: one table, with its version, made by measuring.

`python -m benchmarks.works_calibration --kind model` writes it and says from which models.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gen_ip.match.thresholds import Model

TABLE = Path(__file__).parent / "thresholds-1.json"


@dataclass(frozen=True)
class ModelThresholds:
    """The table.

    Attributes:
        version: `model-thresholds-1`.
        looked_at: how many candidates of each search are looked at.
        near_part: which part of both models' modules, 0 to 1, must be paired in a near duplicate.
        near_agreement: how far their bits must agree there, 0 to 1.
        base_tensors: which part of two whole models' elements must lie in the same tensors.
        base_agreement: from this agreement of sketches on two whole models are called similar.
        model: the score of all others, by tensors and sketches.
        inside: their score by the strongest directions of the work alone.
    """

    version: str
    looked_at: int
    near_part: float
    near_agreement: float
    base_tensors: float
    base_agreement: float
    model: Model
    inside: Model

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> ModelThresholds:
        """From what the calibration writes."""
        models = {name: Model(**table[name]) for name in ("model", "inside")}
        return cls(**{**table, **models})


@functools.cache
def thresholds() -> ModelThresholds:
    """The table that ships."""
    return ModelThresholds.from_json(json.loads(TABLE.read_text("utf-8")))
