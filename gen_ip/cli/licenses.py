"""`offer`, `offers`, `cancel`, `buy`, `licenses`: selling and buying the right to use a work."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.choosing import from_settings, rank
from gen_ip.cli.explain import in_units, taken_with
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import DEFAULT_RPC, AsJson, Rpc, Token, WorkId
from gen_ip.cli.output import Output
from gen_ip.cli.reading import (
    check_output,
    delegation_in,
    keep,
    license_of,
    new_folder,
    offer_named,
    offer_of,
    plain_offer,
    signed_certificate_in,
    work_or_certificate,
)
from gen_ip.cli.sale import (
    Asked,
    Changes,
    Count,
    Licensee,
    OfferName,
    Paying,
    Payment,
    PaymentOption,
    Price,
    Quantity,
    TermsName,
    agreed,
    buying,
    chooser,
    given,
    how_many,
    priced,
    told,
)
from gen_ip.cli.session import Money, address_of, now, reader
from gen_ip.cli.show.licenses import show_licenses
from gen_ip.cli.show.text import counted, moment, plain, till
from gen_ip.cli.terms import conflict_in_words, in_words, name_of
from gen_ip.work import ETH

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.client import GenIP
    from gen_ip.market.offers import Offer
    from gen_ip.terms.upstream import Conflict


@sends
def offer(
    use: Invocation,
    works: Annotated[
        list[str],
        typer.Argument(
            metavar="WORK...",
            help="Numbers or tills; with --sign also files of signed certificates.",
        ),
    ],
    terms: TermsName,
    price: Price,
    token: Token = None,
    quantity: Quantity = 1,
    *,
    changes: Changes,
    asked: Asked,
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign only, for free; whoever has the file may buy.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="With --sign: a file; for several works a new folder."),
    ] = None,
    delegation: Annotated[
        Path | None,
        typer.Option("--delegation", help="Sign as the delegate of a file from `delegate`."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Offer licenses of your works at a price: posted, or signed in a file (one signature)."""
    if sign != (output is not None):
        raise typer.BadParameter("--sign and --output go together")
    from gen_ip.market.offers import Conditions

    if delegation is not None and (not sign or len(works) > 1):
        raise typer.BadParameter("--delegation goes with --sign and one work")
    subjects = [work_or_certificate(work) if sign else work_of(work) for work in works]
    chosen_by = chooser(terms, changes)
    conditions = given(asked)
    granted = delegation_in(delegation)
    if output is not None and len(works) == 1:
        check_output(output)
    client = use.signer()
    chosen = chosen_by(client)
    money = Money(client, token)
    amount = priced(use, money, price, yes)
    sale: dict[str, Any] = {"price": amount, "token": money.token, "quantity": quantity}
    agreed = conditions.at(client)
    made: list[tuple[Path | None, Offer]] = []
    with use.output.working("Signing …" if sign else "Posting the offer …"):
        if output is None:
            made = [
                (None, client.offer(number, chosen, **sale, **agreed))
                for number in subjects
                if isinstance(number, int)
            ]
        elif len(subjects) == 1:
            signed = client.sign_offer(subjects[0], chosen, **sale, delegation=granted, **agreed)
            keep(signed, output)
            made = [(output, signed.offer)]
        else:
            with new_folder(output):
                drafts = [
                    client.draft_offer(each, chosen, **sale, conditions=Conditions(**agreed))
                    for each in subjects
                ]
                several = client.sign_offers(drafts)
            for each in several:
                path = output / f"{till(each.offer.work)}.json"
                keep(each, path)
                made.append((path, each.offer))

    def show(console: Console) -> None:
        each = " each" if quantity > 1 else ""
        most = shlex.quote(money.show(sale["price"]).replace(",", ""))
        for path, entry in made:
            console.print(
                f"{quantity} of {terms} for {money.show(sale['price'])}{each} on work "
                f"{till(entry.work)}.",
                style="green",
                soft_wrap=True,
            )
            name = f"0x{entry.hash.hex()}" if path is None else plain(str(path))
            verb = taken_with(entry.kind, entry.has_delivery)
            console.print(
                f"Buy it with: gen-ip {verb} {name} --max-price {plain(most)} --account NAME",
                soft_wrap=True,
            )
        console.print(in_words(chosen), style="dim")

    listed = [
        {
            **entry.to_json(),
            "text": money.show(entry.price),
            **({} if path is None else {"file": str(path)}),
        }
        for path, entry in made
    ]
    use.output.result(listed[0] if len(works) == 1 else {"offers": listed}, show)


