"""The contracts lie at the same addresses on every chain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account
from eth_keys.datatypes import PrivateKey
from eth_utils.crypto import keccak

from gen_ip import GenIP
from gen_ip.chain import artifacts, pyevm
from gen_ip.chain import deploy as deploying
from gen_ip.chain.deploy import deploy, deploy_token
from gen_ip.chain.deployment import FACTORY, predicted
from gen_ip.chain.errors import InsufficientFunds, NoContracts, UnexpectedChain
from gen_ip.chain.faucet import NoFaucet, fund
from gen_ip.chain.rpc import Rpc
from gen_ip.chain.session import Session
from gen_ip.signing import marketplace_domain, registry_domain
from tests.support.chain import LocalChain, account, prepare


def test_anvil_and_py_evm_have_the_predicted_addresses(chain: LocalChain) -> None:
    in_process = prepare(pyevm.connect())
    assert in_process.deployment.chain_id != chain.deployment.chain_id
    for deployment in (chain.deployment, in_process.deployment):
        assert replace(deployment, chain_id=None, block=None) == predicted()
    for name, address in predicted().addresses().items():
        code = _without_chain(in_process, address)
        assert code, name
        assert code == _without_chain(chain, address), name


def _without_chain(chain: LocalChain, address: str) -> bytes:
    """A contract's code, without the chain id and the EIP-712 domains that its constructor kept."""
    code = bytes(chain.web3.eth.get_code(address))
    chain_id = chain.web3.eth.chain_id
    for own in (
        chain_id.to_bytes(32, "big"),
        registry_domain(chain_id, predicted().registry).separator(),
        marketplace_domain(chain_id, predicted().marketplace).separator(),
    ):
        code = code.replace(own, bytes(32))
    return code


def test_the_deployer_itself_says_so(chain: LocalChain) -> None:
    from gen_ip.chain import abi

    entries = artifacts.load("Deployer").functions
    rpc = Rpc(chain.web3)
    for index, (name, address) in enumerate(predicted().addresses().items()):
        data = rpc.call(predicted().deployer, abi.encode_call(entries["addressAt"], index))
        assert abi.decode(entries["addressAt"]["outputs"], data) == (address,)
        data = rpc.call(predicted().deployer, abi.encode_call(entries["codeHashes"], index))
        assert data == keccak(artifacts.load(name).bytecode)


def test_deploying_again_sends_nothing(chain: LocalChain) -> None:
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    again = deploy(chain.web3, chain.alice)
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce
    assert again == replace(chain.deployment, block=None)


def test_a_deployment_that_stopped_half_way_is_finished(anvil_binary: object) -> None:
    web3 = pyevm.connect()
    dave = account("dave")
    fund(web3, dave.address, 10**19)
    calls = []

    def stop_after_two(rpc: Rpc, *arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(rpc, *arguments, **options)

    real = deploying.transactions.send
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deploying.transactions, "send", stop_after_two)
        with pytest.raises(KeyboardInterrupt):
            deploy(web3, dave)
    with pytest.raises(NoContracts):
        GenIP(web3)
    deploy(web3, dave)
    GenIP(web3)


def test_the_factory_transaction_is_the_well_known_one() -> None:
    sender = Account.recover_transaction(deploying._FACTORY_TRANSACTION)
    assert sender == deploying._FACTORY_SENDER
    # CREATE by that sender's first transaction.
    created = keccak(b"\xd6\x94" + bytes.fromhex(sender[2:]) + b"\x80")[12:]
    assert created.hex() == FACTORY[2:].lower()


def test_the_deployments_block_is_where_logs_begin(chain: LocalChain) -> None:
    block = chain.deployment.block
    assert block is not None
    assert chain.web3.eth.get_code(predicted().registry, block)
    assert not chain.web3.eth.get_code(predicted().registry, block - 1)


def test_a_token_is_new_every_time(chain: LocalChain) -> None:
    first, second = (deploy_token(chain.web3, chain.alice) for _ in range(2))
    assert first != second
    client = GenIP(chain.web3, deployment=chain.deployment)
    assert client.token(first).to_json() == {"address": first, "symbol": "DUSD", "decimals": 6}


def test_deploying_without_money(chain: LocalChain) -> None:
    poor = Account.from_key(PrivateKey(b"\x07" * 32).to_bytes())
    with pytest.raises(InsufficientFunds) as refused:
        deploy_token(chain.web3, poor)
    assert refused.value.account == poor.address
    assert refused.value.has == 0
    assert refused.value.needs > 0


def test_a_chain_without_contracts() -> None:
    web3 = pyevm.connect()
    with pytest.raises(NoContracts, match="gen-ip dev") as missing:
        GenIP(web3)
    assert missing.value.chain_id == web3.eth.chain_id
    assert missing.value.address == predicted().registry


def test_a_deployment_of_another_chain(chain: LocalChain) -> None:
    with pytest.raises(UnexpectedChain) as refused:
        GenIP(chain.web3, deployment=replace(chain.deployment, chain_id=1))
    assert (refused.value.expected, refused.value.actual) == (1, 31337)


def test_a_node_without_accounts_gives_no_money(
    chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {"eth_accounts": [], "eth_chainId": "0x1"}
    monkeypatch.setattr(Rpc, "request", lambda self, method: answers[method])
    with pytest.raises(NoFaucet, match="chain 1 gives no money"):
        fund(chain.web3, chain.alice.address, 1)


def test_the_tills_code_in_the_contracts_is_the_shipped_one(chain: LocalChain) -> None:
    till = artifacts.load("Till").bytecode
    assert till in artifacts.load("RoyaltySplitter").bytecode
    session = Session(Rpc(chain.web3), chain.deployment, None)
    assert session.deployment.work_id(chain.alice.address, bytes(32), 1) == session.read(
        "IPRegistry", "workIdOf", chain.alice.address, bytes(32), 1
    )
