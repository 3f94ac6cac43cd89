"""Errors about amounts, told in the units that people type."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gen_ip.arguments import InvalidArgument
from gen_ip.chain.errors import ChainError, GasTooExpensive, InsufficientFunds, NoAccount
from gen_ip.cli.coin import coin
from gen_ip.cli.values import format_amount, format_share
from gen_ip.errors import GenIPError

if TYPE_CHECKING:
    from gen_ip.chain.reverts import ContractError
    from gen_ip.cli.session import Money
    from gen_ip.signing.offers import OfferKind


@contextmanager
def in_units(money: Money) -> Iterator[None]:
    """Rewrites the message of an error about amounts of a token that the block raises."""
    from gen_ip.market.filling import PriceTooHigh

    try:
        yield
    except InsufficientFunds as error:
        if error.token == money.token:
            _tell(error, money.show)
        raise
    except PriceTooHigh as error:
        price, most = money.show(error.price), money.show(error.max_price)
        text = f"the price is {price}, above your maximum of {most}; raise --max-price if you agree"
        error.args = (text,)
        raise


_SHARES = frozenset(
    {"rate", "cap", "total", "share", "lien_cap", "owed", "rel", "vol", "basis_points"}
)
_WEI = frozenset({"value", "sent", "expected", "amount"})


def taken_with(kind: OfferKind, delivery: bool) -> str:
    """The words of the command that takes an offer of a kind."""
    verb = "accept" if kind.is_bid else "order" if delivery else "buy"
    if kind.is_certificate:
        return f"certificate {verb}"
    return f"deal {verb}" if delivery else verb


def for_people(error: GenIPError) -> None:
    """Rewrites the messages that name no option or command, and those about the coin
    for gas."""
    if isinstance(error, InvalidArgument) and error.name == "the offer":
        from gen_ip.methods.trading.trader import WrongOffer

        if isinstance(error, WrongOffer) and error.has_method:
            command = taken_with(error.kind, error.delivery)
            text = f"the offer is {error.value}, not {error.wanted}; take it with: gen-ip {command}"
            error.args = (text,)
    if isinstance(error, ChainError):
        from gen_ip.chain.reverts import ContractError

        if isinstance(error, ContractError):
            error.args = (_as_typed(error),)
    if isinstance(error, NoAccount):
        error.args = (
            "no account to sign with; name one with --account or GENIP_ACCOUNT, or make one with "
            "`gen-ip account new`",
        )
    if isinstance(error, GasTooExpensive):
        needs, most = map(_in_coin, (error.needs, error.max_fee))
        text = (
            f"the transaction's gas may cost {needs} by what the node says, above your maximum of "
            f"{most}; wait for lower prices, use another node, or raise --max-fee"
        )
        error.args = (text,)
    if isinstance(error, InsufficientFunds):
        from gen_ip.work import ETH

        if error.token == ETH:
            _tell(error, _in_coin)


def _as_typed(error: ContractError) -> str:
    """A contract's message with shares and ETH, where it tells such, as people type them."""
    if "basis points" in error.text:
        text = error.text.replace(" basis points", "").replace("10000", "100%")
        return error.told(text, _each(error, _SHARES, format_share))
    if " wei" in error.text:
        return error.told(error.text.replace(" wei", ""), _each(error, _WEI, _in_coin))
    return str(error)


def _each(error: ContractError, fields: Set[str], show: Callable[[int], str]) -> dict[str, str]:
    return {field: show(error.values[field]) for field in fields & error.values.keys()}


def _in_coin(wei: int) -> str:
    return format_amount(wei, 18, coin())


def _tell(error: InsufficientFunds, show: Callable[[int], str]) -> None:
    has, needs, more = map(show, (error.has, error.needs, error.needs - error.has))
    text = f"account {error.account} has {has}, {needs} are needed; send {more} more to it"
    error.args = (text,)
