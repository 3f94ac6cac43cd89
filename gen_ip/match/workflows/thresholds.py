"""Where the lines are drawn for workflows: one table, with its version, made by measuring.

`python -m benchmarks.works_calibration --kind workflow` writes it and says from which workflows.
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
class WorkflowThresholds:
    """The table.

    Attributes:
        version: `workflow-thresholds-1`.
        looked_at: how many candidates of each search are looked at.
        near_edges: which share of both workflows' links, 0 to 1, a near duplicate has in common.
        model: the score.
    """

    version: str
    looked_at: int
    near_edges: float
    model: Model

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> WorkflowThresholds:
        """From what the calibration writes."""
        return cls(**{**table, "model": Model(**table["model"])})


@functools.cache
def thresholds() -> WorkflowThresholds:
    """The table that ships."""
    return WorkflowThresholds.from_json(json.loads(TABLE.read_text("utf-8")))
