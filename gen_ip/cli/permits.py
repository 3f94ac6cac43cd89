"""`gen-ip permit`: who posts, and under whose license."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, local, reads, signs
from gen_ip.cli.reading import check_output, keep, license_of
from gen_ip.cli.show.text import moment, plain
from gen_ip.cli.values import BadValue, parse_duration
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.status.from_chain import PermitCheck
    from gen_ip.status.uses import Use

permit_app = group("permit", "Let accounts and domains use a work under your license.")

File = Annotated[Path, typer.Argument(metavar="PERMIT", help="From `permit sign`.")]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")]
Uses = Annotated[
    list[str] | None,
    typer.Option("--use", help="commercial, editorial, merch, train, ...; by default showing it."),
]


@signs
def _sign(
    use: Invocation,
    to: Annotated[str, typer.Argument(metavar="ACCOUNT", help="@user@example.com, or a domain.")],
    output: Output,
    license_: Annotated[
        str | None, typer.Option("--license", help="A license that you hold.")
    ] = None,
    work: Annotated[
        str | None, typer.Option("--work", help="Instead: a work that you own.")
    ] = None,
    uses: Uses = None,
    agency: Annotated[
        str, typer.Option("--agency", help="Who posts there for you: an account or a domain.")
    ] = "",
    lasting: Annotated[str, typer.Option("--for", help="How long, such as 90d.")] = "90d",
) -> None:
    """Sign that an account or a domain may use a work under your license. Costs nothing."""
    from gen_ip.status.accounts import account
    from gen_ip.status.from_chain import rights_for
    from gen_ip.status.permits import permit

    if (license_ is None) == (work is None):
        raise typer.BadParameter("give either --license or --work")
    number = 0 if license_ is None else license_of(license_)
    named = 0 if work is None else work_of(work)
    wanted = _uses(uses)
    account(to)
    seconds = parse_duration(lasting)
    if seconds == 0:
        raise BadValue("duration", lasting, "a permit has an end; give one, such as 90d")
    check_output(output)
    client = use.signer()
    signer = client.account
    assert signer is not None  # noqa: S101 - a client that signs has one; for mypy
    asked = _asked(client)
    subject = asked.signable(signer.address, number, named, wanted)
    begin = asked.now()
    made = permit(
        signer,
        chain_id=client.chain_id,
        license_contract=client.deployment.license,
        license_id=number,
        work=subject,
        to=to,
        use=rights_for(wanted),
        valid_from=begin,
        expiry=begin + seconds,
        agency=agency,
    )
    keep(made, output)

    def show(console: Console) -> None:
        text = f"{made.message.account} may use the work until {moment(made.message.expiry)}."
        console.print(text, style="green", soft_wrap=True)
        console.print(f"Hand over {plain(str(output))}; take it back with: gen-ip permit revoke")

    use.output.result({"file": str(output), **made.to_json()}, show)


@reads
def _verify(
    use: Invocation,
    file: File,
    account_: Annotated[
        str | None, typer.Option("--for-account", help="The account that posts, as you know it.")
    ] = None,
    uses: Uses = None,
    revocation: Annotated[
        list[Path] | None,
        typer.Option("--revocation", help="From `permit revoke`. Repeatable."),
    ] = None,
) -> None:
    """Tell whether a permit holds now: signature, license, time. Exit code 1: it does not."""
    from gen_ip.status.accounts import account
    from gen_ip.status.holding import Held
    from gen_ip.status.permits import PermitRevocation, SignedPermit

    signed = SignedPermit.load(file)
    named = None if account_ is None else account(account_)
    taken_back = [PermitRevocation.load(each) for each in revocation or ()]
    wanted = _uses(uses) if uses else []
    right = _asked(use.reader()).right(signed, taken_back, account=named, uses=wanted)
    holds = isinstance(right, Held)
    may = [each.value for each in right.may()] if isinstance(right, Held) else []
    document = {
        "permit": f"0x{signed.hash.hex()}",
        "holds": holds,
        "may": may,
        "why": None if isinstance(right, Held) else right.why.value,
        "missing": [] if isinstance(right, Held) else [each.value for each in right.missing],
    }

    def show(console: Console) -> None:
        if isinstance(right, Held):
            text = f"It holds: {signed.message.account} may use the work for {', '.join(may)}."
            console.print(text, style="green", soft_wrap=True)
            return
        why = {"narrow": f"not for {', '.join(e.value for e in right.missing)}"}
        told = why.get(right.why.value, _WHY.get(right.why.value, ""))
        console.print(f"It does not hold: {told}.", style="red", soft_wrap=True)

    use.output.result(document, show)
    if not holds:
        raise typer.Exit(1)


_WHY = {
    "bound": "an exclusive license of the work is somebody else's",
    "lapsed": "it, or its license, has ended or was taken back",
    "none": "who signed it does not hold the license, it is for another account, or too early",
}


@signs
def _revoke(use: Invocation, file: File, output: Output) -> None:
    """Sign that a permit holds no longer; hand this to whoever has the permit. Costs nothing."""
    from gen_ip.status.permits import SignedPermit, revocation

    signed = SignedPermit.load(file)
    check_output(output)
    client = use.signer()
    signer = client.account
    assert signer is not None  # noqa: S101 - a client that signs has one; for mypy
    made = revocation(signer, signed)
    keep(made, output)

    def show(console: Console) -> None:
        console.print(f"Revoked, once they have {plain(str(output))}.", style="green")

    use.output.result({"file": str(output), **made.to_json()}, show)


@local
def _show(use: Invocation, file: File) -> None:
    """Show what a permit says. Exit code 1: it is not signed by its licensee's key."""
    from gen_ip.cli.show.statements import draw, facts_of
    from gen_ip.inspection import checks
    from gen_ip.status.permits import SignedPermit

    signed = SignedPermit.load(file)
    found = checks(signed)

    def show(console: Console) -> None:
        draw(
            console,
            "use permit",
            facts_of(signed),
            [(each.what, each.signer, each.holds) for each in found],
        )

    document = {"holds": signed.holds, "hash": f"0x{signed.hash.hex()}", **signed.to_json()}
    use.output.result(document, show)
    if not signed.holds:
        raise typer.Exit(1)


def _asked(client: GenIP) -> PermitCheck:
    from gen_ip.chain.rpc import Rpc
    from gen_ip.status.from_chain import PermitCheck

    return PermitCheck(Rpc(client.web3), client.deployment)


def _uses(words: list[str] | None) -> list[Use]:
    from gen_ip.status.uses import use_of

    return [use_of(word) for word in words or ()]


for _name, _command in (
    ("sign", _sign),
    ("verify", _verify),
    ("revoke", _revoke),
    ("show", _show),
):
    permit_app.command(_name)(_command)
