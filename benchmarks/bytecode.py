"""Whether a chain holds the very code that ships in the package.

The Deployer creates only what has the hashes it was made with; they are read from the chain, as is
each contract's runtime code, which must be the one inside its creation code: byte for byte, but
for the places of immutables (PUSH32 of zeros, which the constructor fills in).
"""

from __future__ import annotations

from eth_abi import abi as coder
from eth_utils.crypto import keccak

from gen_ip.chain import abi, artifacts
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.rpc import Rpc
from gen_ip.errors import GenIPError

_PUSH32 = 0x7F
_IMMUTABLE = bytes([_PUSH32]) + bytes(32)


class WrongBytecode(GenIPError):  # noqa: N818
    """The chain holds other code than the package; `contract` says which."""

    def __init__(self, contract: str, what: str) -> None:
        super().__init__(f"{contract}: {what}; compile (make compile) and deploy the package's own")
        self.contract = contract


def verified(rpc: Rpc, deployment: Deployment) -> dict[str, dict[str, str]]:
    """Hashes by contract name: keccak256 of the creation code, as the Deployer demands it, and of
    the runtime code on the chain.

    Raises:
        WrongBytecode: one is not the package's.
    """
    deployer = artifacts.load("Deployer")
    _require_runtime("Deployer", rpc.code(deployment.deployer))
    found = {}
    for index, (name, address) in enumerate(deployment.addresses().items()):
        call = abi.encode_call(deployer.functions["codeHashes"], index)
        (demanded,) = coder.decode(["bytes32"], rpc.call(deployment.deployer, call))
        shipped = keccak(artifacts.load(name).bytecode)
        if demanded != shipped:
            raise WrongBytecode(name, f"created from {_hex(demanded)}, not from {_hex(shipped)}")
        runtime = rpc.code(address)
        _require_runtime(name, runtime)
        found[name] = {"creation": _hex(demanded), "runtime": _hex(keccak(runtime))}
    return found


def _require_runtime(name: str, runtime: bytes) -> None:
    creation = artifacts.load(name).bytecode
    starts = range(len(creation) - len(runtime) + 1) if runtime else ()
    if not any(_fits(creation[start : start + len(runtime)], runtime) for start in starts):
        raise WrongBytecode(name, f"its {len(runtime)} bytes on the chain are not the package's")


def _fits(template: bytes, runtime: bytes) -> bool:
    if template[:16] != runtime[:16]:
        return False
    place = 0
    while (found := template.find(_IMMUTABLE, place)) >= 0:
        if template[place : found + 1] != runtime[place : found + 1]:
            return False
        place = found + len(_IMMUTABLE)
    return template[place:] == runtime[place:]


def _hex(data: bytes) -> str:
    return f"0x{data.hex()}"
