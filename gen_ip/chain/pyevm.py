"""A chain inside the process, py-evm: for machines without anvil."""

from __future__ import annotations

from web3 import Web3


def connect(accounts: int = 10) -> Web3:
    """A new, empty chain that lives as long as the Web3; every call makes another.

    Its `eth.accounts` hold a million ETH each; `gen_ip.chain.faucet.fund` spends them. Blocks are
    mined with every transaction.
    """
    from eth_tester import EthereumTester, PyEVMBackend
    from web3.providers.eth_tester import EthereumTesterProvider

    backend = PyEVMBackend(genesis_state=PyEVMBackend.generate_genesis_state(num_accounts=accounts))
    return Web3(EthereumTesterProvider(EthereumTester(backend)))
