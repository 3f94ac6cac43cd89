"""Compiles contracts/ and writes the artifacts that ship inside the Python package.

Usage: ``python tools/compile.py [--check | --force | --standard-json DIR]``. Without an option it
compiles only when a source, the compiler or its settings changed; ``--check`` compiles nothing and
exits 1 when the artifacts are stale; ``--standard-json`` writes what explorers verify the deployed
code with, a standard-JSON input for each contract.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "gen_ip" / "artifacts"
COMPILER: dict[str, Any] = json.loads((ROOT / "tools" / "compiler.json").read_text("utf-8"))
SOLC = ROOT / ".toolchain" / "solcx" / f"solc-v{COMPILER['version']}"

#: Contract name -> source unit. These seven are all that the package deploys or talks to.
CONTRACTS = {
    "DemoToken": "contracts/periphery/DemoToken.sol",
    "Deployer": "contracts/Deployer.sol",
    "IPLicense": "contracts/IPLicense.sol",
    "IPRegistry": "contracts/IPRegistry.sol",
    "LicenseMarketplace": "contracts/LicenseMarketplace.sol",
    "RoyaltySplitter": "contracts/RoyaltySplitter.sol",
    "Till": "contracts/Till.sol",
}

#: What the Deployer places, in its order; tools/compile.py's own list, held equal by a test.
PROTOCOL = ("IPRegistry", "RoyaltySplitter", "IPLicense", "LicenseMarketplace")
FACTORY = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SALT = bytes(32)
ADDRESSES = "addresses"
PUBLISHED = ROOT / "abi" / f"{ADDRESSES}.json"

MAX_RUNTIME = 24_576  # EIP-170, bytes
MAX_CREATION = 49_152  # EIP-3860, bytes


class CompileError(Exception):
    """The sources are incomplete, do not compile, or outgrow what a chain accepts."""


class Compiled(NamedTuple):
    """One contract: what is shipped, and its runtime size in bytes."""

    artifact: dict[str, Any]
    runtime_size: int

    @property
    def creation_size(self) -> int:
        """Size in bytes of the creation code, constructor arguments not counted."""
        return len(self.artifact["bytecode"]) // 2 - 1


def read_sources() -> dict[str, str]:
    """Source unit name -> text of every Solidity file of our own.

    Raises:
        CompileError: when a contract of ``CONTRACTS`` has no file.
    """
    folder = ROOT / "contracts"
    paths = {p.relative_to(ROOT) for p in folder.rglob("*.sol")}
    # ape keeps its copies of the dependencies in hidden folders.
    own = {p.as_posix() for p in paths if not any(part.startswith(".") for part in p.parts)}
    if missing := sorted(set(CONTRACTS.values()) - own):
        raise CompileError(f"missing: {', '.join(missing)}; add the file or edit CONTRACTS")
    return {name: (ROOT / name).read_text("utf-8") for name in sorted(own)}


def source_hash(sources: dict[str, str]) -> str:
    """SHA-256 over all that decides the bytecode: our sources, the dependency, the compiler."""
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    locked = {
        name: lock["packages"][f"node_modules/{name}"]["integrity"] for name in ("solady", "solc")
    }
    decisive = json.dumps([COMPILER, locked, sources], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(decisive.encode()).hexdigest()


def solve(sources: dict[str, str], outputs: list[str]) -> dict[str, Any]:
    """What the compiler answers for ``sources``: its contracts by source unit and name.

    Raises:
        CompileError: on a compiler error.
    """
    request = {
        "language": "Solidity",
        "sources": {name: {"content": text} for name, text in sources.items()},
        # Imported dependencies are compiled only as far as our own files use them.
        "settings": {
            **COMPILER["settings"],
            "outputSelection": {name: {"*": outputs} for name in sources},
        },
    }
    run = subprocess.run(
        [str(SOLC), "--base-path", ".", "--standard-json"],
        cwd=ROOT,
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise CompileError(f"{SOLC.name} failed: {run.stderr.strip()}")
    output = json.loads(run.stdout)
    messages = output.get("errors", [])
    for message in messages:
        print(message["formattedMessage"].rstrip(), file=sys.stderr)
    if any(message["severity"] == "error" for message in messages):
        raise CompileError("the contracts do not compile")
    contracts: dict[str, Any] = output["contracts"]
    return contracts


def compile_contracts(sources: dict[str, str]) -> dict[str, Compiled]:
    """Compiles ``sources`` and returns what ``CONTRACTS`` names.

    Raises:
        CompileError: on a compiler error, or for an unlinked library.
    """
    outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]
    contracts = solve(sources, outputs)
    digest = source_hash(sources)
    compiled = {}
    for name, unit in CONTRACTS.items():
        contract = contracts.get(unit, {}).get(name)
        if contract is None:
            raise CompileError(f"{unit} defines no contract {name}")
        creation = contract["evm"]["bytecode"]["object"]
        runtime = contract["evm"]["deployedBytecode"]["object"]
        if "__$" in creation:
            raise CompileError(f"{name} calls an external library; only internal ones can ship")
        compiled[name] = Compiled(
            artifact={
                "abi": contract["abi"],
                "bytecode": f"0x{creation}",
                "contractName": name,
                "sourceHash": digest,
            },
            runtime_size=len(runtime) // 2,
        )
    return compiled


def addresses(compiled: dict[str, Compiled]) -> dict[str, Any]:
    """Where the contracts lie, on every EVM chain: from their creation code alone.

    The canonical factory places the Deployer (CREATE2, EIP-1014) with the hashes of the four
    contracts' code; it creates them with nonces 1 to 4.
    """
    from eth_abi import abi
    from eth_utils.address import to_checksum_address
    from eth_utils.crypto import keccak

    codes = {name: bytes.fromhex(each.artifact["bytecode"][2:]) for name, each in compiled.items()}
    hashes = [keccak(codes[name]) for name in PROTOCOL]
    code_hash = keccak(codes["Deployer"] + abi.encode(["bytes32[]"], [hashes]))
    deployer = keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + SALT + code_hash)[12:]
    created = {
        # RLP of [deployer, nonce].
        name: to_checksum_address(keccak(b"\xd6\x94" + deployer + bytes([nonce]))[12:])
        for nonce, name in enumerate(PROTOCOL, 1)
    }
    return {
        "factory": FACTORY,
        "salt": f"0x{SALT.hex()}",
        "Deployer": to_checksum_address(deployer),
        **created,
        "sourceHash": next(iter(compiled.values())).artifact["sourceHash"],
    }


def write_standard_json(sources: dict[str, str], folder: Path) -> list[Path]:
    """Writes NAME.json for each contract: a standard-JSON input with just the sources it needs,
    which compiles to the shipped bytecode without any other file.

    Raises:
        CompileError: when the sources do not compile.
    """
    contracts = solve(sources, ["metadata"])
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, unit in CONTRACTS.items():
        used = json.loads(contracts[unit][name]["metadata"])["sources"]
        outputs = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "metadata"]
        document = {
            "language": "Solidity",
            "sources": {
                each: {"content": (ROOT / each).read_text("utf-8")} for each in sorted(used)
            },
            "settings": {**COMPILER["settings"], "outputSelection": {unit: {name: outputs}}},
        }
        replace_text(folder / f"{name}.json", json.dumps(document, indent=1) + "\n")
        written.append(folder / f"{name}.json")
    return written


def report(compiled: dict[str, Compiled]) -> None:
    """Prints every contract's size against the chain's limits.

    Raises:
        CompileError: when a contract is over one of them.
    """
    print(f"{'contract':<20}{'runtime':>8} / {MAX_RUNTIME}{'creation':>10} / {MAX_CREATION}")
    for name, contract in compiled.items():
        print(f"{name:<20}{contract.runtime_size:>8}{contract.creation_size:>18}")
    if over := [
        name
        for name, contract in compiled.items()
        if contract.runtime_size > MAX_RUNTIME or contract.creation_size > MAX_CREATION
    ]:
        raise CompileError(f"too large for a chain: {', '.join(over)}")


def stale(digest: str) -> list[str]:
    """Names of the contracts whose artifact is missing or made from other sources."""
    names = []
    for name in (*CONTRACTS, ADDRESSES):
        path = ARTIFACTS / f"{name}.json"
        if not path.is_file() or json.loads(path.read_text("utf-8"))["sourceHash"] != digest:
            names.append(name)
    return names


def write(compiled: dict[str, Compiled]) -> None:
    """Writes every artifact, each in one step, as compact JSON in a stable order."""
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for name, contract in compiled.items():
        text = json.dumps(contract.artifact, separators=(",", ":"), sort_keys=True)
        replace_text(ARTIFACTS / f"{name}.json", text + "\n")
    found = addresses(compiled)
    replace_text(ARTIFACTS / f"{ADDRESSES}.json", json.dumps(found, indent=2) + "\n")
    # The same beside the frozen ABIs, for who has no Python.
    del found["sourceHash"]
    replace_text(PUBLISHED, json.dumps(found, indent=2) + "\n")


def replace_text(path: Path, text: str) -> None:
    """Writes a file in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, "utf-8")
    os.replace(temporary, path)


def main() -> int:
    """The command; returns the exit code."""
    parser = argparse.ArgumentParser(description="Compiles contracts/ into gen_ip/artifacts/.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="compile nothing, fail when stale")
    mode.add_argument("--force", action="store_true", help="compile even when nothing changed")
    mode.add_argument("--standard-json", metavar="DIR", type=Path, help="write verification inputs")
    arguments = parser.parse_args()
    try:
        sources = read_sources()
        outdated = stale(source_hash(sources))
        if arguments.check:
            if outdated:
                raise CompileError(f"stale artifacts: {', '.join(outdated)}; run make compile")
            return 0
        if not (outdated or arguments.force or arguments.standard_json):
            print("artifacts: up to date")
            return 0
        if not SOLC.exists():
            raise CompileError(f"{SOLC.relative_to(ROOT)} is missing; run make setup")
        if arguments.standard_json:
            for path in write_standard_json(sources, arguments.standard_json):
                print(path)
            return 0
        compiled = compile_contracts(sources)
        report(compiled)
        write(compiled)
    except CompileError as error:
        print(f"compile: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
