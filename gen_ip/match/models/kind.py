"""Models as a kind of work that an index knows again; see `gen_ip.match.works.kind`."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gen_ip.fingerprint.confined import Caps
from gen_ip.fingerprint.model.confined import LIMITS, Models
from gen_ip.fingerprint.model.record import TENSORS, ModelRecord
from gen_ip.match.answer import Answer, Finding, answered
from gen_ip.match.models.evidence import strip
from gen_ip.match.models.kept import Kept
from gen_ip.match.models.likeness import ModelLikeness, likeness
from gen_ip.match.models.thresholds import ModelThresholds, thresholds
from gen_ip.match.models.tokens import tokens_of
from gen_ip.match.works.asking import exact
from gen_ip.match.works.index import WorkIndex
from gen_ip.match.works.records import Record

NAME = "model"


@dataclass(frozen=True, eq=False)
class ModelFinding(Finding):
    """A work that a model has to do with; `likeness` is what was measured."""

    likeness: ModelLikeness

    def measured(self) -> dict[str, Any]:
        """Shares of 1, and counts of modules."""
        found = self.likeness
        return {
            "paired": len(found.pairing.pairs),
            "by_name": found.pairing.named,
            "agreement": round(found.pairing.agreement, 4),
            "same_modules": found.same,
            "query_part": round(found.query_part, 4),
            "work_part": round(found.work_part, 4),
            "query_tensors": round(found.query_tensors, 4),
            "work_tensors": round(found.work_tensors, 4),
            "followed": None if found.followed is None else round(found.followed, 4),
            "modules": [
                [each.work.name, each.query.name, each.differing] for each in found.pairing.pairs
            ],
        }

    def lines(self) -> list[str]:
        """In words."""
        found = self.likeness
        how = "by name" if found.pairing.named else "by what they do"
        lines = [
            f"{len(found.pairing.pairs):,} modules paired {how}, "
            f"{found.pairing.agreement:.1%} of their bits agree (unrelated: 50 %)",
        ]
        if found.followed is not None:
            lines.append(
                f"with the inputs that the work does most with it does the same by "
                f"{found.followed:.1%} (begun alike: up to 80 %)"
            )
        if found.query_tensors or found.work_tensors:
            lines.append(
                f"{found.query_tensors:.0%} of it, {found.work_tensors:.0%} of the work "
                "lies in tensors that both have"
            )
        if found.base:
            lines.append("whole models: what they share may be their common base's")
        return lines

    def evidence(self) -> Mapping[str, bytes]:
        """`modules`: how far each module agrees."""
        return {"modules": strip(self.likeness)} if self.likeness.pairing.pairs else {}


class ModelKind:
    """The kind `model`.

    Args:
        table: the thresholds, by default those that ship.
    """

    name = NAME

    def __init__(self, table: ModelThresholds | None = None) -> None:
        self._table = table

    @property
    def table(self) -> ModelThresholds:
        """The thresholds."""
        return self._table or thresholds()

    @property
    def thresholds(self) -> str:
        """Their version."""
        return self.table.version

    def reader(self, *, learned: bool = False, caps: Caps | None = None) -> Models:
        """What reads models; there is nothing learned for them."""
        caps = caps or Caps()
        return Models(limits=caps.within(LIMITS), processes=caps.processes)

    def record(self, key: str, fingerprint: ModelRecord) -> Record:
        """What an index is given.

        Raises:
            BadRecord: the key is not text, or empty.
        """
        found = fingerprint
        return Record(
            NAME, key, found.sha256, Kept.of(found).to_bytes(), found.content, tokens_of(found)
        )

    def ask(self, index: WorkIndex, fingerprint: ModelRecord) -> Answer:
        """The works of an index that a model was made from."""
        began = time.perf_counter()
        findings = exact(index, NAME, fingerprint.sha256, fingerprint.content, TENSORS)
        known = {each.key for each in findings}
        table = self.table
        for key, found in self.likenesses(index, fingerprint):
            if key not in known:
                verdict, method = found.verdict(table), found.method(table)
                findings.append(ModelFinding(key, verdict, found.score(table), method, found))
        spent = 1000 * (time.perf_counter() - began)
        return answered(NAME, findings, table.version, spent)

    def likenesses(
        self, index: WorkIndex, fingerprint: ModelRecord
    ) -> Iterator[tuple[str, ModelLikeness]]:
        """The candidates' keys, and what is measured of each."""
        searches = [
            index.sharing(name, tokens, self.table.looked_at)
            for name, tokens in tokens_of(fingerprint).items()
            if len(tokens)
        ]
        in_turn = itertools.chain.from_iterable(itertools.zip_longest(*searches))
        for handle in dict.fromkeys(each.handle for each in in_turn if each is not None):
            entry, data = index.by_handle(handle), index.data(handle)
            # It may have been removed since it was found.
            if entry is not None and data is not None:
                yield entry.key, likeness(fingerprint, Kept.from_bytes(data))


MODELS = ModelKind()
