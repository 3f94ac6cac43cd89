"""`quote`, `bid`, `counter`, `accept`: agreeing on a price."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.explain import in_units, taken_with
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import Token
from gen_ip.cli.reading import check_output, keep, offer_named, offer_of, plain_offer
from gen_ip.cli.sale import (
    Asked,
    ChallengeWindow,
    Changes,
    Count,
    DeliverWithin,
    Expires,
    Fees,
    OfferName,
    Price,
    Quantity,
    TermsName,
    bid_named,
    chooser,
    given,
    how_many,
    priced,
)
from gen_ip.cli.session import Money, address_of
from gen_ip.cli.show.licenses import show_licenses
from gen_ip.cli.show.text import plain

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.market.offers import SignedOffer

Output = Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Keeps the offer.")]
TokenOfBid = Annotated[
    str,
    typer.Option("--token", help="ERC-20 address; ETH cannot wait in a wallet. Locally also DUSD."),
]
OfWork = Annotated[str | None, typer.Option("--work", help="Which one, of an offer for several.")]


def show_signed(use: Invocation, signed: SignedOffer, file: Path, money: Money) -> None:
    """Prints an offer that was signed to a file, and how it is taken."""
    how = taken_with(signed.offer.kind, signed.offer.has_delivery)

    def show(console: Console) -> None:
        total = money.named(signed.offer.price)
        console.print(f"Signed for {total}: {plain(str(file))}", style="green", soft_wrap=True)
        console.print(f"Taken with: gen-ip {how} {plain(str(file))}", style="dim", soft_wrap=True)

    document = {
        **signed.offer.to_json(),
        "text": money.show(signed.offer.price),
        "works": [str(work) for work in signed.works],
        "file": str(file),
    }
    use.output.result(document, show)


@sends
def bid(
    use: Invocation,
    works: Annotated[
        list[str], typer.Argument(metavar="WORK...", help="The work, or several: any of them.")
    ],
    terms: TermsName,
    price: Price,
    token: TokenOfBid,
    output: Output,
    quantity: Quantity = 1,
    *,
    changes: Changes,
    asked: Asked,
    yes: Yes = False,
) -> None:
    """Sign that you buy licenses at a price, and approve it; an owner takes it with `accept`."""
    numbers = [work_of(work) for work in works]
    chosen_by = chooser(terms, changes)
    conditions = given(asked)
    check_output(output)
    client = use.signer()
    chosen = chosen_by(client)
    money = Money(client, token)
    amount = priced(use, money, price, yes)
    with use.output.working("Bidding …"), in_units(money):
        signed = client.bid(
            numbers[0] if len(numbers) == 1 else numbers,
            chosen,
            price=amount,
            token=money.token,
            quantity=quantity,
            **conditions.at(client),
        )
    keep(signed, output)
    show_signed(use, signed, output, money)


@sends
def counter(
    use: Invocation,
    offer: OfferName,
    price: Price,
    output: Output,
    terms: Annotated[
        str | None, typer.Option("--terms", help="Other terms; by default the offer's.")
    ] = None,
    token: Token = None,
    work: OfWork = None,
    quantity: Annotated[
        int | None, typer.Option("--quantity", min=1, help="By default the offer's.")
    ] = None,
    expires: Expires = None,
    fee: Fees = None,
    deliver_within: DeliverWithin = None,
    challenge_window: ChallengeWindow = None,
    yes: Yes = False,
) -> None:
    """Answer an offer with a signed one for its maker alone: an ask with a bid, or a bid with an
    ask. Filling the answer spends the offer it answers."""
    from gen_ip.market.offers import Conditions

    named = offer_named(offer)
    number = None if work is None else work_of(work)
    chosen_by = None if terms is None else chooser(terms, Changes())
    asked = Asked(
        expires=expires,
        fee=fee,
        deliver_within=deliver_within,
        challenge_window=challenge_window,
    )
    conditions = given(asked)
    check_output(output)
    client = use.signer()
    found = offer_of(client, named)
    money = Money(client, token if token is not None else plain_offer(found).token)
    amount = priced(use, money, price, yes)
    with use.output.working("Answering …"), in_units(money):
        signed = client.counter(
            found,
            price=amount,
            terms=None if chosen_by is None else chosen_by(client),
            token=money.token,
            work=number,
            quantity=quantity,
            conditions=Conditions(**conditions.at(client)),
        )
    keep(signed, output)
    show_signed(use, signed, output, money)


@sends
def accept(
    use: Invocation, offer: OfferName, work: OfWork = None, count: Count = 1, yes: Yes = False
) -> None:
    """Sell licenses of your work to a bid's maker, at the bid's price and terms."""
    client, found, number = bid_named(use, offer, work, f"You sell {how_many(count)}", yes)
    with use.output.working("Selling …"):
        sold = client.accept(found, work=number, count=count)
    money = Money(client, plain_offer(found).token)
    total = plain_offer(found).price * count

    def show(console: Console) -> None:
        text = f"Sold {how_many(count)} for {money.named(total)}."
        console.print(text, style="green", soft_wrap=True)
        show_licenses(console, sold)

    document = {"price": money.to_json(total), "licenses": [entry.to_json() for entry in sold]}
    use.output.result(document, show)


@reads
def quote(
    use: Invocation,
    offer: OfferName,
    count: Count = 1,
    work: OfWork = None,
    taker: Annotated[
        str | None, typer.Option("--for", help="Who would take it; by default anybody.")
    ] = None,
) -> None:
    """Show what an offer costs, who gets what of it, and whether it can be taken now."""
    from gen_ip.cli.show.quotes import quote_card

    named = offer_named(offer)
    number = None if work is None else work_of(work)
    address = None if taker is None else address_of(taker)
    client = use.reader()
    if address is not None:
        from gen_ip.signers import AddressOnly

        client = client.using(AddressOnly(address))
    found = offer_of(client, named)
    money = Money(client, plain_offer(found).token)
    quoted = client.quote(found, count=count, work=number)
    document = {**quoted.to_json(), "symbol": money.symbol, "decimals": money.decimals}
    use.output.result(document, lambda console: console.print(quote_card(console, quoted, money)))
