"""One anvil for the whole run, with the contracts on it; every test starts from the same state."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from eth_typing import HexStr

from tests.support.require import require

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount
    from web3 import Web3

    from gen_ip.chain.deployment import Deployment

NAMES = ("alice", "bob", "carol", "dave")
FUNDS = 10**21
TOKENS = 10**12


@dataclass(frozen=True)
class LocalChain:
    """A chain with the contracts, a token with 6 decimals, and accounts that hold 1,000 ETH and a
    million tokens each."""

    web3: Web3
    deployment: Deployment
    token: str
    accounts: dict[str, LocalAccount]
    url: str = ""

    def rpc(self, method: str, *params: Any) -> Any:
        """A plain JSON-RPC request, for the node's own methods."""
        response = self.web3.provider.make_request(method, list(params))
        assert "error" not in response, response
        return response["result"]

    def wallet_sends(self, transaction: Any) -> str:
        """Sends as one of the node's own accounts; its hash. A busy node mines it a moment later,
        so that is waited for."""
        tx_hash = str(self.rpc("eth_sendTransaction", transaction))
        self.web3.eth.wait_for_transaction_receipt(HexStr(tx_hash))
        return tx_hash

    def pass_time(self, seconds: int) -> None:
        """Mines a block `seconds` later."""
        self.rpc("evm_increaseTime", seconds)
        self.rpc("evm_mine")

    def now(self) -> int:
        """The latest block's time."""
        return int(self.web3.eth.get_block("latest")["timestamp"])

    def __getattr__(self, name: str) -> LocalAccount:
        if name in NAMES:
            return self.accounts[name]
        raise AttributeError(name)


def account(name: str) -> LocalAccount:
    """The test account of this name; the same in every run."""
    from eth_account import Account

    return Account.from_key(hashlib.sha256(f"gen-ip test {name}".encode()).digest())


def prepare(web3: Web3, url: str = "") -> LocalChain:
    """Funds the accounts, deploys everything and mints."""
    from gen_ip.chain import abi, artifacts, transactions
    from gen_ip.chain.deploy import deploy, deploy_token
    from gen_ip.chain.faucet import fund
    from gen_ip.chain.rpc import Rpc

    accounts = {name: account(name) for name in NAMES}
    for each in accounts.values():
        fund(web3, each.address, FUNDS)
    deployment = deploy(web3, accounts["dave"])
    token = deploy_token(web3, accounts["dave"])
    mint = artifacts.load("DemoToken").functions["mint"]
    for each in accounts.values():
        data = abi.encode_call(mint, each.address, TOKENS)
        transactions.send(Rpc(web3), accounts["dave"], token, data)
    return LocalChain(web3, deployment, token, accounts, url)


@pytest.fixture(scope="session")
def anvil_binary() -> Iterator[Path]:
    """The anvil binary, found by the code under test too."""
    binary = require("anvil")
    before = os.environ.get("GENIP_ANVIL")
    os.environ["GENIP_ANVIL"] = str(binary)
    yield binary
    if before is None:
        del os.environ["GENIP_ANVIL"]
    else:
        os.environ["GENIP_ANVIL"] = before


@pytest.fixture(scope="session")
def shared_chain(anvil_binary: Path) -> Iterator[LocalChain]:
    """The run's anvil. Tests take `chain` instead, which cleans up behind them."""
    from web3 import HTTPProvider, Web3

    from gen_ip.chain.anvil import Anvil

    with Anvil() as anvil:
        url = anvil.start()
        yield prepare(Web3(HTTPProvider(url)), url)


@pytest.fixture
def chain(shared_chain: LocalChain) -> Iterator[LocalChain]:
    """A chain in its first state, whatever the tests before did."""
    snapshot = shared_chain.rpc("evm_snapshot")
    # Going back set the node's clock back too, each time by what the test before took.
    shared_chain.rpc("evm_setTime", int(time.time()))
    yield shared_chain
    assert shared_chain.rpc("evm_revert", snapshot)
