"""`events`: what the contracts logged, and what they log from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.group import INTERRUPTED
from gen_ip.cli.options import DEFAULT_RPC, AsJson, Rpc
from gen_ip.cli.output import Output
from gen_ip.cli.session import address_of, reader, work_of

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.chain.errors import ChainError
    from gen_ip.client import GenIP


def events(
    kind: Annotated[
        list[str] | None,
        typer.Option("--kind", metavar="NAME", help="Such as Paid; may be given several times."),
    ] = None,
    work: Annotated[
        str | None, typer.Option("--work", help="About one work, its licenses and offers only.")
    ] = None,
    account: Annotated[
        str | None,
        typer.Option("--account", help="That name an account only: a name, or an address."),
    ] = None,
    from_block: Annotated[
        int | None, typer.Option("--from-block", min=0, help="The first block to look at.")
    ] = None,
    to_block: Annotated[
        int | None, typer.Option("--to-block", min=0, help="The last block to look at.")
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Go on with events as they come, until Ctrl-C; with --json a document a line.",
        ),
    ] = False,
    rpc: Rpc = DEFAULT_RPC,
    as_json: AsJson = False,
) -> None:
    """List what happened: all events, or those of some kinds, of a work or of an account."""
    output = Output(as_json)
    if follow and to_block is not None:
        raise typer.BadParameter("--follow has no end: leave out --to-block")
    filters: dict[str, Any] = {
        "work": None if work is None else work_of(work),
        "account": None if account is None else address_of(account),
        "from_block": from_block,
    }
    client = reader(rpc)
    if follow:
        try:
            _follow(client, output, kind or [], filters)
        except KeyboardInterrupt:
            # The way to end it: there is nothing to say.
            raise typer.Exit(INTERRUPTED) from None
        return
    with output.working("Looking …"):
        found = list(client.events(*kind or [], **filters, to_block=to_block))

    def show(console: Console) -> None:
        from gen_ip.cli.show.events import told

        if not found:
            console.print("No events found.")
            return
        numbers = max(len(f"{event.block:,}") for event in found)
        names = max(len(event.name) for event in found)
        for event in found:
            line = f"{event.block:>{numbers},}  {event.name:<{names}}  {told(event)}"
            console.print(line, soft_wrap=True)

    output.result({"events": [event.to_json() for event in found]}, show)


def _follow(client: GenIP, output: Output, kind: list[str], filters: dict[str, Any]) -> None:
    from gen_ip.cli.output import console
    from gen_ip.cli.show.events import told
    from gen_ip.methods.watching import Retracted

    def failed(error: ChainError) -> None:
        output.note(f"trying again: {error}")

    screen = console()
    with client.follow(*kind, **filters, on_error=failed) as following:
        for each in following:
            if output.as_json:
                output.line(each.to_json())
            elif isinstance(each, Retracted):
                event = each.event
                line = f"{event.block:,}  {event.name} taken back  {told(event)}"
                screen.print(line, style="red", soft_wrap=True)
            else:
                screen.print(f"{each.block:,}  {each.name}  {told(each)}", soft_wrap=True)
