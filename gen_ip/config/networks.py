"""Networks by name: those of the settings, and the ids of well-known chains.

No node's address ships with the package, that of `gen-ip dev` apart: whom to ask, and to whom the
user's addresses are shown thereby, is the user's choice. The ids are those of EIP-155 as listed by
https://chainlist.org; that the contracts are on a chain is not said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from gen_ip.urls import public_url, scheme_of

LOCAL_RPC = "http://127.0.0.1:8545"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True)
class Network:
    """A chain by name. `rpc` may hold credentials, so no text shows it; `address` may be shown.

    `deployment` is a JSON file of other contracts than the shipped ones, see
    `gen_ip.chain.deployment.read`; `max_fee` is an amount of the chain's coin as text.
    """

    name: str
    rpc: str | None = field(default=None, repr=False)
    chain_id: int | None = None
    deployment: Path | None = None
    max_fee: str | None = None
    confirmations: int | None = None
    symbol: str | None = None

    @property
    def address(self) -> str | None:
        """Scheme, host and port of the node; None where none is named."""
        return None if self.rpc is None else public_address(self.rpc)

    def to_json(self) -> dict[str, str | int | None]:
        """What may be shown of it."""
        return {
            "name": self.name,
            "rpc": self.address,
            "chain_id": self.chain_id,
            "deployment": None if self.deployment is None else str(self.deployment),
            "max_fee": self.max_fee,
            "confirmations": self.confirmations,
            "symbol": self.symbol,
        }


_CHAINS = (
    ("ethereum", 1, "ETH"),
    ("sepolia", 11155111, "ETH"),
    ("optimism", 10, "ETH"),
    ("optimism-sepolia", 11155420, "ETH"),
    ("base", 8453, "ETH"),
    ("base-sepolia", 84532, "ETH"),
    ("arbitrum", 42161, "ETH"),
    ("arbitrum-sepolia", 421614, "ETH"),
    ("polygon", 137, "POL"),
    ("polygon-amoy", 80002, "POL"),
    ("gnosis", 100, "xDAI"),
    ("bnb", 56, "BNB"),
    ("avalanche", 43114, "AVAX"),
    ("linea", 59144, "ETH"),
    ("scroll", 534352, "ETH"),
    ("zora", 7777777, "ETH"),
)
BUILT_IN: Mapping[str, Network] = MappingProxyType(
    {"local": Network("local", LOCAL_RPC)}
    | {name: Network(name, chain_id=number, symbol=symbol) for name, number, symbol in _CHAINS}
)


def is_rpc(url: str) -> bool:
    """Whether `url` is an http:// or https:// URL with a host."""
    return scheme_of(url) in ("http", "https")


def public_address(url: str) -> str:
    """Scheme, host and port of a URL: what may be shown of it."""
    return public_url(url) if is_rpc(url) else "the given address"
