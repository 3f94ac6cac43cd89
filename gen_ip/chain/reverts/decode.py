"""From revert data to an exception."""

from __future__ import annotations

from functools import cache
from typing import Any

from eth_utils.crypto import keccak

from gen_ip.chain import abi, artifacts
from gen_ip.chain.reverts import deployer, licensing, marketplace, registry, splitter, tokens
from gen_ip.chain.reverts.base import (
    ContractError,
    Panicked,
    Reverted,
    RevertedWithReason,
    UnknownRevert,
)

_MODULES = (registry, splitter, licensing, marketplace, deployer, tokens)
_ERROR = keccak(text="Error(string)")[:4]
_PANIC = keccak(text="Panic(uint256)")[:4]


def decode(data: bytes) -> ContractError:
    """The exception for the data that a contract reverted with; never fails, whatever the data."""
    if not data:
        return Reverted()
    head, body = bytes(data[:4]), bytes(data[4:])
    if head == _ERROR and (found := abi.decode([{"type": "string"}], body)):
        return RevertedWithReason(*found)
    if head == _PANIC and (found := abi.decode([{"type": "uint256"}], body)):
        return Panicked(*found)
    if head in (known := by_selector()):
        kind, inputs = known[head]
        values = abi.decode(inputs, body)
        if values is not None:
            return kind(*values)
    return UnknownRevert(bytes(data))


def classes() -> dict[str, type[ContractError]]:
    """Every exception of a contract error, by its class's name."""
    return {
        name: kind
        for module in _MODULES
        for name, kind in vars(module).items()
        if isinstance(kind, type) and issubclass(kind, ContractError) and not kind.abstract
    }


@cache
def by_selector() -> dict[bytes, tuple[type[ContractError], list[Any]]]:
    """Selector -> exception and the error's parameters, over all ABIs and Solady's own.

    A class with a `signature` is for that error alone; others have the name of theirs.
    """
    known = classes()
    exact = {kind.signature: kind for kind in known.values() if hasattr(kind, "signature")}
    table: dict[bytes, tuple[type[ContractError], list[Any]]] = {}
    for name in artifacts.NAMES:
        for entry in artifacts.load(name).abi:
            if entry["type"] == "error":
                kind = exact.get(abi.signature(entry)) or known[entry["name"]]
                table[abi.selector(entry)] = (kind, entry["inputs"])
    for signature, kind in exact.items():
        table.setdefault(keccak(text=signature)[:4], (kind, []))
    return table
