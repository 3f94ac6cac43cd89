"""`pay`, `earnings`, `collect`, `sweep`: money into works, and out of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.coin import coin
from gen_ip.cli.explain import in_units
from gen_ip.cli.invocation import Invocation, reads, sends
from gen_ip.cli.options import Token, WorkId
from gen_ip.cli.session import Money, address_of, known_money
from gen_ip.cli.show.text import counted, plain, till
from gen_ip.cli.values import format_amount

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.income.earnings import Earnings

MinGain: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--min-gain",
        metavar="AMOUNT",
        help="Least that a settlement must bring, in the token: 0 takes all that is on the way. By "
        "default, in ETH, what its gas costs.",
    ),
]


@sends
def pay(
    use: Invocation,
    work: WorkId,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Such as 12.5, in the token.")],
    token: Token = None,
) -> None:
    """Pay a work: every work it was built on gets its share."""
    number = work_of(work)
    client = use.signer()
    money = Money(client, token)
    units = money.read(amount)
    shown = money.show(units)
    with (
        use.output.working(f"Paying {shown} …"),
        in_units(money),
    ):
        receipt = client.pay(number, units, token=money.token)

    def show(console: Console) -> None:
        console.print(f"Paid {shown} to work {till(number)}.", style="green", soft_wrap=True)
        console.print(f"transaction {receipt.tx_hash}", style="dim", soft_wrap=True)
        console.print(f"{receipt.gas_used:,} gas", style="dim")

    document = {"work": str(number), **money.to_json(units), "receipt": receipt.to_json()}
    use.output.result(document, show)


@reads
def earnings(
    use: Invocation,
    work: WorkId,
    token: Annotated[
        str | None,
        typer.Option("--token", help="An ERC-20 address, ETH, DUSD; default: all."),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Say which settlements bring what is on the way.")
    ] = False,
    min_gain: MinGain = None,
) -> None:
    """Show what a work has earned: ready to collect, and still on the way from derivatives."""
    number = work_of(work)
    client = use.reader()
    money = Money(client, token)
    least = _least(money, min_gain)
    with use.output.working("Adding up …"):
        found = client.earnings(number, token=money.token, min_gain=least)
        others = []
        for each in client.all_earnings(number) if token is None else ():
            if each.token != money.token:
                others.append((each, known_money(client, each.token)))

    def show(console: Console) -> None:
        _show_earned(console, found, money, work, bool(token), plan)
        for each, its in others:
            if its is None:
                text = f"In {each.token}, which is no ERC-20 token, {each.total} units wait."
                console.print(f"\n{text}", style="dim", soft_wrap=True)
            elif each.total or each.in_till:
                console.print(f"\n{plain(its.symbol)}", style="bold")
                _show_earned(console, each, its, work, True, plan)

    document = _earned_json(found, money)
    if token is None:
        document["others"] = [_earned_json(each, its) for each, its in others]
    use.output.result(document, show)


def _show_earned(
    console: Console, found: Earnings, money: Money, work: str, named: bool, plan: bool
) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", overflow="fold")
    table.add_column(justify="right", overflow="fold")
    table.add_row("ready", money.show(found.credit))
    table.add_row("on the way", money.show(found.on_the_way))
    table.add_row("together", money.show(found.total), style="bold")
    if found.payees_part:
        table.add_row("for the owner", money.show(found.owners_part))
        table.add_row("for the payees", money.show(found.payees_part))
    if found.balance:
        # Of all works of the owner, and of those he is a payee of.
        table.add_row("the owner's, already drawn, in the splitter", money.show(found.balance))
    if found.in_till:
        table.add_row("in the till, not booked yet", money.show(found.in_till))
    console.print(table)
    if plan:
        _show_plan(console, found, money)
    flag = f" --token {money.token}" if named else ""
    if found.total or found.balance:
        console.print(f"Its owner {found.owner} takes it with:", style="dim", soft_wrap=True)
        console.print(f"  gen-ip collect {work}{flag} --account NAME", soft_wrap=True)
    if found.in_till:
        console.print("Anyone books what is in the till with:", style="dim")
        console.print(f"  gen-ip sweep {work}{flag} --account NAME", soft_wrap=True)


def _show_plan(console: Console, found: Earnings, money: Money) -> None:
    if found.left:
        console.print(_left(money, found.left), style="dim", soft_wrap=True)
    elif not found.plan:
        console.print("No settlement is needed.", style="dim")
    if found.plan:
        console.print("To settle, in this order; what would be missing without each:", style="dim")
    for step in found.plan:
        line = f"  {till(step.work)}  {money.show(step.brings)}  about {step.gas:,} gas"
        console.print(line, soft_wrap=True)


def _earned_json(found: Earnings, money: Money | None) -> dict[str, Any]:
    return {
        **found.to_json(),
        "total": str(found.total),
        "symbol": None if money is None else money.symbol,
        "decimals": None if money is None else money.decimals,
        "text": None if money is None else money.show(found.total),
    }


def _left(money: Money, left: int) -> str:
    why = "to settle it brings less than the gas costs, or than --min-gain"
    return f"{money.show(left)} stays on the way: {why}; take it all with --min-gain 0"


def _least(money: Money, min_gain: str | None) -> int | None:
    return None if min_gain is None else max(1, money.read(min_gain))


@sends
def collect(
    use: Invocation,
    work: WorkId,
    token: Token = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Who gets the money; by default who signs.")
    ] = None,
    min_gain: MinGain = None,
) -> None:
    """Take what your work has earned, derivatives of derivatives included, in one transaction."""
    number = work_of(work)
    receiver = None if to is None else address_of(to)
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Collecting …"), _owner_named(client, number, money):
        found = client.collect(
            number, token=money.token, to=receiver, min_gain=_least(money, min_gain)
        )

    def show(console: Console) -> None:
        console.print(f"Collected {money.show(found.amount)} for {found.to}.", style="green")
        settled = counted(len(found.path), "work")
        cost = format_amount(found.fee, 18, coin())
        console.print(f"{settled} settled; the gas cost {cost}", style="dim", soft_wrap=True)
        if found.left:
            console.print(_left(money, found.left), style="dim", soft_wrap=True)

    use.output.result({**found.to_json(), **money.to_json(found.amount)}, show)


@sends
def sweep(
    use: Invocation,
    work: WorkId,
    token: Token = None,
) -> None:
    """Book what was sent to a work's till as a payment to the work. Anyone may."""
    number = work_of(work)
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Sweeping …"), _till_named(number, money):
        receipt = client.sweep(number, token=money.token)
    amount = int(receipt.find("Paid").args["amount"])
    text = f"Booked {money.show(amount)} from the till of work {till(number)}."
    use.sent(text, receipt, work=str(number), **money.to_json(amount))


