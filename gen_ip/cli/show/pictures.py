"""What an index knows of a picture, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import counted, plain

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.match.matcher import Answer, Finding

_METHODS = {
    "sha256": "the files' hashes are equal",
    "pixels-v1": "the hashes of the decoded pixels are equal",
    "pdq-1": "PDQ hashes of the picture or a part of it",
    "orb-1": "local features that lie in place",
    "sscd-1": "the learned descriptor",
}


def show_answer(
    console: Console, file: Path, answer: Answer, evidence: Mapping[str, Sequence[Path]]
) -> None:
    """Each work: what holds, how surely, by what, and where to look."""
    for found in answer.findings:
        style = "green" if found.verdict.exact else "yellow" if found.verdict.named else "dim"
        console.print(f"{plain(found.key)}: {found.verdict.value}", style=style, soft_wrap=True)
        for line in _lines(found):
            console.print(f"  {line}", soft_wrap=True)
        for path in evidence.get(found.key, ()):
            console.print(f"  shown in {plain(str(path))}", soft_wrap=True)
    if answer.best is None:
        console.print(f"{plain(file.name)}: no work of the index is recognized.", soft_wrap=True)
        console.print("That proves nothing: see docs/attribution.md for what escapes.", style="dim")


def _lines(found: Finding) -> list[str]:
    lines = [f"{found.verdict.words}; {_METHODS.get(found.method, found.method)}"]
    if (seen := found.likeness) is None:
        return lines
    lines.append(f"score {found.score:.4f}, 1 at most")
    if seen.pdq is not None:
        how = f"{seen.orientation.value}, negative" if seen.negative else seen.orientation.value
        lines.append(f"PDQ {seen.pdq} of 256 bits apart, {seen.view}, {how}")
    if seen.descriptor is not None:
        lines.append(f"descriptor {seen.descriptor} of 256 bits apart")
    if (at := seen.alignment) is not None:
        mirrored = ", mirrored" if at.mirrored else ""
        points = f"{counted(seen.points, 'point')} in place{mirrored}; " if seen.points else ""
        lines.append(
            f"{points}{at.work_part:.0%} of the work agrees with {at.query_part:.0%} of the picture"
        )
    return lines
