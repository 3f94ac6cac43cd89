"""Workflows as a kind of work that an index knows again; see `gen_ip.match.works.kind`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gen_ip.fingerprint.confined import Caps
from gen_ip.fingerprint.workflow.confined import LIMITS, Workflows
from gen_ip.fingerprint.workflow.record import SETTINGS, WorkflowRecord
from gen_ip.match.answer import Answer, Finding, answered
from gen_ip.match.workflows.drawing import graphs
from gen_ip.match.workflows.likeness import Overlap, WorkflowLikeness, likeness
from gen_ip.match.workflows.thresholds import WorkflowThresholds, thresholds
from gen_ip.match.workflows.tokens import counts_of, tokens_of
from gen_ip.match.works.asking import exact
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Record

NAME = "workflow"


@dataclass(frozen=True, eq=False)
class WorkflowFinding(Finding):
    """A work that a workflow has to do with; `likeness` is what was measured."""

    likeness: WorkflowLikeness

    def measured(self) -> dict[str, Any]:
        """Counts of links, nodes with their surroundings, and settings, as shared, asked, work."""

        def counts(found: Overlap) -> list[int]:
            return [found.shared, found.query, found.work]

        found = self.likeness
        return {
            "same_graph": found.same_graph,
            "links": counts(found.edges),
            "surroundings": counts(found.labels),
            "settings": counts(found.settings),
        }

    def lines(self) -> list[str]:
        """In words."""
        found = self.likeness
        lines = ["the same graph, set otherwise"] if found.same_graph else []
        lines.append(
            f"{found.edges.shared:,} of the work's {found.edges.work:,} links, "
            f"of {found.edges.query:,} asked about"
        )
        lines.append(
            f"{found.settings.shared:,} of its {found.settings.work:,} settings, "
            f"of {found.settings.query:,}"
        )
        return lines

    def evidence(self) -> Mapping[str, bytes]:
        """`graphs`: both, what they share in color."""
        return {"graphs": graphs(self.likeness.query_record, self.likeness.work_record)}


class WorkflowKind:
    """The kind `workflow`.

    Args:
        table: the thresholds, by default those that ship.
    """

    name = NAME

    def __init__(self, table: WorkflowThresholds | None = None) -> None:
        self._table = table

    @property
    def table(self) -> WorkflowThresholds:
        """The thresholds."""
        return self._table or thresholds()

    @property
    def thresholds(self) -> str:
        """Their version."""
        return self.table.version

    def reader(self, *, learned: bool = False, caps: Caps | None = None) -> Workflows:
        """What reads workflows; there is nothing learned for them."""
        caps = caps or Caps()
        return Workflows(limits=caps.within(LIMITS), processes=caps.processes)

    def record(self, key: str, fingerprint: WorkflowRecord) -> Record:
        """What an index is given.

        Raises:
            BadRecord: the key is not text, or empty.
        """
        found = fingerprint
        return Record(NAME, key, found.sha256, found.to_bytes(), found.content, tokens_of(found))

    def ask(self, index: WorkIndex, fingerprint: WorkflowRecord) -> Answer:
        """The works of an index that a workflow was made from."""
        began = time.perf_counter()
        findings = exact(index, NAME, fingerprint.sha256, fingerprint.content, SETTINGS)
        known = {each.key for each in findings}
        table = self.table
        for key, found in self.likenesses(index, fingerprint):
            if key not in known:
                verdict, method = found.verdict(table), found.method(table)
                findings.append(WorkflowFinding(key, verdict, found.score(table), method, found))
        spent = 1000 * (time.perf_counter() - began)
        return answered(NAME, findings, table.version, spent)

    def likenesses(
        self, index: WorkIndex, fingerprint: WorkflowRecord
    ) -> Iterator[tuple[str, WorkflowLikeness]]:
        """The candidates' keys, and what is measured of each."""
        searches = [
            index.sharing(name, tokens, self.table.looked_at)
            for name, tokens in tokens_of(fingerprint).items()
            if len(tokens)
        ]
        asked = counts_of(fingerprint)
        in_turn = itertools.chain.from_iterable(itertools.zip_longest(*searches))
        for handle in dict.fromkeys(each.handle for each in in_turn if each is not None):
            entry, data = index.by_handle(handle), index.data(handle)
            # It may have been removed since it was found.
            if entry is not None and data is not None:
                work = WorkflowRecord.from_bytes(data)
                yield entry.key, likeness(fingerprint, asked, work, counts_of(work))


WORKFLOWS = WorkflowKind()
