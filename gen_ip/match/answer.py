"""What an index says of a file: the same form for works of every kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gen_ip.match.verdict import Verdict


@dataclass(frozen=True, eq=False)
class Finding:
    """A work that a file has to do with; each kind of work says more in a class of its own.

    Attributes:
        key: the work, as it was named when it was added to the index.
        verdict, score: what holds, and how likely, 0 to 1, on what the thresholds were made from;
            1 for the exact ones.
        method: what decided, by the name of the fingerprint.
    """

    key: str
    verdict: Verdict
    score: float
    method: str

    def measured(self) -> dict[str, Any]:
        """The numbers that the score follows from, for JSON; none for the exact ones."""
        return {}

    def lines(self) -> list[str]:
        """What was measured, in words, a line each."""
        return []

    def evidence(self) -> Mapping[str, bytes]:
        """PNG pictures that show why, by a name each; drawn when this is called."""
        return {}

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "work": self.key,
            "verdict": self.verdict.value,
            "score": round(self.score, 6),
            "method": self.method,
            "measured": self.measured(),
        }


@dataclass(frozen=True, eq=False)
class Answer:
    """What an index knows of a file.

    Attributes:
        kind: of the file: `image`, `text`.
        verdict: of the first finding; UNKNOWN without one.
        findings: surest first; what several works are in has several that are named, and what only
            looks like others has some that are merely similar.
        thresholds: the version of the table that decided.
        milliseconds: from what was read to the answer, the reading of the file not included.
    """

    kind: str
    verdict: Verdict
    findings: Sequence[Finding]
    thresholds: str
    milliseconds: float = field(compare=False)

    @property
    def best(self) -> Finding | None:
        """The surest, if any work is named."""
        first = next(iter(self.findings), None)
        return first if first is not None and first.verdict.named else None

    def to_json(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kind": self.kind,
            "verdict": self.verdict.value,
            "findings": [found.to_json() for found in self.findings],
            "thresholds": self.thresholds,
            "milliseconds": round(self.milliseconds, 3),
        }


def answered(
    kind: str, findings: Sequence[Finding], thresholds: str, milliseconds: float
) -> Answer:
    """The answer of findings in any order, those of the verdict `unknown` left out."""
    told = [each for each in findings if each.verdict is not Verdict.UNKNOWN]
    told.sort(key=lambda each: (not each.verdict.exact, -each.score, each.key))
    verdict = told[0].verdict if told else Verdict.UNKNOWN
    return Answer(kind, verdict, tuple(told), thresholds, milliseconds)
