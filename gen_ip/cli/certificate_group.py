"""`gen-ip certificate`: sales of the certificate itself, with all income that nobody has drawn; and
its proof for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.explain import in_units
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import Token, WorkId
from gen_ip.cli.papers import picture
from gen_ip.cli.proving import proof
from gen_ip.cli.reading import check_output, keep, signed_offer_in
from gen_ip.cli.sale import (
    Asked,
    Expires,
    Fees,
    Given,
    OnlyFor,
    Paying,
    Payment,
    PaymentOption,
    given,
    how_many,
    told,
)
from gen_ip.cli.session import Money, address_of, known_money
from gen_ip.cli.show.text import counted, moment, plain, till
from gen_ip.cli.terms import in_words, name_of
from gen_ip.cli.trading import Output, TokenOfBid, show_signed
from gen_ip.cli.values import format_share
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.market.disclosing import Disclosure
    from gen_ip.terms import Terms
    from gen_ip.works.licenses import License

certificate_app = group("certificate", "Keep certificates, sell and buy them.")

PriceOfIt = Annotated[str, typer.Option("--price", help="Of the certificate, such as 12.5.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The signed offer.")]


@dataclass(frozen=True)
class CertificateAsked:
    """Options of the conditions that an offer of a certificate has."""

    expires: Expires = None
    fee: Fees = None
    only_for: OnlyFor = None


@dataclass(frozen=True)
class _Proposal:
    """An offer or a bid that is about to be signed: what was typed, read."""

    use: Invocation
    client: GenIP
    work: int
    money: Money
    amount: int
    conditions: Given

    def confirm(self, saying: str, yes: bool) -> None:
        """Tells what goes with the certificate, and asks; the price is put into `saying`."""
        facts = _facts(self.client, self.client.disclosure(self.work))
        told = [saying.format(self.money.named(self.amount)), *facts]
        self.use.confirm(told, yes, always_told=True)

    def keywords(self) -> dict[str, Any]:
        """Of the client's method; times from now on."""
        price = {"price": self.amount, "token": self.money.token}
        return {**price, **self.conditions.at(self.client)}


def _proposed(
    use: Invocation,
    work: str,
    price: str,
    token: str | None,
    output: Path,
    asked: CertificateAsked,
) -> _Proposal:
    number, conditions = work_of(work), given(Asked(**vars(asked)))
    check_output(output)
    client = use.signer()
    money = Money(client, token)
    return _Proposal(use, client, number, money, money.read(price), conditions)


@reads
def _show(use: Invocation, work: WorkId) -> None:
    """Show what a buyer of a certificate takes over: income, payees, licenses, claims, deals."""
    number = work_of(work)
    client = use.reader()
    with use.output.working("Looking …"):
        found = client.disclosure(number)
        facts = _facts(client, found)

    def show(console: Console) -> None:
        for fact in facts:
            console.print(plain(fact, 1000), soft_wrap=True)

    use.output.result(found.to_json(), show)


@sends
def _offer(
    use: Invocation,
    work: WorkId,
    price: PriceOfIt,
    output: Output,
    token: Token = None,
    *,
    asked: CertificateAsked,
    yes: Yes = False,
) -> None:
    """Sign that you sell a certificate, and approve it. It ends when the work is bound further."""
    made = _proposed(use, work, price, token, output, asked)
    made.confirm("You offer for {} the certificate of", yes)
    with use.output.working("Offering the certificate …"):
        signed = made.client.offer_certificate(made.work, **made.keywords())
    keep(signed, output)
    show_signed(use, signed, output, made.money)


@sends
def _bid(
    use: Invocation,
    work: WorkId,
    price: PriceOfIt,
    token: TokenOfBid,
    output: Output,
    *,
    asked: CertificateAsked,
    yes: Yes = False,
) -> None:
    """Sign that you buy a certificate as it is bound now, and approve the price."""
    made = _proposed(use, work, price, token, output, asked)
    made.confirm("You bid {} for the certificate of", yes)
    with use.output.working("Bidding …"), in_units(made.money):
        signed = made.client.bid_for_certificate(made.work, **made.keywords())
    keep(signed, output)
    show_signed(use, signed, output, made.money)


