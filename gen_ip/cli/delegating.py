"""`delegate`, `revoke`: letting others sign, and taking back what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.invocation import Invocation, Yes, sends, signs
from gen_ip.cli.options import Token
from gen_ip.cli.reading import check_output, keep, kind_of, payees_of
from gen_ip.cli.session import Money, address_of, now
from gen_ip.cli.show.text import counted, moment, plain
from gen_ip.cli.terms import is_hash, read_terms
from gen_ip.cli.values import BadValue, parse_duration, parse_share

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.works.certificates import SignedCertificate, SignedDelegation


@signs
def delegate(
    use: Invocation,
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who may sign in your name.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Keeps the delegation.")
    ],
    works: Annotated[int, typer.Option("--works", min=0, help="How many works it may certify.")],
    lasting: Annotated[str, typer.Option("--for", help="How long, such as 90d.")] = "90d",
    payee: Annotated[
        list[str] | None,
        typer.Option("--payee", help="ADDRESS=20%: payees of every such work. Repeatable."),
    ] = None,
    resale_royalty: Annotated[
        str, typer.Option("--resale-royalty", help="Of every such work, such as 5%.")
    ] = "0%",
    max_owed: Annotated[
        str,
        typer.Option("--max-owed", help="Most that a derivative may owe its parents; 0%: none."),
    ] = "0%",
    ask: Annotated[
        list[str] | None,
        typer.Option(
            "--ask",
            help="TERMS=PRICE: may offer licenses under these terms from this price on. "
            "Repeatable.",
        ),
    ] = None,
    token: Token = None,
    max_fees: Annotated[
        str, typer.Option("--max-fees", help="Most of a price that may go to others.")
    ] = "0%",
) -> None:
    """Sign that somebody may certify and offer in your name, within limits. Costs nothing."""
    from gen_ip.signing import AskLimits

    address, payees = address_of(to), payees_of(payee)
    royalty, owed, fees = (parse_share(text) for text in (resale_royalty, max_owed, max_fees))
    seconds = parse_duration(lasting)
    if seconds == 0:
        raise BadValue("duration", lasting, "a delegation has an end; give one, such as 90d")
    wanted = [_ask(text) for text in ask or ()]
    check_output(output)
    client = use.signer()
    money = Money(client, token)
    asks = [
        AskLimits(read_terms(name, client=client).hash(), money.token, money.read(price), fees)
        for name, price in wanted
    ]
    expiry = now(client) + seconds
    made = client.delegate(
        address,
        expiry=expiry,
        works=works,
        payees=payees,
        resale_royalty=royalty,
        max_owed=owed,
        asks=asks,
    )
    keep(made, output)

    def show(console: Console) -> None:
        text = f"{address} may certify {counted(works, 'work')} in your name until {moment(expiry)}"
        console.print(f"{text}.", style="green", soft_wrap=True)
        for name, price in wanted:
            console.print(f"  and offer {plain(name)} from {price} {money.symbol} on")
        console.print(f"Hand over {plain(str(output))}; take it back with: gen-ip revoke FILE")

    use.output.result({"file": str(output), **made.to_json()}, show)


@sends
def revoke(
    use: Invocation,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A signed certificate, or a delegation.")
    ],
    sign: Annotated[
        bool,
        typer.Option("--sign", help="Sign only, for free; anyone may then send it for you."),
    ] = False,
    signature: Annotated[
        str | None,
        typer.Option("--signature", help="Send what somebody signed with --sign, for them."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Take back, for good, what was signed and not yet used: a certificate or a delegation."""
    if sign and signature is not None:
        raise typer.BadParameter("give --sign or --signature, not both")
    signed = None if signature is None else _signature(signature)
    statement = _revocable(file)
    client = use.signer()
    kind = kind_of(statement)
    if sign:
        made = f"0x{client.sign_revocation(statement).hex()}"

        def show_signature(console: Console) -> None:
            console.print("Anyone may send it, with:", style="dim")
            console.print(f"gen-ip revoke {plain(str(file))} --signature {made}", soft_wrap=True)

        use.output.result({"file": str(file), "kind": kind, "signature": made}, show_signature)
        return
    facts = [f"The {kind} in {file} will hold no longer, nor what was signed together with it."]
    use.confirm(facts, yes)
    with use.output.working("Revoking …"):
        if signed is None:
            receipt = client.revoke(statement)
        else:
            receipt = client.submit_revocation(statement, signed)
    use.sent(f"Revoked the {kind}.", receipt, file=str(file), kind=kind)


def _ask(text: str) -> tuple[str, str]:
    name, equals, price = text.partition("=")
    if not equals:
        raise BadValue("ask", text, "give TERMS=PRICE, such as commercial=12.5")
    if not is_hash(name):
        read_terms(name)
    return name, price


def _signature(text: str) -> bytes:
    try:
        return bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        raise BadValue("signature", text, "give what `revoke --sign` printed") from None


def _revocable(file: Path) -> SignedCertificate | SignedDelegation:
    """The statement of a file that can be revoked.

    Raises:
        StatementFileProblem, BadStatement: it cannot be read, or holds something else.
    """
    from gen_ip.inspection import load
    from gen_ip.statement_files import StatementFileProblem
    from gen_ip.works.certificates import SignedCertificate, SignedDelegation

    found = load(file)
    if not isinstance(found, SignedCertificate | SignedDelegation):
        raise StatementFileProblem(
            file, f"a {kind_of(found)} is not revoked; offers are withdrawn with `gen-ip cancel`"
        )
    return found
