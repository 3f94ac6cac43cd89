"""The demo's events on a terminal, one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatchmethod
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.cli.show.cards import CARD_COLUMNS
from gen_ip.cli.show.certificate import work_card
from gen_ip.cli.show.lineage import lineage_tree
from gen_ip.cli.show.report import balances, gas_table, rounded
from gen_ip.cli.show.text import WIDE_COLUMNS, counted, plain, till
from gen_ip.cli.show.verdict import likeness
from gen_ip.cli.terms import in_words, name_of
from gen_ip.cli.values import format_amount
from gen_ip.demo import events
from gen_ip.demo.report import Report
from gen_ip.fingerprint.image import Level
from gen_ip.work import ETH

if TYPE_CHECKING:
    from rich.console import Console

_TOO_PLAIN = "not the same pixels; the picture is too plain to be recognized by its likeness"
_UNITS = {ETH: (18, "ETH")}


class Stage:
    """Shows each event of a story on a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._scene = 0
        self._units = dict(_UNITS)

    @singledispatchmethod
    def show(self, event: object) -> None:
        """Draws one event."""
        raise TypeError(f"no way to show {event!r}")

    @show.register
    def _(self, event: events.Scene) -> None:
        from rich.rule import Rule
        from rich.text import Text

        self._scene += 1
        title = Text(f"{self._scene}  {event.title}", style="bold")
        width = min(self._console.width, CARD_COLUMNS)
        self._console.print()
        if title.cell_len + 2 < width:
            self._console.print(Rule(title, align="left", style="dim"), width=width)
        else:
            # A rule would cut its title.
            self._console.print(title, width=width)
            self._console.print(Rule(style="dim"), width=width)

    @show.register
    def _(self, event: events.Ready) -> None:
        from rich.table import Table

        self._units[event.token.address] = (event.token.decimals, event.token.symbol)
        out = self._console
        out.print(f"A private chain for this demo: {event.chain.name}", style="bold")
        out.print(
            f"{len(event.contracts)} contracts deployed for {event.gas:,} gas, "
            "at the addresses they have on every chain:",
            style="dim",
        )
        places = (
            *event.contracts.items(),
            (f"demo token, {event.token.symbol}", event.token.address),
        )
        if out.width < WIDE_COLUMNS:
            for name, address in places:
                out.print(f"  {name}\n    {address}", style="dim")
        else:
            table = Table.grid(padding=(0, 2))
            for name, address in places:
                table.add_row(f"  {name}", address, style="dim")
            out.print(table)
        *others, last = (str(wallet) for wallet in event.cast.all())
        out.print(f"Fresh accounts with some money: {', '.join(others)} and {last}.")

    @show.register
    def _(self, event: events.Certified) -> None:
        card = work_card(
            self._console,
            event.work,
            content_cid=event.content_cid,
            picture=event.picture,
            owner=event.owner.name,
            parent=event.parent,
        )
        self._console.print(card)

    @show.register
    def _(self, event: events.Sold) -> None:
        count = len(event.licenses)
        numbers = f"license {event.licenses[0]}"
        if count > 1:
            numbers = f"licenses {event.licenses[0]} to {event.licenses[-1]}"
        price = self._amount(event.price, event.token)
        self._line(f"{event.buyer.name} buys {numbers} of “{plain(event.work)}” for {price}")
        self._note(f"{name_of(event.terms)}: {in_words(event.terms)}")

    @show.register
    def _(self, event: events.Signed) -> None:
        self._line(f"{event.signer.name} signs {event.what}")
        self._note("a signature in a file: no transaction, no gas")

    @show.register
    def _(self, event: events.Proposed) -> None:
        price = self._amount(event.price, event.token)
        verb = "bids" if event.is_bid else "answers with a signature:"
        self._line(f"{event.maker.name} {verb} {price} for a license of “{plain(event.work)}”")

    @show.register
    def _(self, event: events.Waiting) -> None:
        price = self._amount(event.price, event.token)
        self._line(
            f"{event.buyer.name} pays {price}, which waits until {event.seller.name} delivers"
        )

    @show.register
    def _(self, event: events.Delivered) -> None:
        self._line(f"{event.seller.name} delivers {event.what} and posts its hash")

    @show.register
    def _(self, event: events.PaidOut) -> None:
        amount = self._amount(event.amount, event.token)
        self._line(f"{event.sender.name} pays out: {event.owner.name} gets {amount}")
        self._note(
            f"{event.owner.name} sent no transaction; {event.gas:,} gas of {event.sender.name}"
        )

    @show.register
    def _(self, event: events.Asked) -> None:
        answer, style = ("yes", "bold green") if event.answer else ("no", "bold red")
        from rich.text import Text

        self._console.print(Text(f"  {event.question} ").append(answer, style=style))

    @show.register
    def _(self, event: events.Tipped) -> None:
        amount = self._amount(event.amount, event.token)
        self._line(f"{event.payer.name} just pays “{plain(event.work)}” {amount}")

    @show.register
    def _(self, event: events.Collected) -> None:
        amount = self._amount(event.amount, event.token)
        works = f"{counted(event.works, 'work')} settled"
        self._line(f"{event.owner.name} collects {amount}")
        self._note(f"one transaction, {works}, {event.gas:,} gas")

    @show.register
    def _(self, event: events.Distributed) -> None:
        symbol = self._units[event.token][1]
        self._line(f"{event.sender} owns nothing here, and pays out everybody's {symbol}")
        self._note(f"anyone may; one transaction, {event.gas:,} gas")

    @show.register
    def _(self, event: events.Compared) -> None:
        from rich.text import Text

        best = next((found for found in event.verdict.matches if found.confirmed), None)
        line = Text(f"  {event.what}: ")
        if best is None:
            plain_one = event.limit is not None or event.verdict.limit is not None
            line.append(_TOO_PLAIN if plain_one else "no certified work is like it", style="bold")
        else:
            style = "yellow" if best.level is Level.SIMILAR else "green"
            name = f"“{plain(best.name)}”" if best.name else till(best.work)
            line.append(f"{name}, {likeness(best)}", style=f"bold {style}")
        self._console.print(line)

    @show.register
    def _(self, event: Report) -> None:
        out = self._console
        self.show(events.Scene("Who earned what"))
        notes = {
            work: f"{event.owners[work].partition(',')[0]} earned {self._sums(sums)}"
            for work, sums in event.earned.items()
        }
        for found in event.lineages:
            for tree in lineage_tree(found, event.works, notes):
                out.print(tree)
        self.show(events.Scene("Gas, from the receipts"))
        out.print(gas_table(event.steps, out.width))
        self.show(events.Scene("Every wallet, computed a second time"))
        for token, (decimals, symbol) in self._units.items():
            lines = [line for line in event.lines if line.token == token]
            out.print(balances(lines, decimals, symbol, out.width))
            out.print()

    def end(self, keep: Path | None) -> None:
        """The last words, once the balances were found right."""
        self._console.print(
            "Every balance on the chain is what the calculation says, to the wei.",
            style="bold green",
        )
        if keep is not None:
            self._console.print(f"The pictures are in {plain(str(keep))}.", style="dim")

    def _sums(self, sums: Mapping[str, int]) -> str:
        parts = []
        for token, amount in sums.items():
            decimals, symbol = self._units[token]
            parts.append(f"{rounded(amount, decimals)} {symbol}")
        return " and ".join(parts)

    def _amount(self, amount: int, token: str) -> str:
        decimals, symbol = self._units[token]
        return format_amount(amount, decimals, symbol)

    def _line(self, text: str) -> None:
        self._indented(text, 2)

    def _note(self, text: str) -> None:
        self._indented(text, 4, "dim")

    def _indented(self, text: str, columns: int, style: str = "") -> None:
        from rich.padding import Padding
        from rich.text import Text

        self._console.print(Padding(Text(text, style=style), (0, 0, 0, columns)))
