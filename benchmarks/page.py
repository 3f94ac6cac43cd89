"""The sections of docs/gas.md that the benchmarks write, each between its two comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks import opcodes
from benchmarks._curves import TRANSACTION_LIMIT, Curve
from benchmarks.gas_table import EXTRA, TABLE
from benchmarks.snapshot import replace_text
from gen_ip.errors import GenIPError

PATH = Path(__file__).parent.parent / "docs" / "gas.md"

_GROUPS = {
    "transaction, calldata": (opcodes.TRANSACTION, opcodes.CALLDATA),
    "new slots": (opcodes.NEW,),
    "other writes": (opcodes.CHANGED, opcodes.AGAIN),
    "reads": (opcodes.COLD, opcodes.WARM, opcodes.TRANSIENT),
    "calls": (opcodes.COLD_ACCOUNT, opcodes.WARM_ACCOUNT, opcodes.PRECOMPILE, opcodes.CREATE),
    "events": (opcodes.LOG,),
    "hashing, memory": (opcodes.KECCAK, opcodes.MEMORY),
    "computing": (opcodes.ENVIRONMENT, opcodes.ARITHMETIC, opcodes.STACK, opcodes.JUMPS),
    "refund": (opcodes.REFUND,),
}
"""What the page shows of a breakdown: groups of its classes."""
assert sorted(kind for kinds in _GROUPS.values() for kind in kinds) == sorted(opcodes.CLASSES)


class PageUnreadable(GenIPError):  # noqa: N818
    """The page is missing or lacks the comments around a section."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; take the page from the repository")


def read(section: str, path: Path = PATH) -> str:
    """What stands in a section.

    Raises:
        PageUnreadable: the page has no such section.
    """
    return _split(section, path)[1]


def write(section: str, text: str, path: Path = PATH) -> None:
    """Replaces a section, the page whole or not at all.

    Raises:
        PageUnreadable: the page has no such section.
    """
    before, _, after = _split(section, path)
    replace_text(path, f"{before}{text}{after}")


def _split(section: str, path: Path) -> tuple[str, str, str]:
    begin, end = f"<!-- {section}: begin -->\n\n", f"\n\n<!-- {section}: end -->"
    try:
        whole = path.read_text("utf-8")
    except FileNotFoundError:
        raise PageUnreadable(path, "there is no such page") from None
    before, found, rest = whole.partition(begin)
    text, closed, after = rest.partition(end)
    if not found or not closed:
        raise PageUnreadable(path, f"no section between {begin.strip()} and {end.strip()}")
    return before + begin, text, end + after


def gas_table(measured: Mapping[str, Any]) -> str:
    """The rows of `benchmarks.gas` as Markdown."""
    lines = [
        "| operation | row | gas | at most | best-known peer |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in (*TABLE, *EXTRA):
        gas = measured[row.key]["gas"]
        limit = "-" if row.limit is None else f"{row.limit:,}"
        over = "" if row.limit is None or gas <= row.limit else " **over**"
        peer = "-" if row.peer is None else f"{row.peer:,}"
        lines.append(f"| {row.operation} | `{row.key}` | {gas:,}{over} | {limit} | {peer} |")
    return "\n".join(lines)


def breakdown_table(documents: Sequence[Mapping[str, Any]]) -> str:
    """Breakdowns of rows as Markdown, a row a line; shares of a divided row are rounded."""
    heads = ("row", "gas", *_GROUPS)
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _ in heads)} |"]
    for document in documents:
        divisor, classes = document["divided_by"], document["classes"]
        cells = [f"`{document['key']}`", f"{ceil(document['gas'] / divisor):,}"]
        for kinds in _GROUPS.values():
            gas = sum(classes.get(kind, 0) for kind in kinds)
            cells.append(f"{gas / divisor:,.0f}" if gas else "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def growth_table(panels: Mapping[str, Mapping[str, Curve]], farthest: Mapping[str, int]) -> str:
    """The curves of `benchmarks.growth` as Markdown: both ends, the slope, and where it ends."""
    lines = [
        "| against | operation | curve | smallest | largest | each more "
        f"| in {TRANSACTION_LIMIT:,} gas |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, curves in panels.items():
        for curve in curves.values():
            low, high = min(curve.gas), max(curve.gas)
            ends = f"{low}: {curve.gas[low]:,} | {high}: {curve.gas[high]:,}"
            slope, reach = "flat", "any"
            if not curve.flat:
                slope = f"{curve.slope:,.0f} a {curve.step}"
                # No work has more than 32 parents.
                reach = "all" if name == "parents" else f"{curve.largest(TRANSACTION_LIMIT):,}"
            lines.append(f"| {name} | {curve.label} | `{curve.key}` | {ends} | {slope} | {reach} |")
    found = (
        f"Found with real transactions: within {farthest['limit']:,} gas the owner of an original\n"
        f"collects, first ever, from {farthest['generations']:,} generations below "
        f"({farthest['gas']:,} gas); from one generation\nmore the transaction runs out of gas."
    )
    return "\n".join([*lines, "", found])
