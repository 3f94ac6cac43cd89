"""How much two sets of numbers share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Overlap:
    """Two sets: how many elements are in both, and in each."""

    shared: int
    query: int
    work: int

    @property
    def jaccard(self) -> float:
        """The share of all elements that both have, 0 to 1."""
        union = self.query + self.work - self.shared
        return self.shared / union if union else 0.0

    @property
    def of_query(self) -> float:
        """The share of the query's elements that the work has."""
        return self.shared / self.query if self.query else 0.0

    @property
    def of_work(self) -> float:
        """The share of the work's elements that the query has."""
        return self.shared / self.work if self.work else 0.0


def overlap(query: NDArray[Any], work: NDArray[Any]) -> Overlap:
    """Of two rising arrays without repetitions."""
    import numpy

    small, large = (query, work) if len(query) <= len(work) else (work, query)
    if not len(small):
        return Overlap(0, len(query), len(work))
    at = numpy.searchsorted(large, small)
    at[at == len(large)] = 0
    shared = int((large[at] == small).sum())
    return Overlap(shared, len(query), len(work))
