"""The contracts: are they there, and is their code the one that ships with this package?

solc leaves zeros in the creation code where a constructor writes immutables into the runtime code
(https://docs.soliditylang.org/en/latest/contracts.html#immutable); everything else must be equal,
and what stands there must be what the constructors of these contracts write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from eth_utils.crypto import keccak

from gen_ip.chain import artifacts
from gen_ip.chain.deployment import Deployment, till_code_hash
from gen_ip.chain.errors import NoContracts
from gen_ip.chain.rpc import Rpc
from gen_ip.doctor.finding import Finding, fail, failed, ok
from gen_ip.signing import marketplace_domain, registry_domain

_WORD = 32
# CBOR: a map of one, "solc" and three bytes.
_VERSION = b"\xa1\x64solc\x43"
# PUSH32 of a word that is filled in by the constructor: zero itself is PUSH0.
_GAP = re.compile(rb"\x7f(\x00{32})")


def contracts(rpc: Rpc, deployment: Deployment) -> Iterator[Finding]:
    """One line for each contract, or one for all where there is none.

    Raises:
        ChainError: the node does not tell.
    """
    codes = {name: rpc.code(address) for name, address in deployment.addresses().items()}
    if not any(codes.values()):
        yield failed("contracts", NoContracts(rpc.chain_id, deployment.registry))
        return
    for name, address in deployment.addresses().items():
        if not codes[name]:
            text, remedy = f"nothing at {address}", "deploy with gen_ip.chain.deploy.deploy"
            yield fail(name, text, remedy)
        elif not is_shipped(name, codes[name], deployment, rpc.chain_id):
            yield fail(
                name,
                f"the code at {address} is not the one that ships with this package",
                "do not use it; check network, deployment file and version of gen-ip",
            )
        else:
            yield ok(name, f"{address}, its code as shipped")


def is_shipped(name: str, code: bytes, deployment: Deployment, chain_id: int) -> bool:
    """Whether runtime code is what the shipped creation code of the contract `name` leaves, with
    immutables of this deployment and chain."""
    creation = artifacts.load(name).bytecode
    words = _immutables(deployment, chain_id)
    start = -1
    while (start := creation.find(code[:8], start + 1)) >= 0:
        template = creation[start : start + len(code)]
        if len(template) == len(code) and _ends(template) and _fits(template, code, words):
            return True
    return False


def _immutables(deployment: Deployment, chain_id: int) -> set[bytes]:
    """What the constructors write: addresses, the till's code hash, and the EIP-712 domains with
    their parts, as OpenZeppelin's EIP712 keeps them."""
    domains = (
        registry_domain(chain_id, deployment.registry),
        marketplace_domain(chain_id, deployment.marketplace),
    )
    addresses = (*deployment.addresses().values(), deployment.deployer)
    words = {bytes.fromhex(each[2:]).rjust(_WORD, b"\0") for each in addresses}
    words |= {till_code_hash(), chain_id.to_bytes(_WORD, "big")}
    for domain in domains:
        words |= {domain.separator(), keccak(text=domain.name), keccak(text=domain.version)}
    return words


def _ends(template: bytes) -> bool:
    """Whether it ends as code does, with the compiler's version and the length of that."""
    length = int.from_bytes(template[-2:], "big")
    return template[-2 - length :].startswith(_VERSION)


def _fits(template: bytes, code: bytes, words: set[bytes]) -> bool:
    # The till's own gap, in its creation code inside the splitter's, is still to be filled.
    till = artifacts.load("Till").bytecode
    inner = template.find(till)
    place = 0
    for gap in _GAP.finditer(template):
        start, end = gap.span(1)
        if 0 <= inner <= start < inner + len(till):
            continue
        if template[place:start] != code[place:start] or code[start:end] not in words:
            return False
        place = end
    return template[place:] == code[place:]
