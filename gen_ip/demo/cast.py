"""Who takes part in the story, each with a fresh account of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

START_ETH = 10 * 10**18
START_DOLLARS = 1_000 * 10**6


@dataclass(frozen=True, slots=True)
class Wallet:
    """One person of the story, and what they start with: `ether` in wei, `dollars` in the demo
    token's smallest unit."""

    name: str
    role: str
    account: LocalAccount
    dollars: int
    ether: int = START_ETH

    @property
    def address(self) -> str:
        """The account's checksummed address."""
        return str(self.account.address)

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody, by part."""

    creator: Wallet
    brand: Wallet
    remixer: Wallet
    second: Wallet
    fan: Wallet
    other_fan: Wallet
    stranger: Wallet
    newcomer: Wallet
    platform: Wallet

    def all(self) -> tuple[Wallet, ...]:
        """In the order of the story."""
        return (
            self.creator,
            self.brand,
            self.remixer,
            self.second,
            self.fan,
            self.other_fan,
            self.stranger,
            self.newcomer,
            self.platform,
        )


def new_cast() -> Cast:
    """Everybody with a new random account. The newcomer has no money at all; the creator, the
    second remixer, the stranger and the platform have no dollars."""
    from eth_account import Account

    def wallet(
        name: str, role: str, dollars: int = START_DOLLARS, ether: int = START_ETH
    ) -> Wallet:
        return Wallet(name, role, Account.create(), dollars, ether)

    return Cast(
        creator=wallet("Ada", "creator", 0),
        brand=wallet("Brio", "brand"),
        remixer=wallet("Chen", "remixer"),
        second=wallet("Dara", "remixer's remixer", 0),
        fan=wallet("Emil", "fan"),
        other_fan=wallet("Fay", "fan"),
        stranger=wallet("Gus", "stranger", 0),
        newcomer=wallet("Ivo", "newcomer", 0, 0),
        platform=wallet("Hana", "platform", 0),
    )
