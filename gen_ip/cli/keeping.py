"""`keeper`: settles and pays out what many works earned, where it is worth the gas."""

from __future__ import annotations

import signal
import threading
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.chain_index import chain_database
from gen_ip.cli.group import INTERRUPTED
from gen_ip.cli.invocation import Invocation, reads, signs
from gen_ip.cli.session import Money, address_of, known_money
from gen_ip.cli.show.text import counted, till
from gen_ip.cli.values import format_amount
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from types import FrameType

    from rich.console import Console

    from gen_ip.chain.receipts import Receipt
    from gen_ip.client import GenIP
    from gen_ip.keeping import Keeper, Round
    from gen_ip.keeping.batches import Batch
    from gen_ip.keeping.choosing import Left

keeper_app = group("keeper", "Settle and pay out many works' income where it is worth the gas.")

_MOST_SHOWN = 20

Works = Annotated[
    list[str] | None, typer.Argument(metavar="[WORK...]", help="Each as `show` takes it.")
]
Owners = Annotated[
    list[str] | None, typer.Option("--owner", help="All works that an account owns. Repeatable.")
]
Creators = Annotated[
    list[str] | None, typer.Option("--creator", help="All works of a creator. Repeatable.")
]
Payees = Annotated[
    list[str] | None,
    typer.Option("--payee", help="All works that pay an account a share. Repeatable."),
]
Every = Annotated[bool, typer.Option("--all", help="All works there are.")]
Least = Annotated[
    list[str] | None,
    typer.Option(
        "--at-least",
        metavar="TOKEN=AMOUNT",
        help="What paying a work out must bring, such as DUSD=5. Repeatable.",
    ),
]
Worth = Annotated[
    list[str] | None,
    typer.Option(
        "--worth",
        metavar="TOKEN=ETH",
        help="What one of a token is worth, such as DUSD=0.0004, to hold it against gas. "
        "Repeatable.",
    ),
]
Factor = Annotated[
    float, typer.Option("--factor", min=0, help="How many times its gas income must be worth.")
]
Database = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="WHERE",
        help="Find works in the database of `gen-ip chain-index run` instead of the chain's logs.",
    ),
]


@reads
def _plan(
    use: Invocation,
    works: Works = None,
    owner: Owners = None,
    creator: Creators = None,
    payee: Payees = None,
    every: Every = False,
    at_least: Least = None,
    worth: Worth = None,
    factor: Factor = 10.0,
    index: Database = None,
) -> None:
    """Say what would be settled and paid out now, what that costs, and what is left and why."""
    client = use.reader()
    keeper = _keeper(client, works, owner, creator, payee, every, at_least, worth, factor, index)
    with use.output.working("Reading the ledger …"):
        plan, unknown = keeper.plan(), keeper.unknown

    def show(console: Console) -> None:
        for batch in plan.batches:
            console.print(_sentence(client, batch), soft_wrap=True)
        console.print(
            f"{counted(len(plan.batches), 'transaction')}, about {plan.gas:,} gas, "
            f"{format_amount(plan.gas * plan.gas_price, 18, 'ETH')}",
            style="dim",
        )
        _show_left(console, client, plan.left)
        for work in unknown:
            console.print(f"{till(work)} is not certified", style="yellow", soft_wrap=True)

    document = {**plan.to_json(), "unknown": [str(work) for work in unknown]}
    use.output.result(document, show)


