"""Transactions that fail between the simulation and the block."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account

from gen_ip import GenIP, GenIPError
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts, transactions
from gen_ip.chain.errors import (
    GasTooExpensive,
    InsufficientFunds,
    NodeError,
    TransactionFailed,
    TransactionPending,
)
from gen_ip.chain.faucet import fund
from gen_ip.chain.rpc import Block, Rpc
from gen_ip.terms import COMMERCIAL
from gen_ip.work import ETH
from tests.support.chain import LocalChain


def _unsimulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "simulate", lambda *arguments: b"")
    monkeypatch.setattr(Rpc, "estimate_gas", lambda *arguments: 500_000)


def test_a_revert_in_the_block_is_the_contracts_error(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unsimulated(monkeypatch)
    with pytest.raises(reverts.UnknownWork) as failed:
        alice.send(alice.calls.splitter.pay(12345, ETH, 1))
    assert failed.value.work_id == 12345


def test_a_failure_that_does_not_show_again(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    _unsimulated(monkeypatch)
    monkeypatch.setattr(Rpc, "estimate_gas", lambda *arguments: 30_000)
    with pytest.raises(TransactionFailed, match="was mined but failed") as failed:
        alice.register_terms(COMMERCIAL)
    receipt = chain.web3.eth.get_transaction_receipt(failed.value.tx_hash)
    assert receipt["status"] == 0


def test_a_transaction_that_is_not_mined(chain: LocalChain) -> None:
    hasty = GenIP(chain.web3, chain.alice, deployment=chain.deployment, timeout=0.1)
    chain.rpc("evm_setAutomine", False)
    try:
        with pytest.raises(TransactionPending, match="not mined within 0") as failed:
            hasty.register_terms(COMMERCIAL)
    finally:
        chain.rpc("evm_setAutomine", True)
        chain.rpc("evm_mine")
    assert failed.value.sent is not None
    assert hasty.resume(failed.value.sent).tx_hash == failed.value.tx_hash
    assert hasty.terms(COMMERCIAL.hash()) == COMMERCIAL


def test_an_account_without_gas_money(alice: GenIP, chain: LocalChain) -> None:
    poor = Account.create()
    with pytest.raises(InsufficientFunds) as refused:
        alice.using(poor).certify(b"content")
    assert refused.value.account == poor.address
    assert f"send {refused.value.needs} more" in str(refused.value)
    # Enough for the value, too little for the gas.
    fund(chain.web3, poor.address, 1_000)
    work = alice.certify(b"work").work_id
    with pytest.raises(InsufficientFunds):
        alice.using(poor).pay(work, 1_000)
    assert alice.balance(poor.address) == 1_000


def test_receipts_tell_gas_fee_and_events(alice: GenIP, chain: LocalChain) -> None:
    seen: list[transactions.Receipt] = []
    client = GenIP(
        chain.web3,
        chain.alice,
        deployment=chain.deployment,
        store=alice.store,
        on_receipt=seen.append,
    )
    before = client.balance(chain.alice.address)
    certificate = client.certify(b"content")
    offer = client.offer(certificate.work_id, COMMERCIAL, price=1)
    assert [receipt.events[-1].name for receipt in seen] == [
        "Certified",
        "TermsRegistered",
        "OfferPosted",
    ]
    assert certificate.receipt == seen[0]
    assert offer.receipt == seen[2]
    assert before - client.balance(chain.alice.address) == sum(receipt.fee for receipt in seen)
    raw = chain.web3.eth.get_transaction_receipt(seen[0].tx_hash)
    assert (raw["gasUsed"], raw["blockNumber"]) == (seen[0].gas_used, seen[0].block)
    shown = seen[0].to_json()
    assert shown["fee"] == str(seen[0].fee)
    assert shown["events"][-1]["args"]["work_id"] == str(certificate.work_id)


def _prices(monkeypatch: pytest.MonkeyPatch, base: int | None, tip: int) -> list[bytes]:
    """Makes the node name these prices of gas; returns what is signed from now on."""
    block, send_raw, signed = Rpc.block, Rpc.send_raw, []

    def forged(self: Rpc, number: int | str = "latest") -> Block:
        return replace(block(self, number), base_fee=base)

    def recorded(self: Rpc, transaction: bytes) -> str:
        signed.append(transaction)
        return send_raw(self, transaction)

    monkeypatch.setattr(Rpc, "block", forged)
    monkeypatch.setattr(Rpc, "priority_fee", lambda self: tip)
    monkeypatch.setattr(Rpc, "gas_price", lambda self: tip)
    monkeypatch.setattr(Rpc, "send_raw", recorded)
    return signed


@pytest.mark.parametrize(
    ("base", "tip"), [(10**9, 10**14), (10**15, 0), (10**9, 2**256 - 1), (None, 10**15)]
)
def test_a_node_cannot_make_gas_cost_any_amount(
    alice: GenIP,
    chain: LocalChain,
    monkeypatch: pytest.MonkeyPatch,
    base: int | None,
    tip: int,
) -> None:
    signed = _prices(monkeypatch, base, tip)
    with pytest.raises(GasTooExpensive, match="or raise max_fee") as refused:
        alice.certify(b"content")
    assert refused.value.max_fee == transactions.MAX_FEE == 5 * 10**16
    assert refused.value.needs > transactions.MAX_FEE
    assert signed == []


@pytest.mark.parametrize("max_fee", [10**15, 10**16, 10**18])
def test_what_is_signed_never_costs_more_than_the_maximum(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch, max_fee: int
) -> None:
    client = GenIP(
        chain.web3, chain.alice, deployment=chain.deployment, store=alice.store, max_fee=max_fee
    )
    # Twice the base fee would be above the least of the maxima; the fee of today is not.
    base, tip = 4 * 10**9, 10**6
    _prices(monkeypatch, base, tip)
    receipt = client.certify(b"content").receipt
    sent = chain.web3.eth.get_transaction(receipt.tx_hash)
    assert sent["gas"] * sent["maxFeePerGas"] <= max_fee
    assert base + tip <= sent["maxFeePerGas"] <= 2 * base + tip
    assert (sent["maxFeePerGas"] == 2 * base + tip) is (max_fee > 10**15)
    assert sent["maxPriorityFeePerGas"] == tip


def test_a_node_that_estimates_nothing(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rpc, "estimate_gas", lambda *arguments: 0)
    hasty = GenIP(
        chain.web3, chain.alice, deployment=chain.deployment, store=alice.store, timeout=0.5
    )
    with pytest.raises(GenIPError):
        hasty.certify(b"content")


@pytest.mark.parametrize("max_fee", [-1, 0.05, "1", None, True])
def test_a_maximum_is_an_amount_of_wei(chain: LocalChain, max_fee: object) -> None:
    with pytest.raises(InvalidArgument, match="max_fee"):
        GenIP(chain.web3, deployment=chain.deployment, max_fee=max_fee)  # type: ignore[arg-type]


def test_a_chain_without_base_fee(
    alice: GenIP, chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = Rpc.block

    def legacy(self: Rpc, number: int | str = "latest") -> object:
        found = block(self, number)
        return type(found)(found.number, found.timestamp, None)

    monkeypatch.setattr(Rpc, "block", legacy)
    receipt = alice.certify(b"content").receipt
    sent = chain.web3.eth.get_transaction(receipt.tx_hash)
    assert sent["type"] == 0


def test_a_node_that_still_indexes_is_asked_again(
    chain: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """geth refuses receipts for a moment after its start."""
    asked = []
    honest = Rpc.request

    def indexing(self: Rpc, method: str, *params: object) -> object:
        if method == "eth_getTransactionReceipt":
            asked.append(method)
            if len(asked) < 3:
                raise NodeError(method, "transaction indexing is in progress")
            if len(asked) == 4:
                raise NodeError(method, "the disk is full")
        return honest(self, method, *params)

    monkeypatch.setattr(Rpc, "request", indexing)
    rpc = Rpc(chain.web3)
    receipt = transactions.send(rpc, chain.alice, chain.bob.address, b"", 1)
    assert (len(asked), receipt.gas_used) == (3, 21_000)
    with pytest.raises(NodeError, match="disk is full"):
        rpc.receipt(receipt.tx_hash)
