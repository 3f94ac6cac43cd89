"""What forge reports, in lcov's tracefile format (`man geninfo`, FILES)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple


class Branch(NamedTuple):
    """A way on from a line: the first (`taken`) or the other."""

    line: int
    taken: bool
    hits: int


@dataclass
class FileCoverage:
    """One file: hits of each line, of each branch, and where functions start."""

    lines: dict[int, int] = field(default_factory=dict)
    branches: list[Branch] = field(default_factory=list)
    functions: dict[str, int] = field(default_factory=dict)
    starts: list[tuple[int, str]] = field(default_factory=list)

    def function_of(self, line: int) -> str:
        """Name of the function that `line` lies in, without its contract's."""
        starts = sorted(self.starts)
        place = bisect_right(starts, line, key=lambda start: start[0])
        return starts[place - 1][1].rpartition(".")[2] if place else ""

    def uncovered(self) -> list[tuple[int, str]]:
        """(line, what) of everything no test reached; a line that holds a branch only once."""
        found = [
            (branch.line, "if" if branch.taken else "else")
            for branch in self.branches
            if branch.hits == 0
        ]
        found += [(line, "line") for line, hits in self.lines.items() if hits == 0]
        return sorted(found)


def parse(text: str) -> dict[str, FileCoverage]:
    """File name -> its coverage."""
    files: dict[str, FileCoverage] = {}
    current = FileCoverage()
    for record in text.splitlines():
        kind, _, rest = record.partition(":")
        if kind == "SF":
            current = files.setdefault(rest, FileCoverage())
        elif kind == "DA":
            line, hits = map(int, rest.split(",")[:2])
            current.lines[line] = current.lines.get(line, 0) + hits
        elif kind == "BRDA":
            number, _, path, hits_ = rest.split(",")
            hits = 0 if hits_ == "-" else int(hits_)
            current.branches.append(Branch(int(number), path == "0", hits))
        elif kind == "FN":
            start, name = rest.split(",")[0], rest.split(",")[-1]
            current.starts.append((int(start), name))
        elif kind == "FNDA":
            hits_, name = rest.split(",", 1)
            current.functions[name] = current.functions.get(name, 0) + int(hits_)
    return files
