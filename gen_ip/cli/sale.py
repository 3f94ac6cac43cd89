"""What offers have in common on the command line: terms, conditions, and how they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gen_ip.cli.addresses import work_of
from gen_ip.cli.completing import terms_names
from gen_ip.cli.explain import in_units
from gen_ip.cli.invocation import Invocation
from gen_ip.cli.reading import fees_of, offer_named, offer_of, plain_offer
from gen_ip.cli.session import Money, address_of, now, token_of
from gen_ip.cli.show.text import counted, moment, till
from gen_ip.cli.terms import in_words, is_hash, name_of, read_terms
from gen_ip.cli.values import BadValue, format_duration, format_share, parse_duration
from gen_ip.errors import GenIPError, shown
from gen_ip.work import ETH

if TYPE_CHECKING:
    from gen_ip.client import GenIP
    from gen_ip.market.offers import Offer, SignedOffer
    from gen_ip.terms import Terms

OfferName = Annotated[
    str,
    typer.Argument(metavar="OFFER|FILE", help="Hash from `offers`, or the file of a signed one."),
]
TERMS_HELP = (
    "commercial, commercial-remix, nc-remix, buyout, ai-train, or a hash from `terms register`."
)
TermsName = Annotated[str, typer.Option("--terms", help=TERMS_HELP, autocompletion=terms_names)]
Price = Annotated[str, typer.Option("--price", help="Of one license, such as 12.5.")]
MaxPrice = Annotated[
    str,
    typer.Option(
        "--max-price",
        metavar="'AMOUNT TOKEN'",
        help="Most to pay in all, such as '12.5 USDC'; or an amount beside --token.",
    ),
]
TokenOfPrice = Annotated[
    str | None,
    typer.Option(
        "--token", help="What --max-price is in: an ERC-20 address, ETH, or DUSD locally."
    ),
]
Quantity = Annotated[int, typer.Option("--quantity", min=1, help="How many licenses.")]
Count = Annotated[int, typer.Option("--count", min=1, help="How many licenses.")]
Income = Annotated[
    str | None, typer.Option("--income", help="Share of a derivative's income, such as 10%.")
]
Volume = Annotated[
    str | None, typer.Option("--volume", help="Share of every payment downstream, such as 1%.")
]
Duration = Annotated[
    str | None, typer.Option("--duration", help="How long a license runs: 30d, 1y, forever.")
]
Units = Annotated[
    str | None, typer.Option("--units", help="Derivatives a license allows, or unlimited.")
]
Expires = Annotated[
    str | None, typer.Option("--expires", help="When the offer ends: 30d, 1y from now.")
]
Begins = Annotated[str | None, typer.Option("--begins", help="When the offer begins: 7d from now.")]
Fees = Annotated[
    list[str] | None,
    typer.Option("--fee", help="ADDRESS=2%: a part of the price for somebody else."),
]
OnlyFor = Annotated[
    str | None, typer.Option("--only-for", help="The only account that may take it.")
]
Uncontested = Annotated[
    bool,
    typer.Option("--uncontested", help="Only while no other work is certified for its bytes."),
]
DeliverWithin = Annotated[
    str | None,
    typer.Option("--deliver-within", help="With delivery: the price waits so long, such as 7d."),
]
ChallengeWindow = Annotated[
    str | None,
    typer.Option("--challenge-window", help="How long a delivery can be challenged, such as 3d."),
]
Licensee = Annotated[
    str | None, typer.Option("--licensee", help="Who gets them; by default who pays.")
]


# In units of a token: few prices are higher, and few typed in wei are lower.
_HIGH = 1_000_000


class Payment(StrEnum):
    """How a price in a token is paid; see `gen_ip.GenIP.buy`."""

    APPROVE = "approve"
    PERMIT = "permit"
    AUTHORIZATION = "authorization"
    AUTO = "auto"


PaymentOption = Annotated[
    Payment,
    typer.Option(
        "--payment",
        help="How a token is paid: an approval first, or signed (ERC-2612, ERC-3009) in one go.",
    ),
]


@dataclass(frozen=True)
class Changes:
    """Options that change terms."""

    income: Income = None
    volume: Volume = None
    duration: Duration = None
    units: Units = None


@dataclass(frozen=True)
class Asked:
    """Options of an offer's conditions."""

    expires: Expires = None
    begins: Begins = None
    fee: Fees = None
    only_for: OnlyFor = None
    uncontested: Uncontested = False
    deliver_within: DeliverWithin = None
    challenge_window: ChallengeWindow = None


