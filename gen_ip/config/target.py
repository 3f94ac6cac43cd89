"""Which node a command speaks to, and how its transactions are sent there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from gen_ip.config.networks import LOCAL_RPC, Network, public_address
from gen_ip.config.settings import Settings

__all__ = ["LOCAL_RPC", "Target"]


@dataclass(frozen=True)
class Target:
    """A node's URL, with what the settings say of its chain. Only `str()` of it may be shown."""

    url: str = field(repr=False)
    name: str | None = None
    chain_id: int | None = None
    deployment: Path | None = None
    max_fee: str | None = None
    confirmations: int | None = None
    timeout: float | None = None
    replace_after: float | None = None
    symbol: str = "ETH"

    def __str__(self) -> str:
        return public_address(self.url)

    @classmethod
    def of(cls, settings: Settings, url: str, network: Network | None = None) -> Target:
        """A node by its URL, on a chain that the settings may know; theirs go before general
        ones."""
        chain = network or Network("")
        return cls(
            url,
            chain.name or None,
            chain.chain_id,
            chain.deployment,
            chain.max_fee or settings.max_fee,
            chain.confirmations or settings.confirmations,
            settings.timeout,
            settings.replace_after,
            chain.symbol or "ETH",
        )

    @classmethod
    def named(cls, settings: Settings, name: str) -> Target:
        """The node of a network.

        Raises:
            UnknownNetwork, NoRpc: see `Settings.find`.
        """
        network = settings.find(name)
        return cls.of(settings, network.rpc or "", network)

    @property
    def place(self) -> str:
        """The network's name and the node, for people."""
        return f"{self.name} ({self})" if self.name else str(self)
