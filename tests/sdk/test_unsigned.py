"""What a browser wallet or a Safe signs elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gen_ip import Anchored, GenIP
from gen_ip.arguments import InvalidArgument
from gen_ip.chain import reverts, transactions
from gen_ip.chain.errors import GasTooExpensive, InsufficientFunds, NoAccount
from gen_ip.chain.rpc import Rpc
from gen_ip.errors import FileProblem
from gen_ip.signers import AddressOnly, CannotSign, Safe
from gen_ip.signers.safe import checksum
from gen_ip.terms import COMMERCIAL
from gen_ip.unsigned import Plan
from tests.support.chain import LocalChain


@pytest.fixture
def browser(alice: GenIP, chain: LocalChain) -> GenIP:
    """Alice's client on a web server, which has no key of hers; anvil is her wallet."""
    chain.rpc("anvil_impersonateAccount", chain.alice.address)
    return alice.using(AddressOnly(chain.alice.address))


def _wallet_sends(chain: LocalChain, plan: Plan) -> None:
    """What `eth_sendTransaction` of a wallet does, with the JSON as it stands."""
    for transaction in plan.to_json():
        tx_hash = chain.rpc("eth_sendTransaction", json.loads(json.dumps(transaction)))
        assert transactions.wait(Rpc(chain.web3), tx_hash)["status"] == "0x1"


def test_a_wallet_certifies(browser: GenIP, chain: LocalChain) -> None:
    plan = browser.unsigned.certify(b"content", name="Morning")
    assert plan.complete
    (transaction,) = plan.transactions
    shown = transaction.to_json()
    assert shown["from"] == chain.alice.address
    assert shown["to"] == chain.deployment.registry
    assert shown["chainId"] == hex(31337)
    assert shown["value"] == "0x0"
    assert shown.keys() == {
        "from", "to", "data", "value", "chainId", "gas", "maxFeePerGas", "maxPriorityFeePerGas",
    }  # fmt: skip
    assert list(browser.works()) == []
    _wallet_sends(chain, plan)
    (claim,) = browser.works()
    work = browser.work(claim.work)
    assert (work.owner, work.metadata and work.metadata["name"]) == (
        chain.alice.address,
        "Morning",
    )


def test_approval_and_payment_are_one_plan(browser: GenIP, alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"content").work_id
    plan = browser.unsigned.pay(work, 500, token=chain.token)
    assert plan.complete
    assert [each.to for each in plan.transactions] == [chain.token, chain.deployment.splitter]
    approve, pay = plan.to_json()
    assert "gas" in approve
    # Nobody can tell before the approval is mined; the wallet asks then.
    assert "gas" not in pay
    assert "maxFeePerGas" not in pay
    _wallet_sends(chain, plan)
    assert alice.earnings(work, token=chain.token).credit == 500
    value = browser.unsigned.pay(work, 7).transactions[0]
    assert (value.value, value.to_json()["value"]) == (7, "0x7")


def test_terms_and_their_offer_are_one_plan(browser: GenIP, chain: LocalChain) -> None:
    _wallet_sends(chain, browser.unsigned.certify(b"content"))
    work = next(browser.works()).work
    plan = browser.unsigned.offer(work, COMMERCIAL, price=1)
    assert (plan.complete, len(plan.transactions)) == (True, 2)
    assert plan.result.terms == COMMERCIAL
    _wallet_sends(chain, plan)
    assert [offer.price for offer in browser.offers(work)] == [1]


def test_a_plan_that_needs_a_second_look(browser: GenIP, bob: GenIP, chain: LocalChain) -> None:
    work = bob.certify(b"content").work_id
    offer = bob.sign_offer(work, COMMERCIAL, price=1)
    first = browser.unsigned.buy(offer, max_price=1)
    # The terms are not registered yet, so that the sale cannot be checked.
    assert (first.complete, first.result, len(first.transactions)) == (False, None, 1)
    _wallet_sends(chain, first)
    second = browser.unsigned.buy(offer, max_price=1)
    assert second.complete
    _wallet_sends(chain, second)
    assert [each.holder for each in bob.licenses(work=work)] == [chain.alice.address]


