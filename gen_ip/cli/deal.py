"""`gen-ip deal`: sales with a delivery, whose price waits until both sides are done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.explain import in_units
from gen_ip.cli.invocation import Invocation, Yes, reads, sends
from gen_ip.cli.options import WorkId
from gen_ip.cli.reading import check_file, offer_named, offer_of
from gen_ip.cli.sale import (
    Count,
    Licensee,
    OfferName,
    Paying,
    Payment,
    PaymentOption,
    agreed,
    bid_named,
    buying,
    how_many,
)
from gen_ip.cli.session import Money, address_of, now
from gen_ip.cli.show.licenses import show_licenses
from gen_ip.cli.show.text import moment, till
from gen_ip.cli.trading import OfWork
from gen_ip.cli.values import BadValue
from gen_ip.cli.verbs import group

if TYPE_CHECKING:
    from rich.console import Console

    from gen_ip.chain.events import Event
    from gen_ip.client import GenIP
    from gen_ip.deals import Deal

deal_app = group("deal", "Buy and sell with a delivery: the price waits until it is done.")

DealHash = Annotated[str, typer.Argument(metavar="DEAL", help="Hash from `deal list`.")]


@sends
def _order(
    use: Invocation,
    offer: OfferName,
    paying: Paying,
    count: Count = 1,
    licensee: Licensee = None,
    payment: PaymentOption = Payment.APPROVE,
    yes: Yes = False,
) -> None:
    """Pay the price of an offer with delivery, where it waits."""
    named = offer_named(offer)
    holder = None if licensee is None else address_of(licensee)
    client = use.signer()
    found = offer_of(client, named)
    what = buying(client, count, holder)
    money, most = agreed(use, client, what, [found], paying, yes, count, delivery=True)
    with use.output.working("Ordering …"), in_units(money):
        opened = client.order(
            found, max_price=most, count=count, licensee=holder, payment=payment.value
        )
    _print(use, client, opened)


@sends
def _accept(
    use: Invocation, offer: OfferName, work: OfWork = None, count: Count = 1, yes: Yes = False
) -> None:
    """Take a bid with delivery: its price waits from now on, and you deliver."""
    promise = f"You will deliver {how_many(count)}"
    client, found, number = bid_named(use, offer, work, promise, yes, delivery=True)
    with use.output.working("Accepting …"):
        opened = client.accept_order(found, work=number, count=count)
    _print(use, client, opened)


@sends
def _deliver(
    use: Invocation,
    deal: DealHash,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What was delivered; its sha-256 is posted.")
    ],
) -> None:
    """Post that you delivered. How the buyer gets the file itself is between the two of you."""
    check_file(file)
    client, found = _found(use, deal)
    with use.output.working("Posting the delivery …"):
        client.deliver(found, file)
    _print(use, client, client.get_deal(found.hash))


@sends
def _challenge(
    use: Invocation,
    deal: DealHash,
    reason: Annotated[
        str, typer.Option("--reason", help="Why, in words; their sha-256 is posted. Keep them.")
    ],
) -> None:
    """Void a delivery, while it can be challenged: for the buyer."""
    client, found = _found(use, deal)
    with use.output.working("Challenging …"):
        client.challenge(found, reason)
    _print(use, client, client.get_deal(found.hash))


@sends
def _release(use: Invocation, deal: DealHash, yes: Yes = False) -> None:
    """Pay the work and issue the licenses: the buyer confirms, or anyone after the challenge."""
    client, found = _found(use, deal)
    money = Money(client, found.token)
    fact = (
        f"{money.named(found.amount)} go to work {till(found.work)}, {how_many(found.count)} to "
        f"{found.recipient}."
    )
    use.confirm([fact], yes)
    with use.output.working("Releasing …"):
        issued = client.release(found)

    def show(console: Console) -> None:
        console.print(f"Paid {money.show(found.amount)} to the work.", style="green")
        show_licenses(console, issued)

    document = {
        **_document(client.get_deal(found.hash)),
        "licenses": [entry.to_json() for entry in issued],
    }
    use.output.result(document, show)


@sends
def _refund(
    use: Invocation,
    deal: DealHash,
    to: Annotated[
        str | None, typer.Option("--to", help="Who gets it; by default who signs.")
    ] = None,
) -> None:
    """Take the price back, when nothing was delivered in time: for the buyer."""
    receiver = None if to is None else address_of(to)
    client, found = _found(use, deal)
    money = Money(client, found.token)
    with use.output.working("Taking it back …"):
        receipt = client.refund(found, to=receiver)
    where = str(receipt.find("DealRefunded").args["to"])
    text = f"Gave {money.show(found.amount)} back to {where}."
    use.sent(text, receipt, deal=f"0x{found.hash.hex()}", to=where, **money.to_json(found.amount))


@reads
def _show(use: Invocation, deal: DealHash) -> None:
    """Show a deal's state, what was delivered and challenged, and who may do what until when."""
    key = _key(deal)
    client = use.reader()
    _print(use, client, client.get_deal(key))


