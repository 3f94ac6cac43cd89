"""Errors of Solady's ERC-20, ERC-721 and transfer helpers, which the contracts build on.

Classes with a `signature` are raised from assembly: no ABI lists them.
"""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class TransferFromFailed(ContractError):
    """The token did not let the payment be taken."""

    signature = "TransferFromFailed()"
    text = "the token refused the payment; check the payer's balance and approval of this token"


class TokenTransferFailed(ContractError):
    """The token did not pay out. Solady's `TransferFailed()`, apart from the splitter's own."""

    name = "TransferFailed"
    signature = "TransferFailed()"
    text = "the token refused to pay the receiver; name another receiver"


class ETHTransferFailed(ContractError):
    """The receiver refused the ETH."""

    signature = "ETHTransferFailed()"
    text = "the receiver refused the ETH; name another receiver"


class TotalSupplyOverflow(ContractError):
    """More tokens than an integer counts."""

    text = "the token's supply would overflow; mint less"


class AllowanceOverflow(ContractError):
    """An allowance would overflow."""

    text = "the allowance would overflow; approve less"


class AllowanceUnderflow(ContractError):
    """An allowance would fall below 0."""

    text = "the allowance would fall below 0; lower it by less"


class InsufficientBalance(ContractError):
    """The token's holder has too little."""

    text = "the account holds less of the token than it shall pay; get more of it"


class InsufficientAllowance(ContractError):
    """The spender was allowed too little."""

    text = "the spender may not take that much of the token; approve it first"


class InvalidPermit(ContractError):
    """The signature of a permit is not the holder's."""

    text = "the permit is not signed by the token's holder; sign with the holder's account"


class PermitExpired(ContractError):
    """The permit's deadline has passed."""

    text = "the permit has expired; sign a new one"


class Permit2AllowanceIsFixedAtInfinity(ContractError):
    """Permit2's allowance cannot be changed."""

    text = "this token's allowance for Permit2 cannot be changed; leave it"


class NotOwnerNorApproved(ContractError):
    """The caller may not move the token."""

    text = "the caller neither owns the token nor is approved for it; use the owner's account"


class TokenDoesNotExist(ContractError):
    """There is no token of this id."""

    text = "no token of this id exists; check the id and the chain"


class TokenAlreadyExists(ContractError):
    """The token was minted before."""

    text = "the token exists already; use it"


class BalanceQueryForZeroAddress(ContractError):
    """Address 0 holds nothing."""

    text = "address 0 has no balance; name an account"


class TransferToZeroAddress(ContractError):
    """The receiver is address 0."""

    text = "a token cannot be sent to address 0; name a receiver"


class TransferFromIncorrectOwner(ContractError):
    """The token belongs to somebody else than the one it is taken from."""

    text = "the token belongs to another account; use the account that owns it"


class AccountBalanceOverflow(ContractError):
    """An account holds more tokens than can be counted."""

    text = "the receiver's number of tokens would overflow; name another receiver"


class TransferToNonERC721ReceiverImplementer(ContractError):
    """The receiver is a contract that does not take ERC-721 tokens."""

    text = "the receiving contract does not take ERC-721 tokens; name another receiver"
