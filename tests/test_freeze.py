"""The interface is as it was frozen, and a change of any kind is named."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from eth_utils.abi import event_abi_to_log_topic, function_abi_to_4byte_selector
from eth_utils.crypto import keccak

from gen_ip import signing
from gen_ip.chain import artifacts
from tests.support.require import ROOT, require
from tests.vectors import generate
from tools import freeze, frozen_types

Documents = freeze.Documents
NEWEST = freeze.versions()[-1]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the frozen versions that a test may spoil."""
    shutil.copytree(freeze.FOLDER, tmp_path / "abi")
    monkeypatch.setattr(freeze, "FOLDER", tmp_path / "abi")
    monkeypatch.setattr(freeze, "ROOT", tmp_path)
    return tmp_path / "abi"


def test_the_interface_is_as_it_was_frozen() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tools.freeze"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"abi/{NEWEST}: 6 contracts and their types, unchanged\n"


def test_every_version_is_there_in_order() -> None:
    assert freeze.versions() == [f"v{number + 1}" for number in range(len(freeze.versions()))]
    for version in freeze.versions():
        assert set(freeze.read(version)) >= {*artifacts.CONTRACTS, "types"}


def test_nothing_a_client_needs_is_lost() -> None:
    """The same selectors and topics as the artifacts', computed by eth-utils."""
    frozen = freeze.read(NEWEST)
    for name in freeze.CONTRACTS:
        assert _selectors(frozen[name]) == _selectors(artifacts.load(name).abi), name


def _selectors(entries: Iterable[Any]) -> dict[str, set[str]]:
    """Kind -> selectors, or topics of events."""
    found: dict[str, set[str]] = {"function": set(), "event": set(), "error": set()}
    for entry in entries:
        if entry["type"] == "event":
            found["event"].add(f"0x{event_abi_to_log_topic(entry).hex()}")
        elif "name" in entry:
            found[entry["type"]].add(f"0x{function_abi_to_4byte_selector(entry).hex()}")
    return found


def test_types_are_those_of_the_vectors() -> None:
    """The vectors come from eth-account's own EIP-712 code, not from the package."""
    types = freeze.read(NEWEST)[freeze.TYPES]
    vectors = json.loads(generate.PATH.read_text("utf-8"))
    frozen = {**types["hashed"]}
    for signed in types["signed"].values():
        frozen |= signed
    assert {name: each["type"] for name, each in frozen.items()} == {
        name: text for name, text in vectors["types"].items() if name != "AskLimits"
    }
    for each in frozen.values():
        assert each["typeHash"] == f"0x{keccak(text=each['type']).hex()}"


def test_what_the_package_builds_has_the_frozen_layout() -> None:
    built = 0
    for name, layout in frozen_types.layouts().items():
        example = freeze.read(NEWEST)[freeze.TYPES]["layouts"][name]["example"]
        data = bytes.fromhex(example["encoded"][2:])
        for _ in range(layout.rounds):
            data = keccak(data)
        assert example["hash"] == f"0x{data.hex()}", name
        if layout.built is not None:
            assert layout.built == data, name
            built += 1
    assert built == 5


# --- changes ---


def _entry(documents: Documents, contract: str, name: str) -> dict[str, Any]:
    entry: dict[str, Any] = next(e for e in documents[contract] if e.get("name") == name)
    return entry


def _remove(documents: Documents) -> None:
    documents["IPLicense"].remove(_entry(documents, "IPLicense", "LicenseRevoked"))


def _add(documents: Documents) -> None:
    documents["IPRegistry"].append({"type": "error", "name": "Brand", "inputs": []})


def _retype(documents: Documents) -> None:
    _entry(documents, "RoyaltySplitter", "settle")["inputs"][0]["type"] = "uint160"


def _unindex(documents: Documents) -> None:
    _entry(documents, "RoyaltySplitter", "Paid")["inputs"][1]["indexed"] = False


def _mutate(documents: Documents) -> None:
    _entry(documents, "LicenseMarketplace", "post")["stateMutability"] = "payable"


def _widen_a_struct(documents: Documents) -> None:
    offer = _entry(documents, "LicenseMarketplace", "hashOffer")["inputs"][0]
    offer["components"].append({"name": "more", "type": "bool"})


def _rename_a_return_value(documents: Documents) -> None:
    _entry(documents, "RoyaltySplitter", "node")["outputs"][0]["name"] = "share"


def _retitle_a_domain(documents: Documents) -> None:
    documents["types"]["domains"]["IPRegistry"]["version"] = "2"


