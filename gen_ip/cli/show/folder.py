"""What became of a folder's files, for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.coin import coin
from gen_ip.cli.show.text import counted, plain, till
from gen_ip.cli.values import format_amount
from gen_ip.folders.report import FileReport, FolderReport, Outcome

if TYPE_CHECKING:
    from rich.console import Console

_LINES = 20
_WORDS = {
    Outcome.CERTIFIED: "certified",
    Outcome.ANCHORED: "claimed",
    Outcome.PLANNED: "to be certified",
    Outcome.EXISTING: "certified already",
    Outcome.DUPLICATE: "the same bytes as another",
    Outcome.SKIPPED: "skipped",
    Outcome.FAILED: "failed",
}
_STYLES = {Outcome.CERTIFIED: "green", Outcome.ANCHORED: "green", Outcome.FAILED: "red"}
_WITH_WORK = (Outcome.CERTIFIED, Outcome.ANCHORED, Outcome.PLANNED)


def show_folder(console: Console, report: FolderReport, proofs: Path | None) -> None:
    """The files by what became of them, why, and what it cost."""
    for outcome in Outcome:
        if files := report.of(outcome):
            title = f"{counted(len(files), 'file')} {_WORDS[outcome]}"
            console.print(title, style=_STYLES.get(outcome, ""))
            for file in files[:_LINES] if outcome is not Outcome.EXISTING else ():
                console.print(f"  {_line(file)}", style="dim", soft_wrap=True)
            if len(files) > _LINES and outcome is not Outcome.EXISTING:
                console.print(f"  and {len(files) - _LINES:,} more; --json lists all", style="dim")
    if not report.files:
        console.print("The folder is empty.")
    if report.transactions:
        would = "It would take " if report.of(Outcome.PLANNED) else ""
        console.print(
            f"{would}{counted(report.transactions, 'transaction')}, {report.gas:,} gas, "
            f"{format_amount(report.fee, 18, coin())}",
            soft_wrap=True,
        )
    if proofs is not None and report.of(Outcome.ANCHORED):
        console.print(f"The proofs are in {plain(str(proofs))}; keep them.", soft_wrap=True)


def failures(report: FolderReport) -> list[str]:
    """A line for each file that failed, as many as a person reads."""
    failed = report.of(Outcome.FAILED)
    lines = [_line(file) for file in failed[:_LINES]]
    left = len(failed) - _LINES
    return [*lines, f"and {left:,} more failed"] if left > 0 else lines


def _line(file: FileReport) -> str:
    path = plain(file.path)
    if file.outcome in _WITH_WORK and file.work_id is not None:
        path = f"{path}  work {till(file.work_id)}"
    return f"{path}: {plain(file.reason, 300)}" if file.reason else path
