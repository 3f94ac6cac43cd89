"""A work's id and its till: computed offline, before any transaction.

A work is `(creator, content hash, home chain)`. Its till is the CREATE2 address (EIP-1014) that
the splitter would give a contract under the work's salt, and its id is that address as a number:
nobody can take another creator's id, and a till can be paid before the work is certified.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# Libraries are loaded where they are used: the command line needs no more than a name from here.
from gen_ip import arguments

ETH = "0x" + "00" * 20
"""The token that stands for the chain's own coin."""

_ADDRESS = re.compile(r"gen-ip:([1-9][0-9]{0,18}):([1-9][0-9]{0,48})")


class WorkAddress(NamedTuple):
    """A work for any reader of the registry, written `gen-ip:CHAIN:WORK`. The registry has the same
    address on every chain, so that nothing else is needed."""

    chain_id: int
    work: int

    def __str__(self) -> str:
        return f"gen-ip:{self.chain_id}:{self.work}"

    @classmethod
    def parse(cls, text: str) -> WorkAddress | None:
        """The address that a text is; None for any other text.

        Raises:
            InvalidArgument: it is one of no work: its number is beyond 2**160 - 1.
        """
        found = _ADDRESS.fullmatch(text)
        if found is None:
            return None
        return cls(int(found[1]), arguments.work_id("work", found[2]))


def salt_of(creator: str, content_hash: bytes, home_chain_id: int) -> bytes:
    """The 32-byte salt of a work's till: keccak256 of the three, ABI-encoded.

    Raises:
        InvalidArgument: an argument is no address, no 32 bytes, or no chain id.
    """
    from eth_abi import abi
    from eth_utils.crypto import keccak

    values = (
        arguments.address("creator", creator),
        arguments.bytes32("content_hash", content_hash),
        arguments.unsigned("home_chain_id", home_chain_id),
    )
    return keccak(abi.encode(["address", "bytes32", "uint256"], values))


def work_id_of(
    creator: str,
    content_hash: bytes,
    home_chain_id: int,
    *,
    splitter: str,
    till_code_hash: bytes,
) -> int:
    """The id of a work, certified or not.

    `content_hash` is the sha2-256 of the file's bytes. `splitter` and `till_code_hash` (keccak256
    of the till's creation code) are those of a `gen_ip.chain.deployment.Deployment`.

    Raises:
        InvalidArgument: an argument is no address, no 32 bytes, or no chain id.
    """
    salt = salt_of(creator, content_hash, home_chain_id)
    deployer = arguments.address("splitter", splitter)
    code_hash = arguments.bytes32("till_code_hash", till_code_hash)
    return int.from_bytes(create2(deployer, salt, code_hash), "big")


def till_of(work_id: int) -> str:
    """The address of a work's till: where anyone can pay the work by plain transfer.

    Raises:
        InvalidArgument: `work_id` is no work's id.
    """
    from eth_utils.address import to_checksum_address

    return to_checksum_address(arguments.work_id("work_id", work_id).to_bytes(20, "big"))


def create2(deployer: str, salt: bytes, code_hash: bytes) -> bytes:
    """The 20 bytes of a CREATE2 address (EIP-1014)."""
    from eth_utils.crypto import keccak

    return keccak(b"\xff" + bytes.fromhex(deployer[2:]) + salt + code_hash)[12:]
