"""What was measured of two workflows, and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gen_ip.match.verdict import Verdict
from gen_ip.match.workflows.thresholds import WorkflowThresholds
from gen_ip.match.workflows.tokens import EDGES, LABELS, SETTINGS, Counts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gen_ip.fingerprint.workflow.record import WorkflowRecord

#: What may decide, besides the exact ones.
GRAPH, LINKS, SET = "graph-1", "edges-1", "settings-1"

# So many links in common, and so many things set, are more than what everybody's workflow has.
_MANY_EDGES = 20
_MANY_SETTINGS = 20


@dataclass(frozen=True)
class Overlap:
    """Two multisets.

    Attributes:
        shared, query, work: how many both have in common, and each has.
    """

    shared: int
    query: int
    work: int

    @property
    def jaccard(self) -> float:
        """What both have, of what any has, 0 to 1."""
        every = self.query + self.work - self.shared
        return self.shared / every if every else 0.0

    @property
    def of_query(self) -> float:
        """Which part of the workflow asked about is in common, 0 to 1."""
        return self.shared / self.query if self.query else 0.0

    @property
    def of_work(self) -> float:
        """Which part of the work is in common, 0 to 1."""
        return self.shared / self.work if self.work else 0.0


@dataclass(frozen=True, eq=False)
class WorkflowLikeness:
    """One pair: the workflow asked about, and a work.

    Attributes:
        edges, labels, settings: what both have in common, as in `gen_ip.match.workflows.tokens`.
        same_graph: whether their graphs are the same but for settings.
        query_record, work_record: of both.
    """

    edges: Overlap
    labels: Overlap
    settings: Overlap
    same_graph: bool
    query_record: WorkflowRecord
    work_record: WorkflowRecord

    def measures(self) -> dict[str, float]:
        """The numbers a score is computed from, each growing with likeness, 0 for none."""
        edges = min(1.0, math.log1p(self.edges.shared) / math.log1p(_MANY_EDGES))
        known = min(1.0, math.log1p(self.settings.shared) / math.log1p(_MANY_SETTINGS))
        return {
            "edges": self.edges.jaccard * edges,
            "edges-work": self.edges.of_work * edges,
            "edges-query": self.edges.of_query * edges,
            "labels": self.labels.jaccard * edges,
            "labels-work": self.labels.of_work * edges,
            "same-graph": edges if self.same_graph else 0.0,
            "settings": self.settings.jaccard * known,
            "settings-work": self.settings.of_work * known,
            "settings-query": self.settings.of_query * known,
            "both": math.sqrt(self.edges.of_work * self.settings.of_work * edges * known),
        }

    def score(self, table: WorkflowThresholds) -> float:
        """How likely one was made from the other, 0 to 1, on what the table was made from."""
        return table.model.score(self.measures())

    def method(self, table: WorkflowThresholds) -> str:
        """What speaks for it most: `graph-1`, `edges-1` or `settings-1`."""
        if self.same_graph:
            return GRAPH
        speaks = {
            name: table.model.weights.get(name, 0.0) * value
            for name, value in self.measures().items()
        }
        settings = sum(value for name, value in speaks.items() if name.startswith("settings"))
        links = sum(value for name, value in speaks.items() if name.startswith(("edges", "labels")))
        return SET if settings > links else LINKS

    def verdict(self, table: WorkflowThresholds) -> Verdict:
        """What the score and the links in common say."""
        score = self.score(table)
        if score < table.model.similar:
            return Verdict.UNKNOWN
        if score < table.model.accept:
            return Verdict.SIMILAR
        near = min(self.edges.of_query, self.edges.of_work) >= table.near_edges
        return Verdict.NEAR_DUPLICATE if self.same_graph or near else Verdict.DERIVATIVE


def likeness(
    query: WorkflowRecord,
    asked: Mapping[str, Counts],
    work: WorkflowRecord,
    known: Mapping[str, Counts],
) -> WorkflowLikeness:
    """Everything that is measured of two workflows; `asked` and `known` are their counts."""
    edges, labels, settings = (
        _overlap(asked[name], known[name]) for name in (EDGES, LABELS, SETTINGS)
    )
    same = query.topology == work.topology
    return WorkflowLikeness(edges, labels, settings, same, query, work)


def _overlap(one: Counts, other: Counts) -> Overlap:
    return Overlap((one & other).total(), one.total(), other.total())
