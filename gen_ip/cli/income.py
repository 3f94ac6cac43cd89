"""`settle`, `draw`, `withdraw`, `distribute`, `payout`, `payee`, `rescue`, `balance`: the steps of
income one by one. `collect` does what an owner usually wants at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import Token, WorkId
from gen_ip.cli.reading import payee_of
from gen_ip.cli.session import Money, address_of
from gen_ip.cli.show.text import counted, till
from gen_ip.cli.values import format_share
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from rich.console import Console

payee_app = group("payee", "Share what a work of yours earns.")

Works = Annotated[
    list[str], typer.Argument(metavar="WORK...", help="In order; each as `show` takes it.")
]
To = Annotated[str | None, typer.Option("--to", help="Who gets it; by default who signs.")]


@sends
def settle(use: Invocation, works: Works, token: Token = None) -> None:
    """Move what works owe one step up; derivatives first moves most. Anyone may."""
    numbers = [work_of(work) for work in works]
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Settling …"):
        receipt = client.settle(numbers, token=money.token)
    text = f"Settled {counted(len(numbers), 'work')} in {money.symbol}."
    use.sent(text, receipt, works=[str(number) for number in numbers], token=money.token)


@sends
def draw(use: Invocation, work: WorkId, token: Token = None) -> None:
    """Move a work's credit into the balances of its owner and payees. Anyone may."""
    number = work_of(work)
    client = use.signer()
    money = Money(client, token)
    before = client.earnings(number, token=money.token).credit
    with use.output.working("Drawing …"):
        receipt = client.draw(number, token=money.token)
    text = f"Drew {money.show(before)} from work {till(number)}."
    use.sent(text, receipt, work=str(number), **money.to_json(before))


@sends
def withdraw(use: Invocation, token: Token = None, to: To = None) -> None:
    """Take your whole balance: of fees, sold certificates and drawn income."""
    receiver = None if to is None else address_of(to)
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Withdrawing …"):
        receipt = client.withdraw(token=money.token, to=receiver)
    taken = receipt.find("Withdrawn").args
    amount, where = int(taken["amount"]), str(taken["to"])
    use.sent(f"Sent {money.show(amount)} to {where}.", receipt, to=where, **money.to_json(amount))


@sends
def distribute(
    use: Invocation,
    works: Works,
    token: Token = None,
    release_from: Annotated[
        int,
        typer.Option("--release-from", min=0, help="Pay out from this one on, counted from 0."),
    ] = 0,
) -> None:
    """Settle works in order, then pay out to owners and payees who may be paid. Anyone may."""
    numbers = [work_of(work) for work in works]
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Distributing …"):
        receipt = client.distribute(numbers, token=money.token, release_from=release_from)
    paid = [
        {"to": event.args["to"], **money.to_json(int(event.args["amount"]))}
        for event in receipt.events
        if event.name in ("Released", "Withdrawn")
    ]
    text = f"Settled {counted(len(numbers), 'work')}, paid {counted(len(paid), 'account')}."
    use.sent(text, receipt, works=[str(number) for number in numbers], paid=paid)


@sends
def rescue(
    use: Invocation,
    content: Annotated[
        str, typer.Argument(metavar="FILE|HASH", help="The work's file, or its sha-256.")
    ],
    home_chain: Annotated[
        int, typer.Option("--home-chain", min=1, help="Id of the chain where it is certified.")
    ],
    token: Token = None,
    to: To = None,
) -> None:
    """Save what was sent, on this chain, to the till of your work of another chain."""
    from gen_ip.cli.reading import content_hash_of

    digest = content_hash_of(content)
    receiver = None if to is None else address_of(to)
    client = use.signer()
    money = Money(client, token)
    with use.output.working("Saving …"):
        receipt = client.rescue(digest, home_chain, token=money.token, to=receiver)
    saved = receipt.find("Rescued").args
    amount, where = int(saved["amount"]), str(saved["to"])
    text = f"Saved {money.show(amount)} from the till {saved['till']} to {where}."
    use.sent(text, receipt, till=saved["till"], to=where, **money.to_json(amount))


@sends
def payout(
    use: Invocation,
    work: WorkId,
    to: Annotated[
        str | None, typer.Option("--to", help="Where anyone may have your part paid to.")
    ] = None,
    nowhere: Annotated[bool, typer.Option("--nowhere", help="Unset it.")] = False,
) -> None:
    """Show or set where anyone may have the owner's part of a work paid to, until it moves."""
    if to is not None and nowhere:
        raise typer.BadParameter("give --to or --nowhere, not both")
    number = work_of(work)
    receiver = None if to is None else address_of(to)
    if to is None and not nowhere:
        found = use.reader().payout(number)
        whither = f"is paid to {found}" if found else "waits for the owner to collect it"
        told = f"The owner's part of work {till(number)} {whither}."
        use.output.result(
            {"work": str(number), "payout": found},
            lambda console: console.print(told, soft_wrap=True),
        )
        return
    client = use.signer()
    with use.output.working("Setting the payout …"):
        receipt = client.set_payout(number, receiver)
    where = f"can be paid to {receiver}" if receiver else "can be paid nowhere"
    text = f"The owner's part of work {till(number)} {where}."
    use.sent(text, receipt, work=str(number), payout=receiver)


@sends
def _add(
    use: Invocation,
    work: WorkId,
    payee: Annotated[str, typer.Argument(metavar="ADDRESS=SHARE", help="Such as 0x12...=20%.")],
    yes: Yes = False,
) -> None:
    """Give a share of all that a work earns from now on, for ever."""
    number, shared = work_of(work), payee_of(payee)
    client = use.signer()
    share = format_share(shared.share)
    fact = (
        f"{shared.to} will get {share} of all that is drawn from work {till(number)}, for ever: "
        "no later owner can take it back."
    )
    use.confirm([fact], yes)
    with use.output.working("Adding the payee …"):
        receipt = client.add_payee(number, shared)
    text = f"{shared.to} gets {share} of what is drawn from work {till(number)}."
    use.sent(text, receipt, work=str(number), payee=shared._asdict())


@reads
def balance(
    use: Invocation,
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="A name, dev0 to dev9, or an address.")
    ],
    token: Token = None,
) -> None:
    """Show what an account holds in its own wallet."""
    address = address_of(account)
    client = use.reader()
    money = Money(client, token)
    amount = client.balance(address, token=money.token)

    def show(console: Console) -> None:
        console.print(f"{address} holds {money.show(amount)}", soft_wrap=True)

    use.output.result({"account": address, **money.to_json(amount)}, show)


payee_app.command("add")(_add)
