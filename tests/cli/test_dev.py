"""`gen-ip dev` as a real process: a chain that is still there after a restart."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip.accounts import dev_account
from tests.cli.conftest import Run
from tests.support.require import require


@contextmanager
def running(
    state: Path, log: Path, stop: int = signal.SIGINT, anvil: Path | None = None
) -> Iterator[dict[str, Any]]:
    """What `dev --json` says once it is ready; it is stopped by a signal after the block.

    Raises:
        CalledProcessError: it ended otherwise than with 0.
    """
    environment = {**os.environ, **({"GENIP_ANVIL": str(anvil)} if anvil else {})}
    command = [sys.executable, "-m", "gen_ip.cli", "dev", "--port", "0", "--json"]
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, "--state", str(state)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
        assert process.stdout is not None
        try:
            text = ""
            for line in process.stdout:
                text += line
                if line == "}\n":
                    break
            assert text, log.read_text()
            yield json.loads(text)
        finally:
            process.send_signal(stop)
            rest, _ = process.communicate(timeout=60)
    said = log.read_text()
    assert "Traceback" not in said
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, rest, said + rest)
    assert "the chain's state is kept" in said


def gone(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


def wait_for(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not done():
        assert time.monotonic() < until
        time.sleep(0.1)


def free(state: Path) -> bool:
    with state.with_name(f"{state.name}.lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_state_is_kept_across_restarts(
    run: Run, anvil_binary: Path, picture: Path, tmp_path: Path
) -> None:
    state, log = tmp_path / "chain" / "state.json", tmp_path / "log"
    with running(state, log) as first:
        assert first["continued"] is False
        assert [entry["name"] for entry in first["accounts"]] == [f"dev{n}" for n in range(10)]
        assert all(int(entry["token"]) == 10**12 for entry in first["accounts"])
        for entry in first["accounts"]:
            assert Account.from_key(entry["key"]).address == entry["address"]
        rpc = first["rpc"]
        made = run("certify", picture, "--account", "dev3", "--rpc", rpc, "--json").ok().json
        run("pay", made["work"], "5", "--token", first["token"], "--account", "dev1", "--rpc", rpc)
    assert gone(first["rpc"])
    assert state.exists()

    with running(state, log, stop=signal.SIGHUP) as again:
        assert again["continued"] is True
        assert (again["contracts"], again["token"]) == (first["contracts"], first["token"])
        rpc = again["rpc"]
        shown = run("show", made["work"], "--rpc", rpc, "--json").ok().json
        assert shown["creator"] == first["accounts"][3]["address"]
        options = ("--token", again["token"], "--rpc", rpc)
        assert run("earnings", made["work"], *options, "--json").ok().json["total"] == "5000000"
        # Nobody was given tokens a second time.
        assert again["accounts"][1]["token"] == str(10**12 - 5 * 10**6)
    assert gone(again["rpc"])


def test_a_port_that_is_taken(process: Run, anvil_binary: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = process("dev", "--port", port, "--state", tmp_path / "state.json")
    ended.failed("PortTaken", f"port {port} is taken; give --port 0")


def test_a_second_one_is_told_of_the_first(
    process: Run, anvil_binary: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    with running(state, tmp_path / "log") as first:
        ended = process("dev", "--port", "0", "--state", state, "--reset")
        pid = json.loads((tmp_path / "state.json.lock").read_text())["pid"]
        ended.failed("StateInUse", f"process {pid}, at {first['rpc']}", "--state")
        port = first["rpc"].rpartition(":")[2]
        ended = process("dev", "--port", port, "--state", tmp_path / "other.json", "--json")
        ended.failed("PortTaken", f"port {port} is taken by a Gen-IP chain", first["rpc"])
    assert state.is_file()


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the tie is setpriv's")
def test_a_chain_survives_a_kill(anvil_binary: Path, tmp_path: Path) -> None:
    state, log = tmp_path / "state.json", tmp_path / "log"
    with pytest.raises(subprocess.CalledProcessError), running(state, log, signal.SIGKILL) as first:
        pass
    wait_for(lambda: gone(first["rpc"]))
    # The lock is free once anvil has written its state.
    wait_for(lambda: free(state))
    with running(state, log) as again:
        assert again["continued"] is True


def test_places_where_no_state_can_be_kept(
    process: Run, anvil_binary: Path, home: Path, tmp_path: Path
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    ended = process("dev", "--port", "0", "--state", blocked / "state.json")
    ended.failed("StateUnusable", "--state")
    # A home that cannot be written, even for root.
    process("dev", "--port", "0", XDG_DATA_HOME=str(blocked)).failed("StateUnusable", "--state")
    process("dev", "--port", "0", "--state", "/dev/full").failed("StateUnusable", "regular file")


def test_it_does_not_say_kept_when_it_was_not(tmp_path: Path) -> None:
    """A node that ends without writing anything, as one does on a full disk."""
    real = require("anvil")
    fake = tmp_path / "anvil"
    fake.write_text(f'#!/bin/sh\nexec {real} "$1" "$2" "$3" "$4"\n')
    fake.chmod(0o755)
    state = tmp_path / "state.json"
    started = running(state, tmp_path / "log", anvil=fake)
    with pytest.raises(subprocess.CalledProcessError) as failed, started:
        pass
    assert failed.value.returncode == 1
    assert "was not kept" in failed.value.stderr
    assert "is kept" not in failed.value.stderr
    assert not state.exists()


def test_a_state_file_that_is_none(process: Run, anvil_binary: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text("not a state")
    process("dev", "--port", "0", "--state", state).failed("AnvilFailed", "state")
    assert state.read_text() == "not a state"


def test_without_anvil(process: Run, tmp_path: Path) -> None:
    ended = process("dev", "--port", "0", GENIP_ANVIL=str(tmp_path / "nowhere"))
    ended.failed("AnvilNotFound", "npm install")


def test_for_people(anvil_binary: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "dev", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--state", str(tmp_path / "state.json"), "--reset"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "60"},
    )
    assert process.stdout is not None
    started = time.monotonic()
    seen = ""
    for line in process.stdout:
        seen += line
        if "Ctrl-C" in line or time.monotonic() - started > 60:
            break
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    process.stdout.close()
    for part in ("Local chain 31337", "LicenseMarketplace", "dev9", "1,000,000", "--account dev0"):
        assert part in seen
    # Nothing is cut on a narrow terminal, and the export lines are whole.
    for index in range(10):
        account = dev_account(f"dev{index}")
        assert account is not None
        assert f"dev{index}  {account.address}  " in seen
        assert f"dev{index}  0x{account.key.hex().removeprefix('0x')}\n" in seen
    exports = dict(re.findall(r"^export (\w+)=(\S+)$", seen, re.MULTILINE))
    assert exports.keys() == {"GENIP_RPC", "ARTIST_KEY", "BRAND_KEY", "VISITOR", "TOKEN"}
    assert exports["GENIP_RPC"].startswith("http://127.0.0.1:")
    assert Account.from_key(exports["ARTIST_KEY"]) != Account.from_key(exports["BRAND_KEY"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_demo_leaves_no_chain_behind(
    anvil_binary: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "demo", "--chain", "anvil"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    assert "http://127.0.0.1:" in first
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert gone(first.split()[-1])
