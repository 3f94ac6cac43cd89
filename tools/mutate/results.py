"""What came of a run: counts, the rate, and its reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.mutate.identity import Identity
from tools.mutate.justified import Justification
from tools.mutate.mutants import Mutant
from tools.mutate.trees import Verdict

#: Least share of the mutants that are no equivalents, to be killed.
LEAST_RATE = 0.9
COMMAND = "python tools/mutate/run.py --only"


@dataclass
class Results:
    """Verdicts on mutants, grown while the run goes on; guard it by a lock.

    ``planned`` is how many mutants are to be tried; of each of these it will know one of: does
    not compile, same code as the contract, same code as another mutant, or a verdict.
    """

    planned: int
    justified: Mapping[Identity, Justification]
    not_compiling: int = 0
    same_as_original: int = 0
    verdicts: list[tuple[Mutant, Verdict]] = field(default_factory=list)
    #: Mutant that was tried -> others with the same code.
    twins: dict[Identity, list[Mutant]] = field(default_factory=dict)

    @property
    def duplicates(self) -> int:
        """Mutants that have the same code as another."""
        return sum(len(each) for each in self.twins.values())

    @property
    def done(self) -> int:
        """Mutants of which all is known."""
        dropped = self.not_compiling + self.same_as_original + self.duplicates
        return dropped + len(self.verdicts)

    @property
    def killed(self) -> int:
        """Mutants that a test noticed."""
        return sum(verdict.killed for _, verdict in self.verdicts)

    @property
    def survivors(self) -> list[Mutant]:
        """Mutants that no test noticed, in the order of their names."""
        alive = [mutant for mutant, verdict in self.verdicts if not verdict.killed]
        return sorted(alive, key=lambda mutant: mutant.identity)

    def justification(self, mutant: Mutant) -> Justification | None:
        """Why a mutant may survive: named itself, or by another mutant of the same code."""
        names = [mutant.identity, *(each.identity for each in self.twins.get(mutant.identity, []))]
        return next((self.justified[name] for name in names if name in self.justified), None)

    def of_kind(self, kind: str) -> int:
        """Survivors justified as ``kind``."""
        found = map(self.justification, self.survivors)
        return sum(each is not None and each.kind == kind for each in found)

    @property
    def unjustified(self) -> list[Mutant]:
        """Survivors that nothing excuses."""
        return [mutant for mutant in self.survivors if self.justification(mutant) is None]

    @property
    def rate(self) -> float:
        """Share of the killed among the mutants that are no equivalents; 1 where there are none."""
        total = len(self.verdicts) - self.of_kind("equivalent")
        return self.killed / total if total else 1.0

    @property
    def passed(self) -> bool:
        """Whether enough mutants are killed, and every survivor is justified."""
        return self.rate >= LEAST_RATE and not self.unjustified

    def summary(self) -> dict[str, Any]:
        """Everything as JSON."""
        operators = Counter(mutant.edit.operator for mutant, _ in self.verdicts)
        killed = Counter(
            mutant.edit.operator for mutant, verdict in self.verdicts if verdict.killed
        )
        killers = Counter(verdict.by for _, verdict in self.verdicts if verdict.killed)
        return {
            "total": len(self.verdicts),
            "killed": self.killed,
            "survived": len(self.survivors),
            "justified": len(self.survivors) - len(self.unjustified),
            "equivalent": self.of_kind("equivalent"),
            "rate": round(self.rate, 4),
            "leastRate": LEAST_RATE,
            "passed": self.passed,
            "notCompiling": self.not_compiling,
            "sameAsOriginal": self.same_as_original,
            "duplicates": self.duplicates,
            "timeouts": killers["timeout"],
            "operators": {
                name: {"total": count, "killed": killed[name]}
                for name, count in sorted(operators.items())
            },
            "survivors": [self._survivor(mutant) for mutant in self.survivors],
        }

    def _survivor(self, mutant: Mutant) -> dict[str, Any]:
        name, why = mutant.identity, self.justification(mutant)
        return {
            "id": name.short,
            **name._asdict(),
            "operator": mutant.edit.operator,
            "source": mutant.unit,
            "justified": why is not None,
            "kind": why.kind if why else None,
            "reason": why.reason if why else None,
            "command": f"{COMMAND} {name.short}",
        }
