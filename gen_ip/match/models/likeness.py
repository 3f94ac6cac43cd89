"""What was measured of two models, and what follows from it."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.fingerprint.model.probes import PROBES
from gen_ip.fingerprint.model.products import STRONGEST
from gen_ip.fingerprint.model.sketch import LORA, WEIGHT
from gen_ip.match.models.kept import Kept
from gen_ip.match.models.pairing import Pairing, paired
from gen_ip.match.models.thresholds import ModelThresholds
from gen_ip.match.models.tokens import LEAST_ELEMENTS
from gen_ip.match.thresholds import Model
from gen_ip.match.verdict import Verdict

if TYPE_CHECKING:
    from gen_ip.fingerprint.model.record import ModelRecord

#: What may decide, besides the exact ones.
TENSORS, SKETCH = "tensors-1", "sketch-1"

# So many standard deviations of an unrelated pair's agreement are taken off: 1 in 20,000 has more.
_DEVIATIONS = 3.9
# Unrelated modules have a pair of so few differing bits in 1 case of 10 million.
_SAME_BITS = 11
# From so many pairs on, a median is no chance.
_SURE_PAIRS = 8
# Nearer than this, 1 - `followed` is the rounding of what is kept.
_NEAREST = 2.0**-10
# A file of so few weights, none of them large, is an embedding, not a whole model.
_FEW_WEIGHTS = 8
_LARGE_WEIGHT = 2_000_000


@dataclass(frozen=True, eq=False)
class ModelLikeness:
    """One pair: the model asked about, and a work.

    Attributes:
        pairing: of the modules that tell most of both: LoRA modules, else weights.
        kind: `LORA` or `WEIGHT`, what was paired.
        query_modules, work_modules: how many of that kind both have.
        query_tensors, work_tensors: which share of the elements of each, 0 to 1, lies in tensors
            that the other has too.
        base: whether both are whole models: what these share may be their common base's.
        followed: how far the query does what the work does with the inputs that the work's modules
            do most with, -1 to 1, the median of all pairs; None where that is not known.
    """

    pairing: Pairing
    kind: str
    query_modules: int
    work_modules: int
    query_tensors: float
    work_tensors: float
    base: bool
    followed: float | None = None

    @property
    def query_part(self) -> float:
        """Which share of the query's modules is paired, 0 to 1."""
        return len(self.pairing.pairs) / self.query_modules if self.query_modules else 0.0

    @property
    def work_part(self) -> float:
        """Which share of the work's modules is paired, 0 to 1."""
        return len(self.pairing.pairs) / self.work_modules if self.work_modules else 0.0

    @property
    def same(self) -> int:
        """How many modules do the same, but for some bits."""
        return sum(each.differing <= _SAME_BITS for each in self.pairing.pairs)

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none."""
        bits = PROBES * len(self.pairing.pairs)
        beyond = 0.0
        if bits:
            sure = self.pairing.agreement - _DEVIATIONS * 0.5 / math.sqrt(bits)
            beyond = max(0.0, 2 * sure - 1)
        tensors = 0.0 if self.base else max(self.query_tensors, self.work_tensors)
        return {
            "agreement": 0.0 if self.base else beyond,
            "tensors": math.sqrt(tensors),
        }

    def inside(self) -> dict[str, float]:
        """The same of the strongest directions alone: how many times what `followed` lacks to 1 is
        halved. A single module may follow by chance, so few count for little."""
        sure = min(1.0, len(self.pairing.pairs) / _SURE_PAIRS)
        lacking = 1 - max(0.0, self.followed or 0.0)
        return {"followed": -sure * math.log2(max(lacking, _NEAREST))}

    def chosen(self, table: ModelThresholds) -> Model:
        """The model that speaks for it more, measured from where each draws its line."""
        if self.base or self.followed is None:
            return table.model
        whole = table.model.logit(self.measures()) - _logit(table.model.accept)
        inside = table.inside.logit(self.inside()) - _logit(table.inside.accept)
        return table.inside if inside > whole else table.model

    def score(self, table: ModelThresholds) -> float:
        """How likely one was made from the other, 0 to 1, on what the table was made from."""
        if self.base:
            return self.query_tensors * self.work_tensors
        chosen = self.chosen(table)
        return chosen.score(self.inside() if chosen is table.inside else self.measures())

    def method(self, table: ModelThresholds) -> str:
        """What speaks for it most: `tensors-1`, `sketch-1` or `strongest-1`."""
        if self.base:
            return TENSORS
        if self.chosen(table) is table.inside:
            return STRONGEST
        measures, weights = self.measures(), table.model.weights
        by_tensors = weights.get("tensors", 0.0) * measures["tensors"]
        by_sketch = weights.get("agreement", 0.0) * measures["agreement"]
        return TENSORS if by_tensors > by_sketch else SKETCH

    def verdict(self, table: ModelThresholds) -> Verdict:
        """What the score and the shared modules say."""
        tensors = min(self.query_tensors, self.work_tensors)
        if self.base:
            if tensors >= table.base_tensors:
                return Verdict.NEAR_DUPLICATE
            alike = self.pairing.agreement >= table.base_agreement or tensors > 0
            return Verdict.SIMILAR if alike else Verdict.UNKNOWN
        score, chosen = self.score(table), self.chosen(table)
        if score < chosen.similar:
            return Verdict.UNKNOWN
        if score < chosen.accept:
            return Verdict.SIMILAR
        near = (
            min(self.query_part, self.work_part) >= table.near_part
            and self.pairing.agreement >= table.near_agreement
        )
        return Verdict.NEAR_DUPLICATE if near or tensors >= table.near_part else Verdict.DERIVATIVE


def likeness(query: ModelRecord, kept: Kept) -> ModelLikeness:
    """Everything that is measured of a model and a work."""
    work = kept.record
    kind = LORA if query.lora and work.lora else WEIGHT
    pairing = paired(query.modules, work.modules, kind)
    return ModelLikeness(
        pairing=pairing,
        kind=kind,
        query_modules=sum(each.kind == kind for each in query.modules),
        work_modules=sum(each.kind == kind for each in work.modules),
        query_tensors=_shared(query, work),
        work_tensors=_shared(work, query),
        base=_whole(query) or _whole(work),
        followed=_followed(pairing, query, kept),
    )


def _followed(pairing: Pairing, query: ModelRecord, kept: Kept) -> float | None:
    found = [
        strongest.followed(whole)
        for each in pairing.pairs
        if (strongest := kept.strongest.get(each.work)) is not None
        and (whole := query.products.get(each.query)) is not None
    ]
    return statistics.median(found) if found else None


def _shared(one: ModelRecord, other: ModelRecord) -> float:
    """Which share of a model's elements, 0 to 1, lies in tensors that another has too."""
    known = {each.digest for each in other.tensors}
    counted = [each for each in one.tensors if each.elements >= LEAST_ELEMENTS]
    total = sum(each.elements for each in counted)
    return sum(each.elements for each in counted if each.digest in known) / total if total else 0.0


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


def _whole(record: ModelRecord) -> bool:
    """Whether it is a model of its own, not a change of one and not an embedding."""
    large = any(each.elements > _LARGE_WEIGHT for each in record.tensors)
    return not record.lora and (large or len(record.tensors) > _FEW_WEIGHTS)
