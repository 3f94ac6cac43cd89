"""What is measured is the package's code: a chain with any other is refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from eth_utils.crypto import keccak

from benchmarks import bytecode
from benchmarks._chain import Chain
from benchmarks.bytecode import WrongBytecode, verified
from gen_ip.chain import artifacts
from tests.support.require import require


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    require("anvil")
    with Chain(b"bytecode") as opened:
        yield opened


def test_the_packages_own_code_passes(chain: Chain) -> None:
    found = verified(chain.rpc, chain.session.deployment)
    assert tuple(found) == artifacts.CONTRACTS
    for name, address in chain.session.deployment.addresses().items():
        creation, runtime = artifacts.load(name).bytecode, chain.rpc.code(address)
        assert found[name] == {
            "creation": f"0x{keccak(creation).hex()}",
            "runtime": f"0x{keccak(runtime).hex()}",
        }


@pytest.mark.parametrize("name", [*artifacts.CONTRACTS, "Deployer"])
@pytest.mark.parametrize("place", [3, -1])
def test_a_byte_of_another_contract_is_seen(chain: Chain, name: str, place: int) -> None:
    deployment = chain.session.deployment
    address = {**deployment.addresses(), "Deployer": deployment.deployer}[name]
    code = bytearray(chain.rpc.code(address))
    code[place] ^= 1
    with chain.undone():
        chain.rpc.request("anvil_setCode", address, f"0x{code.hex()}")
        with pytest.raises(WrongBytecode, match="on the chain are not the package's") as caught:
            verified(chain.rpc, deployment)
    assert caught.value.contract == name


def test_no_code_at_all(chain: Chain) -> None:
    with chain.undone():
        chain.rpc.request("anvil_setCode", chain.session.deployment.license, "0x")
        with pytest.raises(WrongBytecode, match=r"^IPLicense: its 0 bytes"):
            verified(chain.rpc, chain.session.deployment)


def test_a_deployer_of_other_code_is_seen(chain: Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    load = artifacts.load

    def other(name: str) -> artifacts.Artifact:
        found = load(name)
        if name == "RoyaltySplitter":
            return replace(found, bytecode=found.bytecode + b"\0")
        return found

    monkeypatch.setattr(bytecode.artifacts, "load", other)
    with pytest.raises(WrongBytecode, match=r"^RoyaltySplitter: created from 0x\w{64}, not from"):
        verified(chain.rpc, chain.session.deployment)
