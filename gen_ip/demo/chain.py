"""The demo's own chain: anvil where there is one, else py-evm inside the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from web3 import Web3


class ChainKind(StrEnum):
    """Which chain to run on; `auto` takes anvil where it is found."""

    AUTO = "auto"
    ANVIL = "anvil"
    PYEVM = "pyevm"


@dataclass(frozen=True)
class LocalChain:
    """A connected, empty chain and what to call it."""

    web3: Web3
    kind: ChainKind
    name: str


@contextmanager
def local_chain(kind: ChainKind = ChainKind.AUTO) -> Iterator[LocalChain]:
    """A private chain that ends with the block.

    Raises:
        AnvilNotFound: anvil was asked for and is not there.
        AnvilFailed: it does not start.
    """
    from gen_ip.chain import anvil

    if kind is ChainKind.AUTO:
        try:
            anvil.find()
            kind = ChainKind.ANVIL
        except anvil.AnvilNotFound:
            kind = ChainKind.PYEVM
    if kind is ChainKind.PYEVM:
        from gen_ip.chain import pyevm

        yield LocalChain(pyevm.connect(), kind, "py-evm, inside this process")
        return
    from web3 import HTTPProvider, Web3

    with anvil.Anvil() as node:
        url = node.start()
        yield LocalChain(Web3(HTTPProvider(url)), kind, f"anvil at {url}")
