"""ENS names asked on a chain: resolved forward, and nothing fetched that a resolver names."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from gen_ip.chain import transactions
from gen_ip.chain.connecting import connect
from gen_ip.chain.rpc import Rpc
from gen_ip.status.domains import Proof, Said
from gen_ip.status.ens import EnsVerifier, namehash
from gen_ip.status.errors import BadAccount
from tests.support.chain import LocalChain
from tests.support.solidity import place

SOURCE = "tests/status/Ens.sol"
NOTHING = Said(failure=Proof.UNREACHABLE)


class Ens:
    """A registry and a resolver on the run's chain."""

    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain
        self.registry = place(chain, chain.dave, SOURCE, "EnsRegistry")
        self.resolver = place(chain, chain.dave, SOURCE, "EnsResolver")
        self.verifier = EnsVerifier(lambda: Rpc(connect(chain.url)), self.registry)

    def resolves(self, name: str, to: str, resolver: str | None = None) -> None:
        node = namehash(name)
        self._send(self.registry, "setResolver(bytes32,address)", node, resolver or self.resolver)
        self._send(self.resolver, "setAddr(bytes32,address)", node, to)

    def _send(self, contract: str, function: str, node: bytes, value: str) -> None:
        data = keccak(text=function)[:4] + node + bytes(12) + bytes.fromhex(value[2:])
        transactions.send(Rpc(self._chain.web3), self._chain.dave, contract, data)


@pytest.fixture
def ens(chain: LocalChain) -> Ens:
    return Ens(chain)


def test_the_hash_of_a_name_is_that_of_the_standard() -> None:
    # From EIP-137.
    expected = "de9b09fd7c5f901e23a3f19fecc54828e9c848539801e86591bd9801b019f84f"
    assert namehash("foo.eth").hex() == expected


def test_a_name_that_resolves_to_the_account(chain: LocalChain, ens: Ens) -> None:
    alice, bob = chain.alice.address, chain.bob.address
    ens.resolves("alice.eth", alice)
    said = ens.verifier.ask("Alice.ETH")
    assert said == Said(frozenset({alice}))
    assert (said.of(alice), said.of(bob)) == (Proof.PROVEN, Proof.DENIED)
    ens.resolves("art.alice.eth", bob)
    assert ens.verifier.ask("art.alice.eth").of(bob) is Proof.PROVEN
    ens.resolves("alice.eth", bob)
    assert ens.verifier.ask("alice.eth").of(alice) is Proof.DENIED


def test_names_that_resolve_to_nothing(chain: LocalChain, ens: Ens) -> None:
    assert ens.verifier.ask("nobody.eth") == NOTHING
    ens.resolves("zero.eth", "0x" + "00" * 20)
    assert ens.verifier.ask("zero.eth") == NOTHING
    ens.resolves("odd.eth", "0x" + "00" * 19 + "01")
    assert ens.verifier.ask("odd.eth") == NOTHING
    ens.resolves("elsewhere.eth", "0x" + "00" * 19 + "02")
    assert ens.verifier.ask("elsewhere.eth") == NOTHING
    # A resolver that is none, and one that is an account without code.
    ens.resolves("none.eth", chain.alice.address, chain.token)
    ens.resolves("wallet.eth", chain.alice.address, chain.alice.address)
    assert ens.verifier.ask("none.eth") == ens.verifier.ask("wallet.eth") == NOTHING


def test_names_that_are_not_asked_about(chain: LocalChain, ens: Ens) -> None:
    for name in ("artist.example", "bücher.eth"):
        ens.resolves("xn--bcher-kva.eth" if name.endswith("eth") else name, chain.alice.address)
        assert ens.verifier.ask(name) == NOTHING
    with pytest.raises(BadAccount):
        ens.verifier.ask("eth")


def test_a_node_that_is_not_there() -> None:
    gone = EnsVerifier(lambda: Rpc(connect("http://127.0.0.1:1", timeout=1)))
    assert gone.ask("alice.eth") == NOTHING