class OtherToken(GenIPError):  # noqa: N818 - named like the package's other errors
    """The most that somebody would pay is not in the token that an offer asks for, or in none."""

    def __init__(self, text: str, money: Money) -> None:
        self.token = money.token
        name = f"{shown(money.symbol)}{'' if money.token == ETH else f' (token {money.token})'}"
        remedy = "" if money.token == ETH else f", or --token {money.token}"
        amount = text.split(maxsplit=1)[0] if text.strip() else "1"
        super().__init__(
            f"the price is in {name}, and --max-price {shown(text)} is not: if that is what you "
            f"would pay with, give --max-price {shown(f'{amount} {money.symbol}')}{remedy}"
        )


@dataclass(frozen=True)
class Paying:
    """The options of what is paid at most. They name the token: the offer of a stranger may ask for
    a dearer one than the buyer thinks of."""

    max_price: MaxPrice
    token: TokenOfPrice = None

    def most(self, client: GenIP, money: Money) -> int:
        """In the smallest unit of the token that an offer asks for.

        Raises:
            OtherToken: it is not in this token, or does not say so.
            BadValue, InvalidArgument: it cannot be read.
        """
        amount, _, symbol = self.max_price.strip().partition(" ")
        units = money.read(amount)
        if symbol:
            named = symbol.strip().casefold() == money.symbol.casefold()
        elif self.token is None:
            named = units == 0
        else:
            named = True
        if self.token is not None:
            named = named and token_of(client, self.token) == money.token
        if not named:
            raise OtherToken(self.max_price, money)
        return units


def chooser(terms: str, changes: Changes) -> Callable[[GenIP], Terms]:
    """Reads terms and their changes; what needs no chain is checked at once.

    Raises:
        BadValue, InvalidArgument: they cannot be read.
    """
    from gen_ip import arguments

    chosen_by = partial(read_terms, terms, **vars(changes))
    if is_hash(terms):
        arguments.bytes32("terms", terms)
    else:
        chosen_by()
    return lambda client: chosen_by(client=client)


@dataclass(frozen=True)
class Given:
    """Conditions as they were typed, read before a password is asked for."""

    lasting: int
    waiting: int
    options: dict[str, Any]

    def at(self, client: GenIP) -> dict[str, Any]:
        """The keywords of the client's methods; times from the chain's now."""
        time = now(client) if self.lasting or self.waiting else 0
        ends = {"deadline": time + self.lasting} if self.lasting else {}
        begins = {"valid_from": time + self.waiting} if self.waiting else {}
        return {**self.options, **ends, **begins}


def given(asked: Asked) -> Given:
    """Conditions of an offer.

    Raises:
        BadValue, UnknownAccount, InvalidArgument: one cannot be read.
    """
    options: dict[str, Any] = {"fees": fees_of(asked.fee)}
    if asked.only_for is not None:
        options["taker"] = address_of(asked.only_for)
    if asked.uncontested:
        options["uncontested"] = True
    if asked.deliver_within is not None:
        options["deliver_within"] = _ending("deliver-within", asked.deliver_within)
    if asked.challenge_window is not None:
        if asked.deliver_within is None:
            raise typer.BadParameter("--challenge-window goes with --deliver-within")
        options["challenge_window"] = _ending("challenge-window", asked.challenge_window)
    return Given(
        0 if asked.expires is None else parse_duration(asked.expires),
        0 if asked.begins is None else _ending("begins", asked.begins),
        options,
    )


