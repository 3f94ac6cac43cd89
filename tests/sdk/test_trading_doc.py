"""What docs/trading.md shows is run as it stands."""

from __future__ import annotations

import os

from eth_account import Account

from gen_ip.chain import abi, artifacts, transactions
from gen_ip.chain.rpc import Rpc
from tests.support.chain import LocalChain
from tests.support.reader import Reader, reader
from tests.support.require import ROOT
from tests.support.solidity import place

__all__ = ["reader"]


def test_the_page(chain: LocalChain, reader: Reader) -> None:
    usd = place(chain, chain.alice, "tests/sdk/SignedTokens.sol", "AuthorizedDollar")
    brand = Account.from_key(os.environ["BRAND_KEY"])
    mint = artifacts.load("DemoToken").functions["mint"]
    data = abi.encode_call(mint, brand.address, 1_000 * 10**6)
    transactions.send(Rpc(chain.web3), chain.alice, usd, data)
    os.environ["USD"] = usd
    assert reader.follow(ROOT / "docs" / "trading.md") == 9
