"""`gen-ip certificate`: sales of the certificate itself, with all income that nobody has drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gen_ip.cli.explain import in_units
from gen_ip.cli.invocation import Invocation, Yes, sends
from gen_ip.cli.options import Token, WorkId
from gen_ip.cli.reading import check_output, keep, signed_offer_in
from gen_ip.cli.sale import (
    Expires,
    Fees,
    MaxPrice,
    OnlyFor,
    Payment,
    PaymentOption,
    given,
    how_many,
    told,
)
from gen_ip.cli.session import Money, address_of, now, work_of
from gen_ip.cli.show.text import till
from gen_ip.cli.trading import Output, TokenOfBid, show_signed
from gen_ip.cli.values import format_share
from gen_ip.cli.verbs import group
from gen_ip.work import ETH

if TYPE_CHECKING:
    from gen_ip.client import GenIP

certificate_app = group("certificate", "Sell and buy certificates themselves.")

PriceOfIt = Annotated[str, typer.Option("--price", help="Of the certificate, such as 12.5.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The signed offer.")]


def what_goes_with_it(client: GenIP, work: int, token: str) -> list[str]:
    """What a buyer gets, and is bound by, with the certificate of a work."""
    found = client.work(work)
    facts = [f"work {till(work)}, {found.name or 'without metadata at hand'}."]
    for each in dict.fromkeys((ETH, token)):
        money = Money(client, each)
        due = client.earnings(work, token=each)
        waiting, mine = money.show(due.total), money.show(due.owners_part)
        facts.append(f"With it goes income not yet drawn: {waiting}, {mine} of it the owner's.")
        if due.in_till:
            facts.append(f"And {money.show(due.in_till)} in its till, not yet booked.")
    time = now(client)
    sold = [each for each in client.licenses(work=work) if each.active(time) or each.start > time]
    bound = f"It is bound by {how_many(len(sold))}"
    if exclusive := sum("EXCLUSIVE" in each.terms.grant.names for each in sold):
        bound += f", {exclusive:,} of them exclusive"
    facts.append(f"{bound}.")
    owed = [f"{format_share(each.share)} to {each.to}" for each in found.payees]
    facts += [f"Of what is drawn it owes {part}, for ever." for part in owed]
    for share in found.parents:
        facts.append(
            f"To work {till(share.parent)} it owes {format_share(share.income)} of income and "
            f"{format_share(share.volume)} of volume."
        )
    if found.resale_royalty:
        facts.append(f"The sale owes the work {format_share(found.resale_royalty)} of the price.")
    return facts


@sends
def _offer(
    use: Invocation,
    work: WorkId,
    price: PriceOfIt,
    output: Output,
    token: Token = None,
    expires: Expires = None,
    fee: Fees = None,
    only_for: OnlyFor = None,
    yes: Yes = False,
) -> None:
    """Sign that you sell a certificate, and approve it. It ends when the work is bound further."""
    number = work_of(work)
    conditions = given(expires=expires, fee=fee, only_for=only_for)
    check_output(output)
    client = use.signer()
    money = Money(client, token)
    amount = money.read(price)
    facts = what_goes_with_it(client, number, money.token)
    use.confirm([f"You offer for {money.show(amount)} the certificate of", *facts], yes)
    with use.output.working("Offering the certificate …"):
        signed = client.offer_certificate(
            number, price=amount, token=money.token, **conditions.at(client)
        )
    keep(signed, output)
    show_signed(use, signed, output, money, "certificate buy")


@sends
def _bid(
    use: Invocation,
    work: WorkId,
    price: PriceOfIt,
    token: TokenOfBid,
    output: Output,
    expires: Expires = None,
    fee: Fees = None,
    only_for: OnlyFor = None,
    yes: Yes = False,
) -> None:
    """Sign that you buy a certificate as it is bound now, and approve the price."""
    number = work_of(work)
    conditions = given(expires=expires, fee=fee, only_for=only_for)
    check_output(output)
    client = use.signer()
    money = Money(client, token)
    amount = money.read(price)
    facts = what_goes_with_it(client, number, money.token)
    use.confirm([f"You bid {money.show(amount)} for the certificate of", *facts], yes)
    with use.output.working("Bidding …"), in_units(money.token, money.decimals, money.symbol):
        signed = client.bid_for_certificate(
            number, price=amount, token=money.token, **conditions.at(client)
        )
    keep(signed, output)
    show_signed(use, signed, output, money, "certificate accept")


@sends
def _buy(
    use: Invocation,
    file: File,
    max_price: MaxPrice,
    to: Annotated[
        str | None, typer.Option("--to", help="Whose it will be; by default the buyer's.")
    ] = None,
    payment: PaymentOption = Payment.APPROVE,
    yes: Yes = False,
) -> None:
    """Buy a certificate that its owner offers."""
    signed = signed_offer_in(file)
    receiver = None if to is None else address_of(to)
    client = use.signer()
    money = Money(client, signed.offer.token)
    most = money.read(max_price)
    facts = what_goes_with_it(client, signed.offer.work, money.token)
    use.confirm([f"You buy {told(client, signed)}:", *facts], yes)
    with use.output.working("Buying …"), in_units(money.token, money.decimals, money.symbol):
        receipt = client.buy_certificate(
            signed, max_price=most, recipient=receiver, payment=payment.value
        )
    text = f"Bought the certificate of work {till(signed.offer.work)}."
    paid = money.to_json(signed.offer.price)
    use.sent(text, receipt, work=str(signed.offer.work), paid=paid)


@sends
def _accept(use: Invocation, file: File, yes: Yes = False) -> None:
    """Sell your certificate to the maker of a bid."""
    signed = signed_offer_in(file)
    client = use.signer()
    money = Money(client, signed.offer.token)
    facts = what_goes_with_it(client, signed.offer.work, money.token)
    use.confirm([f"You sell {told(client, signed)}:", *facts], yes)
    with use.output.working("Selling …"):
        receipt = client.sell_certificate(signed)
    text = (
        f"Sold the certificate of work {till(signed.offer.work)}. What it brought is in your "
        "balance: gen-ip withdraw"
    )
    price = money.to_json(signed.offer.price)
    use.sent(text, receipt, work=str(signed.offer.work), price=price)


for _name, _command in (("offer", _offer), ("bid", _bid), ("buy", _buy), ("accept", _accept)):
    certificate_app.command(_name)(_command)