def told(client: GenIP, found: SignedOffer | Offer) -> str:
    """One line for somebody who is about to take an offer: all of `count` is counted by them."""
    offer = plain_offer(found)
    price = Money(client, offer.token).named(offer.price)
    subject = f"work {till(offer.work)}" if offer.work else "any of several works"
    if offer.kind.is_certificate:
        what = "the certificate"
    else:
        named = f"{name_of(offer.terms)}, {in_words(offer.terms)}" if offer.terms else "unknown"
        what = f"a license ({named})"
    ends = f" until {moment(offer.deadline)}" if offer.deadline else ""
    maker = "bought" if offer.kind.is_bid else "sold"
    parts = [f"{what} of {subject}, {maker} by {offer.maker} for {price}{ends}"]
    parts += [f"{format_share(fee.share)} of it go to {fee.to}" for fee in offer.fees]
    if offer.has_delivery:
        window = format_duration(offer.challenge_window) if offer.challenge_window else "no time"
        within = format_duration(offer.deliver_within)
        parts.append(f"delivered within {within}, with {window} to challenge it")
    return "; ".join(parts)


def bid_named(
    use: Invocation,
    offer: str,
    work: str | None,
    promise: str,
    yes: bool,
    delivery: bool = False,
) -> tuple[GenIP, SignedOffer | Offer, int | None]:
    """The client that takes a bid, the bid, and which of its works was named, if one was; once
    what is promised by taking it is agreed to.

    Raises:
        GenIPError: there is no such bid, no such work, no account; or it is not agreed to.
    """
    from gen_ip.methods.trading.trader import require_kind
    from gen_ip.signing.offers import OfferKind

    named = offer_named(offer)
    number = None if work is None else work_of(work)
    client = use.signer()
    found = offer_of(client, named)
    require_kind(found, OfferKind.LICENSE_BID, delivery)
    use.confirm([f"{promise}, each: {told(client, found)}."], yes)
    return client, found, number


def agreed(
    use: Invocation,
    client: GenIP,
    what: str,
    found: Sequence[SignedOffer | Offer],
    paying: Paying,
    yes: bool,
    count: int = 1,
    delivery: bool = False,
) -> tuple[Money, int]:
    """The token of asks, and what is paid at most, once it is agreed to do `what` with each.

    Raises:
        WrongOffer: one is no ask for licenses, or not as `delivery` says.
        OtherToken, BadValue: what is paid at most is not told in this token.
        PriceTooHigh: they cost more.
        NotConfirmed: it is not agreed to.
    """
    from gen_ip.market.filling import PriceTooHigh
    from gen_ip.methods.trading.trader import require_kind
    from gen_ip.signing.offers import OfferKind

    for each in found:
        require_kind(each, OfferKind.LICENSE_ASK, delivery)
    asked = [plain_offer(each) for each in found]
    money = Money(client, next((each.token for each in asked if each.price), asked[0].token))
    most = paying.most(client, money)
    total = sum(each.price for each in asked if each.token == money.token) * count
    if total > most:
        with in_units(money):
            raise PriceTooHigh(total, most, money.token)
    facts = [f"{what}: {told(client, each)}." for each in found]
    if count > 1 or len(found) > 1:
        facts.append(f"In all you pay {money.named(total)}.")
    use.confirm(facts, yes)
    return money, most


def buying(client: GenIP, count: int, holder: str | None) -> str:
    """What is done with an ask for licenses, told before it is done."""
    assert client.account is not None  # noqa: S101 - whoever buys signs; for mypy
    return f"You buy {how_many(count)} for {holder or client.account.address}, each"


def priced(use: Invocation, money: Money, price: str, yes: bool) -> int:
    """A price as it was typed, in the token's smallest unit; asks about one that looks as if it had
    been typed in that unit already, such as wei.

    Raises:
        BadValue: it is no amount.
        NotConfirmed: it is not agreed to.
    """
    amount = money.read(price)
    if amount >= _HIGH * 10**money.decimals:
        fact = f"You ask or bid {money.named(amount)}; prices are typed in {money.symbol}."
        use.confirm(
            [fact], yes, why=f"few prices are above {money.show(_HIGH * 10**money.decimals)}"
        )
    return amount


def how_many(count: int) -> str:
    """`1 license`, `2 licenses`."""
    return counted(count, "license")


def _ending(what: str, text: str) -> int:
    seconds = parse_duration(text)
    if seconds == 0:
        raise BadValue(what, text, "give a time that ends, such as 7d")
    return seconds
