"""A transaction that was signed: all that is needed to look after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from eth_utils.crypto import keccak

from gen_ip.chain import signed_bytes


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
        return {"sender": self.sender, "signed": [f"0x{raw.hex()}" for raw in self.signed]}

    @classmethod
    def from_json(cls, document: object) -> Sent:
        """What `to_json` wrote. All but the sender is taken from the signed bytes: who goes on with
        it may sign it again with higher fees, and so nothing else than what was signed.

        Raises:
            ValueError: it is something else, or not signed by its sender.
        """
        try:
            sender, signed = document["sender"], document["signed"]  # type: ignore[index] # caught
            variants = tuple(bytes.fromhex(raw.removeprefix("0x")) for raw in signed)
            fields = [signed_bytes.fields(raw) for raw in variants]
            signers = {signed_bytes.signer(raw) for raw in variants}
        except (AttributeError, LookupError, TypeError) as error:
            raise ValueError("it is no sent transaction") from error
        nonces = {each["nonce"] for each in fields}
        if not isinstance(sender, str) or signers != {sender} or len(nonces) != 1:
            raise ValueError("its sender did not sign all of it, with one nonce")
        return cls(sender, fields[-1]["nonce"], fields[-1], variants)

    def plus(self, transaction: Mapping[str, Any], raw: bytes) -> Sent:
        """With another variant."""
        return replace(self, transaction=transaction, signed=(*self.signed, raw))