@sends
def _buy(
    use: Invocation,
    file: File,
    paying: Paying,
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
    most = paying.most(client, money)
    disclosed = client.disclosure(signed.offer.work)
    facts = _facts(client, disclosed)
    use.confirm([f"You buy {told(client, signed)}:", *facts], yes, always_told=True)
    with use.output.working("Buying …"), in_units(money):
        # What got worse while the buyer was reading stops the purchase.
        receipt = client.buy_certificate(
            signed,
            max_price=most,
            recipient=receiver,
            payment=payment.value,
            disclosed=disclosed,
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
    facts = _facts(client, client.disclosure(signed.offer.work))
    use.confirm([f"You sell {told(client, signed)}:", *facts], yes, always_told=True)
    with use.output.working("Selling …"):
        receipt = client.sell_certificate(signed)
    text = (
        f"Sold the certificate of work {till(signed.offer.work)}. What it brought is in your "
        "balance: gen-ip withdraw"
    )
    price = money.to_json(signed.offer.price)
    use.sent(text, receipt, work=str(signed.offer.work), price=price)


def _facts(client: GenIP, found: Disclosure) -> list[str]:
    """What goes with a certificate, a sentence each."""
    work = found.work
    facts = [f"work {till(work.id)} of {work.owner}."]
    for each in found.income:
        if not each.total:
            continue
        money = known_money(client, each.token)
        if money is None:
            facts.append(f"It was paid in {each.token}, which is no ERC-20 token.")
            continue
        waiting, mine = money.named(each.total), money.show(each.owners_part)
        facts.append(f"With it goes income not yet drawn: {waiting}, {mine} of it the owner's.")
    facts += _bound_by(found.licenses)
    if found.exclusive_until:
        facts.append(f"Until {moment(found.exclusive_until)} nobody else can get a license.")
    if found.until:
        facts.append(f"All its licenses must end by {moment(found.until)}.")
    facts += [
        f"Of what is drawn {format_share(each.share)} go to {each.to}, for ever."
        for each in work.payees
    ]
    facts += [
        f"To work {till(each.parent)} it owes {format_share(each.income)} of income and "
        f"{format_share(each.volume)} of volume."
        for each in work.parents
    ]
    if work.resale_royalty:
        facts.append(f"Its sale owes the work {format_share(work.resale_royalty)} of the price.")
    if work.arbiter is not None:
        suspended = ", and has suspended its sales" if work.suspended else ""
        facts.append(f"{work.arbiter.address} is its arbiter{suspended}.")
    if found.claims:
        many = "other works claim"
        facts.append(f"{counted(len(found.claims), 'other work claims', many)} the same bytes.")
    if found.deals:
        facts.append(f"Its sale ends {counted(len(found.deals), 'open deal')}.")
    return facts


def _bound_by(licenses: Sequence[License]) -> list[str]:
    """A line for all licenses of the same terms, however many there are; exclusive ones first."""
    from gen_ip.terms import Rights

    same: dict[Terms, list[License]] = {}
    for each in sorted(licenses, key=lambda each: Rights.EXCLUSIVE not in each.terms.grant):
        same.setdefault(each.terms, []).append(each)
    facts = [f"It is bound by {how_many(len(licenses))}{':' if licenses else '.'}"]
    for terms, alike in same.items():
        ends = [each.end for each in alike]
        # One that was renewed ends later than its terms say; 0 is never.
        last = "" if 0 in ends else f", the last until {moment(max(ends))}"
        facts.append(f"  {len(alike):,} x {name_of(terms)}, {in_words(terms)}{last}.")
    return facts


for _name, _command in (
    ("show", _show),
    ("offer", _offer),
    ("bid", _bid),
    ("buy", _buy),
    ("accept", _accept),
    ("picture", picture),
    ("proof", proof),
):
    certificate_app.command(_name)(_command)