@signs
def _run(
    use: Invocation,
    works: Works = None,
    owner: Owners = None,
    creator: Creators = None,
    payee: Payees = None,
    every: Every = False,
    at_least: Least = None,
    worth: Worth = None,
    factor: Factor = 10.0,
    index: Database = None,
    once: Annotated[bool, typer.Option("--once", help="End after one round.")] = False,
    seconds: Annotated[
        int, typer.Option("--every", min=1, help="Seconds from one round to the next.")
    ] = 600,
) -> None:
    """Settle and pay out what is worth it, round after round, until Ctrl-C. The gas is yours, the
    income goes to whom it belongs; two that run at once do nothing twice."""
    client = use.signer()
    keeper = _keeper(client, works, owner, creator, payee, every, at_least, worth, factor, index)
    stop, last = threading.Event(), None

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    def told(batch: Batch, receipt: Receipt) -> None:
        use.output.note(f"{_sentence(client, batch)}: {receipt.gas_used:,} gas")

    before = {each: signal.signal(each, end) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        while not stop.is_set():
            last = keeper.round(stop.is_set, told)
            if last.waits is not None:
                use.output.note(f"trying again: {last.waits}")
            if once:
                break
            if use.output.as_json:
                use.output.line(last.to_json())
            stop.wait(seconds)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    if last is not None and (once or not use.output.as_json):
        use.output.result(last.to_json(), lambda console: _show_round(console, client, last))
    if stop.is_set():
        raise typer.Exit(INTERRUPTED)


def _keeper(
    client: GenIP,
    works: list[str] | None,
    owners: list[str] | None,
    creators: list[str] | None,
    payees: list[str] | None,
    every: bool,
    at_least: list[str] | None,
    worth: list[str] | None,
    factor: float,
    index: str | None,
) -> Keeper:
    """What the options say.

    Raises:
        InvalidArgument, BadValue, NoChainIndex, ChainIndexUnavailable.
    """
    from gen_ip.arguments import InvalidArgument
    from gen_ip.keeping import Keeper, Policy, Whose
    from gen_ip.keeping.indexed import Indexed

    whose = Whose(
        [work_of(each) for each in works or ()],
        [address_of(each) for each in owners or ()],
        [address_of(each) for each in creators or ()],
        [address_of(each) for each in payees or ()],
        every,
    )
    if whose == Whose():
        raise InvalidArgument("works", "none", "WORK..., --owner, --creator, --payee or --all")
    least, worths = {}, {}
    for text in at_least or ():
        money, amount = _of_token(client, "at-least", text)
        least[money.token] = money.read(amount)
    for text in worth or ():
        money, amount = _of_token(client, "worth", text)
        worths[money.token] = Fraction(Money(client, None).read(amount), 10**money.decimals)
    policy = Policy(least, worths, factor)
    source = None if index is None else Indexed(chain_database(index))
    return Keeper(client, whose, policy, source)


def _of_token(client: GenIP, option: str, text: str) -> tuple[Money, str]:
    from gen_ip.arguments import InvalidArgument

    token, equals, amount = text.partition("=")
    if not equals or not token.strip():
        raise InvalidArgument(option, text, "TOKEN=AMOUNT, such as DUSD=5")
    return Money(client, token.strip()), amount.strip()


def _sentence(client: GenIP, batch: Batch) -> str:
    settles = sum(1 for each in batch.items if each.moves)
    paid = _amount(client, batch.token, batch.pays)
    return (
        f"settles {counted(settles, 'work')}, pays out {counted(len(batch.released), 'work')}: "
        f"{paid}"
    )


def _amount(client: GenIP, token: str, amount: int) -> str:
    money = known_money(client, token)
    return f"{amount:,} units of {token}" if money is None else money.named(amount)


def _show_round(console: Console, client: GenIP, made: Round) -> None:
    for token, amount in made.paid.items():
        console.print(f"paid {_amount(client, token, amount)}", style="green", soft_wrap=True)
    fee = format_amount(made.fee, 18, "ETH")
    console.print(f"{counted(made.sent, 'transaction')}, {made.gas:,} gas, {fee}", style="dim")
    _show_left(console, client, made.left)
    for work in made.unknown:
        console.print(f"{till(work)} is not certified", style="yellow", soft_wrap=True)


def _show_left(console: Console, client: GenIP, left: tuple[Left, ...]) -> None:
    for each in left[:_MOST_SHOWN]:
        what = "paying out" if each.releases else "settling"
        amount = _amount(client, each.token, each.amount)
        text = f"left: {what} {till(each.work)}, {amount}: {each.reason.value}"
        console.print(text, style="yellow", soft_wrap=True)
    if len(left) > _MOST_SHOWN:
        console.print(f"and {len(left) - _MOST_SHOWN:,} more; --json names all", style="yellow")


for _name, _command in (("plan", _plan), ("run", _run)):
    keeper_app.command(_name)(_command)
