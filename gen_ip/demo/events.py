"""What happens in the story, told one event at a time to whoever shows it.

Amounts are in the smallest unit of `token`, an address; `gen_ip.ETH` for ETH.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from gen_ip.demo.cast import Cast, Wallet
from gen_ip.demo.chain import LocalChain
from gen_ip.demo.report import Report
from gen_ip.terms import Terms
from gen_ip.tokens import TokenInfo
from gen_ip.works.documents import Limit
from gen_ip.works.recognition import Verdict
from gen_ip.works.registry import Work


@dataclass(frozen=True)
class Doing:
    """Something that takes a moment has begun."""

    text: str


@dataclass(frozen=True)
class Scene:
    """A new part of the story."""

    title: str


@dataclass(frozen=True)
class Ready:
    """The chain runs, the contracts are deployed (that cost `gas`), everybody has money."""

    chain: LocalChain
    contracts: dict[str, str]
    token: TokenInfo
    cast: Cast
    gas: int


@dataclass(frozen=True)
class Certified:
    """A work has its certificate; `picture` is its file, `parent` what it was made from."""

    owner: Wallet
    work: Work
    content_cid: str
    picture: Path
    parent: str | None = None


@dataclass(frozen=True)
class Sold:
    """`buyer` bought licenses of the work called `work`, for `price` in all."""

    buyer: Wallet
    work: str
    licenses: tuple[int, ...]
    terms: Terms
    price: int
    token: str


@dataclass(frozen=True)
class Signed:
    """`signer` signed something instead of sending a transaction; `what` says what."""

    signer: Wallet
    what: str


@dataclass(frozen=True)
class Proposed:
    """`maker` signed a price for a license of the work called `work`: a bid, or its answer."""

    maker: Wallet
    work: str
    price: int
    token: str
    is_bid: bool


@dataclass(frozen=True)
class Waiting:
    """`buyer` paid `price`, which waits until `seller` has delivered."""

    buyer: Wallet
    seller: Wallet
    work: str
    price: int
    token: str


@dataclass(frozen=True)
class Delivered:
    """`seller` posted a delivery."""

    seller: Wallet
    what: str


@dataclass(frozen=True)
class Asked:
    """A question about a right, and what the license contract answered."""

    question: str
    answer: bool


@dataclass(frozen=True)
class Tipped:
    """Somebody paid a work without buying anything."""

    payer: Wallet
    work: str
    amount: int
    token: str


@dataclass(frozen=True)
class Collected:
    """An owner took what came together, from `works` works, in one transaction."""

    owner: Wallet
    amount: int
    token: str
    works: int
    gas: int


@dataclass(frozen=True)
class Distributed:
    """Somebody paid out everybody's share, in one transaction."""

    sender: Wallet
    token: str
    gas: int


@dataclass(frozen=True)
class PaidOut:
    """`sender` paid out everybody's share of the works of `owner`, who got `amount`."""

    sender: Wallet
    owner: Wallet
    amount: int
    token: str
    gas: int


@dataclass(frozen=True)
class Compared:
    """A file was compared with all certified works; `limit` is that of the story's original, by
    which it can be recognized at most."""

    what: str
    picture: Path
    verdict: Verdict
    limit: Limit | None = None


Event: TypeAlias = (
    Doing
    | Scene
    | Ready
    | Certified
    | Sold
    | Signed
    | Proposed
    | Waiting
    | Delivered
    | Asked
    | Tipped
    | Collected
    | Distributed
    | PaidOut
    | Compared
    | Report
)
