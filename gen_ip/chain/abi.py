"""ABI encoding by the entries of a contract's JSON ABI, over eth-abi.

Integers are ints, bytes bytes, addresses checksummed strings, structs and arrays tuples.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from eth_abi import abi
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

Entry = Mapping[str, Any]


def type_of(entry: Entry) -> str:
    """The canonical type of a parameter: structs written as tuples, `(address,uint16)[]`."""
    kind: str = entry["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(map(type_of, entry['components']))}){kind.removeprefix('tuple')}"


def signature(entry: Entry) -> str:
    """Such as `transfer(address,uint256)`, for functions, events and errors alike."""
    return f"{entry['name']}({','.join(map(type_of, entry['inputs']))})"


def selector(entry: Entry) -> bytes:
    """The first 4 bytes of the signature's hash."""
    return keccak(text=signature(entry))[:4]


def encode(entries: Sequence[Entry], values: Sequence[object]) -> bytes:
    """`values` for the parameters `entries`; an index, key or type that is off is a bug here."""
    return abi.encode([type_of(entry) for entry in entries], values)


def encode_call(function: Entry, *values: object) -> bytes:
    """The calldata of a call of `function`."""
    return selector(function) + encode(function["inputs"], values)


def decode(entries: Sequence[Entry], data: bytes) -> tuple[Any, ...] | None:
    """The values of the parameters `entries`, or None when `data` does not hold them.

    What contracts answer comes from strangers, so failing to decode is an ordinary outcome.
    """
    try:
        values = abi.decode([type_of(entry) for entry in entries], data)
    except (DecodingError, OverflowError, UnicodeDecodeError):
        return None
    return tuple(_clean(entry, value) for entry, value in zip(entries, values, strict=True))


@lru_cache(maxsize=1 << 16)
def checksummed(address: str | bytes) -> str:
    """An address with its checksum (EIP-55); the same few come again and again."""
    return str(to_checksum_address(address))


def snake(name: str) -> str:
    """`workId` as `work_id`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _clean(entry: Entry, value: Any) -> Any:
    kind: str = entry["type"]
    if kind.endswith("]"):
        item = {**entry, "type": kind[: kind.rindex("[")]}
        return tuple(_clean(item, part) for part in value)
    if kind == "tuple":
        parts = zip(entry["components"], value, strict=True)
        return tuple(_clean(component, part) for component, part in parts)
    return checksummed(value) if kind == "address" else value