@reads
def offers(use: Invocation, work: WorkId) -> None:
    """List the offers of a work that can be bought now."""
    number = work_of(work)
    client = use.reader()
    with use.output.working("Looking …"):
        found = client.offers(number)
        prices = _prices(client, found)
        known = [entry.terms for entry in found if entry.terms]
        conflicting = iter(client.upstream_conflicts(number, *known) if known else ())
        beyond = [next(conflicting) if entry.terms else [] for entry in found]

    def show(console: Console) -> None:
        if not found:
            console.print(f"Work {till(number)} has no open offers.", soft_wrap=True)
        for entry, price, conflicts in zip(found, prices, beyond, strict=True):
            console.print(f"0x{entry.hash.hex()}", soft_wrap=True)
            name = name_of(entry.terms) if entry.terms else "unregistered"
            line = f"  {name} · {price} · {entry.left:,} left"
            if entry.deadline:
                line += f" · until {moment(entry.deadline)}"
            console.print(line)
            if entry.token != ETH:
                # Any token may carry any symbol.
                console.print(f"  in the token {entry.token}", style="dim", soft_wrap=True)
            if entry.terms:
                console.print(f"  {in_words(entry.terms)}", style="dim")
            for conflict in conflicts:
                console.print(f"  {conflict_in_words(conflict)}", style="yellow", markup=False)

    listed = [
        {
            **entry.to_json(),
            "text": price,
            "upstream": [conflict.to_json() for conflict in conflicts],
        }
        for entry, price, conflicts in zip(found, prices, beyond, strict=True)
    ]
    use.output.result({"work": str(number), "offers": listed}, show)


