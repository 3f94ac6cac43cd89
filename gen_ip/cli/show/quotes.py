"""A quote as a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gen_ip.cli.show.cards import card
from gen_ip.cli.show.text import counted, till
from gen_ip.cli.terms import in_words, name_of

if TYPE_CHECKING:
    from rich.console import Console
    from rich.panel import Panel

    from gen_ip.cli.session import Money
    from gen_ip.market.quoting import Quote


def quote_card(console: Console, quoted: Quote, money: Money) -> Panel:
    """What is paid, to whom it goes, and what stands in the way."""
    offer = quoted.offer
    what = "the certificate" if offer.kind.is_certificate else counted(quoted.count, "license")
    facts = [("for", f"{what} of {till(quoted.work)}"), ("price", money.named(quoted.price))]
    if offer.terms is not None:
        facts.append(("terms", f"{name_of(offer.terms)}: {in_words(offer.terms)}"))
    facts += [("fee", f"{money.show(amount)} to {to}") for to, amount in quoted.fees]
    if quoted.proceeds:
        facts.append(("seller", money.show(quoted.proceeds)))
    if quoted.owner is not None:
        facts.append(("owner", f"{money.show(quoted.owners_part)} to {quoted.owner}"))
    facts += [("payee", f"{money.show(amount)} to {to}") for to, amount in quoted.payees]
    facts += [
        ("made from", f"{money.show(amount)} to work {till(work)}")
        for work, amount in quoted.ancestors
    ]
    facts.append(("now", "can be taken" if quoted.fillable else str(quoted.problem)))
    return card(console, "quote", facts, style="green" if quoted.fillable else "yellow")
