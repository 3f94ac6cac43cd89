"""`inspect`: what a file from a stranger says, and whether its signatures hold, without a chain."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.invocation import Invocation, local

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.cli.show.statements import Facts


@local
def inspect(
    use: Invocation,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A certificate, proofs, a delegation, an offer, or terms (TOML or a bundle).",
        ),
    ],
) -> None:
    """Show in plain words what a statement's file says. Exit code 1: a signature does not hold.

    No chain is asked: whether it still can be used, its command says before it does anything.
    """
    from gen_ip.cli.reading import check_file
    from gen_ip.cli.show.statements import draw

    check_file(file)
    kind, facts, document, signatures = _read(file)
    holds = all(check["holds"] for check in signatures) if signatures else None

    def show(console: Console) -> None:
        draw(console, kind, facts, [(c["what"], c["signer"], c["holds"]) for c in signatures])

    result = {"kind": kind, "holds": holds, "signatures": signatures, "statement": document}
    use.output.result(result, show)
    if holds is False:
        raise typer.Exit(1)


def _read(file: Path) -> tuple[str, Facts, Any, list[dict[str, Any]]]:
    """Kind, facts, JSON and signatures of a file.

    Raises:
        GenIPError: it holds none of what can be shown.
    """
    from gen_ip import statement_files
    from gen_ip.cli.reading import kind_of
    from gen_ip.cli.show.statements import facts_of, facts_of_bundle, facts_of_terms
    from gen_ip.inspection import checks, read
    from gen_ip.terms import bundle as bundles
    from gen_ip.terms import custom

    if file.suffix == ".toml":
        terms, bundle = custom.load(file)
        return "terms", facts_of_terms(terms, bundle), terms.to_json(), []
    document = statement_files.load(file)
    if isinstance(document, dict) and document.get("schema") == bundles.SCHEMA:
        data = file.read_bytes()
        found = bundles.decode(data, hashlib.sha256(data).digest())
        return "bundle of terms", facts_of_bundle(found), document, []
    statement = read(document)
    signatures = [check._asdict() for check in checks(statement)]
    return kind_of(statement), facts_of(statement), document, signatures
