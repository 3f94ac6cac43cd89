"""What the coin of a command's chain is called beside amounts: ETH, where nothing else is known."""

from __future__ import annotations

from contextvars import ContextVar

from gen_ip.config import Target, load
from gen_ip.config.errors import ConfigError
from gen_ip.config.networks import BUILT_IN

_ETH = "ETH"
_COIN: ContextVar[str] = ContextVar("coin", default=_ETH)


def coin() -> str:
    """Its symbol, on the chain that the command speaks to."""
    return _COIN.get()


def speaks_to(target: Target, chain_id: int) -> None:
    """From now on amounts are of this chain: by the settings of the network that was named, or of
    one with this id."""
    _COIN.set(target.symbol if target.symbol != _ETH else _symbol_of(chain_id))


def _symbol_of(chain_id: int) -> str:
    try:
        own = load().networks
    except ConfigError:
        own = {}
    for network in (*own.values(), *BUILT_IN.values()):
        if network.chain_id == chain_id and network.symbol:
            return network.symbol
    return _ETH
