"""What was measured of one pair of pictures, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.pdq import Orientation
from gen_ip.match.thresholds import Thresholds
from gen_ip.match.verdict import Verdict

if TYPE_CHECKING:
    from gen_ip.match.alignment import Alignment

#: The model for pairs without, and with, the learned descriptor.
DEFAULT, DESCRIPTOR = "default", "sscd-1"

# Unrelated pictures differ in 128 of 256 bits at the mean; from so many on, closeness is 0.
_UNRELATED_BITS = 110
_CLOSE_BITS = 60
# From so many key points in place upward a map between two pictures is more than chance.
_CHANCE_POINTS = 7

# Which measure speaks for which method.
_METHODS = {
    "pdq": "pdq-1",
    "pdq-close": "pdq-1",
    "descriptor": "sscd-1",
    "descriptor-close": "sscd-1",
    "points": "orb-1",
    "spread": "orb-1",
}
METHODS = tuple(dict.fromkeys(_METHODS.values()))


@dataclass(frozen=True, eq=False)
class Likeness:
    """One pair: the picture asked about, and a work.

    Attributes:
        pdq: bits of 256 in which the hashes differ, the least of all views and orientations; None
            where one has too little structure.
        view, orientation: of the picture asked about, where `pdq` was found.
        descriptor: bits of 256 of `sscd-1` codes, the least of all views; None without one.
        alignment: how the work lies in the picture, if it was found.
    """

    pdq: int | None = None
    view: str = "whole"
    orientation: Orientation = Orientation.UPRIGHT
    descriptor: int | None = None
    alignment: Alignment | None = None

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none."""
        found = {
            "pdq": _closeness(self.pdq, _UNRELATED_BITS),
            "pdq-close": _closeness(self.pdq, _CLOSE_BITS),
            "descriptor": _closeness(self.descriptor, _UNRELATED_BITS),
            "descriptor-close": _closeness(self.descriptor, _CLOSE_BITS),
        }
        if (at := self.alignment) is not None:
            agreement = max(0.0, at.agreement)
            found |= {
                "points": math.log1p(max(0, at.inliers - _CHANCE_POINTS)),
                "spread": min(at.spread) if at.inliers else 0.0,
                "agreement": agreement,
                "work-agrees": agreement * at.work_share,
                "query-agrees": agreement * at.query_share,
            }
        return found

    def score(self, table: Thresholds) -> float:
        """How likely one was made from the other, 0 to 1, on what the table was made from."""
        return table.models[self.model].score(self.measures())

    @property
    def model(self) -> str:
        """By which of the table's models it is judged."""
        return DEFAULT if self.descriptor is None else DESCRIPTOR

    def method(self, table: Thresholds) -> str:
        """What speaks for it most: `pdq-1`, `orb-1` or `sscd-1`."""
        weights = table.models[self.model].weights
        speaks = dict.fromkeys(METHODS, 0.0)
        for name, value in self.measures().items():
            if name in _METHODS:
                speaks[_METHODS[name]] += weights.get(name, 0.0) * value
        return max(METHODS, key=lambda method: speaks[method])

    def verdict(self, table: Thresholds) -> Verdict:
        """What the score and the shared area say."""
        model, score, at = table.models[self.model], self.score(table), self.alignment
        if score < model.similar:
            return Verdict.UNKNOWN
        if score < model.accept:
            return Verdict.SIMILAR
        near = (
            at is not None
            and min(at.work_share, at.query_share) >= table.near_share
            and at.agreement >= table.near_agreement
        )
        return Verdict.NEAR_DUPLICATE if near else Verdict.DERIVATIVE


def _closeness(bits: int | None, far: int) -> float:
    """0 from `far` bits on, 1 at none."""
    return 0.0 if bits is None else max(0.0, (far - bits) / far)
