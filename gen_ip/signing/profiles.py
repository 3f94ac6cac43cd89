"""What a creator signs about who they are: a name, links, a domain."""

from __future__ import annotations

from typing import NamedTuple

from gen_ip.signing.eip712 import Domain, Struct


class Link(NamedTuple):
    """A page of the creator's."""

    name: str
    url: str


class Profile(NamedTuple):
    """The EIP-712 message `Profile`. `domain` is spelled as `gen_ip.status.accounts` writes it, or
    empty; the profile with the latest `time` (seconds since the epoch) is the one that holds."""

    account: str
    name: str
    domain: str
    links: tuple[Link, ...]
    time: int


LINK = Struct("Link", "string name,string url", Link)
PROFILE = Struct(
    "Profile",
    "address account,string name,string domain,Link[] links,uint256 time",
    Profile,
    (LINK,),
)


def profile_domain(chain_id: int, registry: str) -> Domain:
    """The EIP-712 domain of profiles."""
    return Domain("Gen-IP Profile", "1", chain_id, registry)
