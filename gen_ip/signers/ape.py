"""Accounts of ape (https://docs.apeworx.io), without importing it: whoever has one has ape."""

from __future__ import annotations

from typing import Any

from gen_ip.signers.protocol import SigningRefused


class ApeSigner:
    """An ape `AccountAPI` as a signer. Transactions need a connected ape provider of the chain, for
    their class is its ecosystem's; ape asks for the passphrase, or the hardware for a press.
    """

    def __init__(self, account: Any) -> None:
        self.address: str = account.address
        self._account = account

    def __repr__(self) -> str:
        return f"ApeSigner({self.address!r})"

    def sign_transaction(self, transaction_dict: Any, /) -> bytes:
        """The raw signed transaction.

        Raises:
            SigningRefused: its user declined.
        """
        ecosystem = self._account.provider.network.ecosystem
        signed = self._account.sign_transaction(ecosystem.create_transaction(**transaction_dict))
        if signed is None:
            raise SigningRefused(self.address, "it was declined")
        return bytes(signed.serialize_transaction())

    def sign_typed_data(self, *, full_message: Any) -> bytes:
        """The signature over EIP-712 data, 65 bytes r, s, v.

        Raises:
            SigningRefused: its user declined.
        """
        from eth_account.messages import encode_typed_data

        signature = self._account.sign_message(encode_typed_data(full_message=full_message))
        if signature is None:
            raise SigningRefused(self.address, "it was declined")
        r, s = (bytes(part).rjust(32, b"\0") for part in (signature.r, signature.s))
        return r + s + bytes([signature.v])
