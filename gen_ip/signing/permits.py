"""What licensees sign about who may use a work under their license, and what takes it back.

The domain binds both to one chain and its license contract. The struct is no `Permit`: wallets take
that name for an allowance over tokens (ERC-2612).
"""

from __future__ import annotations

from typing import NamedTuple

from gen_ip.signing.eip712 import Domain, Struct


class UsePermit(NamedTuple):
    """The EIP-712 message `UsePermit`: an account may use a work as a license allows.

    `license` 0 is for the owner of the work, who needs none. `account` and `agency` (who posts for
    the account, or nothing) are spelled as `gen_ip.status.accounts` writes them; `use` are bits of
    `gen_ip.terms.Rights`; it holds from `valid_from` to `expiry`, its last second.
    """

    licensee: str
    license: int
    work: int
    account: str
    agency: str
    use: int
    valid_from: int
    expiry: int
    nonce: int


class RevokeUsePermit(NamedTuple):
    """The EIP-712 message `RevokeUsePermit`: the permit of this struct hash holds no longer."""

    permit: bytes


USE_PERMIT = Struct(
    "UsePermit",
    "address licensee,uint256 licenseId,uint256 workId,string account,string agency,uint16 use,"
    "uint256 validFrom,uint256 expiry,uint256 nonce",
    UsePermit,
)
REVOKE_USE_PERMIT = Struct("RevokeUsePermit", "bytes32 permit", RevokeUsePermit)


def permits_domain(chain_id: int, license_contract: str) -> Domain:
    """The EIP-712 domain of use permits."""
    return Domain("Gen-IP Permits", "1", chain_id, license_contract)
