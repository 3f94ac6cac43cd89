"""What was measured of one pair of pictures, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.pdq import Orientation
from gen_ip.match.geometry import MANY_CELLS
from gen_ip.match.thresholds import Thresholds
from gen_ip.match.verdict import Verdict

if TYPE_CHECKING:
    from gen_ip.match.alignment import Alignment

#: The model for pairs without, and with, the learned descriptor.
DEFAULT, DESCRIPTOR = "default", "sscd-1"

# Unrelated pictures differ in 128 of 256 bits at the mean; from so many on, closeness is 0.
_UNRELATED_BITS = 110
_CLOSE_BITS = 60
# So many key points may lie in a template that two pictures share.
_SHARED_POINTS = 30

# Fewer cells say nothing. On a page so many that show more than lettering say enough.
_FEW_CELLS = 12
# Pictures of strangers rarely agree more; those that share lettering as well, somewhat more.
_SURELY = 0.8
_SURELY_ALL = 0.85

# Which measure speaks for which method.
_METHODS = {
    "pdq-close": "pdq-1",
    "descriptor": "sscd-1",
    "descriptor-close": "sscd-1",
    "points-many": "orb-1",
    "registered-pictured": "slopes-1",
    "registered-pictured-surely": "slopes-1",
    "registered-pictured-work": "slopes-1",
}
METHODS = tuple(dict.fromkeys(_METHODS.values()))


@dataclass(frozen=True, eq=False)
class Likeness:
    """One pair: the picture asked about, and a work.

    Attributes:
        pdq: bits of 256 in which the hashes differ, the least of all views and orientations; None
            where one has too little structure.
        view, orientation, negative: of the picture asked about, where `pdq` was found.
        descriptor: bits of 256 of `sscd-1` codes, the least of all views; None without one.
        points: pairs of local features that lie in place.
        spread: which share of the features' extent, 0 to 1, they fill in both pictures.
        alignment: how the work lies in the picture, if it was found: by features, or as the hash
            says, whichever agrees better.
        inside: what agrees within the rectangle that the pairs of features fill: of a work that
            others lie over, or that was cut, the rest.
        registered: how it lies by its slopes (`registration`), where that was looked for.
    """

    pdq: int | None = None
    view: str = "whole"
    orientation: Orientation = Orientation.UPRIGHT
    negative: bool = False
    descriptor: int | None = None
    points: int = 0
    spread: float = 0.0
    alignment: Alignment | None = None
    inside: Alignment | None = None
    registered: Alignment | None = None

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none."""
        found = {
            "pdq-close": _closeness(self.pdq, _CLOSE_BITS),
            "descriptor": _closeness(self.descriptor, _UNRELATED_BITS),
            "descriptor-close": _closeness(self.descriptor, _CLOSE_BITS),
            "points-many": math.log1p(max(0, self.points - _SHARED_POINTS)),
        }
        # A part too small to be compared says nothing; then nothing is gained by looking at it.
        part = self.inside if self.inside and self.inside.cells >= _FEW_CELLS else self.alignment
        placed = {"whole": self.alignment, "inside": part, "registered": self.registered}
        for name, at in placed.items():
            if at is not None:
                found |= {f"{name}-{what}": value for what, value in _agreeing(at).items()}
        return found

    @property
    def shown(self) -> Alignment | None:
        """How the work lies in the picture, by whatever agrees best."""
        placed = [at for at in (self.alignment, self.registered) if at is not None]
        return max(placed, key=lambda at: at.told, default=None)

    @property
    def surely_placed(self) -> bool:
        """Whether features or hash placed the work so well that nothing else needs to."""
        return self.alignment is not None and _pictured(self.alignment) > _SURELY

    def score(self, table: Thresholds) -> float:
        """How likely one was made from the other, 0 to 1, on what the table was made from."""
        return table.models[self.model].score(self.measures())

    @property
    def model(self) -> str:
        """By which of the table's models it is judged."""
        return DEFAULT if self.descriptor is None else DESCRIPTOR

    def method(self, table: Thresholds) -> str:
        """What speaks for it most: `pdq-1`, `orb-1`, `slopes-1` or `sscd-1`."""
        weights = table.models[self.model].weights
        speaks = dict.fromkeys(METHODS, 0.0)
        for name, value in self.measures().items():
            if name in _METHODS:
                speaks[_METHODS[name]] += weights.get(name, 0.0) * value
        return max(METHODS, key=lambda method: speaks[method])

    def verdict(self, table: Thresholds) -> Verdict:
        """What the score and the shared area say."""
        model, score, at = table.models[self.model], self.score(table), self.shown
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


def _agreeing(at: Alignment) -> dict[str, float]:
    """What a comparison adds, each number 0 to 1."""
    agreement = max(0.0, at.agreement)
    pictured = _pictured(at)
    surely = max(0.0, (pictured - _SURELY) / (1 - _SURELY))
    return {
        "agrees-well": max(0.0, 2 * agreement - 1),
        "agrees-surely": max(0.0, (at.told - _SURELY_ALL) / (1 - _SURELY_ALL)),
        "work": agreement * at.work_part,
        "pictured": max(0.0, 2 * pictured - 1),
        "pictured-surely": surely,
        "pictured-work": surely * at.work_part,
    }


def _pictured(at: Alignment) -> float:
    enough = min(1.0, at.cells / MANY_CELLS) * min(1.0, at.pictured_cells / _FEW_CELLS)
    return max(0.0, at.pictured) * enough


def _closeness(bits: int | None, far: int) -> float:
    """0 from `far` bits on, 1 at none."""
    return 0.0 if bits is None else max(0.0, (far - bits) / far)
