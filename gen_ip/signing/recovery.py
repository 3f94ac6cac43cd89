"""Whose key made a signature, told without a chain."""

from __future__ import annotations

from functools import lru_cache

# Half of secp256k1's order: contracts take the lower of a signature's two forms only (EIP-2).
_HALF = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@lru_cache(maxsize=256)
def recover(digest: bytes, signature: bytes) -> str | None:
    """The address whose key signed a 32-byte digest, by a signature of 65 bytes r, s, v or of 64
    bytes (EIP-2098); None where it is neither. Of a contract wallet (ERC-1271) only the chain can
    tell."""
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature
    from eth_utils.exceptions import ValidationError

    if len(signature) == 65 and signature[64] in (27, 28):
        parity, s = signature[64] - 27, int.from_bytes(signature[32:64], "big")
    elif len(signature) == 64:
        word = int.from_bytes(signature[32:], "big")
        parity, s = word >> 255, word & ((1 << 255) - 1)
    else:
        return None
    r = int.from_bytes(signature[:32], "big")
    if not 0 < s <= _HALF or r == 0:
        return None
    try:
        key = Signature(vrs=(parity, r, s)).recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError):
        return None
    return str(key.to_checksum_address())
