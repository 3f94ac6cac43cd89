"""`gen-ip dev` as a real process: a chain that is still there after a restart."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run


@contextmanager
def running(state: Path, log: Path, stop: int = signal.SIGINT) -> Iterator[dict[str, Any]]:
    """What `dev --json` says once it is ready; it is stopped by a signal after the block."""
    command = [sys.executable, "-m", "gen_ip.cli", "dev", "--port", "0", "--json"]
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*command, "--state", str(state)], stdout=subprocess.PIPE, stderr=errors, text=True
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
            process.wait(60)
            process.stdout.close()
    assert process.returncode == 0
    assert "Traceback" not in log.read_text()


def gone(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(url.rpartition(":")[2]))) != 0


def test_state_is_kept_across_restarts(
    run: Run, anvil_binary: Path, picture: Path, tmp_path: Path
) -> None:
    state, log = tmp_path / "chain" / "state.json", tmp_path / "log"
    with running(state, log) as first:
        assert first["continued"] is False
        assert [entry["name"] for entry in first["accounts"]] == [f"dev{n}" for n in range(10)]
        assert all(int(entry["token"]) == 10**12 for entry in first["accounts"])
        rpc = first["rpc"]
        made = run("certify", picture, "--account", "dev3", "--rpc", rpc, "--json").ok().json
        run("pay", made["work"], "5", "--token", first["token"], "--account", "dev1", "--rpc", rpc)
    assert gone(first["rpc"])
    assert state.exists()

    with running(state, log, stop=signal.SIGTERM) as again:
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
    ended.failed("AnvilFailed", "did not start", "check the port")


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
        env={**os.environ, "COLUMNS": "100"},
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
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
