"""The ape scripts do what they say, on ape's own anvil and on geth: the same addresses."""

from __future__ import annotations

import os
import subprocess
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
from tests.support.chain import prepare
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


def _deploy(network: str, *tools: Path) -> dict[str, str]:
    """Runs the script, and returns what it prints by its first word."""
    ape, solc = require("ape"), require("solc")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, tools), os.environ["PATH"]]),
        "SOLCX_BINARY_PATH": str(solc.parent),
    }
    run = subprocess.run(
        [str(ape), "run", "deploy", "--network", network],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return dict(
        line.split(maxsplit=1) for line in run.stdout.splitlines() if len(line.split()) == 2
    )


def _check(printed: dict[str, str]) -> None:
    assert printed["deployer"] == predicted().deployer
    for name, address in predicted().addresses().items():
        assert printed[name] == address
