"""Errors of Deployer."""

# ruff: noqa: N818

from __future__ import annotations

from gen_ip.chain.reverts.base import ContractError


class NothingLeft(ContractError):
    """All contracts are deployed already."""

    count: int
    text = "all {count} contracts are deployed already; use them"


class WrongCode(ContractError):
    """The code is not the one expected at this index."""

    index: int
    expected: bytes
    given: bytes
    text = "contract {index} must have code {expected}, not {given}; deploy with one release"


class CreationFailed(ContractError):
    """The constructor of the contract at `index` reverted."""

    index: int
    text = "contract {index} could not be created; deploy with more gas"
