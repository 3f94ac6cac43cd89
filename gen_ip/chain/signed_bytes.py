"""Signed transactions as nodes take them: EIP-1559's
(https://eips.ethereum.org/EIPS/eip-1559), and legacy ones with a chain id
(https://eips.ethereum.org/EIPS/eip-155)."""

from __future__ import annotations

from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

_TYPE_2 = b"\x02"
_TYPE_2_ITEMS, _LEGACY_ITEMS = 12, 9
_ACCESS_LIST = 8
# Of v in a legacy signature: 35 + 2 * chain id + parity.
_LEGACY_V = 35


def fields(raw: bytes) -> dict[str, Any]:
    """What was signed: chainId, nonce, gas, value, data, fees, and `to` unless it creates a
    contract.

    Raises:
        ValueError: it is no such transaction.
    """
    found: dict[str, Any]
    if raw[:1] == _TYPE_2:
        chain, nonce, tip, most, gas, to, value, data, *_ = _items(raw)
        found = {
            "chainId": _number(chain),
            "maxPriorityFeePerGas": _number(tip),
            "maxFeePerGas": _number(most),
        }
    else:
        nonce, price, gas, to, value, data, v, *_ = _items(raw)
        found = {"chainId": (_number(v) - _LEGACY_V) // 2, "gasPrice": _number(price)}
    if len(to) not in (0, 20):
        raise ValueError("its receiver is no address")
    numbers = {"nonce": _number(nonce), "gas": _number(gas), "value": _number(value)}
    whom = {"to": to_checksum_address(to)} if to else {}
    return {**found, **numbers, **whom, "data": data}


def signer(raw: bytes) -> str:
    """Who signed it.

    Raises:
        ValueError: nobody can have, or it is no such transaction.
    """
    import rlp
    from eth_keys.datatypes import Signature
    from eth_keys.exceptions import BadSignature

    *body, v, r, s = _items(raw)
    if raw[:1] == _TYPE_2:
        parity, prefix = _number(v), _TYPE_2
        body.insert(_ACCESS_LIST, [])
    else:
        chain_id, parity = divmod(_number(v) - _LEGACY_V, 2)
        prefix, body = b"", [*body, chain_id, b"", b""]
        if chain_id < 0:
            raise ValueError("it is signed for any chain")
    digest = keccak(prefix + rlp.encode(body))
    try:
        signature = Signature(vrs=(parity, _number(r), _number(s)))
        key = signature.recover_public_key_from_msg_hash(digest)
    except (BadSignature, ValidationError) as error:
        raise ValueError(f"it has no signature: {error}") from None
    return str(key.to_checksum_address())


def _items(raw: bytes) -> list[Any]:
    """The items of its list, each bytes, signature included; without the access list, which must
    be empty."""
    import rlp
    from rlp.exceptions import RLPException

    typed = raw[:1] == _TYPE_2
    try:
        items = rlp.decode(raw[1:] if typed else raw)
    except RLPException as error:
        raise ValueError(f"it is no signed transaction: {error}") from None
    if not isinstance(items, list) or len(items) != (_TYPE_2_ITEMS if typed else _LEGACY_ITEMS):
        raise ValueError("it is no signed transaction of a known type")
    if typed and items.pop(_ACCESS_LIST) != []:
        raise ValueError("it is no signed transaction without an access list")
    if not all(isinstance(item, bytes) for item in items):
        raise ValueError("it is no signed transaction: it has lists in it")
    return items


def _number(item: bytes) -> int:
    return int.from_bytes(item, "big")