def _swap_bits(documents: Documents) -> None:
    documents["types"]["rights"]["MERCH"] = 64


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (
            _remove,
            [
                "IPLicense: removed event LicenseRevoked(uint256 indexed licenseId, "
                "uint256 indexed workId, bytes32 reason)"
            ],
        ),
        (_add, ["IPRegistry: added error Brand()"]),
        (
            _retype,
            [
                "RoyaltySplitter: changed\n"
                "  - function settle(uint256 workId, address token)\n"
                "  + function settle(uint160 workId, address token)"
            ],
        ),
        (
            _unindex,
            [
                "RoyaltySplitter: changed\n"
                "  - event Paid(uint256 indexed workId, address indexed token, "
                "address indexed payer, uint256 amount)\n"
                "  + event Paid(uint256 indexed workId, address token, "
                "address indexed payer, uint256 amount)"
            ],
        ),
        (_mutate, ["LicenseMarketplace: changed\n  - function post("]),
        (_widen_a_struct, ["LicenseMarketplace: changed\n  - function hashOffer("]),
        (_rename_a_return_value, ["RoyaltySplitter: changed\n  - function node("]),
        (
            _retitle_a_domain,
            [
                'types: changed\n  - domains.IPRegistry.version = "1"\n'
                '  + domains.IPRegistry.version = "2"'
            ],
        ),
        (_swap_bits, ["types: changed\n  - rights.MERCH = 32\n  + rights.MERCH = 64"]),
    ],
)
def test_a_change_is_named(change: Callable[[Documents], None], lines: list[str]) -> None:
    frozen = freeze.read(NEWEST)
    assert freeze.differences(frozen, frozen) == []
    changed = copy.deepcopy(frozen)
    change(changed)
    found = freeze.differences(frozen, changed)
    assert len(found) == len(lines)
    for line, start in zip(found, lines, strict=True):
        assert line.startswith(start)


def test_a_constructor_counts_where_it_takes_something() -> None:
    bare = {"inputs": [], "stateMutability": "nonpayable", "type": "constructor"}
    assert freeze.canonical([bare]) == []
    [kept] = [e for e in freeze.read(NEWEST)["Deployer"] if e["type"] == "constructor"]
    assert freeze.described(kept) == "constructor (bytes32[] hashes)"
    assert freeze.canonical([kept]) == [kept]


def test_a_change_of_the_contracts_fails_the_check(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = freeze.current()
    _remove(now)
    monkeypatch.setattr(freeze, "current", lambda: now)
    monkeypatch.setattr(sys, "argv", ["freeze"])
    assert freeze.main() == 1
    told = capsys.readouterr().err
    assert told.startswith(f"freeze: not what abi/{NEWEST} says:\nIPLicense: removed event Lic")
    assert f"--write --version v{len(freeze.versions()) + 1}" in told


def test_a_change_of_a_signed_type_in_the_package_fails_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longer = signing.Struct("Revoke", "bytes32 structHash,uint256 nonce", tuple)
    signed = {**frozen_types.SIGNED, "IPRegistry": (*frozen_types.SIGNED["IPRegistry"][:3], longer)}
    monkeypatch.setattr(frozen_types, "SIGNED", signed)
    with pytest.raises(freeze.FreezeError, match=r"signed\.IPRegistry\.Revoke\.type = "):
        freeze.check()


def test_an_edited_file_fails_the_check(folder: Path) -> None:
    path = folder / NEWEST / "Till.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8"))), "utf-8")
    with pytest.raises(freeze.FreezeError, match=r"Till\.json is reordered or reformatted"):
        freeze.check()
    path.write_text("[", "utf-8")
    with pytest.raises(freeze.FreezeError, match=r"Till\.json is no JSON"):
        freeze.check()
    path.unlink()
    with pytest.raises(freeze.FreezeError, match="Till: added function forward"):
        freeze.check()


def test_a_version_is_written_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    following = f"v{len(freeze.versions()) + 1}"
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*"))[1:] if path.is_file()}
    for version in (NEWEST, "v9", "../v2", "v02"):
        with pytest.raises(freeze.FreezeError, match=f"{following}"):
            freeze.write(version)
    monkeypatch.setattr(sys, "argv", ["freeze", "--write"])
    assert freeze.main() == 1
    assert "abi/v1 is frozen" in capsys.readouterr().err

    assert freeze.write(following) == folder / following
    assert freeze.versions()[-1] == following
    freeze.check()
    after = {path: path.read_bytes() for path in before}
    assert after == before
    assert not list(folder.glob(".v*"))


def test_the_first_version_of_all(folder: Path) -> None:
    shutil.rmtree(folder)
    with pytest.raises(freeze.FreezeError, match="abi/v1 is missing"):
        freeze.check()
    freeze.write("v1")
    freeze.check()


def test_viem_reads_the_frozen_files() -> None:
    """A browser's library computes the same selectors and type hashes from the files alone."""
    node = require("node")
    run = subprocess.run(
        [str(node), str(ROOT / "tests/vectors/abi.mjs"), str(freeze.FOLDER / NEWEST)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    frozen = freeze.read(NEWEST)
    for name in freeze.CONTRACTS:
        ours = _selectors(frozen[name])
        assert set(found["functions"][name]) == ours["function"], name
        assert set(found["events"][name]) == ours["event"], name
    types = frozen[freeze.TYPES]
    for group in (types["hashed"], *types["signed"].values()):
        assert {name: each["typeHash"] for name, each in group.items()}.items() <= found[
            "types"
        ].items()
