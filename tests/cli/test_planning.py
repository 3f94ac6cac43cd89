"""`--unsigned` and `--safe`: what a command would send, and nothing sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.chain import transactions
from gen_ip.chain.receipts import Receipt
from gen_ip.chain.reverts import UnknownWork
from gen_ip.chain.rpc import Rpc
from gen_ip.signers.safe import checksum
from tests.cli.conftest import Run, commands
from tests.cli.test_commands import address
from tests.support.chain import LocalChain

STRANGER = "0x000000000000000000000000000000000000dEaD"


def test_a_wallet_sends_what_is_printed(run: Run, rpc: LocalChain, picture: Path) -> None:
    block = rpc.web3.eth.block_number
    plan = run("certify", picture, "--account", address("dev3"), "--unsigned").ok().json
    assert rpc.web3.eth.block_number == block
    assert plan["complete"] is True
    [transaction] = plan["transactions"]
    assert (transaction["from"], transaction["to"]) == (address("dev3"), rpc.deployment.registry)
    # anvil holds the key of dev3, as a browser wallet would.
    tx_hash = rpc.rpc("eth_sendTransaction", transaction)
    assert transactions.wait(Rpc(rpc.web3), tx_hash)["status"] == "0x1"
    claimed = run("verify", picture, "--json").ok().json["matches"]
    assert claimed[0]["creator"] == address("dev3")


def test_terms_and_their_offer_are_one_plan(run: Run, rpc: LocalChain, work: str) -> None:
    command = ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0")
    plan = run(*command, "--unsigned").ok()
    assert (len(plan.json["transactions"]), plan.json["complete"], plan.err) == (2, True, "")
    for transaction in plan.json["transactions"]:
        transactions.wait(Rpc(rpc.web3), rpc.rpc("eth_sendTransaction", transaction))
    assert len(run("offers", work, "--json").ok().json["offers"]) == 1


def test_what_depends_on_the_first_transactions_is_said(
    run: Run, rpc: LocalChain, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pay_and_look(client: GenIP, work: int, amount: int, *, token: str) -> Receipt:
        client.send(client.calls.splitter.pay(work, token, amount))
        raise UnknownWork(5)

    monkeypatch.setattr(GenIP, "pay", pay_and_look)
    first = run("pay", work, "1", "--account", "dev0", "--unsigned").ok()
    assert (len(first.json["transactions"]), first.json["complete"]) == (1, False)
    assert "run the same command again" in first.err


def test_a_safe_takes_its_file(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    file = tmp_path / "batch.json"
    block = rpc.web3.eth.block_number
    pay = ("pay", work, "2", "--token", rpc.token, "--account", STRANGER, "--safe", file)
    # Whose Safe it is need not be known here, but what it cannot do is told.
    run(*pay).failed("InsufficientFunds", "2 DUSD are needed")
    assert not file.exists()
    pay = ("pay", work, "2", "--token", rpc.token, "--account", address("dev1"), "--safe", file)
    told = run(*pay, "--json").ok().json
    assert told == {"safe": address("dev1"), "file": str(file), "calls": 2, "complete": True}
    assert rpc.web3.eth.block_number == block
    document = json.loads(file.read_text())
    assert [call["to"] for call in document["transactions"]] == [rpc.token, rpc.deployment.splitter]
    sealed = document["meta"].pop("checksum")
    assert sealed == checksum(document)
    assert "2 calls for the Safe" in run(*pay).ok().out


def test_what_cannot_be_planned(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    pay = ("pay", work, "1", "--account", "dev1")
    run(*pay, "--unsigned", "--safe", tmp_path / "x").failed("UsageError", "not both", code=2)
    run("pay", work, "1", "--unsigned").failed("NoAccount")
    run("pay", "7", "1", "--account", "dev1", "--unsigned").failed("UnknownWork")
    nowhere = tmp_path / "none" / "batch.json"
    run(*pay, "--safe", nowhere).failed("FileProblem", "cannot be written")
    run("pay", work, "1", "--account", "0x12", "--unsigned").failed("InvalidArgument", "0x12")


def test_what_takes_a_signature_cannot_be_planned(
    run: Run, rpc: LocalChain, work: str, tmp_path: Path
) -> None:
    block, file = rpc.web3.eth.block_number, tmp_path / "bid.json"
    bid = ("bid", work, "--terms", "commercial", "--price", "1", "--token", rpc.token, "-o", file)
    run(*bid, "--account", address("dev1"), "--unsigned").failed("CannotSign")
    assert not file.exists()
    assert rpc.web3.eth.block_number == block


def test_a_folder_is_planned_and_nothing_taken_for_done(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    folder = tmp_path / "works"
    folder.mkdir()
    (folder / "one.txt").write_text("one")
    (folder / "two.txt").write_text("two")
    certify = ("certify", folder, "--recursive", "--journal", tmp_path / "journal", "--account")
    planned = run(*certify, address("dev1"), "--unsigned").ok().json
    assert len(planned["transactions"]) == 1
    assert run("works", "--json").ok().json["works"] == []
    run(*certify, "dev1").ok()
    assert len(run("works", "--json").ok().json["works"]) == 2


SENDING = [
    name
    for name, command in commands()
    if {"account", "max_fee"} <= {param.name for param in command.params}
]


@pytest.mark.parametrize("name", SENDING)
def test_every_command_that_sends_can_be_planned(run: Run, name: str) -> None:
    text = run(*name.split(), "--help").ok().out
    assert "--unsigned" in text
    assert "--safe" in text
