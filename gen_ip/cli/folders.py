"""`certify --recursive`: a folder's files, with progress, and words on how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Unpack

import typer

from gen_ip.chain.errors import ConnectionFailed, TransactionPending, TransactionUncertain
from gen_ip.cli.ingredients import FIRST, ask, listed, told
from gen_ip.cli.invocation import Invocation
from gen_ip.cli.output import Output
from gen_ip.cli.progress import Reached, progress

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.methods.preparing import SharedStatement
    from gen_ip.signers.protocol import Signer
    from gen_ip.works.ingredients import Proposal


_AGAIN = "run the same command again: it goes on, and nothing is paid twice"


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
    use: Invocation,
    client: GenIP,
    folder: Path,
    how: How,
    payer: Signer | None,
    yes: bool,
    **statement: Unpack[SharedStatement],
) -> None:
    """Certifies a folder and shows what became of its files; exits with 1 where one failed.

    Raises:
        NotConfirmed: files say that they were made with certified works, and are not to be
            certified as originals.
    """
    from gen_ip.cli.show.folder import failures, show_folder

    reached, output = Reached(), use.output
    found: dict[str, Sequence[Proposal]] = {}

    def on_proposed(proposed: Mapping[str, Sequence[Proposal]]) -> None:
        found.update(proposed)
        if not how.dry_run:
            with reached.paused():
                ask(use, found, FIRST, yes)

    with _going_on(output, reached), progress(output, reached) as on_progress:
        if how.dry_run:
            report = client.plan_folder(
                folder,
                on_progress=on_progress,
                on_bytes=reached.on_bytes,
                on_proposed=on_proposed,
                **statement,
            )
        elif how.anchor is not None:
            report = client.anchor_folder(
                folder,
                how.anchor,
                journal=how.journal,
                on_progress=on_progress,
                on_bytes=reached.on_bytes,
                on_proposed=on_proposed,
                **statement,
            )
        else:
            report = client.certify_folder(
                folder,
                journal=how.journal,
                payer=payer,
                on_progress=on_progress,
                on_bytes=reached.on_bytes,
                on_proposed=on_proposed,
                **statement,
            )
    if output.is_planning:
        for line in failures(report):
            output.note(line)

    def draw(console: Console) -> None:
        show_folder(console, report, how.anchor)
        for line in told(found, FIRST) if how.dry_run and found else ():
            console.print(line, soft_wrap=True, markup=False)

    output.result({**report.to_json(), "proposed_parents": listed("path", found)}, draw)
    if not report.ok:
        raise typer.Exit(1)


@contextmanager
def _going_on(output: Output, reached: Reached) -> Iterator[None]:
    """Says how far it came, and how to go on, where the block is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        far = f" {reached}." if reached.stage else ""
        output.note(f"Stopped.{far} {_AGAIN[0].upper()}{_AGAIN[1:]}.")
        raise
    except ConnectionFailed as error:
        if reached.stage:
            error.args = (f"{error}. {reached}; {_AGAIN}",)
        raise
    except (TransactionPending, TransactionUncertain) as error:
        error.args = (f"whether transaction {error.tx_hash} is mined is not known yet; {_AGAIN}",)
        raise
