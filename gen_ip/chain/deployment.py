"""Where the contracts lie: computed from the shipped bytecode, the same on every EVM chain.

The canonical CREATE2 factory places the Deployer under salt 0, with the hashes of the four
contracts' creation code as its constructor's argument; the Deployer creates the four with nonces
1 to 4. So the addresses commit to all of the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from eth_abi import abi
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from gen_ip import arguments
from gen_ip.chain import artifacts
from gen_ip.errors import GenIPError, shown
from gen_ip.nesting import parse
from gen_ip.work import create2, work_id_of

FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SALT = bytes(32)


_MAX_FILE_BYTES = 64 * 1024
_MAX_NESTING = 8


class BadDeploymentFile(GenIPError):  # noqa: N818
    """A file of contract addresses cannot be used."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"the deployment file {shown(path)} cannot be used ({reason}); give JSON with the "
            "addresses of Deployer, " + ", ".join(artifacts.CONTRACTS)
        )


@dataclass(frozen=True)
class Deployment:
    """The addresses of one deployment.

    `chain_id` and `block` say on which chain and since which block, where that is known: another
    chain is refused then, and logs are searched from that block on.
    """

    registry: str
    splitter: str
    license: str
    marketplace: str
    deployer: str
    chain_id: int | None = None
    block: int | None = None

    def addresses(self) -> Mapping[str, str]:
        """Contract name -> address."""
        addresses = (self.registry, self.splitter, self.license, self.marketplace)
        return dict(zip(artifacts.CONTRACTS, addresses, strict=True))

    def work_id(self, creator: str, content_hash: bytes, home_chain_id: int) -> int:
        """The id of a work, certified or not; see `gen_ip.work.work_id_of`."""
        return work_id_of(
            creator,
            content_hash,
            home_chain_id,
            splitter=self.splitter,
            till_code_hash=till_code_hash(),
        )


@cache
def till_code_hash() -> bytes:
    """keccak256 of the till's creation code."""
    return keccak(artifacts.load("Till").bytecode)


@cache
def deployer_code() -> bytes:
    """The Deployer's creation code with its constructor's argument."""
    hashes = [keccak(artifacts.load(name).bytecode) for name in artifacts.CONTRACTS]
    return artifacts.load("Deployer").bytecode + abi.encode(["bytes32[]"], [hashes])


@cache
def predicted() -> Deployment:
    """The deployment of the contracts that ship with this package."""
    deployer = create2(FACTORY, SALT, keccak(deployer_code()))
    registry, splitter, license_, marketplace = (
        to_checksum_address(_created(deployer, nonce)) for nonce in (1, 2, 3, 4)
    )
    return Deployment(registry, splitter, license_, marketplace, to_checksum_address(deployer))


def _created(creator: bytes, nonce: int) -> bytes:
    # CREATE: keccak256 of RLP [address, nonce], for a nonce of one byte.
    return keccak(b"\xd6\x94" + creator + bytes([nonce]))[12:]


def read(path: Path) -> Deployment:
    """A deployment from a JSON file laid out as `gen_ip/artifacts/addresses.json`, with `chainId`
    and `block` where they are known.

    Raises:
        BadDeploymentFile: it cannot be read, is no JSON, or lacks an address.
    """
    try:
        with path.open("rb") as file:
            document = parse(file.read(_MAX_FILE_BYTES), _MAX_NESTING)
    except OSError as error:
        raise BadDeploymentFile(path, error.strerror or type(error).__name__) from None
    except ValueError:
        raise BadDeploymentFile(path, "it is not JSON") from None
    if not isinstance(document, dict):
        raise BadDeploymentFile(path, "it is no JSON object")
    try:
        registry, splitter, license_, marketplace, deployer = (
            arguments.address(name, document.get(name))
            for name in (*artifacts.CONTRACTS, "Deployer")
        )
        chain_id, block = (
            None if (value := document.get(name)) is None else arguments.unsigned(name, value, 64)
            for name in ("chainId", "block")
        )
    except arguments.InvalidArgument as error:
        raise BadDeploymentFile(path, str(error)) from None
    return Deployment(registry, splitter, license_, marketplace, deployer, chain_id, block)
