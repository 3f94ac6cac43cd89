"""`pay`, `earnings`, `collect`: money into works, and out of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.explain import in_units
from gen_ip.cli.options import (
    DEFAULT_RPC,
    AccountName,
    AsJson,
    MaxFee,
    PasswordFile,
    Rpc,
    Token,
    WorkId,
)
from gen_ip.cli.output import Output
from gen_ip.cli.session import Money, address_of, reader, signer, work_of
from gen_ip.cli.show.text import short_hex

if TYPE_CHECKING:
    from rich.console import Console


def pay(
    work: WorkId,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 12.5, in the token.")],
    token: Token = None,
    rpc: Rpc = DEFAULT_RPC,
    account: AccountName = None,
    password_file: PasswordFile = None,
    max_fee: MaxFee = None,
    as_json: AsJson = False,
) -> None:
    """Pay a work: every work it was built on gets its share."""
    output = Output(as_json)
    number = work_of(work)
    client = signer(rpc, account, password_file, max_fee=max_fee)
    money = Money(client, token)
    units = money.read(amount)
    shown = money.show(units)
    with output.working(f"Paying {shown} …"), in_units(money.token, money.decimals, money.symbol):
        receipt = client.pay(number, units, token=money.token)

    def show(console: Console) -> None:
        console.print(f"Paid {shown} to work {short_hex(number)}.", style="green")
        console.print(f"transaction {receipt.tx_hash}, {receipt.gas_used:,} gas", style="dim")

    document = {"work": str(number), **money.to_json(units), "receipt": receipt.to_json()}
    output.result(document, show)


def earnings(
    work: WorkId, token: Token = None, rpc: Rpc = DEFAULT_RPC, as_json: AsJson = False
) -> None:
    """Show what a work has earned: ready to collect, and still on the way from derivatives."""
    output = Output(as_json)
    number = work_of(work)
    client = reader(rpc)
    money = Money(client, token)
    with output.working("Adding up …"):
        found = client.earnings(number, token=money.token)

    def show(console: Console) -> None:
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim")
        table.add_column(justify="right")
        table.add_row("ready", money.show(found.credit))
        table.add_row("on the way", money.show(found.on_the_way))
        table.add_row("together", money.show(found.total), style="bold")
        table.add_row("owner's balance", money.show(found.balance))
        console.print(table)
        if found.total or found.balance:
            flag = f" --token {money.token}" if token else ""
            console.print("Its owner takes it with:", style="dim")
            console.print(f"  gen-ip collect {work}{flag}", style="dim", soft_wrap=True)

    document = {
        **found.to_json(),
        "total": str(found.total),
        "symbol": money.symbol,
        "decimals": money.decimals,
        "text": money.show(found.total),
    }
    output.result(document, show)


def collect(
    work: WorkId,
    token: Token = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Who gets the money; by default who signs.")
    ] = None,
    rpc: Rpc = DEFAULT_RPC,
    account: AccountName = None,
    password_file: PasswordFile = None,
    max_fee: MaxFee = None,
    as_json: AsJson = False,
) -> None:
    """Take what your work has earned, derivatives of derivatives included, in one transaction."""
    output = Output(as_json)
    number = work_of(work)
    receiver = None if to is None else address_of(to)
    client = signer(rpc, account, password_file, max_fee=max_fee)
    money = Money(client, token)
    with output.working("Collecting …"):
        found = client.collect(number, token=money.token, to=receiver)

    def show(console: Console) -> None:
        console.print(f"Collected {money.show(found.amount)} for {found.to}.", style="green")
        console.print(
            f"{len(found.path)} works settled, {found.receipt.gas_used:,} gas", style="dim"
        )

    output.result({**found.to_json(), **money.to_json(found.amount)}, show)
