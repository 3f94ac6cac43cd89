"""`certificate proof` and `verify --proof`: what a chain says, saved, and checked without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, reads
from gen_ip.cli.options import WorkId
from gen_ip.cli.reading import (
    certificates_in,
    certificates_or_none,
    check_file,
    check_output,
    keep,
)
from gen_ip.cli.show.text import moment, plain, till
from gen_ip.cli.values import BadValue

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.cli.output import Output
    from gen_ip.client import GenIP
    from gen_ip.proofs.checking import Report
    from gen_ip.works.certificates import PreparedCertificate
    from gen_ip.works.documents import Described


@reads
def proof(
    use: Invocation,
    work: WorkId,
    output: Annotated[Path, typer.Option("--output", "-o", help="File for the proof.")],
    statement: Annotated[
        Path | None,
        typer.Option(
            "--statement",
            metavar="FILE",
            help="From `sign` or `anchor`: its signatures and path go into the proof.",
        ),
    ] = None,
    block: Annotated[
        str,
        typer.Option("--block", help="The state after which block: a number, latest, finalized."),
    ] = "latest",
) -> None:
    """Save what the chain says of a work, to be checked years later by `verify --proof`."""
    number, wanted = work_of(work), _block(block)
    given = [] if statement is None else certificates_in(statement)
    check_output(output)
    client = use.reader()
    with use.output.working("Asking for the proof …"):
        found = client.saved_proof(number, _of_work(client, given, number), block=wanted)
    keep(found, output)
    hashed = f"0x{found.header.hash.hex()}"

    def show(console: Console) -> None:
        text = (
            f"Saved what chain {found.chain_id} says of work {till(number)} to {plain(str(output))}"
        )
        console.print(text, style="green", soft_wrap=True)
        at = f"block {found.header.number:,} of {moment(found.header.time)}"
        console.print(f"{at}: {hashed}", soft_wrap=True)
        if found.receipt is None:
            console.print("The receipt of its certification is not in it.", style="yellow")

    use.output.result({"file": str(output), "proof": found.to_json()}, show)


def verify_offline(output: Output, file: Path | None, saved: Path, block_hash: str | None) -> None:
    """Checks a saved proof, and a file or a statement against it.

    Raises:
        Exit: with code 1, where something does not hold.
    """
    from gen_ip import arguments
    from gen_ip.proofs.checking import check
    from gen_ip.proofs.saved import SavedProof
    from gen_ip.works import documents

    trusted = None if block_hash is None else arguments.bytes32("block hash", block_hash)
    proof = SavedProof.load(saved)
    content_hash = certificate = canonical = None
    if file is not None:
        check_file(file)
        given = certificates_or_none(file)
        if given is None:
            described = documents.summarize(file, file)
            content_hash = described.content_hash
            if content_hash != proof.content_hash:
                canonical = _content(described)
        else:
            certificate = next(
                (each for each in given if each.certify.content_hash == proof.content_hash),
                given[0],
            )
    report = check(
        proof,
        content_hash=content_hash,
        canonical=canonical,
        certificate=certificate,
        block_hash=trusted,
    )
    output.result(report.to_json(), lambda console: _show(console, report))
    if not report.holds:
        raise typer.Exit(1)


def _content(described: Described) -> tuple[str, str] | None:
    from gen_ip.errors import FileProblem
    from gen_ip.works import documents

    try:
        return documents.same_content(described)
    except FileProblem:
        # A damaged picture is another file.
        return None


def _of_work(
    client: GenIP, given: list[PreparedCertificate], work: int
) -> PreparedCertificate | None:
    """The one of a file's certificates that is of the work."""
    if not given:
        return None
    for each in given:
        certify = each.certify
        made = client.deployment.work_id(
            certify.creator, certify.content_hash, certify.home_chain_id
        )
        if made == work:
            return each
    raise BadValue("--statement", str(work), "give the file that holds the work's certificate")


def _block(text: str) -> int | str:
    if text in ("latest", "finalized"):
        return text
    if not text.isascii() or not text.isdecimal() or len(text) > 20:
        raise BadValue("block", text, "give a block's number, latest or finalized")
    return int(text)


def _show(console: Console, report: Report) -> None:
    from gen_ip.proofs.checking import Outcome

    styles = {Outcome.HOLDS: "green", Outcome.FAILS: "red", Outcome.UNCHECKED: "yellow"}
    for finding in report.findings:
        outcome = finding.outcome
        console.print(f"{outcome.value:<12}", style=styles[outcome], end="")
        console.print(plain(f"{finding.subject}: {finding.text}", 1000), soft_wrap=True)
    if not report.holds:
        console.print("The proof does not hold.", style="red")
        return
    if report.fit is not None:
        console.print(f"The file: {report.fit.value}", style="green")
    at = "" if report.claim_time is None else moment(report.claim_time)
    text = (
        f"It holds: work {till(report.proof.work)} was claimed by {report.proof.creator} by {at}, "
        "if the chain has the block."
    )
    console.print(text, style="green", soft_wrap=True)