@reads
def _list(use: Invocation, work: WorkId) -> None:
    """List the deals about a work, open or not."""
    number = work_of(work)
    client = use.reader()
    found, time = client.deals(number), now(client)

    def show(console: Console) -> None:
        if not found:
            console.print("No deals found.")
        for each in found:
            money = Money(client, each.token)
            state = _state(each, time)
            console.print(f"0x{each.hash.hex()}", soft_wrap=True)
            console.print(f"  {money.show(each.amount)} · {state}", style="dim", soft_wrap=True)

    use.output.result({"work": str(number), "deals": [_document(each) for each in found]}, show)


def _found(use: Invocation, deal: str) -> tuple[GenIP, Deal]:
    key = _key(deal)
    client = use.signer()
    return client, client.get_deal(key)


def _key(deal: str) -> bytes:
    """A deal's hash.

    Raises:
        BadValue: it is none.
    """
    from gen_ip import arguments

    try:
        return arguments.bytes32("deal", deal)
    except arguments.InvalidArgument:
        hint = "give the 0x and 64 hex digits that `gen-ip deal list WORK` shows"
        raise BadValue("deal", deal, hint) from None


def _document(deal: Deal) -> dict[str, Any]:
    return {
        **deal.to_json(),
        "challenge_until": deal.challenge_until or None,
        "refund_after": deal.refund_after,
    }


def _print(use: Invocation, client: GenIP, deal: Deal) -> None:
    if use.output.is_planning:
        return
    money, time = Money(client, deal.token), now(client)
    history = client.deal_history(deal.hash)

    def show(console: Console) -> None:
        console.print(f"deal 0x{deal.hash.hex()}", style="green", soft_wrap=True)
        console.print(
            f"  {money.named(deal.amount)} for {how_many(deal.count)} of work {till(deal.work)}",
            soft_wrap=True,
        )
        console.print(f"  buyer {deal.buyer}", style="dim", soft_wrap=True)
        console.print(f"  seller {deal.seller}", style="dim", soft_wrap=True)
        for event in history:
            console.print(f"  {_happened(event, deal, money)}", soft_wrap=True)
        console.print(f"  {_state(deal, time)}")
        for line in _may(deal, time):
            console.print(f"  {line}", soft_wrap=True)

    document = {
        **_document(deal),
        "may": _may(deal, time),
        "history": [event.to_json() for event in history],
    }
    use.output.result(document, show)


def _happened(event: Event, deal: Deal, money: Money) -> str:
    """What an event of the deal's history says, and when."""
    from gen_ip.chain.events import Challenged, DealRefunded, DealReleased, Delivered

    when = f"block {event.block:,}" if event.time is None else moment(event.time)
    match event:
        case Delivered():
            return f"delivered at {when}: sha-256 {event.evidence.hex()}"
        case Challenged():
            return f"challenged at {when}: sha-256 of the reason {event.reason.hex()}"
        case DealReleased():
            first, last = event.first_license_id, event.first_license_id + deal.count - 1
            issued = f"license {first}" if first == last else f"licenses {first} to {last}"
            return f"released at {when}: the work was paid, {issued} issued"
        case DealRefunded():
            return f"refunded at {when}: {money.show(event.amount)} to {event.to}"
    return f"{event.name} at {when}"


def _state(deal: Deal, time: int) -> str:
    if not deal.open:
        return "closed"
    if not deal.delivered_at:
        return "waits for the delivery" if time <= deal.deliver_by else "not delivered in time"
    if time <= deal.challenge_until:
        return f"delivered at {moment(deal.delivered_at)}, can be challenged"
    return f"delivered at {moment(deal.delivered_at)}, unchallenged"


def _may(deal: Deal, time: int) -> list[str]:
    """Who may do what until when, as things stand."""
    if not deal.open:
        return []
    lines = ["the buyer may release it at any time"]
    if not deal.delivered_at and time <= deal.deliver_by:
        lines.append(f"the seller may deliver until {moment(deal.deliver_by)}")
    if deal.delivered_at:
        if time <= deal.challenge_until:
            lines.append(f"the buyer may challenge until {moment(deal.challenge_until)}")
            lines.append(f"anyone may release it after {moment(deal.challenge_until)}")
        else:
            lines.append("anyone may release it")
    if time > deal.refund_after:
        lines.append("the buyer may take the price back")
    else:
        lines.append(f"the buyer may take the price back after {moment(deal.refund_after)}")
    return lines


for _name, _command in (
    ("order", _order),
    ("accept", _accept),
    ("deliver", _deliver),
    ("challenge", _challenge),
    ("release", _release),
    ("refund", _refund),
    ("show", _show),
    ("list", _list),
):
    deal_app.command(_name)(_command)
