"""What became of a folder's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from gen_ip.chain.receipts import Receipt
from gen_ip.works.ingredients import Proposal

OnProgress: TypeAlias = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and of how many."""

OnProposed: TypeAlias = Callable[[Mapping[str, Sequence[Proposal]]], object]
"""Called with the certified works that files name, by their paths, where there are any."""


class Outcome(Enum):
    """What became of one file."""

    CERTIFIED = "certified"
    ANCHORED = "anchored"
    PLANNED = "planned"
    EXISTING = "existing"
    DUPLICATE = "duplicate"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class FileReport:
    """One file.

    Attributes:
        path: from the folder on, with "/".
        work_id: of its bytes, certified or not; None where they were not read.
        reason: why it was skipped or failed, or what else there is to say.
    """

    path: str
    outcome: Outcome
    work_id: int | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """For JSON; the work's id as a decimal string."""
        return {
            "path": self.path,
            "outcome": self.outcome.value,
            "work": None if self.work_id is None else str(self.work_id),
            "reason": self.reason,
        }


@dataclass(frozen=True)
class FolderReport:
    """Every file of a folder, in the order of their paths.

    Attributes:
        journal: the file from which an interrupted run goes on; "" of a plan.
        receipts: of the transactions of this run, those that it found sent included.
        gas: what they used; of a plan what they would.
        fee: what that cost, or would, in wei.
        transactions: how many they are, or would be.
    """

    folder: str
    journal: str
    files: tuple[FileReport, ...]
    gas: int
    fee: int
    transactions: int
    receipts: tuple[Receipt, ...] = field(default=(), repr=False)

    @property
    def ok(self) -> bool:
        """Whether no file failed."""
        return not self.of(Outcome.FAILED)

    def of(self, outcome: Outcome) -> list[FileReport]:
        """The files that this became of."""
        return [file for file in self.files if file.outcome is outcome]

    def to_json(self) -> dict[str, Any]:
        """For JSON; the fee as a decimal string."""
        counts = Counter(file.outcome for file in self.files)
        return {
            "folder": self.folder,
            "journal": self.journal,
            "counts": {outcome.value: counts[outcome] for outcome in Outcome},
            "transactions": self.transactions,
            "gas": self.gas,
            "fee": str(self.fee),
            "files": [file.to_json() for file in self.files],
        }
