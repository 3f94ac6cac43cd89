"""A transaction that was signed: all that is needed to look after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eth_utils.crypto import keccak


@dataclass(frozen=True)
class Sent:
    """A transaction that may be mined, in one of its variants: they share a nonce and differ in
    fees, so at most one of them ever is.

    Attributes:
        sender: the account.
        nonce: the account's count of transactions before it.
        transaction: the fields of the newest variant, as they were signed.
        signed: the signed bytes of every variant, oldest first. They are no secret: the node has
            them.
    """

    sender: str
    nonce: int
    transaction: Mapping[str, Any] = field(repr=False)
    signed: tuple[bytes, ...] = field(repr=False)

    @property
    def hashes(self) -> tuple[str, ...]:
        """The hashes that its variants are mined under, oldest first."""
        return tuple(f"0x{keccak(raw).hex()}" for raw in self.signed)

    @property
    def tx_hash(self) -> str:
        """The newest variant's hash."""
        return self.hashes[-1]

    @property
    def raw(self) -> bytes:
        """The newest variant."""
        return self.signed[-1]

    @property
    def chain_id(self) -> int:
        """The chain it was signed for."""
        return int(self.transaction["chainId"])

    def to_json(self) -> dict[str, Any]:
        """For JSON; `from_json` reads it back. Nothing in it is a secret."""
        fields = {
            name: f"0x{value.hex()}" if isinstance(value, bytes) else value
            for name, value in self.transaction.items()
        }
        return {
            "sender": self.sender,
            "nonce": self.nonce,
            "transaction": fields,
            "signed": [f"0x{raw.hex()}" for raw in self.signed],
        }

    @classmethod
    def from_json(cls, document: Any) -> Sent:
        """What `to_json` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            fields = dict(document["transaction"])
            fields["data"] = _bytes(fields["data"])
            signed = tuple(map(_bytes, document["signed"]))
            made = cls(str(document["sender"]), int(document["nonce"]), fields, signed)
            numbers = [fields[name] for name in ("chainId", "gas", "value", "nonce")]
        except (AttributeError, LookupError, TypeError) as error:
            raise ValueError("it is no sent transaction") from error
        if not signed or any(type(number) is not int for number in numbers):
            raise ValueError("it is no sent transaction")
        return made

    def plus(self, transaction: Mapping[str, Any], raw: bytes) -> Sent:
        """With another variant."""
        return replace(self, transaction=transaction, signed=(*self.signed, raw))


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
