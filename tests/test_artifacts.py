"""The package ships what the sources compile to, whichever tool compiles them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from gen_ip.chain import artifacts
from gen_ip.chain.deployment import FACTORY, predicted
from tests.support.require import ROOT, require
from tools import compile as compiling

SETTINGS = compiling.COMPILER["settings"]


def _shipped(name: str) -> dict[str, Any]:
    text = (files("gen_ip") / "artifacts" / f"{name}.json").read_text("utf-8")
    artifact: dict[str, Any] = json.loads(text)
    return artifact


@pytest.fixture(scope="module")
def compiled() -> dict[str, compiling.Compiled]:
    require("solc")
    return compiling.compile_contracts(compiling.read_sources())


@pytest.mark.parametrize("name", compiling.CONTRACTS)
def test_artifact_equals_a_fresh_compilation(
    name: str, compiled: dict[str, compiling.Compiled]
) -> None:
    assert _shipped(name) == compiled[name].artifact


@pytest.mark.parametrize("name", compiling.CONTRACTS)
def test_contract_fits_on_a_chain(name: str, compiled: dict[str, compiling.Compiled]) -> None:
    assert 0 < compiled[name].runtime_size <= compiling.MAX_RUNTIME
    assert 0 < compiled[name].creation_size <= compiling.MAX_CREATION


def test_package_holds_exactly_the_named_contracts() -> None:
    folder = files("gen_ip") / "artifacts"
    names = {p.name for p in folder.iterdir() if p.name.endswith(".json")}
    assert names == {f"{name}.json" for name in compiling.CONTRACTS} | {"addresses.json"}


def test_addresses_are_those_the_package_computes(
    compiled: dict[str, compiling.Compiled],
) -> None:
    shipped = _shipped("addresses")
    assert shipped == compiling.addresses(compiled)
    deployment = predicted()
    assert {name: shipped[name] for name in compiling.PROTOCOL} == deployment.addresses()
    assert (shipped["Deployer"], shipped["factory"]) == (deployment.deployer, FACTORY)
    assert compiling.PROTOCOL == artifacts.CONTRACTS
    published = json.loads(compiling.PUBLISHED.read_text("utf-8"))
    assert published == {name: shipped[name] for name in shipped if name != "sourceHash"}


@pytest.mark.slow
def test_verification_inputs_compile_alone_to_the_shipped_bytecode(tmp_path: Path) -> None:
    solc = require("solc")
    inputs = tmp_path / "inputs"
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools/compile.py"), "--standard-json", str(inputs)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [str(inputs / f"{name}.json") for name in compiling.CONTRACTS]
    (tmp_path / "nothing").mkdir()
    for name, unit in compiling.CONTRACTS.items():
        text = (inputs / f"{name}.json").read_text("utf-8")
        output = json.loads(
            subprocess.run(
                [str(solc), "--base-path", str(tmp_path / "nothing"), "--standard-json"],
                input=text,
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        )
        assert "errors" not in output, output["errors"]
        contract = output["contracts"][unit][name]
        assert f"0x{contract['evm']['bytecode']['object']}" == _shipped(name)["bytecode"], name
        assert contract["abi"] == _shipped(name)["abi"], name
        # As few sources as can be: another change leaves a deployed contract's input alone.
        assert set(json.loads(text)["sources"]) == set(json.loads(contract["metadata"])["sources"])


def test_forge_compiles_to_the_shipped_bytecode() -> None:
    forge = require("forge")
    require("solc")
    # The same output folder as `forge test`, so what that has built is not built again.
    subprocess.run([str(forge), "build"], cwd=ROOT, check=True, capture_output=True)
    for name, unit in compiling.CONTRACTS.items():
        path = ROOT / ".build/forge/out" / Path(unit).name / f"{name}.json"
        built = json.loads(path.read_text("utf-8"))
        assert built["bytecode"]["object"] == _shipped(name)["bytecode"], name


@pytest.mark.slow
def test_ape_compiles_to_the_shipped_bytecode(tmp_path: Path) -> None:
    ape = require("ape")
    solc = require("solc")
    project = tmp_path / "project"
    project.mkdir()
    ignored = shutil.ignore_patterns(".*")
    shutil.copytree(ROOT / "contracts", project / "contracts", ignore=ignored)
    shutil.copy(ROOT / "ape-config.yaml", project)
    (project / "node_modules").symlink_to(ROOT / "node_modules")
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "SOLCX_BINARY_PATH": str(solc.parent),
        "PATH": f"{ROOT / '.toolchain/bin'}:{os.environ['PATH']}",
    }
    run = subprocess.run(
        [str(ape), "compile"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    manifest = json.loads((project / ".build/__local__.json").read_text("utf-8"))
    for name in compiling.CONTRACTS:
        built = manifest["contractTypes"][name]["deploymentBytecode"]["bytecode"]
        assert built == _shipped(name)["bytecode"], name


def test_forge_has_the_same_compiler_settings() -> None:
    forge = tomllib.loads((ROOT / "foundry.toml").read_text("utf-8"))["profile"]["default"]
    assert forge["solc"].endswith(f"solc-v{compiling.COMPILER['version']}")
    assert {
        "evmVersion": forge["evm_version"],
        "metadata": {"bytecodeHash": forge["bytecode_hash"]},
        "optimizer": {"enabled": forge["optimizer"], "runs": forge["optimizer_runs"]},
        "remappings": forge["remappings"],
        "viaIR": forge["via_ir"],
    } == SETTINGS


def test_ape_has_the_same_compiler_settings() -> None:
    solidity = yaml.safe_load((ROOT / "ape-config.yaml").read_text("utf-8"))["solidity"]
    assert solidity["version"] == compiling.COMPILER["version"]
    assert solidity["evm_version"] == SETTINGS["evmVersion"]
    assert solidity["optimize"] == SETTINGS["optimizer"]["enabled"]
    assert solidity["optimization_runs"] == SETTINGS["optimizer"]["runs"]
    assert solidity["via_ir"] == SETTINGS["viaIR"]


def test_every_tool_has_the_same_dependency() -> None:
    packages = json.loads((ROOT / "package.json").read_text("utf-8"))
    ape = yaml.safe_load((ROOT / "ape-config.yaml").read_text("utf-8"))
    (solady,) = ape["dependencies"]
    assert packages["dependencies"] == {"solady": str(solady["version"])}
    assert packages["devDependencies"]["solc"] == compiling.COMPILER["version"]
    for path in (ROOT / "contracts").rglob("*.sol"):
        if any(part.startswith(".") for part in path.relative_to(ROOT).parts):
            continue
        for target in re.findall(r'^import [^"]*"([^"]+)"', path.read_text("utf-8"), re.M):
            assert target.startswith((".", "solady/src/")), f"{path}: {target}"


def test_a_changed_source_makes_every_artifact_stale() -> None:
    sources = compiling.read_sources()
    digest = compiling.source_hash(sources)
    assert compiling.stale(digest) == []
    sources["contracts/Till.sol"] += "\n"
    outdated = [*compiling.CONTRACTS, "addresses"]
    assert compiling.stale(compiling.source_hash(sources)) == outdated


def test_check_passes_on_the_committed_artifacts() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "tools/compile.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")


# --- the compiler's command line ---

SMALL = {
    "language": "Solidity",
    "sources": {"A.sol": {"content": "pragma solidity 0.8.30;\ncontract A {}\n"}},
    "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
}


def _solc(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(require("solc")), *arguments], input=text, capture_output=True, text=True, check=False
    )


def test_solc_states_its_version_without_loading_the_compiler(tmp_path: Path) -> None:
    node = require("node")
    for name in ("solc.js", "compiler.json"):
        shutil.copy(ROOT / "tools" / name, tmp_path)
    # No node_modules beside it: loading the WASM would fail.
    run = subprocess.run(
        [str(node), str(tmp_path / "solc.js"), "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Version: {compiling.COMPILER['longVersion']}" in run.stdout


def test_solc_waits_for_a_slow_writer() -> None:
    text = json.dumps(SMALL)
    with subprocess.Popen(
        [str(require("solc")), "--standard-json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        os.set_blocking(process.stdin.fileno(), False)
        for part in (text[:20], text[20:]):
            process.stdin.write(part)
            process.stdin.flush()
            time.sleep(0.3)
        process.stdin.close()
        output = json.loads(process.stdout.read())
    assert output["contracts"]["A.sol"]["A"]["evm"]["bytecode"]["object"].startswith("60")


def test_solc_reads_nothing_outside_the_base_path(tmp_path: Path) -> None:
    (tmp_path / "secret.sol").write_text("contract S {}", "utf-8")
    (tmp_path / "base").mkdir()
    request = {
        **SMALL,
        "sources": {"A.sol": {"content": 'import "../secret.sol";'}},
    }
    run = _solc("--base-path", str(tmp_path / "base"), "--standard-json", text=json.dumps(request))
    errors = [e for e in json.loads(run.stdout)["errors"] if e["severity"] == "error"]
    assert len(errors) == 1
    assert "secret.sol" in errors[0]["message"]
    assert "not found" in errors[0]["message"]


def test_solc_names_an_option_it_does_not_know() -> None:
    run = _solc("--combined-json", "abi")
    assert run.returncode == 1
    assert run.stderr == "solc: --combined-json is not supported; use --standard-json\n"
