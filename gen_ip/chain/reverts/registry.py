"""Errors of IPRegistry."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class NotCreator(ContractError):
    """Only the creator of a work may do this."""

    caller: str
    creator: str
    text = "{caller} is not the creator {creator}; sign with the creator's account"


class WrongChain(ContractError):
    """A work is certified on its home chain only."""

    home_chain_id: int
    chain_id: int
    text = "the work is at home on chain {home_chain_id}, this is {chain_id}; use its home chain"


class AlreadyCertified(ContractError):
    """The certificate exists already."""

    work_id: int
    text = "this account certified the same bytes before, as work {work_id}; use that certificate"


class RoyaltyTooHigh(ContractError):
    """The resale royalty is above the cap, both in basis points."""

    rate: int
    cap: int
    text = "a resale royalty of {rate} basis points is above the cap; name {cap} or less"


class HasEdgesOrPayees(ContractError):
    """Works with parents or payees are certified through the license contract."""

    edges: int
    payees: int
    text = "{edges} parents and {payees} payees; certify through the license contract"


class OnlyLicense(ContractError):
    """Only the license contract may call this."""

    caller: str
    text = "{caller} is not the license contract; certify through the license contract"


class OwnTill(ContractError):
    """A certificate cannot be sent to its own till: nobody could move it again."""

    work_id: int
    text = "the receiver is the till of work {work_id} itself; name another receiver"


class NoValue(ContractError):
    """Certificates and licenses take no ETH."""

    value: int
    text = "{value} wei were sent where none are taken; pay the work itself instead"


class UnknownWork(ContractError):
    """No work of this id is certified."""

    work_id: int
    text = "no work {work_id} is certified on this chain; check the id and the chain"
