"""`gen-ip license`: one license, from its issue to its check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.completing import terms_names
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import WorkId
from gen_ip.cli.papers import paper, receipt
from gen_ip.cli.reading import license_of
from gen_ip.cli.session import address_of, now
from gen_ip.cli.show.licenses import show_license, show_licenses
from gen_ip.cli.show.text import counted, moment, till
from gen_ip.cli.terms import in_words, is_hash, name_of, read_terms
from gen_ip.cli.values import BadValue, parse_duration
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.terms import Rights

license_app = group("license", "Show, check, issue, renew, hand over and print licenses.")

Number = Annotated[str, typer.Argument(metavar="LICENSE", help="The license's number.")]
Market = Annotated[str, typer.Argument(metavar="MARKET", help="The contract's address.")]


@reads
def _show(use: Invocation, license_: Number) -> None:
    """Show a license: what it allows, until when, and who holds it."""
    number = license_of(license_)
    client = use.reader()
    found, time = client.license(number), now(client)
    document = {**found.to_json(), "active": found.active(time)}
    use.output.result(document, lambda console: show_license(console, found, time))


@reads
def _check(
    use: Invocation,
    license_: Number,
    holder: Annotated[
        str, typer.Option("--holder", help="Who wants to: a name, dev0 to dev9, or an address.")
    ],
    right: Annotated[
        list[str],
        typer.Option("--right", help="Such as COMMERCIAL or DERIVE; all must hold. Repeatable."),
    ],
    at: Annotated[
        int | None,
        typer.Option("--at", min=0, help="When, in seconds since 1970; by default now."),
    ] = None,
) -> None:
    """Answer whether somebody may do something under a license. Exit code 0: yes; 1: no."""
    number, address, rights = license_of(license_), address_of(holder), _rights(right)
    client = use.reader()
    time = now(client) if at is None else at
    may = client.check(number, address, rights, time)
    names = " + ".join(name.lower().replace("_", " ") for name in rights.names)

    def show(console: Console) -> None:
        answer, style = ("yes", "green") if may else ("no", "red")
        text = f"{answer}: {names} for {address} under license {number} at {moment(time)}"
        console.print(text, style=style, soft_wrap=True)

    document = {
        "license": str(number),
        "holder": address,
        "rights": list(rights.names),
        "at": time,
        "may": may,
    }
    use.output.result(document, show)
    if not may:
        raise typer.Exit(1)


@sends
def _issue(
    use: Invocation,
    work: WorkId,
    to: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets them.")],
    terms: Annotated[
        str,
        typer.Option(
            "--terms",
            help="A name from `terms list`, or a hash from `terms register`.",
            autocompletion=terms_names,
        ),
    ],
    income: Annotated[
        str | None, typer.Option("--income", help="Share of a derivative's income, such as 10%.")
    ] = None,
    volume: Annotated[
        str | None, typer.Option("--volume", help="Share of every payment downstream, such as 1%.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--duration", help="How long they run: 30d, 1y, forever.")
    ] = None,
    units: Annotated[
        str | None, typer.Option("--units", help="Derivatives each allows, or unlimited.")
    ] = None,
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="How many.")] = 1,
    starts: Annotated[
        str, typer.Option("--starts", help="When they begin: now, or 30d from now.")
    ] = "now",
    yes: Yes = False,
) -> None:
    """Give licenses of your work away, without a price."""
    number, holder = work_of(work), address_of(to)
    chosen_by = partial(
        read_terms, terms, income=income, volume=volume, duration=duration, units=units
    )
    if not is_hash(terms):
        # Before a password is asked for.
        chosen_by()
    later = 0 if starts == "now" else parse_duration(starts)
    client = use.signer()
    chosen = chosen_by(client=client)
    fact = (
        f"{holder} will get {counted(count, 'license')} of work {till(number)} for nothing: "
        f"{name_of(chosen)}, {in_words(chosen)}."
    )
    use.confirm([fact], yes)
    start = now(client) + later if later else 0
    with use.output.working("Issuing …"):
        issued = client.issue(number, chosen, holder, count=count, start=start)

    listed = [entry.to_json() for entry in issued]
    use.output.result({"licenses": listed}, lambda console: show_licenses(console, issued))


@sends
def _renew(use: Invocation, license_: Number) -> None:
    """Let a running license of your work run for its terms' duration more, without a price."""
    number = license_of(license_)
    client = use.signer()
    with use.output.working("Renewing …"):
        renewed = client.renew(number)
    use.output.result(renewed.to_json(), lambda console: show_license(console, renewed))


@sends
def _transfer(
    use: Invocation,
    license_: Number,
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="The same as --to.", show_default=False),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="The next licensee: an address or account.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Hand a license of yours over to another licensee, where its terms allow it."""
    if (address is None) == (to is None):
        raise typer.BadParameter("give --to ADDRESS")
    to = to or address or ""
    number, receiver = license_of(license_), address_of(to)
    client = use.signer()
    found = client.license(number)
    fact = (
        f"License {number} of work {till(found.work)} ({name_of(found.terms)}, "
        f"{in_words(found.terms)}) will be {receiver}'s."
    )
    use.confirm([fact], yes)
    with use.output.working("Handing over …"):
        receipt = client.transfer_license(number, receiver)
    use.sent(f"License {number} is {receiver}'s.", receipt, license=str(number), holder=receiver)


@sends
def _allow(
    use: Invocation,
    work: WorkId,
    market: Market,
) -> None:
    """Let a contract (an auction, a subscription) issue licenses of your work until it moves."""
    _set_allowed(use, work, market, True)


@sends
def _forbid(
    use: Invocation,
    work: WorkId,
    market: Market,
) -> None:
    """Let a contract issue licenses of your work no longer."""
    _set_allowed(use, work, market, False)


@reads
def _allowed(
    use: Invocation,
    work: WorkId,
    market: Market,
) -> None:
    """Answer whether a contract may issue licenses of a work. Exit code 0: yes; 1: no."""
    number, address = work_of(work), address_of(market)
    may = use.reader().is_market_allowed(number, address)

    def show(console: Console) -> None:
        answer = "may" if may else "may not"
        text = f"{address} {answer} issue licenses of work {till(number)}"
        console.print(text, style="green" if may else "red", soft_wrap=True)

    use.output.result({"work": str(number), "market": address, "allowed": may}, show)
    if not may:
        raise typer.Exit(1)


def _set_allowed(use: Invocation, work: str, market: str, allowed: bool) -> None:
    number, address = work_of(work), address_of(market)
    client = use.signer()
    with use.output.working("Telling the license contract …"):
        receipt = client.allow_market(number, address, allowed=allowed)
    may = "may" if allowed else "may no longer"
    text = f"{address} {may} issue licenses of work {till(number)}."
    use.sent(text, receipt, work=str(number), market=address, allowed=allowed)


def _rights(names: list[str]) -> Rights:
    from gen_ip.terms import Rights

    found = Rights(0)
    for text in names:
        for name in text.upper().replace("-", "_").split(","):
            if name not in Rights.__members__:
                raise BadValue("right", name, f"choose among {', '.join(Rights.__members__)}")
            found |= Rights[name]
    return found


for _name, _command in (
    ("show", _show),
    ("check", _check),
    ("issue", _issue),
    ("renew", _renew),
    ("transfer", _transfer),
    ("allow-market", _allow),
    ("forbid-market", _forbid),
    ("market-allowed", _allowed),
    ("paper", paper),
    ("receipt", receipt),
):
    license_app.command(_name)(_command)
