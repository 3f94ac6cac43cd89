"""`offer`, `offers`, `cancel`, `buy`, `licenses`: selling and buying the right to use a work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.choosing import from_settings
from gen_ip.cli.explain import in_units
from gen_ip.cli.options import (
    DEFAULT_RPC,
    AccountName,
    AsJson,
    MaxFee,
    PasswordFile,
    Rpc,
    StoreAddress,
    Token,
    WorkId,
)
from gen_ip.cli.output import Output
from gen_ip.cli.reading import fees_of
from gen_ip.cli.session import Money, address_of, now, reader, signer, work_of
from gen_ip.cli.show.licenses import show_license
from gen_ip.cli.show.text import moment, till
from gen_ip.cli.terms import conflict_in_words, in_words, is_hash, name_of, read_terms
from gen_ip.cli.values import parse_duration
from gen_ip.work import ETH

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.offers import Offer
    from gen_ip.terms.upstream import Conflict

OfferHash = Annotated[str, typer.Argument(metavar="OFFER", help="Hash from `offers`.")]


def offer(
    work: WorkId,
    terms: Annotated[
        str,
        typer.Option(
            "--terms",
            help="commercial, commercial-remix, nc-remix, buyout, ai-train, or a hash from "
            "`terms register`.",
        ),
    ],
    price: Annotated[str, typer.Option("--price", help="Of one license, such as 12.5.")],
    token: Token = None,
    quantity: Annotated[int, typer.Option("--quantity", min=1, help="How many to sell.")] = 1,
    income: Annotated[
        str | None, typer.Option("--income", help="Share of a derivative's income, such as 10%.")
    ] = None,
    volume: Annotated[
        str | None,
        typer.Option("--volume", help="Share of every payment downstream, such as 1%."),
    ] = None,
    duration: Annotated[
        str | None, typer.Option("--duration", help="How long a license runs: 30d, 1y, forever.")
    ] = None,
    units: Annotated[
        str | None, typer.Option("--units", help="Derivatives a license allows, or unlimited.")
    ] = None,
    expires: Annotated[
        str | None, typer.Option("--expires", help="When the offer ends: 30d, 1y from now.")
    ] = None,
    fee: Annotated[
        list[str] | None,
        typer.Option("--fee", help="ADDRESS=2%: a part of the price for somebody else."),
    ] = None,
    rpc: Rpc = DEFAULT_RPC,
    account: AccountName = None,
    password_file: PasswordFile = None,
    max_fee: MaxFee = None,
    store: StoreAddress = None,
    as_json: AsJson = False,
) -> None:
    """Offer licenses of your work at a price."""
    from gen_ip import arguments

    output = Output(as_json)
    number = work_of(work)
    chosen_by = partial(
        read_terms, terms, income=income, volume=volume, duration=duration, units=units
    )
    if is_hash(terms):
        arguments.bytes32("terms", terms)
    else:
        # Before a password is asked for.
        chosen_by()
    lasting = 0 if expires is None else parse_duration(expires)
    shares = fees_of(fee)
    client = signer(rpc, account, password_file, store, max_fee)
    chosen = chosen_by(client=client)
    money = Money(client, token)
    amount = money.read(price)
    deadline = now(client) + lasting if lasting else 0
    with output.working("Posting the offer …"):
        posted = client.offer(
            number,
            chosen,
            price=amount,
            token=money.token,
            quantity=quantity,
            deadline=deadline,
            fees=shares,
        )

    def show(console: Console) -> None:
        each = " each" if quantity > 1 else ""
        console.print(
            f"{quantity} of {terms} for {money.show(amount)}{each} on work {till(number)}.",
            style="green",
            soft_wrap=True,
        )
        console.print(in_words(chosen), style="dim")
        one = money.show(amount).split()[0].replace(",", "")
        console.print(
            f"Buy it with: gen-ip buy 0x{posted.hash.hex()} --max-price {one} --account NAME",
            soft_wrap=True,
        )

    output.result({**posted.to_json(), "text": money.show(amount)}, show)


def offers(
    work: WorkId,
    rpc: Rpc = DEFAULT_RPC,
    store: StoreAddress = None,
    as_json: AsJson = False,
) -> None:
    """List the offers of a work that can be bought now."""
    output = Output(as_json)
    number = work_of(work)
    client = reader(rpc, store)
    with output.working("Looking …"):
        found = client.offers(number)
        prices = _prices(client, found)
        known = [entry.terms for entry in found if entry.terms]
        conflicting = iter(client.upstream_conflicts(number, *known) if known else ())
        beyond = [next(conflicting) if entry.terms else [] for entry in found]

    def show(console: Console) -> None:
        if not found:
            console.print(f"Work {till(number)} has no open offers.", soft_wrap=True)
        for entry, price, conflicts in zip(found, prices, beyond, strict=True):
            console.print(f"0x{entry.hash.hex()}", soft_wrap=True)
            name = name_of(entry.terms) if entry.terms else "unregistered"
            line = f"  {name} · {price} · {entry.left:,} left"
            if entry.deadline:
                line += f" · until {moment(entry.deadline)}"
            console.print(line)
            if entry.token != ETH:
                # Any token may carry any symbol.
                console.print(f"  in the token {entry.token}", style="dim", soft_wrap=True)
            if entry.terms:
                console.print(f"  {in_words(entry.terms)}", style="dim")
            for conflict in conflicts:
                console.print(f"  {conflict_in_words(conflict)}", style="yellow", markup=False)

    listed = [
        {
            **entry.to_json(),
            "text": price,
            "upstream": [conflict.to_json() for conflict in conflicts],
        }
        for entry, price, conflicts in zip(found, prices, beyond, strict=True)
    ]
    output.result({"work": str(number), "offers": listed}, show)


def cancel(
    offer_hash: OfferHash,
    rpc: Rpc = DEFAULT_RPC,
    account: AccountName = None,
    password_file: PasswordFile = None,
    max_fee: MaxFee = None,
    as_json: AsJson = False,
) -> None:
    """Withdraw an offer of yours; what was sold stays sold."""
    from gen_ip import arguments

    output = Output(as_json)
    key = arguments.bytes32("offer", offer_hash)
    client = signer(rpc, account, password_file, max_fee=max_fee)
    found = client.get_offer(key)
    with output.working("Cancelling the offer …"):
        receipt = client.cancel(found)

    def show(console: Console) -> None:
        console.print(f"Cancelled offer 0x{key.hex()}.", style="green", soft_wrap=True)
        sold = f"{found.filled:,} of {found.quantity:,} were sold"
        console.print(f"{sold}, {receipt.gas_used:,} gas", style="dim")

    document = {**found.to_json(), "open": False, "receipt": receipt.to_json()}
    output.result(document, show)


def buy(
    offer_hash: OfferHash,
    max_price: Annotated[
        str, typer.Option("--max-price", help="Most to pay in all, in the offer's token.")
    ],
    count: Annotated[int, typer.Option("--count", min=1, help="How many licenses.")] = 1,
    licensee: Annotated[
        str | None, typer.Option("--licensee", help="Who gets them; by default who pays.")
    ] = None,
    rpc: Rpc = DEFAULT_RPC,
    account: AccountName = None,
    password_file: PasswordFile = None,
    max_fee: MaxFee = None,
    store: StoreAddress = None,
    as_json: AsJson = False,
) -> None:
    """Buy licenses at the offer's price, if that is within your maximum."""
    from gen_ip import arguments

    output = Output(as_json)
    key = arguments.bytes32("offer", offer_hash)
    holder = None if licensee is None else address_of(licensee)
    client = signer(rpc, account, password_file, store, max_fee)
    found = client.get_offer(key)
    beyond: list[Conflict] = []
    if found.work and found.terms:
        [beyond] = client.upstream_conflicts(found.work, found.terms)
    for conflict in beyond:
        output.note(f"note: {conflict_in_words(conflict)}")
    money = Money(client, found.token)
    most = money.read(max_price)
    with output.working("Buying …"), in_units(money.token, money.decimals, money.symbol):
        bought = client.buy(found, max_price=most, count=count, licensee=holder)

    def show(console: Console) -> None:
        for entry in bought:
            show_license(console, entry)

    paid = money.to_json(found.price * count)
    document = {
        "paid": paid,
        "licenses": [entry.to_json() for entry in bought],
        "upstream": [conflict.to_json() for conflict in beyond],
    }
    output.result(document, show)


def licenses(
    holder: Annotated[
        str | None, typer.Option("--holder", help="The same; goes before --account.")
    ] = None,
    work: Annotated[str | None, typer.Option("--work", help="Of one work only.")] = None,
    rpc: Rpc = DEFAULT_RPC,
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            envvar="GENIP_ACCOUNT",
            callback=from_settings,
            help="Whose licenses: a name from `account list`, an address, or dev0 to dev9.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List licenses: of a holder, of a work, or all."""
    output = Output(as_json)
    name = holder or account
    owner = None if name is None else address_of(name)
    number = None if work is None else work_of(work)
    client = reader(rpc)
    with output.working("Looking …"):
        found = client.licenses(owner, number)
        time = now(client)

    def show(console: Console) -> None:
        if not found:
            console.print("No licenses found.")
        for entry in found:
            show_license(console, entry, time)

    listed = [{**entry.to_json(), "active": entry.active(time)} for entry in found]
    output.result({"licenses": listed}, show)


def _prices(client: GenIP, found: list[Offer]) -> list[str]:
    moneys = {token: Money(client, token) for token in {entry.token for entry in found}}
    return [moneys[entry.token].show(entry.price) for entry in found]