@contextmanager
def _owner_named(client: GenIP, work: int, money: Money) -> Iterator[None]:
    """Tells whose a work is, when the block finds nothing for the account to collect from it."""
    from gen_ip.chain.reverts import NothingToWithdraw

    try:
        yield
    except NothingToWithdraw as error:
        found = client.earnings(work, token=money.token)
        if found.owner == error.account and found.in_till:
            why = (
                f"{money.show(found.in_till)} lies in the till of work {till(work)}; book it with "
                f"gen-ip sweep {work}"
            )
        elif found.owner == error.account and found.on_the_way:
            why = f"of work {till(work)}, {_left(money, found.on_the_way)}"
        elif found.owner == error.account:
            why = f"work {till(work)} has earned nothing in it that was not taken"
        else:
            why = (
                f"work {till(work)} belongs to {found.owner}, for whom {money.show(found.total)} "
                "waits there; sign with the owner's account"
            )
        error.args = (f"account {error.account} has no {money.symbol} to collect: {why}",)
        raise


@contextmanager
def _till_named(work: int, money: Money) -> Iterator[None]:
    from gen_ip.chain.reverts import NothingReceived

    try:
        yield
    except NothingReceived as error:
        text = f"there is no {money.symbol} in the till of work {till(work)}; nothing to book"
        error.args = (text,)
        raise
