"""What owners do with works and income, what arbiters do, and one license from issue to check."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gen_ip import Arbiter, GenIP
from gen_ip.accounts import dev_account
from gen_ip.terms import Rights, Terms
from tests.cli.conftest import Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain

ETHER = 10**18
BREACH = Terms(Rights.COMMERCIAL | Rights.REVOCABLE_FOR_BREACH | Rights.TRANSFERABLE)


@pytest.fixture
def dev0(rpc: LocalChain, home: Path) -> GenIP:
    """The first development account's client, on the store of the command line."""
    account = dev_account("dev0")
    return GenIP(rpc.web3, account, deployment=rpc.deployment)


def evidence(folder: Path) -> Path:
    path = folder / "evidence.txt"
    path.write_text("The same hands.")
    return path


# --------------------------------------------------------------------- works


def test_revising_metadata(run: Run, rpc: LocalChain, work: str) -> None:
    told = run("revise", work, "--name", "Evening", "--account", "dev0", "--json").ok().json
    assert told["version"] == 1
    assert run("show", work, "--json").ok().json["name"] == "Evening"
    out = run("revise", work, "--description", "A cat at night.", "--account", "dev0").ok().out
    assert "version 2" in out
    run("revise", work, "--account", "dev0").failed("UsageError", "--name", code=2)
    run("revise", work, "--name", "x", "--account", "dev1").failed("NotOwner")
    run("revise", "5", "--name", "x", "--account", "dev0").failed("UnknownWork")


def test_relating_works(
    run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path
) -> None:
    rpc.pass_time(60)
    later = run("certify", picture, "--account", "dev1", "--json").ok().json["work"]
    file = evidence(tmp_path)
    told = run("relate", work, later, file, "--account", "dev0", "--json").ok().json
    assert (told["earlier"], told["later"]) == (work, later)
    assert len(told["evidence"]) == 66
    run("relate", later, work, file, "--account", "dev1").failed("NotEarlier")
    run("relate", work, later, file, "--account", "dev1").failed("NotOwner")
    run("relate", work, later, "none.txt", "--account", "dev0").failed("MissingFile", "none.txt")


def test_listing_works(run: Run, rpc: LocalChain, work: str, picture: Path, tmp_path: Path) -> None:
    later = run("certify", picture, "--account", "dev1", "--json").ok().json["work"]
    told = run("works", "--json").ok().json
    assert ([each["work"] for each in told["works"]], told["more"]) == ([work, later], False)
    text = run("works").ok().out
    assert text.index("Chelsea") < text.index("claimed 20") < text.index("cat\n")
    assert re.search(rf"claimed .* UTC by {address('dev1')}", text)
    assert [each["name"] for each in told["works"]] == ["Chelsea", "cat"]
    elsewhere = run("works", "--store", tmp_path / "empty").ok().out
    assert elsewhere.count("no name at hand") == 2
    own = run("works", "--creator", "dev1", "--json").ok().json
    assert [each["work"] for each in own["works"]] == [later]
    few = run("works", "--limit", "1")
    assert "raise --limit" in few.ok().out
    assert run("works", "--creator", "dev5").ok().out == "No works found.\n"
    run("works", "--limit", "0").failed("UsageError", code=2)


def test_a_till_is_known_before_its_work(run: Run, rpc: LocalChain, picture: Path) -> None:
    told = run("till", picture, "--creator", "dev4", "--json").ok().json
    by_hash = run("till", told["content_hash"], "--creator", address("dev4"), "--json").ok().json
    assert by_hash == told
    assert run("till", picture, "--creator", "dev4").ok().out.strip() == told["till"]
    made = run("certify", picture, "--account", "dev4", "--json").ok().json
    assert (made["work"], made["till"]) == (told["work"], told["till"])
    run("till", "0x12", "--creator", "dev4").failed("InvalidArgument", "64 hex digits")
    run("till", "none.png", "--creator", "dev4").failed("MissingFile")
    run("till", picture, "--creator", "nobody").failed("UnknownAccount")


