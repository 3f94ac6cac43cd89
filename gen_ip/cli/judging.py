"""`verify` of a verdict that a status service has signed: offline, by its signature alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.cli.output import Output
    from gen_ip.status.statements import SignedVerdict


def verdict_or_none(path: Path) -> SignedVerdict | None:
    """The signed verdict of a file; None where it is any other file.

    Raises:
        FileProblem, BadStatement: it cannot be read, or says that it is one and is not.
    """
    from gen_ip.cli.reading import check_file, json_or_none
    from gen_ip.status.statements import SIGNED_VERDICT, SignedVerdict

    check_file(path)
    document = json_or_none(path)
    if not isinstance(document, dict) or document.get("format") != SIGNED_VERDICT:
        return None
    return SignedVerdict.from_json(document)


def show_signed_verdict(output: Output, signed: SignedVerdict, trusted: str | None) -> None:
    """Whether it holds, and by whose key.

    Raises:
        InvalidArgument: `trusted` is no address.
        Exit: with code 1, where it does not hold, or is signed with another key than trusted.
    """
    from gen_ip import arguments
    from gen_ip.cli.show.statements import draw, facts_of
    from gen_ip.inspection import checks

    key = None if trusted is None else arguments.address("signer", trusted)
    known = None if key is None else key == signed.signer

    def show(console: Console) -> None:
        signatures = [(each.what, each.signer, each.holds) for each in checks(signed)]
        draw(console, "signed verdict", facts_of(signed), signatures)
        if known is None:
            text = "Whose key that is, its signature does not say: compare it with the service's."
            console.print(text, style="yellow", soft_wrap=True)
        elif not known:
            console.print(f"You trust {key}, which is another key.", style="red", soft_wrap=True)
        text = "That the service told the truth, and what became of it since, no signature shows."
        console.print(text, style="dim", soft_wrap=True)

    document = {
        "holds": signed.holds,
        "signer": signed.signer,
        "trusted": known,
        "statement": f"0x{signed.hash.hex()}",
        **signed.to_json(),
    }
    output.result(document, show)
    if not signed.holds or known is False:
        raise typer.Exit(1)
