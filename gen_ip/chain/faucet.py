"""Money for accounts on a local chain, from the accounts that the node itself holds."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from web3 import Web3

from gen_ip import arguments
from gen_ip.chain import abi, artifacts, transactions
from gen_ip.chain.deployment import FACTORY, SALT
from gen_ip.chain.errors import ChainError
from gen_ip.chain.rpc import Rpc
from gen_ip.work import create2


class NoFaucet(ChainError):  # noqa: N818
    """The node holds no accounts to give from."""

    def __init__(self, chain_id: int) -> None:
        super().__init__(
            f"chain {chain_id} gives no money away; send ETH to the account from another wallet"
        )


def fund(web3: Web3, account: str, amount: int) -> None:
    """Sends `amount` wei to `account` on a local chain (anvil, py-evm).

    Raises:
        NoFaucet: the node holds no accounts.
        InvalidArgument: `account` is no address.
    """
    rpc = Rpc(web3)
    held = rpc.request("eth_accounts")
    if not held:
        raise NoFaucet(rpc.chain_id)
    transfer = {
        "from": to_checksum_address(held[0]),
        "to": arguments.address("account", account),
        "value": hex(amount),
        "gas": hex(21_000),
    }
    transactions.wait(rpc, rpc.request("eth_sendTransaction", transfer))


def demo_token() -> str:
    """The address that the demo token's code has under the CREATE2 factory."""
    code_hash = keccak(artifacts.load("DemoToken").bytecode)
    return to_checksum_address(create2(FACTORY, SALT, code_hash))


def mint(web3: Web3, token: str, account: str, amount: int) -> None:
    """Makes `amount` of a demo token's smallest unit for `account` on a local chain.

    Raises:
        NoFaucet: the node holds no accounts.
        ContractError, TransactionFailed: it is no demo token.
        InvalidArgument: `account` or `token` is no address.
    """
    rpc = Rpc(web3)
    held = rpc.request("eth_accounts")
    if not held:
        raise NoFaucet(rpc.chain_id)
    entry = artifacts.load("DemoToken").functions["mint"]
    data = abi.encode_call(entry, arguments.address("account", account), amount)
    sender, to = to_checksum_address(held[0]), arguments.address("token", token)
    rpc.call(to, data, sender=sender)
    call = {"from": sender, "to": to, "data": f"0x{data.hex()}", "gas": hex(200_000)}
    transactions.wait(rpc, rpc.request("eth_sendTransaction", call))
