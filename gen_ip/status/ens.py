"""Whether an ENS name says the same as a profile: the name resolves to the account, on the chain of
the node that the operator names.

Names of ASCII letters, digits and hyphens under .eth; other letters have spellings of their own
there. What a resolver keeps off the chain (ERC-3668) is not fetched: no address that it names is
asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from gen_ip.errors import GenIPError
from gen_ip.status.accounts import domain
from gen_ip.status.domains import Proof, Said

if TYPE_CHECKING:
    from gen_ip.chain.rpc import Rpc

REGISTRY = "0x00000000000C2E074eC69A0dFb2997BA6C7d2e1e"
"""The same on Ethereum and on its test networks."""
_RESOLVER, _ADDRESS = (keccak(text=f"{each}(bytes32)")[:4] for each in ("resolver", "addr"))


class EnsVerifier:
    """Asks ENS.

    Args:
        rpc: connects to the node; anew each time, for several threads ask.
        registry: of ENS.
    """

    def __init__(self, rpc: Callable[[], Rpc], registry: str = REGISTRY) -> None:
        self._rpc, self._registry = rpc, registry

    def ask(self, host: str) -> Said:
        """The account that the name resolves to. A name that resolves to none says nothing.

        Raises:
            BadAccount: `host` is no domain.
        """
        name = domain(host)
        labels = name.split(".")
        if labels[-1] != "eth" or any(each.startswith("xn--") for each in labels):
            return Said(failure=Proof.UNREACHABLE)
        node = namehash(name)
        try:
            rpc = self._rpc()
            resolver = _address(rpc.call(self._registry, _RESOLVER + node))
            found = resolver and _address(rpc.call(resolver, _ADDRESS + node))
        except GenIPError:
            return Said(failure=Proof.UNREACHABLE)
        return Said(frozenset({found})) if found else Said(failure=Proof.UNREACHABLE)


def namehash(name: str) -> bytes:
    """What ENS knows a name by (EIP-137): 32 bytes."""
    node = bytes(32)
    for label in reversed(name.split(".")):
        node = keccak(node + keccak(text=label))
    return node


def _address(word: bytes) -> str | None:
    """The address in a word; None where it is zero, or no address."""
    if len(word) != 32 or any(word[:12]) or not any(word):
        return None
    return to_checksum_address(word[12:])
