"""What a signer is, and what can go wrong with one."""

# Names say what happened, as in gen_ip.errors.
# ruff: noqa: N818

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from gen_ip.errors import GenIPError, shown


class SignerError(GenIPError):
    """Root of what can go wrong with a signer. Nothing was sent."""


class CannotSign(SignerError):
    """The account is known by its address alone."""

    def __init__(self, address: str, remedy: str) -> None:
        self.address = address
        super().__init__(f"no key of {address} is at hand; {remedy}")


class SigningRefused(SignerError):
    """The signer did not sign: its user declined, or it does not know how to."""

    def __init__(self, address: str, reason: str) -> None:
        self.address, self.reason = address, reason
        super().__init__(f"{address} did not sign ({reason}); nothing was sent")


class WrongSignature(SignerError):
    """A signer returned what is no signature of its address."""

    def __init__(self, address: str, value: object) -> None:
        self.address = address
        # A signature is public; a signer in confusion may return anything, so it is shown short.
        what = f"{len(value)} bytes" if isinstance(value, bytes) else type(value).__name__
        super().__init__(
            f"what the signer of {address} returned ({shown(what)}) is no signature of it; "
            "expected 65 bytes r, s, v, 64 bytes r, s, or DER, over the 32 bytes given"
        )


class Signer(Protocol):
    """An account that signs. eth-account's `LocalAccount` is one."""

    @property
    def address(self) -> str:
        """The account's EIP-55 address."""

    def sign_transaction(self, transaction_dict: Any, /) -> Any:
        """The raw signed transaction, as bytes or as an object with `raw_transaction`.

        The transaction has chainId, nonce, gas, value, data, maxFeePerGas and
        maxPriorityFeePerGas or gasPrice, and `to` unless it creates a contract.
        """

    def sign_typed_data(self, *, full_message: Any) -> Any:
        """The signature over EIP-712 data, as 65 bytes r, s, v or as an object with `signature`.

        `full_message` is what `eth_signTypedData_v4` takes.
        """


def sign_transaction(account: Signer, transaction: Mapping[str, Any]) -> bytes:
    """The raw signed transaction.

    Raises:
        SignerError: the account does not sign.
    """
    signed = account.sign_transaction(dict(transaction))
    return _bytes(account, signed, "raw_transaction")


def sign_typed_data(account: Signer, document: Mapping[str, Any]) -> bytes:
    """The signature over EIP-712 data, 65 bytes r, s, v.

    Raises:
        SignerError: the account does not sign.
    """
    return _bytes(account, account.sign_typed_data(full_message=dict(document)), "signature")


def _bytes(account: Signer, signed: Any, member: str) -> bytes:
    found = signed if isinstance(signed, bytes | bytearray) else getattr(signed, member, None)
    if signed is None:
        raise SigningRefused(account.address, "it was declined")
    if not isinstance(found, bytes | bytearray):
        raise WrongSignature(account.address, signed)
    return bytes(found)
