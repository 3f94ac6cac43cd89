"""What a buyer signs for a token instead of sending an approval: ERC-2612 permits
(https://eips.ethereum.org/EIPS/eip-2612) and ERC-3009 authorizations
(https://eips.ethereum.org/EIPS/eip-3009). Pure: nothing here asks a chain.
"""

from __future__ import annotations

from typing import NamedTuple

from eth_abi import abi
from eth_utils.crypto import keccak

from gen_ip.signing.eip712 import Struct


class PermitMessage(NamedTuple):
    """Lets `spender` take `value`; `deadline` is the last second it can be shown."""

    owner: str
    spender: str
    value: int
    nonce: int
    deadline: int


class ReceiveMessage(NamedTuple):
    """Lets `to` take `value` once, after `valid_after` and before `valid_before`."""

    sender: str
    to: str
    value: int
    valid_after: int
    valid_before: int
    nonce: bytes


PERMIT = Struct(
    "Permit",
    "address owner,address spender,uint256 value,uint256 nonce,uint256 deadline",
    PermitMessage,
)
RECEIVE = Struct(
    "ReceiveWithAuthorization",
    "address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce",
    ReceiveMessage,
)


class Chosen(NamedTuple):
    """What a buyer takes of an offer, as far as the nonce of an authorization binds it."""

    work: int
    quantity: int
    recipient: str
    renew: int


def authorization_nonce(offer_hash: bytes, sender: str, valid_before: int, chosen: Chosen) -> bytes:
    """The ERC-3009 nonce that pays for this purchase and nothing else: the marketplace's
    `authorizationNonce`, 32 bytes."""
    kinds = ["bytes32", "address", "uint256", "uint256", "uint256", "address", "uint256"]
    return keccak(abi.encode(kinds, [offer_hash, sender, valid_before, *chosen]))