def test_methods_that_read_their_receipt(browser: GenIP, alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"content").work_id
    alice.pay(work, 1_000)
    plan = browser.unsigned.collect(work)
    assert (plan.complete, plan.result, len(plan.transactions)) == (True, None, 1)
    _wallet_sends(chain, plan)
    assert alice.earnings(work).credit == 0


def test_what_must_be_kept_is_returned(browser: GenIP, alice: GenIP, chain: LocalChain) -> None:
    plan = alice.unsigned.anchor([b"one", b"two"])
    assert plan.complete
    _wallet_sends(chain, plan)
    dated = browser.unsigned.submit(plan.result.certificates[1])
    _wallet_sends(chain, dated)
    assert len(list(browser.works())) == 1


def test_what_would_fail_is_told_at_once(browser: GenIP, alice: GenIP, chain: LocalChain) -> None:
    work = alice.certify(b"content").work_id
    with pytest.raises(reverts.AlreadyCertified):
        browser.unsigned.certify(b"content")
    with pytest.raises(InsufficientFunds):
        browser.unsigned.pay(work, 10**30)
    with pytest.raises(NoAccount):
        alice.using(None).unsigned.pay(work, 1)
    thrifty = GenIP(
        chain.web3, AddressOnly(chain.alice.address), deployment=chain.deployment, max_fee=1
    )
    with pytest.raises(GasTooExpensive):
        thrifty.unsigned.pay(work, 1)


def test_reading_needs_no_transaction(browser: GenIP, alice: GenIP) -> None:
    work = alice.certify(b"content").work_id
    plan = browser.unsigned.work(work)
    assert (plan.transactions, plan.complete, plan.result.id) == ((), True, work)


