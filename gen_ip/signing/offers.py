"""What makers sign for the marketplace: offers, one or a tree of them. Structs as in
contracts/types/Offers.sol, hashes as in contracts/libraries/Offering.sol.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from eth_abi import abi

from gen_ip.signing.eip712 import Domain, Struct
from gen_ip.signing.merkle import twice
from gen_ip.signing.statements import DELEGATION, NOBODY, Delegation

FEE_CAP = 1_000
"""Most that the fees of an offer may be together, in basis points."""


class OfferKind(IntEnum):
    """What an offer asks for (a price) or bids for (licenses, a certificate)."""

    LICENSE_ASK = 0
    LICENSE_BID = 1
    CERTIFICATE_ASK = 2
    CERTIFICATE_BID = 3

    @property
    def is_bid(self) -> bool:
        """Whether its maker is the buyer."""
        return self in (OfferKind.LICENSE_BID, OfferKind.CERTIFICATE_BID)

    @property
    def is_certificate(self) -> bool:
        """Whether the certificate itself is sold."""
        return self in (OfferKind.CERTIFICATE_ASK, OfferKind.CERTIFICATE_BID)


class FeeShare(NamedTuple):
    """A part of the price for a referrer or platform, in basis points."""

    to: str
    share: int


class OfferStruct(NamedTuple):
    """An offer as it is signed and hashed; `gen_ip.Offer` explains the members."""

    kind: int
    maker: str
    taker: str
    work: int
    works_root: bytes
    terms_hash: bytes
    token: str
    price: int
    quantity: int
    transfers: int
    encumbrance: bytes
    valid_from: int
    deadline: int
    counter_to: bytes
    uncontested: bool
    deliver_within: int
    challenge_window: int
    counter: int
    salt: int
    fees: tuple[FeeShare, ...] = ()


class OfferTree(NamedTuple):
    """The EIP-712 message `OfferTree`: many offers."""

    root: bytes


class AskLimits(NamedTuple):
    """An ask that a delegate may sign: price in the token's smallest unit, fees in basis points."""

    terms_hash: bytes = bytes(32)
    token: str = NOBODY
    min_price: int = 0
    max_fees: int = 0


class Approval(NamedTuple):
    """How the maker's consent to an offer is shown. All empty for a posted offer."""

    signature: bytes = b""
    is_tree: bool = False
    root: bytes = bytes(32)
    path: tuple[bytes, ...] = ()
    delegation: Delegation = Delegation()
    delegation_signature: bytes = b""
    limits: AskLimits = AskLimits()
    limits_path: tuple[bytes, ...] = ()


FEE_SHARE = Struct("FeeShare", "address to,uint16 share", FeeShare)
OFFER = Struct(
    "Offer",
    "uint8 kind,address maker,address taker,uint256 workId,bytes32 worksRoot,bytes32 termsHash,"
    "address token,uint256 price,uint256 quantity,uint256 transfers,bytes32 encumbrance,"
    "uint256 validFrom,uint256 deadline,bytes32 counterTo,bool uncontested,"
    "uint256 deliverWithin,uint256 challengeWindow,uint256 counter,uint256 salt,FeeShare[] fees",
    OfferStruct,
    (FEE_SHARE,),
)
OFFER_TREE = Struct("OfferTree", "bytes32 root", OfferTree)

# Never signed: their texts serve for JSON files and calldata only.
ASK_LIMITS = Struct(
    "AskLimits", "bytes32 termsHash,address token,uint256 minPrice,uint16 maxFees", AskLimits
)
APPROVAL = Struct(
    "Approval",
    "bytes signature,bool isTree,bytes32 root,bytes32[] path,Delegation delegation,"
    "bytes delegationSignature,AskLimits limits,bytes32[] limitsPath",
    Approval,
    (DELEGATION, ASK_LIMITS),
)


def marketplace_domain(chain_id: int, marketplace: str) -> Domain:
    """The EIP-712 domain of offers."""
    return Domain("Gen-IP Marketplace", "1", chain_id, marketplace)


def offer_leaf(offer_hash: bytes) -> bytes:
    """Leaf of an offer, by its struct hash, in a tree of offers."""
    return twice(offer_hash)


def work_leaf(work: int) -> bytes:
    """Leaf of a work in the set of works of an offer."""
    return twice(work.to_bytes(32, "big"))


def limits_leaf(limits: AskLimits) -> bytes:
    """Leaf of what a delegate may ask, in `Delegation.terms_root`."""
    return twice(abi.encode(["bytes32", "address", "uint256", "uint16"], limits))
