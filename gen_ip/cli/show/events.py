"""An event's arguments in one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from gen_ip.chain.events import Event, Named, kinds
from gen_ip.cli.show.text import moment, plain, short_hex, till
from gen_ip.cli.values import format_share
from gen_ip.work import ETH

if TYPE_CHECKING:
    from gen_ip.cli.session import Money

MoneyOf = Callable[[str], "Money | None"]
"""The token at an address; None for what is none."""

_AMOUNTS = frozenset({"amount", "income", "volume"})
# Of events that name no token.
_SHARES = frozenset({"share", "lien_cap", "income", "volume"})
_TIMES = frozenset({"claim_time", "time_", "start", "end", "challenge_until"})
_NAME = 40


def when(event: Event) -> str:
    """When it happened; where the node does not say, in which block."""
    return f"block {event.block:,}" if event.time is None else moment(event.time)


def works_of(event: Event) -> list[int]:
    """The works that it names."""
    named = _roles(event)
    roles = [(getattr(event, each), named.get(each)) for each in event.parameters()]
    return [value for value, role in roles if role is Named.WORK and value]


def told(event: Event, names: Mapping[int, str | None], money_of: MoneyOf) -> str:
    """Its arguments by name: works by their tills, and by name where it is known; hashes short,
    amounts in their token, which is told by address; structs are left out."""
    named = _roles(event)
    parts = []
    for attribute in event.parameters():
        value = getattr(event, attribute)
        if attribute == "token":
            shown: str | None = _token(value, money_of)
        elif attribute in _AMOUNTS and hasattr(event, "token"):
            shown = _amount(value, event.token, money_of)
        elif attribute in _SHARES:
            shown = format_share(value)
        elif attribute in _TIMES:
            shown = moment(value) if value else "never"
        else:
            shown = _shown(value, named.get(attribute), names)
        if shown is not None:
            parts.append(f"{attribute.rstrip('_').removesuffix('_id').replace('_', ' ')} {shown}")
    return ", ".join(parts)


def _roles(event: Event) -> Mapping[str, Named]:
    kind = kinds().get(type(event).__name__)
    return {} if kind is None else kind.named


def _shown(value: Any, role: Named | None, names: Mapping[int, str | None]) -> str | None:
    if role is Named.WORK and value:
        name = names.get(value)
        return f"{till(value)} ({plain(name, _NAME)})" if name else till(value)
    if isinstance(value, bytes):
        return short_hex(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | str) else None


def _token(token: str, money_of: MoneyOf) -> str:
    money = money_of(token)
    if token == ETH or money is None:
        return "ETH" if token == ETH else token
    # Any contract may carry any symbol.
    return f"{plain(money.symbol)} ({token})"


def _amount(amount: int, token: str, money_of: MoneyOf) -> str:
    money = money_of(token)
    return f"{amount:,} units" if money is None else plain(money.show(amount))
