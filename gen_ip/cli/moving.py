"""`transfer`: one certificate, or everything of an account, to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.coin import coin
from gen_ip.cli.invocation import Invocation, sends
from gen_ip.cli.session import Money, address_of, known_money
from gen_ip.cli.show.text import counted, till
from gen_ip.cli.values import format_amount
from gen_ip.errors import GenIPError

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.methods.moving import Move, Moved, Step


class NotAllMoved(GenIPError):  # noqa: N818 - named like the package's other errors
    """The contracts refused some steps; the others are done."""

    def __init__(self, refused: list[str]) -> None:
        self.refused = refused
        super().__init__(
            f"not everything was moved ({'; '.join(refused)}); run the same command again, which "
            "does what is left"
        )


@sends
def transfer(
    use: Invocation,
    work: Annotated[
        str | None,
        typer.Argument(metavar="WORK", help="Number, till address, or gen-ip:CHAIN:NUMBER."),
    ] = None,
    to: Annotated[str, typer.Option("--to", help="Who gets it: an address or account.")] = "",
    everything: Annotated[
        bool, typer.Option("--all", help="All certificates, licenses and money of the account.")
    ] = False,
    collect: Annotated[
        bool, typer.Option("--collect", help="With --all: collect all income first; more gas.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give a certificate with its undrawn income, or with --all everything, to another account.

    With --all, money in the splitter goes first, then what earns most. Run again after a crash, it
    does what is left.
    """
    if not to:
        raise typer.BadParameter("give --to ADDRESS")
    if everything == (work is not None):
        raise typer.BadParameter("give either WORK or --all")
    if collect and not everything:
        raise typer.BadParameter("--collect goes with --all; `gen-ip collect` is for one work")
    receiver = address_of(to)
    if work is not None:
        _one(use, work_of(work), receiver, yes)
    else:
        _all(use, receiver, collect, yes)


def _one(use: Invocation, number: int, receiver: str, yes: bool) -> None:
    client = use.signer()
    use.confirm([f"Work {till(number)} goes to {receiver}, with all undrawn income."], yes)
    with use.output.working("Transferring …"):
        receipt = client.transfer(number, receiver)
    text = f"Work {till(number)} belongs to {receiver}."
    use.sent(text, receipt, work=str(number), to=receiver)


def _all(use: Invocation, receiver: str, collect: bool, yes: bool) -> None:
    client = use.signer()
    with use.output.working("Looking for everything …"):
        plan = client.plan_move(receiver, collect=collect)
        facts = [*_facts(client, plan), *_staying(plan)]
    done: list[Moved] = []
    if plan.steps:
        use.confirm(facts, yes)
        with use.output.working("Moving …") as spinner:

            def tell(moved: Moved) -> None:
                done.append(moved)
                spinner.say(f"{len(done):,} of {len(plan.steps):,}: {moved.step.label}")

            try:
                client.move(plan, on_step=tell)
            except BaseException:
                if not use.output.as_json:
                    use.output.note(
                        f"{len(done):,} of {len(plan.steps):,} moved; run the same command again, "
                        "which does what is left"
                    )
                raise
    refused = [f"{moved.step.label}: {moved.problem}" for moved in done if moved.problem]
    if refused:
        raise NotAllMoved(refused)

    wallet = [] if use.output.is_planning else _wallet(client, plan)
    held = [
        f"{plan.account} still has {money.named(amount)}; send it with a wallet."
        for money, amount in wallet
    ]

    def show(console: Console) -> None:
        if done:
            text = f"{counted(len(done), 'step')} done: all of it is {receiver}'s now."
            console.print(text, style="green", soft_wrap=True)
        else:
            console.print("There is nothing to move.")
        for line in [*_staying(plan), *held]:
            console.print(line, style="dim", soft_wrap=True)

    document = {
        **plan.to_json(),
        "moved": [moved.to_json() for moved in done],
        "wallet": [money.to_json(amount) for money, amount in wallet],
    }
    use.output.result(document, show)


def _facts(client: GenIP, plan: Move) -> list[str]:
    moneys: dict[str, Money | None] = {}

    def line(step: Step) -> str:
        if step.token is None:
            return f"  {step.label}"
        if step.token not in moneys:
            moneys[step.token] = known_money(client, step.token)
        money = moneys[step.token]
        amount = f"{step.amount:,} units" if money is None else money.show(step.amount)
        return f"  {step.label}: {amount}"

    cost, has = (format_amount(wei, 18, coin()) for wei in (plan.cost, plan.balance))
    facts = [f"From {plan.account} to {plan.to}, in this order:", *map(line, plan.steps)]
    facts.append(f"Gas: about {plan.gas:,}, at most {cost}; the account has {has}.")
    if plan.payable < len(plan.steps):
        facts.append(
            f"That pays for the first {plan.payable:,} of {len(plan.steps):,} only; send it more."
        )
    return facts


def _wallet(client: GenIP, plan: Move) -> list[tuple[Money, int]]:
    """What the account's wallet holds, of ETH and of the tokens that any work was ever paid in."""
    from gen_ip.chain.errors import NodeError
    from gen_ip.chain.reverts import ContractError

    found = []
    for token in plan.tokens:
        if (money := known_money(client, token)) is None:
            continue
        try:
            amount = client.balance(plan.account, token=token)
        except (ContractError, NodeError):
            # Anyone can pay a work in a token that answers as he likes.
            continue
        if amount:
            found.append((money, amount))
    return found


def _staying(plan: Move) -> list[str]:
    return [f"Stays: {each.label}, {each.reason}." for each in plan.staying]
