"""`gen-ip serve --demo`: one command, and there is something to look at."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import httpx

from tests.support.require import require


def test_the_demo_is_served_until_it_is_told_to_end() -> None:
    require("anvil")
    command = [sys.executable, "-m", "gen_ip.cli", "serve", "--demo", "--port", "0", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline()]
        while lines[-1].rstrip() != "}":
            lines.append(process.stdout.readline())
        told = json.loads("".join(lines))
        until = time.monotonic() + 60
        while "Espresso, mirrored" not in (page := httpx.get(f"{told['url']}/explore").text):
            assert time.monotonic() < until, page
            time.sleep(0.2)
        assert told["rpc"].startswith("http://127.0.0.1:")
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0


def test_it_brings_a_chain_of_its_own() -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "serve", "--demo", "--on-chain"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert "brings a chain" in ended.stderr
