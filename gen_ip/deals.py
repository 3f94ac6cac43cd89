"""A price that waits for a delivery, as the marketplace keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from eth_utils.crypto import keccak

from gen_ip.chain import abi, artifacts
from gen_ip.chain.events import DealStruct
from gen_ip.chain.receipts import Receipt
from gen_ip.signing.offers import FeeShare

MEMBERS = tuple(each.name for each in fields(DealStruct) if each.name != "fees")

REFUND_AFTER = 30 * 24 * 3600
"""Seconds after which the buyer may take back the price of a delivery that nobody released."""


@dataclass(frozen=True)
class Deal:
    """A price that waits for a delivery.

    Attributes:
        buyer: who paid, and may confirm, challenge and take back.
        recipient: who gets the licenses.
        seller: who may post the delivery.
        amount: what waits, in the token's smallest unit.
        deliver_by: last second to post a delivery.
        challenge_window: seconds a posted delivery can be challenged.
        transfers: how often the certificate had changed hands: the deal ends with its sale.
        encumbrance: for exclusive terms what bound the work once the deal was open; else 0.
        open: neither released nor refunded, when it was read.
        delivered_at: when the delivery that stands was posted; 0 for none, when it was read.
        receipt: of the transaction that opened it, where this client sent it.
    """

    offer_hash: bytes
    number: int
    buyer: str
    recipient: str
    seller: str
    work: int
    terms_hash: bytes
    count: int
    token: str
    amount: int
    deliver_by: int
    challenge_window: int
    transfers: int
    encumbrance: bytes
    fees: tuple[FeeShare, ...]
    open: bool = field(default=True, compare=False)
    delivered_at: int = field(default=0, compare=False)
    receipt: Receipt | None = field(default=None, compare=False, repr=False)

    @cached_property
    def hash(self) -> bytes:
        """What the marketplace knows the deal by: keccak256 of its ABI encoding."""
        inputs = artifacts.load("LicenseMarketplace").functions["release"]["inputs"]
        return keccak(abi.encode(inputs, [self.as_tuple()]))

    @property
    def challenge_until(self) -> int:
        """Last second to challenge the delivery that stands; 0 for none."""
        return self.delivered_at + self.challenge_window if self.delivered_at else 0

    @property
    def refund_after(self) -> int:
        """The buyer may take the price back after this second, as things stand."""
        return self.challenge_until + REFUND_AFTER if self.delivered_at else self.deliver_by

    def as_tuple(self) -> tuple[Any, ...]:
        """The contract's struct, for ABI encoding."""
        return (*(getattr(self, name) for name in MEMBERS), self.fees)

    def to_json(self) -> dict[str, Any]:
        """For JSON; ids and amounts as decimal strings, hashes as hex."""
        return {
            "deal": f"0x{self.hash.hex()}",
            "offer": f"0x{self.offer_hash.hex()}",
            "buyer": self.buyer,
            "recipient": self.recipient,
            "seller": self.seller,
            "work": str(self.work),
            "terms_hash": f"0x{self.terms_hash.hex()}",
            "count": self.count,
            "token": self.token,
            "amount": str(self.amount),
            "deliver_by": self.deliver_by,
            "challenge_window": self.challenge_window,
            "fees": [fee._asdict() for fee in self.fees],
            "open": self.open,
            "delivered_at": self.delivered_at or None,
        }
