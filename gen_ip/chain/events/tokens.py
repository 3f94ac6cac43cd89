"""What tokens log: certificates and licenses (ERC-721), money (ERC-20), and the Deployer."""

from __future__ import annotations

from dataclasses import dataclass

from gen_ip.chain.events.base import Account, Event, TokenId


@dataclass(frozen=True)
class Transfer(Event):
    """A certificate or a license changed hands; from address 0 when it was made."""

    from_: Account
    to: Account
    id_: TokenId


@dataclass(frozen=True)
class Approval(Event):
    """An account may move one certificate or license."""

    owner: Account
    account: Account
    id_: TokenId


@dataclass(frozen=True)
class ApprovalForAll(Event):
    """An operator may move all certificates (or licenses) of an owner, or no longer."""

    owner: Account
    operator: Account
    is_approved: bool


@dataclass(frozen=True)
class TokenTransfer(Event, name="Transfer"):
    """An amount of an ERC-20 token changed hands."""

    from_: Account
    to: Account
    amount: int


@dataclass(frozen=True)
class TokenApproval(Event, name="Approval"):
    """A spender may take so much of an ERC-20 token."""

    owner: Account
    spender: Account
    amount: int


@dataclass(frozen=True)
class Deployed(Event):
    """The Deployer placed a contract."""

    index: int
    at: str
