"""`gen-ip events`: listed, filtered, and followed until Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_commands import address
from tests.support.chain import LocalChain


def test_events_of_a_work(run: Run, rpc: LocalChain, work: str, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("other")
    run("certify", str(other), "--account", "dev0").ok()
    run("pay", work, "1.5", "--account", "dev1").ok()
    text = run("events", "--work", work).ok().out
    assert re.search(r"Certified +work 0x", text)
    assert re.search(rf"Paid .*payer {address('dev1')}", text)
    assert re.search(r"^20\d\d-.* UTC  Paid .*0x\w{40} \(Chelsea\), token ETH", text, re.M)
    assert "amount 1.5 ETH" in text
    listed = run("events", "--work", work, "--json").ok().json["events"]
    assert [each["name"] for each in listed if each["name"] in ("Certified", "Paid")] == [
        "Certified",
        "Paid",
    ]
    paid = run("events", "--kind", "Paid", "--json").ok().json["events"]
    assert paid == [each for each in listed if each["name"] == "Paid"]
    assert paid[0]["args"]["amount"] == str(15 * 10**17)
    args = ("events", "--account", "dev1", "--kind", "Paid", "--kind", "Certified", "--json")
    assert run(*args).ok().json["events"] == paid
    block = str(paid[0]["block"])
    assert run("events", "--from-block", block, "--json").ok().json["events"] == paid
    before = ("events", "--kind", "Paid", "--to-block", str(int(block) - 1))
    assert "No events found." in run(*before).ok().out
    run("pay", work, "2", "--token", rpc.token, "--account", "dev1").ok()
    last = run("events", "--limit", "1").ok().out
    assert f"token DUSD ({rpc.token}), payer {address('dev1')}, amount 2 DUSD" in last
    assert re.match(r"[\d,]+ older ones are left out; raise --limit\.\n", last)
    assert last.count("\n") == 2
    told = run("events", "--limit", "1", "--json").ok().json
    assert (len(told["events"]), told["more"]) == (1, True)


def test_what_events_refuses(run: Run, rpc: LocalChain) -> None:
    run("events", "--kind", "Payd", "--json").failed("InvalidArgument", "expected one of", "Paid")
    run("events", "--kind", "Anchored", "--work", "7").failed("InvalidArgument", "names a work")
    run("events", "--account", "nobody").failed("UnknownAccount", "nobody")
    run("events", "--follow", "--to-block", "9").failed("UsageError", "--to-block", code=2)
    run("events", "--follow", "--limit", "9").failed("UsageError", "--limit", code=2)


@contextmanager
def following(rpc: LocalChain, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A `gen-ip events --follow` of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gen_ip.cli", "events", "--follow", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_events_are_followed_until_ctrl_c(
    run: Run, rpc: LocalChain, work: str, scheme: str
) -> None:
    url = rpc.url.replace("http", scheme)
    # A start block tells apart whether it looks already.
    options = ("--json", "--kind", "Paid", "--kind", "Certified", "--from-block", "0")
    with following(rpc, *options, "--rpc", url) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["name"] == "Certified"
        snapshot = rpc.rpc("evm_snapshot")
        run("pay", work, "1", "--account", "dev1").ok()
        paid = json.loads(process.stdout.readline())
        assert (paid["name"], paid["args"]["amount"]) == ("Paid", str(10**18))
        rpc.rpc("evm_revert", snapshot)
        rpc.rpc("evm_mine")
        assert json.loads(process.stdout.readline()) == {**paid, "retracted": True}
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_person_follows(run: Run, rpc: LocalChain, work: str) -> None:
    with following(rpc, "--work", work, "--from-block", "0") as process:
        assert process.stdout is not None
        lines = [
            process.stdout.readline() for _ in run("events", "--work", work).ok().out.splitlines()
        ]
        assert any("Certified  work 0x" in line for line in lines)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "Following what happens; Ctrl-C stops.\n")
