"""`events`: what the contracts logged, and what they log from now on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.group import INTERRUPTED
from gen_ip.cli.options import DEFAULT_RPC, AsJson, Rpc, StoreAddress
from gen_ip.cli.output import Output
from gen_ip.cli.session import Money, address_of, known_money, reader

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.chain.errors import ChainError
    from gen_ip.chain.events import Event
    from gen_ip.client import GenIP

# As many as a person reads.
_NEWEST = 100


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
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", min=1, help="At most so many, the newest.  [default: 100; all with --json]"
        ),
    ] = None,
    store: StoreAddress = None,
    rpc: Rpc = DEFAULT_RPC,
    as_json: AsJson = False,
) -> None:
    """List what happened: all events, or those of some kinds, of a work or of an account."""
    output = Output(as_json)
    if follow and to_block is not None:
        raise typer.BadParameter("--follow has no end: leave out --to-block")
    if follow and limit is not None:
        raise typer.BadParameter("--follow has no end: leave out --limit")
    filters: dict[str, Any] = {
        "work": None if work is None else work_of(work),
        "account": None if account is None else address_of(account),
        "from_block": from_block,
    }
    client = reader(rpc, store)
    if follow:
        _follow(client, output, kind or [], filters)
        return
    most = limit if as_json or limit is not None else _NEWEST
    with output.working("Looking …"):
        found: deque[Event] = deque(maxlen=most)
        count = 0
        for event in client.events(*kind or [], **filters, to_block=to_block):
            found.append(event)
            count += 1
        telling = _Telling(client)
        if not as_json:
            telling.learn(found)
    left = count - len(found)

    def show(console: Console) -> None:
        if not found:
            console.print("No events found.")
            return
        if left:
            console.print(f"{left:,} older ones are left out; raise --limit.", style="dim")
        names = max(len(event.name) for event in found)
        for event in found:
            console.print(telling.line(event, names), soft_wrap=True)

    output.result({"events": [event.to_json() for event in found], "more": left > 0}, show)


class _Telling:
    """Events in words: works by their names, amounts in their tokens, each asked for once."""

    def __init__(self, client: GenIP) -> None:
        self._client = client
        self._names: dict[int, str | None] = {}
        self._moneys: dict[str, Money | None] = {}

    def learn(self, found: Iterable[Event]) -> None:
        """Looks for the names of the works that events name, without waiting long."""
        from gen_ip.cli.show.events import works_of

        works = {work: None for event in found for work in works_of(event)}
        if new := works.keys() - self._names.keys():
            self._names.update(dict.fromkeys(new))
            listed = [work for work in works if work in new]
            self._names |= {
                each.work: each.name for each in (self._client.briefs(listed) if listed else [])
            }

    def line(self, event: Event, width: int = 0) -> str:
        """An event's time, its name in `width` columns, and its arguments."""
        from gen_ip.cli.show.events import told, when

        return f"{when(event)}  {event.name:<{width}}  {told(event, self._names, self._money)}"

    def _money(self, token: str) -> Money | None:
        if token not in self._moneys:
            self._moneys[token] = known_money(self._client, token)
        return self._moneys[token]


def _follow(client: GenIP, output: Output, kind: list[str], filters: dict[str, Any]) -> None:
    from gen_ip.cli.output import console
    from gen_ip.methods.watching import Retracted

    def failed(error: ChainError) -> None:
        output.note(f"trying again: {error}")

    screen, telling = console(), _Telling(client)
    try:
        with client.follow(*kind, **filters, on_error=failed) as following:
            if not output.as_json:
                output.note("Following what happens; Ctrl-C stops.")
            for each in following:
                if output.as_json:
                    output.line(each.to_json())
                    continue
                event = each.event if isinstance(each, Retracted) else each
                telling.learn([event])
                line = telling.line(event)
                if isinstance(each, Retracted):
                    screen.print(f"taken back: {line}", style="red", soft_wrap=True)
                else:
                    screen.print(line, soft_wrap=True)
    except KeyboardInterrupt:
        # How it is meant to end.
        raise typer.Exit(INTERRUPTED) from None
