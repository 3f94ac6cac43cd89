"""Where IPRegistry keeps what it says of a work, and what the slots hold: its storage layout
(contracts/IPRegistry.sol), and Solady's for the owner (solady/src/tokens/ERC721.sol). The contract
is immutable, and so are these."""

from __future__ import annotations

from typing import NamedTuple

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

_CLAIMS, _METADATA, _ANCHOR_TIME = 0, 1, 4
# The first four bytes of ERC721._ERC721_MASTER_SLOT_SEED follow the last four of 32 that hold an
# id: `mstore(0x00, id) mstore(0x1c, seed)`.
_ERC721_SEED = bytes.fromhex("7d882553")
_WORD = 1 << 256


class Owned(NamedTuple):
    """The owner's slot. Claim time in seconds since the epoch, resale royalty in basis points."""

    owner: str
    claim_time: int
    transfers: int
    resale_royalty: int
    metadata_version: int
    creator_has_key: bool
    suspended: bool


class Claimed(NamedTuple):
    """The slot of a content hash: the first work on these bytes, its claim time, how many works
    there are."""

    first: int
    time: int
    works: int


def owner_slot(work: int) -> bytes:
    """The slot of a work's owner, 32 bytes."""
    seed = keccak(work.to_bytes(32, "big")[:28] + _ERC721_SEED)
    return ((2 * work + int.from_bytes(seed, "big")) % _WORD).to_bytes(32, "big")


def metadata_slot(work: int) -> bytes:
    """The slot of the sha2-256 of a work's metadata."""
    return _mapped(work.to_bytes(32, "big"), _METADATA)


def claims_slot(content_hash: bytes) -> bytes:
    """The slot of the claims on the same bytes."""
    return _mapped(content_hash, _CLAIMS)


def anchor_slot(root: bytes) -> bytes:
    """The slot of the time of an anchor."""
    return _mapped(root, _ANCHOR_TIME)


def owned(value: int) -> Owned:
    """What an owner's slot says."""
    extra = value >> 160
    return Owned(
        owner=to_checksum_address((value & ((1 << 160) - 1)).to_bytes(20, "big")),
        claim_time=extra & ((1 << 40) - 1),
        transfers=extra >> 40 & ((1 << 32) - 1),
        resale_royalty=extra >> 72 & ((1 << 10) - 1),
        metadata_version=extra >> 82 & ((1 << 12) - 1),
        creator_has_key=bool(extra >> 94 & 1),
        suspended=bool(extra >> 95 & 1),
    )


def claimed(value: int) -> Claimed:
    """What a slot of claims says."""
    return Claimed(value & ((1 << 160) - 1), value >> 160 & ((1 << 40) - 1), value >> 200)


def _mapped(key: bytes, slot: int) -> bytes:
    return keccak(key + slot.to_bytes(32, "big"))
