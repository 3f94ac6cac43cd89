"""Where the lines are drawn for a kind of works: one table, with its version, made by measuring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gen_ip.match.thresholds import Model
from gen_ip.match.verdict import Verdict


@dataclass(frozen=True)
class Table:
    """The table of a kind.

    Attributes:
        version: such as `text-thresholds-1`.
        looked_at: how many candidates of each search are looked at.
        near: from how much of both being the same, 0 to 1, a named work is a near duplicate.
        models: by name, what a score follows from.
    """

    version: str
    looked_at: int
    near: float
    models: Mapping[str, Model]

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Table:
        """From what a kind's calibration writes."""
        models = {
            name: Model(each["intercept"], each["weights"], each["accept"], each["similar"])
            for name, each in table["models"].items()
        }
        return cls(table["version"], table["looked_at"], table["near"], models)

    @classmethod
    def of_file(cls, path: Path) -> Table:
        """From the file that ships."""
        return cls.from_json(json.loads(path.read_text("utf-8")))

    def verdict(self, model: str, score: float, same: float) -> Verdict:
        """What a score of a model says of a pair, and how much of both is the same, 0 to 1."""
        drawn = self.models[model]
        if score < drawn.similar:
            return Verdict.UNKNOWN
        if score < drawn.accept:
            return Verdict.SIMILAR
        return Verdict.NEAR_DUPLICATE if same >= self.near else Verdict.DERIVATIVE