# -------------------------------------------------------------------- income


def test_income_step_by_step(
    run: Run, rpc: LocalChain, work: str, license_of: Any, tmp_path: Path
) -> None:
    license_id = license_of(work, "commercial-remix", "--income", "10%")
    file = tmp_path / "remix.txt"
    file.write_text("remix")
    child = run("derive", file, "--license", license_id, "--account", "dev1", "--json").ok().json
    run("pay", child["work"], "1", "--account", "dev2").ok()
    settled = run("settle", child["work"], work, "--account", "dev3", "--json").ok().json
    assert settled["works"] == [child["work"], work]
    assert run("earnings", work, "--json").ok().json["credit"] == str(ETHER // 10)
    drawn = run("draw", work, "--account", "dev3", "--json").ok().json
    assert (drawn["amount"], drawn["text"]) == (str(ETHER // 10), "0.1 ETH")
    before = rpc.web3.eth.get_balance(address("dev7"))
    taken = run("withdraw", "--to", "dev7", "--account", "dev0", "--json").ok().json
    assert (taken["to"], taken["amount"]) == (address("dev7"), str(ETHER // 10))
    assert rpc.web3.eth.get_balance(address("dev7")) - before == ETHER // 10
    run("withdraw", "--account", "dev0").failed("NothingToWithdraw")
    run("settle", "5", "--account", "dev3").failed("UnknownWork")
    run("draw", "5", "--account", "dev3").failed("UnknownWork")


def test_distributing(run: Run, rpc: LocalChain, work: str) -> None:
    run("pay", work, "1", "--token", rpc.token, "--account", "dev1").ok()
    told = run("distribute", work, "--token", rpc.token, "--account", "dev3", "--json").ok().json
    assert [(each["to"], each["amount"]) for each in told["paid"]] == [(address("dev0"), "1000000")]
    held = run("balance", "dev0", "--token", rpc.token, "--json").ok().json
    assert (held["account"], held["amount"]) == (address("dev0"), "1000000")
    assert "holds 1 DUSD" in run("balance", "dev0", "--token", rpc.token).ok().out
    out = run("distribute", work, "--release-from", "1", "--account", "dev3").ok().out
    assert "paid 0 accounts" in out
    run("distribute", work, "--release-from", "-1", "--account", "dev3").failed(
        "UsageError", code=2
    )


def test_a_payout_is_set_shown_and_unset(run: Run, rpc: LocalChain, work: str) -> None:
    assert run("payout", work, "--json").ok().json["payout"] is None
    run("payout", work, "--to", "dev6", "--account", "dev0").ok()
    assert address("dev6") in run("payout", work).ok().out
    run("payout", work, "--nowhere", "--account", "dev0").ok()
    assert "waits for the owner" in run("payout", work).ok().out
    run("payout", work, "--to", "dev6", "--account", "dev1").failed("NotOwner")
    run("payout", work, "--to", "dev6", "--nowhere").failed("UsageError", code=2)
    run("payout", "5").failed("UnknownWork")


def test_a_later_payee(run: Run, rpc: LocalChain, work: str) -> None:
    add = ("payee", "add", work, "dev6=25%", "--account", "dev0")
    run(*add).failed("NotConfirmed", "25%", "for ever", address("dev6"), "--yes")
    assert run("show", work, "--json").ok().json["payees"] == []
    told = run(*add, "--yes", "--json").ok().json
    assert told["payee"] == {"to": address("dev6"), "share": 2500}
    assert run("show", work, "--json").ok().json["payees"] == [told["payee"]]
    run("payee", "add", work, "dev6=80%", "--yes", "--account", "dev0").failed("PayeesShareTooMuch")
    run("payee", "add", work, "dev6", "--yes", "--account", "dev0").failed("BadValue", "=20%")
    run("payee", "add", work, "dev6=1%", "--yes", "--account", "dev1").failed("NotOwner")
    planned = run(*add, "--unsigned").ok().json
    assert len(planned["transactions"]) == 1


def test_money_sent_to_the_till_of_another_chain(
    run: Run, rpc: LocalChain, dev0: GenIP, picture: Path
) -> None:
    from gen_ip.work import till_of

    digest = run("till", picture, "--creator", "dev0", "--json").ok().json["content_hash"]
    elsewhere = dev0.deployment.work_id(address("dev0"), bytes.fromhex(digest[2:]), 10)
    rpc.rpc("anvil_setBalance", till_of(elsewhere), hex(ETHER))
    save = ("rescue", picture, "--to", "dev7", "--account")
    told = run(*save, "dev0", "--home-chain", "10", "--json").ok().json
    assert (told["to"], told["amount"]) == (address("dev7"), str(ETHER))
    run(*save, "dev0", "--home-chain", "31337").failed("AtHome")
    run(*save, "dev1", "--home-chain", "10").failed("NothingReceived")


# ------------------------------------------------------------------ licenses


def test_a_license_from_issue_to_check(run: Run, rpc: LocalChain, work: str) -> None:
    issue = ("license", "issue", work, "dev1", "--terms", "commercial", "--duration", "30d")
    run(*issue, "--account", "dev0").failed("NotConfirmed", "commercial", "30d", "for nothing")
    made = run(*issue, "--count", "2", "--yes", "--account", "dev0", "--json").ok().json
    number, other = (each["license"] for each in made["licenses"])
    shown = run("license", "show", number, "--json").ok().json
    assert (shown["holder"], shown["active"]) == (address("dev1"), True)
    assert f"license {other} · commercial" in run("license", "show", other).ok().out

    check = ("license", "check", number, "--holder", "dev1", "--right")
    told = run(*check, "commercial", "--json").ok().json
    assert (told["may"], told["rights"]) == (True, ["COMMERCIAL"])
    no = run(*check, "COMMERCIAL,DERIVE")
    assert (no.code, no.err) == (1, "")
    assert no.out.startswith("no: commercial + derive for")
    assert run("license", "check", number, "--holder", "dev2", "--right", "COMMERCIAL").code == 1
    ended = run(*check, "COMMERCIAL", "--at", rpc.now() + 31 * 86_400, "--json")
    assert (ended.code, ended.json["may"]) == (1, False)
    run(*check, "FLY").failed("BadValue", "FLY", "COMMERCIAL")
    run("license", "check", number, "--holder", "dev1").failed("UsageError", "--right", code=2)

    end = shown["end"]
    renewed = run("license", "renew", number, "--account", "dev0", "--json").ok().json
    assert renewed["end"] == end + 30 * 86_400
    run("license", "renew", number, "--account", "dev1").failed("NotIssuer")
    hand = ("license", "transfer", number, "dev2", "--account", "dev1")
    run(*hand).failed("NotConfirmed", address("dev2"))
    run(*hand, "--yes").failed("LicenseLocked")
    run("license", "show", "999").failed("UnknownLicense", "999")
    run("license", "show", "x").failed("BadValue", "such as 7")
    run(*issue, "--yes", "--account", "dev1").failed("NotIssuer")
    run(*issue, "--income", "10", "--yes").failed("BadValue", "such as 10%")


def test_a_license_that_begins_later_and_changes_hands(
    run: Run, rpc: LocalChain, dev0: GenIP, work: str
) -> None:
    terms = f"0x{dev0.register_terms(BREACH).hex()}"
    issue = ("license", "issue", work, "dev1", "--terms", terms, "--yes", "--account", "dev0")
    made = run(*issue, "--starts", "1d", "--json").ok().json["licenses"]
    number = made[0]["license"]
    assert made[0]["start"] == pytest.approx(rpc.now() + 86_400, abs=60)
    run("license", "transfer", number, "dev2", "--yes", "--account", "dev0").failed(
        "TransferFromIncorrectOwner"
    )
    twice = ("license", "transfer", number, "dev2", "--to", "dev2", "--yes", "--account", "dev1")
    run(*twice).failed("UsageError", "--to", code=2)
    run("license", "transfer", number, "--account", "dev1").failed("UsageError", "--to", code=2)
    hand = ("license", "transfer", number, "--to", "dev2", "--yes", "--account", "dev1", "--json")
    handed = run(*hand).ok()
    assert handed.json["holder"] == address("dev2")
    assert run("license", "show", number, "--json").ok().json["holder"] == address("dev2")


def test_markets_of_a_work(run: Run, rpc: LocalChain, work: str) -> None:
    market = address("dev8")
    asked = run("license", "market-allowed", work, market, "--json")
    assert (asked.code, asked.json["allowed"]) == (1, False)
    run("license", "allow-market", work, market, "--account", "dev0").ok()
    assert "may issue" in run("license", "market-allowed", work, market).ok().out
    run("license", "forbid-market", work, market, "--account", "dev0").ok()
    assert run("license", "market-allowed", work, market).code == 1
    run("license", "allow-market", work, market, "--account", "dev1").failed("NotOwner")
    run("license", "allow-market", work, "0x12", "--account", "dev0").failed("InvalidArgument")


# ------------------------------------------------------------------ arbiters


def test_what_an_arbiter_may(run: Run, rpc: LocalChain, dev0: GenIP, tmp_path: Path) -> None:
    arbiter = Arbiter(address("dev9"), may_suspend=True, may_revoke=True, lien_cap=500)
    work = str(dev0.certify(b"a work with an arbiter", arbiter=arbiter).work_id)
    [license_] = dev0.issue(work, BREACH, address("dev1"))
    suspend = ("arbiter", "suspend", work, "--account")
    run(*suspend, "dev0").failed("NotArbiter")
    told = run(*suspend, "dev9", "--json").ok().json
    assert told["suspended"] is True
    sell = ("offer", work, "--terms", "commercial", "--price", "1", "--account", "dev0")
    run(*sell).failed("SalesSuspended")
    assert "go on" in run("arbiter", "resume", work, "--account", "dev9").ok().out
    run(*sell).ok()

    reason = evidence(tmp_path)
    revoke = ("arbiter", "revoke", license_.id, "--reason", reason, "--account")
    run(*revoke, "dev9").failed("NotConfirmed", address("dev1"), "will end")
    run(*revoke, "dev0", "--yes").failed("NotArbiter")
    told = run(*revoke, "dev9", "--yes", "--json").ok().json
    assert told["license"] == str(license_.id)
    run(*revoke, "dev9", "--yes").failed("LicenseIsRevoked")
    missing = ("arbiter", "revoke", license_.id, "--reason", "none.txt", "--account", "dev9")
    run(*missing).failed("MissingFile", "none.txt")

    lien = ("arbiter", "lien", work, "--account", "dev9")
    run(*lien, "dev5=6%", "--yes").failed("LienNotAllowed")
    run(*lien, "dev5=5%").failed("NotConfirmed", "5%", address("dev5"))
    run(*lien, "dev5=5%", "--yes").ok()
    assert run("show", work, "--json").ok().json["payees"] == [
        {"to": address("dev5"), "share": 500}
    ]


# ------------------------------------------------------------------- prompts


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_a_person_is_asked_on_the_terminal(
    run: Run, rpc: LocalChain, work: str, answer: str, code: int
) -> None:
    ours, theirs = pty.openpty()
    words = ("payee", "add", work, "dev6=25%", "--account", "dev0")
    with subprocess.Popen(
        [sys.executable, "-m", "gen_ip.cli", *words],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "GENIP_RPC": rpc.url},
    ) as process:
        os.close(theirs)
        asked = b""
        until = time.monotonic() + 60
        while b"Go on?" not in asked and time.monotonic() < until:
            if select.select([ours], [], [], 1)[0]:
                asked += os.read(ours, 4096)
        text = asked.decode()
        assert "25%" in text
        assert address("dev6") in text
        os.write(ours, f"{answer}\n".encode())
        out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == code
    assert (b"gets 25%" in out) == (code == 0)
    shares = run("show", work, "--json").ok().json["payees"]
    assert len(shares) == (code == 0)
