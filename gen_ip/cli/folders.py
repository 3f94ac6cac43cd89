"""`certify --recursive`: a folder's files, with progress, and words on how to go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Unpack

import typer

from gen_ip.chain.errors import TransactionPending, TransactionUncertain
from gen_ip.cli.output import Output
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.folders.report import OnProgress
    from gen_ip.methods.preparing import SharedStatement
    from gen_ip.signers.protocol import Signer


class How(NamedTuple):
    """The options of `certify --recursive` alone."""

    dry_run: bool
    anchor: Path | None
    journal: Path | None
    payer: str | None

    def check(self) -> None:
        """Raises a usage error where they do not go together."""
        if self.anchor is not None and (self.dry_run or self.payer):
            raise typer.BadParameter("--anchor goes with neither --dry-run nor --payer")


def certify_folder(
    output: Output,
    client: GenIP,
    folder: Path,
    how: How,
    payer: Signer | None,
    **statement: Unpack[SharedStatement],
) -> None:
    """Certifies a folder and shows what became of its files; exits with 1 where one failed."""
    from gen_ip.cli.show.folder import failures, show_folder

    with _going_on(output), _progress(output) as on_progress:
        if how.dry_run:
            report = client.plan_folder(folder, on_progress=on_progress, **statement)
        elif how.anchor is not None:
            report = client.anchor_folder(
                folder, how.anchor, journal=how.journal, on_progress=on_progress, **statement
            )
        else:
            report = client.certify_folder(
                folder, journal=how.journal, payer=payer, on_progress=on_progress, **statement
            )
    if output.is_planning:
        for line in failures(report):
            output.note(line)
    output.result(report.to_json(), lambda console: show_folder(console, report, how.anchor))
    if not report.ok:
        raise typer.Exit(1)


@contextmanager
def _going_on(output: Output) -> Iterator[None]:
    """Says how to go on where the block is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        output.note("Stopped. Run the same command again: it goes on, and nothing is paid twice.")
        raise
    except (TransactionPending, TransactionUncertain) as error:
        error.args = (
            f"whether transaction {error.tx_hash} is mined is not known yet; run the same command "
            "again: it goes on, and nothing is paid twice",
        )
        raise


@contextmanager
def _progress(output: Output) -> Iterator[OnProgress | None]:
    """A bar on a terminal's stderr; none after --json."""
    from rich.console import Console

    screen = Console(stderr=True)
    if output.as_json or not screen.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=screen, transient=True) as bars:
        tasks = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(plain(stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell
