"""Tables of what things cost and of what everybody has."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from gen_ip.cli.show.text import WIDE_COLUMNS
from gen_ip.cli.values import format_amount

if TYPE_CHECKING:
    from rich.table import Table

    from gen_ip.demo.books import Line
    from gen_ip.demo.report import Step

_SHOWN_DECIMALS = 6


def gas_table(steps: Sequence[Step], width: int) -> Table:
    """A row for every step: transactions (if there is room), gas, and what it cost in ETH."""
    wide = width >= WIDE_COLUMNS
    table = _table("step", *(["transactions"] if wide else []), "gas", "ETH")
    for step in steps:
        count = [str(step.transactions)] if wide else []
        table.add_row(step.text, *count, f"{step.gas:,}", rounded(step.wei, 18))
    count = [str(sum(step.transactions for step in steps))] if wide else []
    gas = sum(step.gas for step in steps)
    table.add_section()
    total = rounded(sum(step.wei for step in steps), 18)
    table.add_row("together", *count, f"{gas:,}", total, style="bold")
    return table


def balances(lines: Sequence[Line], decimals: int, symbol: str, width: int) -> Table:
    """A row for every holder of one token: from start to now, and how far that is off.

    Columns that hold nothing but zeros are left out, and in a narrow terminal all parts. Amounts
    are rounded to 6 decimals for reading; the last column is exact, in the smallest unit.
    """
    from rich.text import Text

    parts = {
        "start": [line.funded for line in lines],
        "paid": [-line.paid for line in lines],
        "earned": [line.earned for line in lines],
        "gas": [-line.gas for line in lines],
    }
    wide = width >= WIDE_COLUMNS
    used = {name: values for name, values in parts.items() if wide and any(values)}
    table = _table(symbol, *used, "on chain", "off by")
    for index, line in enumerate(lines):
        off = format_amount(line.actual - line.expected, 0)
        mark = Text("0 ✓", "green") if line.right else Text(f"{off} ✗", "bold red")
        cells = [rounded(values[index], decimals) for values in used.values()]
        table.add_row(line.holder, *cells, rounded(line.actual, decimals), mark)
    return table


def _table(first: str, *others: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    # The words give way first; numbers are never cut.
    table.add_column(first, overflow="fold")
    for name in others:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def rounded(amount: int, decimals: int) -> str:
    """An amount in units of its token for reading, to at most 6 decimals."""
    if amount == 0:
        return "·"
    places = min(decimals, _SHOWN_DECIMALS)
    exact = Decimal(amount).scaleb(-decimals)
    near = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
    return f"{near:,}" if near else "<0.000001"