@pytest.mark.parametrize("name", ["certifi", "chain_id", "_session", "web3"])
def test_only_methods_are_there(browser: GenIP, name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        getattr(browser.unsigned, name)


def test_the_key_is_never_used(alice: GenIP, chain: LocalChain) -> None:
    nonce = chain.web3.eth.get_transaction_count(chain.alice.address)
    seen: list[Any] = []
    client = GenIP(
        chain.web3,
        chain.alice,
        deployment=chain.deployment,
        store=alice.store,
        on_receipt=seen.append,
    )
    assert client.unsigned.certify(b"content").transactions[0].sender == chain.alice.address
    assert chain.web3.eth.get_transaction_count(chain.alice.address) == nonce
    assert seen == []


# -------------------------------------------------------------------------- Safes


def test_a_safe_writes_a_batch(
    alice: GenIP, chain: LocalChain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No ETH in it: whoever executes the batch pays for the gas."""
    work = alice.certify(b"content").work_id
    safe = Safe("0x" + "5a" * 20)
    mine = alice.using(safe)
    mint = "0x40c10f19" + safe.address[2:].rjust(64, "0") + hex(10**6)[2:].rjust(64, "0")
    chain.rpc("anvil_impersonateAccount", chain.dave.address)
    chain.rpc("eth_sendTransaction", {"from": chain.dave.address, "to": chain.token, "data": mint})
    plans = [mine.unsigned.certify(b"the Safe's"), mine.unsigned.pay(work, 9, token=chain.token)]
    path = safe.write(tmp_path / "batch.json", plans, name="Dues")
    batch = json.loads(path.read_text("utf-8"))
    assert (batch["version"], batch["chainId"]) == ("1.0", "31337")
    assert batch["meta"]["name"] == "Dues"
    assert batch["meta"]["createdFromSafeAddress"] == safe.address
    assert batch["meta"]["checksum"] == checksum(batch)
    # What the Safe does with it: every call, in order.
    chain.rpc("anvil_impersonateAccount", safe.address)
    for call in batch["transactions"]:
        assert call["contractMethod"] is None
        request = {
            "from": safe.address,
            "to": call["to"],
            "data": call["data"],
            "value": hex(int(call["value"])),
        }
        chain.rpc("anvil_setBalance", safe.address, hex(10**18))
        tx_hash = chain.rpc("eth_sendTransaction", request)
        assert transactions.wait(Rpc(chain.web3), tx_hash)["status"] == "0x1"
    assert alice.earnings(work, token=chain.token).credit == 9
    assert [claim.creator for claim in alice.works()][-1] == safe.address


def test_the_checksum_is_the_apps() -> None:
    """A file that Safe's Transaction Builder 1.18.2 made: an approval of 100,000 USDC."""
    batch: dict[str, Any] = {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1761326849944,
        "meta": {
            "name": "Transactions Batch",
            "description": "",
            "txBuilderVersion": "1.18.2",
            "createdFromSafeAddress": "0xA77DE01e157f9f57C7c4A326eeE9C4874D0598b6",
            "createdFromOwnerAddress": "",
        },
        "transactions": [
            {
                "to": "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
                "value": "0",
                "data": None,
                "contractMethod": {
                    "inputs": [
                        {"internalType": "address", "name": "spender", "type": "address"},
                        {"internalType": "uint256", "name": "value", "type": "uint256"},
                    ],
                    "name": "approve",
                    "payable": False,
                },
                "contractInputsValues": {
                    "spender": "0x474e5Ded6b5D078163BFB8F6dBa355C3aA5478C8",
                    "value": "100000000000",
                },
            }
        ],
    }
    expected = "0x8b5032f716845c8b08bab3d63dbd9ba92e056f3557793cd041e59b84e16aa989"
    assert checksum(batch) == expected
    batch["transactions"][0]["value"] = "1"
    assert checksum(batch) != expected


def test_a_batch_that_makes_no_sense(alice: GenIP, chain: LocalChain, tmp_path: Path) -> None:
    work = alice.certify(b"content").work_id
    safe = Safe(chain.alice.address)
    plan = alice.unsigned.pay(work, 1)
    with pytest.raises(InvalidArgument, match="at least one"):
        safe.batch([])
    with pytest.raises(InvalidArgument, match=chain.bob.address):
        safe.batch([plan, alice.using(chain.bob).unsigned.pay(work, 1)])
    there = tmp_path / "batch.json"
    there.write_text("before", "utf-8")
    with pytest.raises(InvalidArgument):
        safe.write(there, [])
    assert there.read_text("utf-8") == "before"
    with pytest.raises(FileProblem, match="cannot be written"):
        safe.write(tmp_path / "no folder" / "batch.json", [plan])
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileProblem):
        safe.write(tmp_path / "folder", [plan])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["batch.json", "folder", "store"]


def test_who_cannot_sign_here_prepares_and_anchors(
    browser: GenIP, bob: GenIP, chain: LocalChain, tmp_path: Path
) -> None:
    prepared = browser.prepare_certificate(b"one", resale_royalty=300)
    assert prepared.certify.creator == chain.alice.address
    with pytest.raises(reverts.RoyaltyTooHigh):
        browser.prepare_certificate(b"one", resale_royalty=10_001)
    proofs = tmp_path / "proofs.json"
    plan = browser.unsigned.anchor([prepared, b"two"], proofs=proofs)
    assert plan.complete
    # Nothing is mined: the file says so, and its claims are nobody's yet.
    assert Anchored.load(proofs).time == 0
    with pytest.raises(reverts.UnknownAnchor):
        browser.unsigned.submit(Anchored.load(proofs).certificates[0])
    _wallet_sends(chain, plan)
    anchored = browser.resume_anchor(proofs)
    assert anchored.time == chain.now()
    assert Anchored.load(proofs) == anchored
    chain.pass_time(500)
    _wallet_sends(chain, browser.unsigned.submit(anchored.certificates[0]))
    (claim,) = browser.works()
    assert browser.work(claim.work).claim_time == anchored.time


def test_a_safe_anchors(alice: GenIP, chain: LocalChain, tmp_path: Path) -> None:
    safe = Safe("0x" + "5b" * 20)
    proofs = tmp_path / "proofs.json"
    plan = alice.using(safe).unsigned.anchor([b"one", b"two"], proofs=proofs)
    path = safe.write(tmp_path / "batch.json", [plan])
    (call,) = json.loads(path.read_text("utf-8"))["transactions"]
    chain.rpc("anvil_impersonateAccount", safe.address)
    chain.rpc("anvil_setBalance", safe.address, hex(10**18))
    request = {"from": safe.address, "to": call["to"], "data": call["data"]}
    transactions.wait(Rpc(chain.web3), chain.rpc("eth_sendTransaction", request))
    # Whoever has the file may look the anchor up.
    assert alice.resume_anchor(proofs).time == chain.now()
    with pytest.raises(CannotSign):
        alice.using(safe).sign_certificate(b"one")
