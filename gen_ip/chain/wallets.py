"""Signatures of contract wallets, which only the chain can check (ERC-1271).

Standard: https://eips.ethereum.org/EIPS/eip-1271.
"""

from __future__ import annotations

from eth_abi import abi

from gen_ip.chain.reverts import ContractError
from gen_ip.chain.rpc import Rpc
from gen_ip.signing.recovery import recover

# bytes4(keccak256("isValidSignature(bytes32,bytes)")): the selector, and the answer that agrees.
_MAGIC = bytes.fromhex("1626ba7e")


def is_signed_by(rpc: Rpc, account: str, digest: bytes, signature: bytes) -> bool:
    """Whether a 32-byte digest is signed by an account: with its key, or as its code says.

    The key comes first, as in the contracts: an account that delegates to code (EIP-7702) has one.

    Raises:
        NodeError, ConnectionFailed: the node does not answer.
    """
    if recover(digest, signature) == account:
        return True
    if not rpc.code(account):
        return False
    call = _MAGIC + abi.encode(["bytes32", "bytes"], [digest, signature])
    [answer] = rpc.calls([(account, call)])
    if isinstance(answer, ContractError):
        return False
    return len(answer) >= 32 and answer[:32] == _MAGIC + bytes(28)
