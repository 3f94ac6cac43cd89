"""`gen-ip doctor`: each fault is really made, and has its line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip import accounts
from gen_ip.chain.deployment import predicted
from gen_ip.config import Target
from gen_ip.doctor import Finding, Status, diagnose
from gen_ip.doctor.contracts import is_shipped
from tests.cli.conftest import Run
from tests.cli.test_accounts import ADDRESS, keystore
from tests.cli.test_commands import address as address_of
from tests.support.chain import LocalChain
from tests.support.dying import Dying, dying
from tests.support.kubo import Kubo, running_kubo
from tests.support.proxy import Batches, Proxy

__all__ = ["dying"]

NOBODY = 65534
SIGNED = ("IPRegistry", "LicenseMarketplace")
"""Contracts that take signatures, so that their code names the chain."""


@pytest.fixture
def store(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = home / "store"
    monkeypatch.setenv("GENIP_STORE", str(folder))
    return folder


def found(run: Run, *options: object) -> dict[str, dict[str, str]]:
    """What the command says, by check; that its exit code fits; and that people are told too."""
    ended = run("doctor", "--json", *options)
    checks = {check["check"]: check for check in ended.json["checks"]}
    failed = [check for check in checks.values() if check["status"] == "fail"]
    assert ended.code == (1 if failed else 0)
    assert ended.json["ok"] is (not failed)
    assert len(checks) == len(ended.json["checks"])
    for check in checks.values():
        assert bool(check["remedy"]) == (check["status"] != "ok"), check
    shown = run("doctor", *options)
    assert shown.code == ended.code
    for name in checks:
        assert name in shown.out
    return checks


def wrong(run: Run, *options: object) -> dict[str, dict[str, str]]:
    """Only what is not ok."""
    return {name: check for name, check in found(run, *options).items() if check["status"] != "ok"}


def test_all_is_well(run: Run, rpc: LocalChain, store: Path) -> None:
    checks = found(run, "--account", "dev1")
    assert {check["status"] for check in checks.values()} == {"ok"}, checks
    assert set(checks) == {
        *("python", "packages", "config", "account", "node", "chain", "syncing", "clock"),
        *("eth_getLogs", "eth_feeHistory", "batches", "IPRegistry", "RoyaltySplitter"),
        *("IPLicense", "LicenseMarketplace", "balance", "pending", "store"),
    }
    assert "anvil" in checks["node"]["text"]
    assert rpc.url in checks["node"]["text"]
    assert list(store.iterdir()) == []


def test_it_is_had_from_python(run: Run, rpc: LocalChain, store: Path) -> None:
    findings = list(diagnose(Target(rpc.url), account="dev1", store=str(store)))
    assert all(isinstance(each, Finding) and each.status is Status.OK for each in findings)


def test_no_node(run: Run, home: Path, store: Path) -> None:
    url = "http://user:secret@127.0.0.1:1/secret?secret"
    checks = wrong(run, "--rpc", url, "--account", "dev0")
    assert set(checks) == {"node"}
    assert "http://127.0.0.1:1" in checks["node"]["text"]
    assert "secret" not in json.dumps(checks) + run("doctor", "--rpc", url).out
    assert wrong(run, "--rpc", "ftp://secret")["node"]["status"] == "fail"


def test_no_account_is_no_failure(run: Run, rpc: LocalChain, store: Path) -> None:
    checks = wrong(run)
    assert {name: check["status"] for name, check in checks.items()} == {"account": "warn"}
    checks = wrong(run, "--account", "nobody")
    assert checks["account"]["status"] == "fail"
    assert "'nobody'" in checks["account"]["text"]


def test_the_wrong_chain(run: Run, rpc: LocalChain, store: Path) -> None:
    run("network", "add", "base", "--rpc", rpc.url, "--no-check").ok()
    checks = wrong(run, "--network", "base", "--account", "dev1")
    assert set(checks) == {"chain"}
    assert "31337" in checks["chain"]["text"]
    assert "8453" in checks["chain"]["text"]
    checks = wrong(run, "--network", "sepolia", "--account", "dev1")
    assert (
        checks["network"]["remedy"] == "name a node of it: `gen-ip network add sepolia --rpc URL`"
    )
    both = run("doctor", "--network", "base", "--rpc", rpc.url)
    both.failed("UsageError", "not both", code=2)


def test_a_chain_without_contracts(run: Run, home: Path, store: Path, anvil_binary: Path) -> None:
    from gen_ip.chain.anvil import Anvil

    with Anvil() as node:
        checks = wrong(run, "--rpc", node.start(), "--account", "dev0")
    assert set(checks) == {"contracts"}
    assert predicted().registry in checks["contracts"]["text"]


@pytest.mark.parametrize("name", ["IPRegistry", "RoyaltySplitter", "IPLicense"])
def test_other_code_in_the_place_of_a_contract(
    run: Run, rpc: LocalChain, store: Path, name: str
) -> None:
    address = rpc.deployment.addresses()[name]
    code = bytes(rpc.web3.eth.get_code(address))
    for place in (0, len(code) // 2, len(code) - 1):
        changed = bytearray(code)
        changed[place] ^= 1
        rpc.rpc("anvil_setCode", address, "0x" + changed.hex())
        checks = wrong(run, "--account", "dev1")
        assert set(checks) == {name}
        assert address in checks[name]["text"]
    rpc.rpc("anvil_setCode", address, "0x")
    assert "nothing at" in wrong(run, "--account", "dev1")[name]["text"]


def test_another_address_in_the_code_is_seen(chain: LocalChain) -> None:
    for name, address in chain.deployment.addresses().items():
        code = bytes(chain.web3.eth.get_code(address))
        assert is_shipped(name, code, chain.deployment, 31337)
        assert not is_shipped(name, code, chain.deployment, 1) or name not in SIGNED
        assert not is_shipped(name, code[:-1], chain.deployment, 31337)
        assert not is_shipped(name, code + b"\0", chain.deployment, 31337)
        siblings = [each for each in chain.deployment.addresses().values() if each != address]
        held = [each for each in siblings if bytes.fromhex(each[2:]) in code]
        assert held
        for each in held:
            swapped = code.replace(bytes.fromhex(each[2:]), b"\x11" * 20)
            assert not is_shipped(name, swapped, chain.deployment, 31337)


def test_an_empty_account(run: Run, rpc: LocalChain, store: Path) -> None:
    path = keystore(accounts.accounts_folder() / "poor.json")
    path.chmod(0o600)
    checks = wrong(run, "--account", "poor")
    assert set(checks) == {"balance"}
    assert "has 0.000000 ETH" in checks["balance"]["text"]
    assert ADDRESS in checks["balance"]["remedy"]
    rpc.rpc("anvil_setBalance", ADDRESS, hex(10**18))
    assert wrong(run, "--account", "poor") == {}
    path.chmod(0o644)
    checks = wrong(run, "--account", "poor")
    assert {name: check["status"] for name, check in checks.items()} == {"account": "warn"}
    assert "everyone" in checks["account"]["text"]
    assert checks["account"]["remedy"] == f"chmod 600 '{path}'"
    assert oct(path.stat().st_mode)[-3:] == "644"


def test_what_is_not_mined_yet(run: Run, rpc: LocalChain, store: Path) -> None:
    sender = Account.from_key("0x" + "42" * 32)
    keystore(accounts.accounts_folder() / "mine.json").chmod(0o600)
    rpc.rpc("anvil_setBalance", ADDRESS, hex(10**18))
    rpc.rpc("anvil_impersonateAccount", ADDRESS)
    rpc.rpc("evm_setAutomine", False)
    try:
        rpc.rpc("eth_sendTransaction", {"from": ADDRESS, "to": sender.address, "value": "0x1"})
        checks = wrong(run, "--account", "mine")
        assert set(checks) == {"pending"}
        assert "1 sent but not mined" in checks["pending"]["text"]
    finally:
        rpc.rpc("evm_mine")
        rpc.rpc("evm_setAutomine", True)
        rpc.rpc("anvil_stopImpersonatingAccount", ADDRESS)


def test_a_development_account_on_another_chain(
    run: Run, rpc: LocalChain, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.doctor.keys.DEV_CHAIN_IDS", frozenset({1337}))
    findings = list(diagnose(Target(rpc.url), account="dev1", store=str(store)))
    [bad] = [each for each in findings if each.status is Status.FAIL]
    assert "everyone knows its key" in bad.text


def test_the_clocks_differ(run: Run, rpc: LocalChain, store: Path) -> None:
    rpc.pass_time(3 * 3600)
    checks = wrong(run, "--account", "dev1")
    assert {name: check["status"] for name, check in checks.items()} == {"clock": "warn"}
    assert "ahead of now" in checks["clock"]["text"]


def test_a_chain_that_stands_still(
    run: Run, rpc: LocalChain, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = rpc.now() + 3600
    monkeypatch.setattr("gen_ip.doctor.node.time.time", lambda: later)
    assert wrong(run, "--account", "dev1") == {}
    monkeypatch.setattr("gen_ip.doctor.node.DEV_CHAIN_IDS", frozenset())
    checks = wrong(run, "--account", "dev1")
    assert set(checks) == {"clock"}
    assert "60 min old" in checks["clock"]["text"]


class Limited(Proxy):
    """A node that refuses some methods, and answers others in its own way."""

    answers: dict[str, Any]

    def forward(self, body: bytes) -> bytes:
        request = json.loads(body)
        if isinstance(request, dict) and request["method"] in self.answers:
            answer = self.answers[request["method"]]
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], **answer}).encode()
        return super().forward(body)


REFUSED = {"error": {"code": -32601, "message": "the method is not available"}}


def test_a_node_that_cannot_do_all(run: Run, rpc: LocalChain, store: Path) -> None:
    with Limited(rpc.url) as node:
        node.batches = Batches.REFUSED
        node.answers = {"eth_getLogs": REFUSED, "eth_feeHistory": REFUSED}
        checks = wrong(run, "--rpc", node.url, "--account", "dev1")
        assert {name: check["status"] for name, check in checks.items()} == {
            "eth_getLogs": "fail",
            "eth_feeHistory": "warn",
            "batches": "warn",
        }
        node.answers = {"web3_clientVersion": REFUSED, "eth_syncing": REFUSED}
        node.batches = Batches.PASS
        assert set(wrong(run, "--rpc", node.url, "--account", "dev1")) == {"syncing"}
        state = {"currentBlock": "0x10", "highestBlock": "0x7d0"}
        node.answers = {"eth_syncing": {"result": state}}
        checks = wrong(run, "--rpc", node.url, "--account", "dev1")
        assert "at block 16 of 2,000" in checks["syncing"]["text"]


def test_a_slow_node(
    run: Run, rpc: LocalChain, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gen_ip.doctor.node.SLOW_SECONDS", 0.0)
    assert set(wrong(run, "--account", "dev1")) == {"node"}


def test_a_store_that_cannot_be(run: Run, rpc: LocalChain, home: Path) -> None:
    (home / "file").write_text("")
    checks = wrong(run, "--account", "dev1", "--store", home / "file" / "store")
    assert set(checks) == {"store"}
    assert wrong(run, "--account", "dev1", "--store", "ftp://x")["store"]["status"] == "fail"


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that the running user may only read, though it be root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o555)
        was = os.geteuid()
        if was == 0:
            os.seteuid(NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(was)
            folder.chmod(0o700)


def test_a_store_that_cannot_be_written(rpc: LocalChain, read_only: Path) -> None:
    from gen_ip.doctor.storage import store as check

    [finding] = check(str(read_only))
    assert finding.status is Status.FAIL
    assert "Permission denied" in finding.text
    assert "permissions" in finding.remedy


def test_a_kubo_node_keeps_and_forgets(kubo: Kubo, run: Run, rpc: LocalChain, home: Path) -> None:
    before = kubo.ipfs("refs", "local")
    checks = found(run, "--account", "dev1", "--store", kubo.url)
    assert {check["status"] for check in checks.values()} == {"ok"}
    assert kubo.ipfs("version", "--number") in checks["kubo"]["text"]
    assert kubo.ipfs("refs", "local") == before


def test_a_kubo_node_that_is_down(
    kubo: Kubo, run: Run, rpc: LocalChain, home: Path, tmp_path: Path
) -> None:
    with running_kubo(kubo.binary, tmp_path) as daemon:
        url = daemon.url
    checks = wrong(run, "--account", "dev1", "--store", url)
    assert set(checks) == {"store"}
    assert "ipfs daemon" in checks["store"]["remedy"]


def test_settings_that_cannot_be_used(run: Run, rpc: LocalChain, store: Path, home: Path) -> None:
    path = Path(run("config", "path", "--json").json["path"])
    run("network", "add", "here", "--rpc", rpc.url).ok()
    path.chmod(0o640)
    checks = wrong(run, "--account", "dev1")
    assert {name: check["status"] for name, check in checks.items()} == {"config": "warn"}
    assert "its group" in checks["config"]["text"]
    path.write_text("acount = 'ada'")
    checks = wrong(run, "--account", "dev1")
    assert {name: check["status"] for name, check in checks.items()} == {"config": "fail"}
    assert "did you mean 'account'" in checks["config"]["text"]


def test_settings_name_what_is_looked_at(
    run: Run, rpc: LocalChain, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GENIP_RPC")
    run("network", "add", "here", "--rpc", rpc.url).ok()
    run("network", "use", "here").ok()
    run("config", "set", "account", "dev2").ok()
    run("config", "set", "store", str(home / "kept")).ok()
    checks = found(run)
    assert {check["status"] for check in checks.values()} == {"ok"}
    assert "here" in checks["node"]["text"]
    assert "dev2" in checks["account"]["text"]
    assert str(home / "kept") in checks["store"]["text"]


def test_a_package_of_the_wrong_version(home: Path, tmp_path: Path) -> None:
    """In a process whose package list says that web3 is too old and rlp is not there."""
    for name, version in (("web3", "5.0.0"), ("gen_ip", "0.1.0")):
        folder = tmp_path / f"{name}-{version}.dist-info"
        folder.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
        if name == "gen_ip":
            text += "Requires-Dist: web3>=7.16,<8\nRequires-Dist: no-such-package>=1\n"
        (folder / "METADATA").write_text(text)
    script = (
        "from gen_ip.doctor import machine\n"
        "for finding in machine.packages(): print(finding.check, finding.status, finding.text)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path.cwd()}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "packages fail web3 is 5.0.0, needed is <8,>=7.16, no-such-package is missing" in (
        ended.stdout
    ), ended


def test_a_folder_that_was_not_finished(
    run: Run,
    dying: Dying,
    rpc: LocalChain,
    store: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    folder = home / "works"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(f"work {number}")
    certify = ("certify", folder, "-r", "--account", "dev0")
    assert dying("kept", *certify).returncode == -signal.SIGKILL
    checks = wrong(run, "--account", "dev0")
    assert {name: check["status"] for name, check in checks.items()} == {"folder": "warn"}
    told, remedy = checks["folder"]["text"], checks["folder"]["remedy"]
    [journal] = (home / "state" / "gen-ip" / "folders").glob("*.sqlite")
    assert f"{folder}: 3 of 3 works not certified yet for {address_of('dev0')}" in told
    assert str(journal) in told
    assert "a transaction whose outcome is not known" in told
    again = f"gen-ip certify {folder} --recursive --account {address_of('dev0')}"
    # What it holds of the transaction must not get lost.
    assert remedy == f"run again what you ran on it, such as: {again}"
    # It is another account's.
    assert wrong(run, "--account", "dev1") == {}
    run(*certify).ok()
    (journal.parent / "other.sqlite").write_text("no journal")
    assert wrong(run, "--account", "dev0") == {}


def test_a_folder_that_was_stopped_before_anything_was_sent(
    run: Run,
    dying: Dying,
    rpc: LocalChain,
    store: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    folder = home / "works"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("the same" if number else "another")
    certify = ("certify", folder, "-r", "--account", "dev0")
    assert dying("signed", *certify).returncode == -signal.SIGKILL
    found = wrong(run, "--account", "dev0")["folder"]
    [journal] = (home / "state" / "gen-ip" / "folders").glob("*.sqlite")
    assert "2 of 2 works" in found["text"]
    assert found["remedy"].endswith(f"; or, where nothing more is wanted of it: rm {journal}")
    journal.unlink()
    assert wrong(run, "--account", "dev0") == {}


def test_a_folder_that_came_to_its_end(
    run: Run,
    dying: Dying,
    rpc: LocalChain,
    store: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    folder = home / "works"
    folder.mkdir()
    for name, content in (("one", "1"), ("again", "1"), ("two", "2")):
        (folder / f"{name}.txt").write_text(content)
    # Its end was told with the reason; so nothing was interrupted.
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)
    certify = ("certify", folder, "-r", "--account", "dev0")
    # What is only built leaves nothing.
    assert run(*certify, "--unsigned").code == 1
    assert not [*home.glob("state/**/*.sqlite")]
    assert run(*certify).code == 1
    assert wrong(run, "--account", "dev0") == {}
    (folder / "three.txt").write_text("3")
    assert dying("signed", *certify).returncode == -signal.SIGKILL
    assert "2 of 4 works" in wrong(run, "--account", "dev0")["folder"]["text"]
