"""`gen-ip transfer`: one certificate, and everything, also after a kill in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.accounts import dev_account
from gen_ip.chain import abi
from gen_ip.chain.call import Call
from tests.cli.conftest import Run
from tests.cli.test_accounts import ADDRESS, keystore
from tests.support.chain import LocalChain
from tests.support.solidity import place

TO = "0x7777777777777777777777777777777777777777"


def certified(run: Run, folder: Path, count: int) -> list[str]:
    works = []
    for number in range(count):
        file = folder / f"{number}.txt"
        file.write_text(f"work {number}")
        works.append(run("certify", file, "--account", "dev0", "--json").ok().json["work"])
    return works


def owner(run: Run, work: str) -> str:
    return str(run("show", work, "--json").ok().json["owner"])


def test_a_certificate_is_given_away(run: Run, work: str) -> None:
    moving = ("transfer", work, "--to", TO, "--account", "dev0")
    run(*moving, stdin="").failed("NotConfirmed", TO, "--yes")
    done = run(*moving, "--yes", "--json").ok().json
    assert (done["work"], done["to"]) == (work, TO)
    assert owner(run, work) == TO
    run(*moving, "--yes").failed("NotOwner", TO)


def test_everything_moves_and_what_stays_is_named(
    run: Run, rpc: LocalChain, tmp_path: Path
) -> None:
    works = certified(run, tmp_path, 3)
    run("pay", works[1], "2", "--account", "dev1").ok()
    run("pay", works[2], "1.5", "--token", rpc.token, "--account", "dev1").ok()
    run("draw", works[2], "--token", rpc.token, "--account", "dev1").ok()
    theirs = run("certify", Path(__file__), "--account", "dev1", "--json").ok().json["work"]
    offered = run(
        *("offer", theirs, "--terms", "commercial", "--price", "0", "--account", "dev1", "--json")
    ).ok()
    buying = (
        "buy",
        offered.json["offer"],
        "--max-price",
        "0",
        "--yes",
        "--account",
        "dev0",
        "--json",
    )
    [issued] = run(*buying).ok().json["licenses"]
    moving = ("transfer", "--all", "--to", TO, "--account", "dev0")
    run(*moving, stdin="").failed("NotConfirmed", "1.5 DUSD", "Gas: about", "--yes")
    assert {owner(run, work) for work in works} == {dev_address("dev0")}
    run("account", "fund", "dev0", "--token", rpc.token, "--amount", "3").ok()
    done = run(*moving, "--yes", "--json").ok().json
    ether, dollars = done["wallet"]
    assert (ether["symbol"], dollars["text"]) == ("ETH", "3 DUSD")
    # The money; what waits and was earned in ETH; what was earned in tokens; nothing yet.
    assert [step["kind"] for step in done["steps"]] == ["withdraw", *["certificate"] * 3]
    assert [step["id"] for step in done["steps"][1:]] == [works[1], works[2], works[0]]
    assert len(done["moved"]) == 4
    assert {owner(run, work) for work in works} == {TO}
    [stays] = done["staying"]
    assert (stays["kind"], stays["id"]) == ("license", str(issued["license"]))
    told = run(*moving, "--yes").ok()
    assert "nothing to move" in told.out
    assert f"{dev_address('dev0')} still has 3 DUSD (token {rpc.token})" in told.out
    assert f"Stays: license {issued['license']}, its terms bind it to its holder." in told.out
    assert run(*moving, "--yes", "--json").ok().json["moved"] == []


def dev_address(name: str) -> str:
    account = dev_account(name)
    assert account is not None
    return str(account.address)


def test_killed_in_the_middle_it_goes_on(
    run: Run, rpc: LocalChain, home: Path, tmp_path: Path
) -> None:
    works = certified(run, tmp_path, 12)
    moving = ["transfer", "--all", "--to", TO, "--account", "dev0", "--yes"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gen_ip.cli", *moving],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "GENIP_RPC": rpc.url},
    )
    start, sender = rpc.web3.eth.block_number, dev_address("dev0")
    deadline = time.monotonic() + 60
    while rpc.web3.eth.block_number < start + 2 and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    rest = [work for work in works if owner(run, work) == sender]
    done = run(*moving, "--json").ok().json
    assert {moved["id"] for moved in done["moved"]} == set(rest)
    assert {owner(run, work) for work in works} == {TO}


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("7",), "--to"),
        (("--to", TO), "WORK or --all"),
        (("7", "--all", "--to", TO), "WORK or --all"),
        (("7", "--collect", "--to", TO), "--collect"),
    ],
)
def test_what_is_meant_must_be_said(run: Run, home: Path, args: tuple[str, ...], word: str) -> None:
    run("transfer", *args, "--account", "dev0").failed("UsageError", word, code=2)


def test_too_little_for_gas_is_said_first(run: Run, rpc: LocalChain, home: Path) -> None:
    keystore(home / "data" / "gen-ip" / "accounts" / "poor.json")
    rpc.rpc("anvil_setBalance", ADDRESS, hex(10**18))
    secret = {"GENIP_PASSWORD": "correct horse"}
    made = run("certify", Path(__file__), "--account", "poor", "--json", **secret).ok().json
    rpc.rpc("anvil_setBalance", ADDRESS, hex(10**9))
    moving = ("transfer", "--all", "--to", TO, "--account", "poor")
    run(*moving, stdin="", **secret).failed("NotConfirmed", "the first 0 of 1 only; send it more")
    ended = run(*moving, "--yes", "--json", **secret).failed("InsufficientFunds", ADDRESS)
    assert ended.code == 1
    assert owner(run, made["work"]) == ADDRESS


def test_money_in_what_is_no_token_stops_nothing(run: Run, rpc: LocalChain, work: str) -> None:
    """Anyone can pay a work in a contract of his own, which has no decimals."""
    thief = dev_account("dev1")
    assert thief is not None
    client = GenIP(rpc.web3, thief, deployment=rpc.deployment)
    token = place(rpc, thief, "tests/forge/mocks/GreedyToken.sol", "GreedyToken")
    inputs = [{"name": "", "type": kind} for kind in ("address", "uint256")]
    mint = {"type": "function", "name": "mint", "inputs": inputs, "outputs": []}
    client.send(Call(token, abi.encode_call(mint, thief.address, 1_000)))
    client.pay(work, 1_000, token=token)
    client.draw(work, token=token)
    moving = ("transfer", "--all", "--to", TO, "--account", "dev0")
    run(*moving, stdin="").failed("NotConfirmed", token, "1,000 units", "--yes")
    run(*moving, "--yes").ok()
    assert owner(run, work) == TO