@sends
def cancel(
    use: Invocation,
    offers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="OFFER|FILE...", help="Hashes from `offers`, or files of signed offers."
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All offers and bids, posted or signed, wherever.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Withdraw offers of yours, posted or signed; what was sold stays sold."""
    if bool(offers) == everything:
        raise typer.BadParameter("give offers, or --all")
    named = [offer_named(each) for each in offers or ()]
    client = use.signer()
    if everything:
        use.confirm(["All offers and bids that you posted or signed can be taken no longer."], yes)
        with use.output.working("Cancelling all offers …"):
            receipt = client.cancel_all()
        use.sent("Cancelled all your offers and bids.", receipt)
        return
    found = [offer_of(client, each) for each in named]
    use.confirm([f"You withdraw {told(client, each)}." for each in found], yes)
    if len(found) > 1:
        with use.output.working("Cancelling the offers …"):
            receipts = client.cancel_many(found)
        text = f"Cancelled {counted(len(receipts), 'offer')}."
        use.output.result(
            {"receipts": [each.to_json() for each in receipts]},
            lambda console: console.print(text, style="green"),
        )
        return
    plain_one = plain_offer(found[0])
    with use.output.working("Cancelling the offer …"):
        receipt = client.cancel(found[0])

    def show(console: Console) -> None:
        console.print(f"Cancelled offer 0x{plain_one.hash.hex()}.", style="green", soft_wrap=True)
        # Only of a posted one the chain was asked.
        sold = f"{plain_one.filled:,} of {plain_one.quantity:,} were sold, "
        known = sold if isinstance(named[0], bytes) else ""
        console.print(f"{known}{receipt.gas_used:,} gas", style="dim")

    document = {**plain_one.to_json(), "open": False, "receipt": receipt.to_json()}
    use.output.result(document, show)


@sends
def buy(
    use: Invocation,
    offer: OfferName,
    paying: Paying,
    count: Count = 1,
    licensee: Licensee = None,
    payment: PaymentOption = Payment.APPROVE,
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", help="The work's signed certificate: certified with the purchase."
        ),
    ] = None,
    renew: Annotated[
        str | None, typer.Option("--renew", help="A license that runs, to run longer instead.")
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option(
            "--sign",
            metavar="FILE",
            help="Only sign a payment (ERC-3009); whoever gets the file may `submit` it.",
        ),
    ] = None,
    yes: Yes = False,
) -> None:
    """Buy licenses at the offer's price, if that is within your maximum."""
    from gen_ip.market.offers import SignedOffer

    named = offer_named(offer)
    holder = None if licensee is None else address_of(licensee)
    number = None if renew is None else license_of(renew)
    signed_work = None if certificate is None else signed_certificate_in(certificate)
    if signed_work is not None and isinstance(named, bytes):
        raise typer.BadParameter("--certificate goes with the file of a signed offer")
    if number is not None and (certificate or holder or count > 1):
        raise typer.BadParameter("--renew goes with none of --certificate, --licensee, --count")
    if sign is not None:
        if number is not None or certificate is not None:
            raise typer.BadParameter("--sign goes with neither --renew nor --certificate")
        check_output(sign)
    client = use.signer()
    found = offer_of(client, named)
    plain_one = plain_offer(found)
    beyond: list[Conflict] = []
    if plain_one.work and plain_one.terms and signed_work is None:
        [beyond] = client.upstream_conflicts(plain_one.work, plain_one.terms)
    for conflict in beyond:
        use.output.note(f"note: {conflict_in_words(conflict)}")
    what = buying(client, count, holder)
    if number is not None:
        what = f"You let license {number} run longer, as another would"
    money, most = agreed(use, client, what, [found], paying, yes, count)
    if sign is not None:
        with in_units(money):
            purchase = client.sign_purchase(found, max_price=most, count=count, licensee=holder)
        keep(purchase, sign)
        until = purchase.valid_before
        text = f"Signed for {money.named(plain_one.price * count)}: {plain(str(sign))}"
        use.output.result(
            {"file": str(sign), "valid_before": until, **purchase.to_json()},
            lambda console: console.print(
                f"{text}\nAnyone may submit it before {moment(until)}.", soft_wrap=True
            ),
        )
        return
    with use.output.working("Buying …"), in_units(money):
        if number is not None:
            bought = [client.buy_renewal(number, found, max_price=most, payment=payment.value)]
        elif signed_work is not None and isinstance(found, SignedOffer):
            bought = client.certify_and_buy(
                signed_work, found, max_price=most, count=count, licensee=holder
            )
        else:
            bought = client.buy(
                found, max_price=most, count=count, licensee=holder, payment=payment.value
            )

    price = plain_one.price * count

    def show(console: Console) -> None:
        what = f"Renewed license {number}" if number is not None else f"Bought {how_many(count)}"
        console.print(f"{what} for {money.named(price)}.", style="green", soft_wrap=True)
        show_licenses(console, bought)

    document = {
        "paid": money.to_json(price),
        "licenses": [entry.to_json() for entry in bought],
        "upstream": [conflict.to_json() for conflict in beyond],
    }
    use.output.result(document, show)


def licenses(
    context: typer.Context,
    holder: Annotated[
        str | None, typer.Option("--holder", help="Whose: a name from `account list`, an address.")
    ] = None,
    work: Annotated[
        str | None, typer.Option("--work", help="Of one work: all of them, unless of a --holder.")
    ] = None,
    rpc: Rpc = DEFAULT_RPC,
    account: Annotated[
        str | None,
        typer.Option(
            "--account",
            envvar="GENIP_ACCOUNT",
            callback=from_settings,
            help="The same as --holder; your own where it is set, unless --work is given.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List licenses: of a holder, of a work, or all."""
    output = Output(as_json)
    # Who asks about a work means all of its licenses, whoever signs by default.
    if work is not None and rank(context, "account") < 2:
        account = None
    name = holder or account
    owner = None if name is None else address_of(name)
    number = None if work is None else work_of(work)
    client = reader(rpc)
    with output.working("Looking …"):
        found = client.licenses(owner, number)
        time = now(client)

    def show(console: Console) -> None:
        if not found:
            console.print(f"No licenses of {plain(name)} found." if name else "No licenses found.")
        show_licenses(console, found, time)

    listed = [{**entry.to_json(), "active": entry.active(time)} for entry in found]
    output.result({"licenses": listed}, show)


def _prices(client: GenIP, found: list[Offer]) -> list[str]:
    moneys = {token: Money(client, token) for token in {entry.token for entry in found}}
    return [moneys[entry.token].show(entry.price) for entry in found]
