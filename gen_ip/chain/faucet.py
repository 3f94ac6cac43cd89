"""Money for accounts on a local chain, from the accounts that the node itself holds."""

from __future__ import annotations

from eth_utils.address import to_checksum_address
from web3 import Web3

from gen_ip import arguments
from gen_ip.chain import transactions
from gen_ip.chain.errors import ChainError
from gen_ip.chain.rpc import Rpc


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
