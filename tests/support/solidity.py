"""Small contracts of the tests, compiled and placed: tokens that behave in ways of their own."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING

from tests.support.chain import LocalChain
from tests.support.require import ROOT, require

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


@cache
def compiled(path: str) -> dict[str, bytes]:
    """Creation code of the contracts of a file that imports nothing, by their names."""
    request = {
        "language": "Solidity",
        "sources": {path: {"content": (ROOT / path).read_text("utf-8")}},
        "settings": {"outputSelection": {"*": {"*": ["evm.bytecode.object"]}}},
    }
    run = subprocess.run(
        [str(require("solc")), "--standard-json"],
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(run.stdout)
    assert "contracts" in answer, answer
    return {
        name: bytes.fromhex(made["evm"]["bytecode"]["object"])
        for name, made in answer["contracts"][path].items()
    }


def place(chain: LocalChain, by: LocalAccount, path: str, name: str) -> str:
    """Deploys a contract without constructor arguments and returns its address."""
    from gen_ip.chain import transactions
    from gen_ip.chain.rpc import Rpc

    receipt = transactions.send(Rpc(chain.web3), by, None, compiled(path)[name])
    assert receipt.created is not None
    return receipt.created
