"""Placing the contracts on a chain, and play money on a local one."""

from __future__ import annotations

from dataclasses import replace

from web3 import Web3

from gen_ip.chain import abi, artifacts, transactions
from gen_ip.chain.deployment import FACTORY, SALT, Deployment, deployer_code, predicted
from gen_ip.chain.errors import NodeError
from gen_ip.chain.policy import MAX_FEE, Policy
from gen_ip.chain.rpc import Rpc
from gen_ip.signers.protocol import Signer

# The canonical CREATE2 factory ("deterministic deployment proxy"), placed on every chain by this
# one transaction: signed by nobody, so that its sender is good for nothing else.
_FACTORY_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
_FACTORY_COST = 100_000 * 100_000_000_000
_FACTORY_TRANSACTION = bytes.fromhex(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffff"
    "ffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b80825250505060"
    "14600cf31ba02222222222222222222222222222222222222222222222222222222222222222a0222222222222222222"
    "2222222222222222222222222222222222222222222222"
)


# The largest contract takes some twenty times the gas of an ordinary transaction.
MAX_DEPLOY_FEE = 20 * MAX_FEE


def deploy(web3: Web3, account: Signer, max_fee: int = MAX_DEPLOY_FEE) -> Deployment:
    """The contracts on this chain; `account` places what is missing and pays for it.

    The gas of each of the five transactions costs at most `max_fee` wei (default: 1 ETH).

    Raises:
        GasTooExpensive: one would cost more.
        ContractError: a step reverts.
        InsufficientFunds: the account cannot pay.
    """
    rpc, policy = Rpc(web3), Policy(max_fee)
    deployment = predicted()
    if not rpc.code(FACTORY):
        _place_factory(rpc, account)
    if not rpc.code(deployment.deployer):
        transactions.send(rpc, account, FACTORY, SALT + deployer_code(), policy=policy)
    block = None
    for name, address in deployment.addresses().items():
        if not rpc.code(address):
            entry = artifacts.load("Deployer").functions["deploy"]
            data = abi.encode_call(entry, artifacts.load(name).bytecode)
            receipt = transactions.send(rpc, account, deployment.deployer, data, policy=policy)
            block = receipt.block if block is None else block
    return replace(deployment, chain_id=rpc.chain_id, block=block)


def deploy_token(web3: Web3, account: Signer) -> str:
    """Puts a new DemoToken on the chain and returns its address.

    Raises:
        InsufficientFunds: the account cannot pay.
    """
    rpc = Rpc(web3)
    receipt = transactions.send(rpc, account, None, artifacts.load("DemoToken").bytecode)
    if receipt.created is None:
        raise NodeError("eth_getTransactionReceipt", "no contract address in the receipt")
    return receipt.created


def _place_factory(rpc: Rpc, account: Signer) -> None:
    missing = _FACTORY_COST - rpc.balance(_FACTORY_SENDER)
    if missing > 0:
        transactions.send(rpc, account, _FACTORY_SENDER, b"", missing)
    transactions.wait(rpc, rpc.send_raw(_FACTORY_TRANSACTION))
