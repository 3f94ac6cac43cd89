"""What an index knows of a file, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.match.answer import Answer, Finding

_METHODS = {
    "sha256": "the files' hashes are equal",
    "pixels-v1": "the hashes of the decoded pixels are equal",
    "pdq-1": "PDQ hashes of the picture or a part of it",
    "orb-1": "local features that lie in place",
    "slopes-1": "brightness that rises the same way all over it",
    "sscd-1": "the learned descriptor",
    "text-1": "the hashes of the normalized text are equal",
    "minhash-1": "sequences of characters or words that both have",
    "winnow-1": "passages that both have",
    "sentences-1": "sentences that say the same, in whatever language",
}


def show_answer(
    console: Console, file: Path, answer: Answer, evidence: Mapping[str, Sequence[Path]]
) -> None:
    """Each work: what holds, how surely, by what, and where to look."""
    for found in answer.findings:
        style = "green" if found.verdict.exact else "yellow" if found.verdict.named else "dim"
        console.print(f"{plain(found.key)}: {found.verdict.value}", style=style, soft_wrap=True)
        for line in _lines(found):
            console.print(f"  {plain(line, 4096)}", soft_wrap=True)
        for path in evidence.get(found.key, ()):
            console.print(f"  shown in {plain(str(path))}", soft_wrap=True)
    if answer.best is None:
        console.print(f"{plain(file.name)}: no work of the index is recognized.", soft_wrap=True)
        console.print("That proves nothing: see docs/attribution.md for what escapes.", style="dim")


def _lines(found: Finding) -> list[str]:
    lines = [f"{found.verdict.words}; {_METHODS.get(found.method, found.method)}"]
    if not found.verdict.exact:
        lines.append(f"score {found.score:.4f}, 1 at most")
    return lines + found.lines()
