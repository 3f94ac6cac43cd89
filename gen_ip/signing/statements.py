"""What creators sign for the registry: certifications, one or a tree of them, delegations and
revocations. Structs as in contracts/types/Structs.sol, hashes as in
contracts/libraries/Consents.sol.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from eth_abi import abi
from eth_utils.crypto import keccak

from gen_ip.signing.eip712 import Domain, Struct
from gen_ip.signing.merkle import twice
from gen_ip.work import ETH

NOBODY = ETH
"""Address 0, where an address is not there."""

MAY_SUSPEND, MAY_REVOKE = 1, 2
"""Bits of `Certify.arbiter_powers`."""

_LEAF = keccak(text="Leaf(uint256 chainId,address registry,bytes32 certify,bytes32 salt)")


class Edge(NamedTuple):
    """A parent of a derivative, and the license it is used under."""

    parent: int
    terms_hash: bytes
    license: int


class Payee(NamedTuple):
    """An address that shares what is drawn from a work; `share` in basis points."""

    to: str
    share: int


class Certify(NamedTuple):
    """Everything a creator states about a work. Shares and rates in basis points; `metadata` and
    `content_hash` are sha2-256, 32 bytes."""

    creator: str
    content_hash: bytes
    home_chain_id: int
    metadata: bytes
    resale_royalty: int = 0
    arbiter: str = NOBODY
    arbiter_powers: int = 0
    lien_cap: int = 0
    edges: tuple[Edge, ...] = ()
    payees: tuple[Payee, ...] = ()


class TreeProof(NamedTuple):
    """That a `Certify` is a leaf of the tree `root`; root 0 for no tree. The salt is kept secret
    until the leaf is shown."""

    root: bytes = bytes(32)
    salt: bytes = bytes(32)
    path: tuple[bytes, ...] = ()


class Delegation(NamedTuple):
    """What a creator lets `delegate` certify and offer in their name. `payees` is
    `payees_hash(...)` of what every such work must have, `max_owed` the most it may owe its parents
    in basis points of income and volume together (0: it has none), `expiry` seconds since the
    epoch."""

    creator: str = NOBODY
    delegate: str = NOBODY
    expiry: int = 0
    works: int = 0
    payees: bytes = bytes(32)
    resale_royalty: int = 0
    max_owed: int = 0
    terms_root: bytes = bytes(32)
    salt: int = 0


class Consent(NamedTuple):
    """A creator's consent as the contracts take it; the signature is 64 or 65 bytes, or a
    wallet contract's (ERC-1271)."""

    deadline: int = 0
    signature: bytes = b""
    tree: TreeProof = TreeProof()
    delegation: Delegation = Delegation()
    delegation_signature: bytes = b""


class SignedConsent(NamedTuple):
    """The EIP-712 message `Consent`: a certification, until when."""

    certify: Certify
    deadline: int


class ConsentTree(NamedTuple):
    """The EIP-712 message `ConsentTree`: many certifications, until when."""

    root: bytes
    deadline: int


class Revoke(NamedTuple):
    """The EIP-712 message `Revoke`: what was signed holds no longer."""

    struct_hash: bytes


EDGE = Struct("Edge", "uint256 parent,bytes32 termsHash,uint256 licenseId", Edge)
PAYEE = Struct("Payee", "address to,uint16 share", Payee)
CERTIFY = Struct(
    "Certify",
    "address creator,bytes32 contentHash,uint256 homeChainId,bytes32 metadata,"
    "uint16 resaleRoyalty,address arbiter,uint8 arbiterPowers,uint16 lienCap,"
    "Edge[] edges,Payee[] payees",
    Certify,
    (EDGE, PAYEE),
)
CONSENT = Struct("Consent", "Certify certify,uint256 deadline", SignedConsent, (CERTIFY,))
CONSENT_TREE = Struct("ConsentTree", "bytes32 root,uint256 deadline", ConsentTree)
DELEGATION = Struct(
    "Delegation",
    "address creator,address delegate,uint256 expiry,uint256 works,bytes32 payees,"
    "uint16 resaleRoyalty,uint16 maxOwed,bytes32 termsRoot,uint256 salt",
    Delegation,
)
REVOKE = Struct("Revoke", "bytes32 structHash", Revoke)

# Never signed: their texts serve for JSON files and calldata only.
TREE_PROOF = Struct("TreeProof", "bytes32 root,bytes32 salt,bytes32[] path", TreeProof)
CONSENT_CALLDATA = Struct(
    "Consent",
    "uint256 deadline,bytes signature,TreeProof tree,Delegation delegation,"
    "bytes delegationSignature",
    Consent,
    (TREE_PROOF, DELEGATION),
)


def registry_domain(chain_id: int, registry: str) -> Domain:
    """The EIP-712 domain of the registry's statements."""
    return Domain("Gen-IP Registry", "1", chain_id, registry)


def payees_hash(payees: Iterable[Payee]) -> bytes:
    """EIP-712 hash of a list of payees: what `Delegation.payees` holds."""
    return keccak(b"".join(PAYEE.hash(payee) for payee in payees))


def certify_leaf(chain_id: int, registry: str, certify: Certify, salt: bytes) -> bytes:
    """Leaf of a `Certify` in an anchor or in a consent tree, bound to the chain and registry."""
    values = (_LEAF, chain_id, registry, CERTIFY.hash(certify), salt)
    return twice(abi.encode(["bytes32", "uint256", "address", "bytes32", "bytes32"], values))
