"""The committed gas numbers, `gas-snapshot.json`, and what differs from them.

Gas repeats exactly, so any difference is a change of the contracts, of the compiler or of the
measurement. One that costs more is to be explained or undone; one that costs less is to be written
down, or a later rise up to the old number would pass unseen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gen_ip.errors import GenIPError

PATH = Path(__file__).with_name("gas-snapshot.json")
WRITE = ".venv/bin/python -m benchmarks.gas --write-snapshot"


class SnapshotUnreadable(GenIPError):  # noqa: N818
    """The snapshot is missing or is no JSON object of gas by row."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; write it anew: {WRITE}")


@dataclass(frozen=True, slots=True)
class Change:
    """A row whose gas is another than the snapshot's; None: the row is not there."""

    row: str
    before: int | None
    after: int | None
    limit: int | None = None

    @property
    def rise(self) -> bool:
        """Whether it costs more."""
        return None not in (self.before, self.after) and (self.after or 0) > (self.before or 0)


def rows(measured: Mapping[str, Any]) -> dict[str, int]:
    """Gas by row of what `benchmarks.gas` measured; a depth is a row such as `pay_depth[10]`."""
    found = {}
    for key, value in measured.items():
        if key.endswith(("_depth", "_depth_eth")):
            found.update({f"{key}[{depth}]": int(gas) for depth, gas in value.items()})
        elif isinstance(value, Mapping) and "gas" in value:
            found[key] = int(value["gas"])
    return found


def write(measured: Mapping[str, Any], path: Path = PATH) -> None:
    """Writes the snapshot, whole or not at all."""
    document = {"written_by": WRITE, "node": measured["node"], "gas": rows(measured)}
    replace_text(path, json.dumps(document, indent=2) + "\n")


def read(path: Path = PATH) -> dict[str, int]:
    """Gas by row.

    Raises:
        SnapshotUnreadable: there is none, or it is something else.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SnapshotUnreadable(path, "there is no snapshot") from None
    except ValueError:
        raise SnapshotUnreadable(path, "it is no JSON") from None
    gas = document.get("gas") if isinstance(document, dict) else None
    if not isinstance(gas, dict) or not all(type(value) is int for value in gas.values()):
        raise SnapshotUnreadable(path, 'it has no "gas" by row')
    return gas


def changes(before: Mapping[str, int], measured: Mapping[str, Any]) -> list[Change]:
    """What differs, in the order of the measurement; rows that are gone last."""
    after = rows(measured)
    found = []
    for row in (*after, *(row for row in before if row not in after)):
        if before.get(row) != after.get(row):
            known = measured.get(row)
            limit = known["limit"] if isinstance(known, Mapping) else None
            found.append(Change(row, before.get(row), after.get(row), limit))
    return found


def diff(found: list[Change]) -> str:
    """The changes as a table, a row a line, and what to do about them; "" where there is none."""
    if not found:
        return ""
    lines = [f"{'row':<36}{'before':>10}{'after':>10}{'difference':>12}{'limit':>10}"]
    for change in found:
        before, after, limit = map(_number, (change.before, change.after, change.limit))
        more = "-"
        if change.before is not None and change.after is not None:
            more = f"{change.after - change.before:+,}"
        lines.append(f"{change.row:<36}{before:>10}{after:>10}{more:>12}{limit:>10}")
    if any(change.rise for change in found):
        lines.append("gas rises: undo what costs more, or, if it is worth it, write it down:")
    else:
        lines.append("no row rises; write the numbers down, so that a later rise is seen:")
    return "\n".join([*lines, f"    {WRITE}"])


def replace_text(path: Path, text: str) -> None:
    """Writes a file in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, "utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
