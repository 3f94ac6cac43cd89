"""What all events have in common, and what their arguments name."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, auto
from typing import Annotated, Any, ClassVar, TypeAlias

from gen_ip.jsonable import jsonable


class Named(Enum):
    """What an argument of an event names; events are searched by it."""

    WORK = auto()
    LICENSE = auto()
    TOKEN_ID = auto()
    """A work or a license: whichever the contract that logged it keeps certificates of."""
    OFFER = auto()
    DEAL = auto()
    ACCOUNT = auto()
    TILL = auto()
    """A work, by its till's address."""


WorkId: TypeAlias = Annotated[int, Named.WORK]
LicenseId: TypeAlias = Annotated[int, Named.LICENSE]
TokenId: TypeAlias = Annotated[int, Named.TOKEN_ID]
OfferHash: TypeAlias = Annotated[bytes, Named.OFFER]
DealHash: TypeAlias = Annotated[bytes, Named.DEAL]
Account: TypeAlias = Annotated[str, Named.ACCOUNT]
Till: TypeAlias = Annotated[str, Named.TILL]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One log of a contract. Every class below has the name of the contract's event, and the
    event's arguments as attributes in snake case.

    Attributes:
        address: the contract that logged it.
        block: the block's number.
        block_hash: tells the block apart from another of its number, after a reorganization.
        tx_hash: of the transaction, as 0x and 64 hex digits.
        log_index: its place among all logs of the block.
        time: the block's, in seconds since the epoch; None where the node does not say.
    """

    name: ClassVar[str] = ""

    address: str
    block: int
    block_hash: bytes
    tx_hash: str
    log_index: int
    time: int | None = field(default=None, compare=False)

    def __init_subclass__(cls, name: str = "") -> None:
        """`name` is the contract's, where the class has another."""
        cls.name = name or cls.__name__

    @property
    def id(self) -> str:
        """Tells this event from every other of the chain, and stays: block hash and log index."""
        return f"0x{self.block_hash.hex()}-{self.log_index}"

    @property
    def args(self) -> dict[str, Any]:
        """The event's arguments by name, in the contract's order."""
        return {name.rstrip("_"): getattr(self, name) for name in self.parameters()}

    @classmethod
    def parameters(cls) -> tuple[str, ...]:
        """The attributes that are the event's arguments, in the contract's order."""
        return tuple(each.name for each in fields(cls) if not each.kw_only)

    def to_json(self) -> dict[str, Any]:
        """For JSON; integers of arguments as decimal strings, since they may exceed what others
        read; block, log index and time as numbers."""
        return {
            "name": self.name,
            "address": self.address,
            "args": jsonable(self.args),
            "id": self.id,
            "block": self.block,
            "block_hash": f"0x{self.block_hash.hex()}",
            "time": self.time,
            "tx_hash": self.tx_hash,
            "log_index": self.log_index,
        }
