"""The ape scripts do what they say, on ape's own anvil and on geth: the same addresses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3

from gen_ip import GenIP, Payee
from gen_ip.accounts import dev_account
from gen_ip.chain import reverts
from gen_ip.chain.deployment import predicted
from gen_ip.chain.faucet import fund
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL_REMIX
from tests.support.chain import LocalChain, prepare
from tests.support.geth import running_geth
from tests.support.require import require

ROOT = Path(__file__).resolve().parent.parent


def test_deploy_places_the_contracts_where_the_package_expects_them() -> None:
    anvil = require("anvil")
    printed = _deploy("ethereum:local:foundry", anvil.parent)
    assert printed["chain"] == "31337"
    _check(printed)


def test_deploy_places_them_at_the_same_addresses_on_geth(tmp_path: Path) -> None:
    geth = require("geth")
    # ape's first test account, the well-known mnemonic's, pays.
    payer = dev_account("dev0")
    assert payer is not None
    with running_geth(geth, tmp_path) as url:
        web3 = Web3(HTTPProvider(url))
        fund(web3, payer.address, 10**20)
        printed = _deploy(f"ethereum:local:{url}")
        assert printed["chain"] == "1337"
        _check(printed)
        again = _deploy(f"ethereum:local:{url}")
        assert again == printed
        assert web3.eth.get_transaction_count(payer.address) == 5
        for name, address in predicted().addresses().items():
            assert web3.eth.get_code(address), name


def test_geth_runs_a_sale(tmp_path: Path) -> None:
    """The whole way through the SDK, on the reference client."""
    geth = require("geth")
    with running_geth(geth, tmp_path) as url:
        chain = prepare(Web3(HTTPProvider(url)), url)
        assert replace(chain.deployment, chain_id=None, block=None) == predicted()
        store = LocalStore(tmp_path / "store")
        alice = GenIP(url, chain.alice, deployment=chain.deployment, store=store)
        bob = alice.using(chain.bob)
        certificate = alice.sign_certificate(b"work", payees=[Payee(chain.carol.address, 500)])
        offer = alice.sign_offer(certificate, COMMERCIAL_REMIX, price=10**6, token=chain.token)
        (license_,) = bob.certify_and_buy(certificate, offer, max_price=10**6)
        child = bob.derive(b"remix", licenses=[license_.id]).work_id
        bob.pay(child, 10**6, token=chain.token)
        assert alice.collect(license_.work, token=chain.token).amount == 1_045_000
        with pytest.raises(reverts.NoUnitsLeft):
            bob.derive(b"another", licenses=[license_.id])


def test_a_folder_is_certified_once(chain: LocalChain, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    (pictures / "2026").mkdir(parents=True)
    (pictures / "one.txt").write_bytes(b"one")
    (pictures / "2026" / "two.txt").write_bytes(b"two")
    (pictures / "empty.txt").write_bytes(b"")
    environment = {"XDG_DATA_HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    before = chain.web3.eth.block_number
    plan = _run("certify", str(pictures), "--plan", network=_on(chain), **environment)
    assert "planned    one.txt" in plan
    assert chain.web3.eth.block_number == before
    said = _run("certify", str(pictures), network=_on(chain), **environment)
    payer = dev_account("dev0")
    assert payer is not None
    works = {file.split()[1]: file.split()[2] for file in said.splitlines() if "certified" in file}
    reader = GenIP(chain.url)
    assert {name: reader.work(work).owner for name, work in works.items()} == {
        "2026/two.txt": payer.address,
        "one.txt": payer.address,
    }
    assert "transactions 1," in said
    again = _run("certify", str(pictures), network=_on(chain), **environment)
    assert "transactions 0," in again


def test_what_is_worth_its_gas_is_settled_and_paid_out(chain: LocalChain, tmp_path: Path) -> None:
    alice = GenIP(chain.url, chain.alice, store=LocalStore(tmp_path / "store"))
    bob = alice.using(chain.bob)
    work = alice.certify(b"work").work_id
    (license_,) = bob.buy(alice.offer(work, COMMERCIAL_REMIX, price=0), max_price=0)
    child = bob.derive(b"remix", licenses=[license_.id]).work_id

    # A tenth of it is less than the gas of one settlement.
    bob.pay(child, 10**6)
    said = _run("settle", str(work), network=_on(chain))
    assert f"{work} settled 0, brought 0, left {10**5}\n" in said
    bob.pay(child, 10**18)
    before = chain.web3.eth.get_balance(chain.alice.address)
    said = _run("settle", str(work), "--pay-out", network=_on(chain))
    due = 10**17 + 10**5
    assert f"{work} settled 1, brought {due}, left 0, paid out {due}" in said
    assert chain.web3.eth.get_balance(chain.alice.address) == before + due

    bob.pay(child, 5_000, token=chain.token)
    options = ("--token", chain.token, "--min-gain", "501")
    assert "left 500" in _run("settle", str(work), *options, network=_on(chain))


def test_a_token_needs_to_be_told_what_is_worth_it(chain: LocalChain) -> None:
    said = _run("settle", "7", "--token", chain.token, network=_on(chain), code=2)
    assert "--min-gain" in said
    said = _run("settle", "7", network=_on(chain), code=1)
    assert "UnknownWork" in said
    assert "Traceback" not in said


def _on(chain: LocalChain) -> str:
    return f"ethereum:local:{chain.url}"


def _deploy(network: str, *tools: Path) -> dict[str, str]:
    """Runs the script, and returns what it prints by its first word."""
    said = _run("deploy", network=network, tools=tools)
    return dict(line.split(maxsplit=1) for line in said.splitlines() if len(line.split()) == 2)


def _run(
    *arguments: str, network: str, tools: Sequence[Path] = (), code: int = 0, **environment: str
) -> str:
    """What a script prints; once more where ape's own anvil did not come up.

    ape draws the port of its anvil without a look whether it is free.
    """
    run = _ran(arguments, network, tools, environment)
    if "RPCTimeoutError" in run.stdout:
        run = _ran(arguments, network, tools, environment)
    assert run.returncode == code, run.stdout + run.stderr
    return run.stdout + (run.stderr if code else "")


def _ran(
    arguments: Sequence[str], network: str, tools: Sequence[Path], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    ape, solc = require("ape"), require("solc")
    return subprocess.run(
        [str(ape), "run", *arguments, "--network", network],
        cwd=ROOT,
        env={
            **os.environ,
            "PATH": os.pathsep.join([*map(str, tools), os.environ["PATH"]]),
            "SOLCX_BINARY_PATH": str(solc.parent),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _check(printed: dict[str, str]) -> None:
    assert printed["deployer"] == predicted().deployer
    for name, address in predicted().addresses().items():
        assert printed[name] == address
