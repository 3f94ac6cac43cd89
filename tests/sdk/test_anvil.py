"""Starting and stopping anvil."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from web3 import HTTPProvider, Web3

from gen_ip import GenIP
from gen_ip.chain import anvil as anvil_module
from gen_ip.chain.anvil import Anvil, AnvilFailed, AnvilNotFound, find
from gen_ip.chain.state_file import StateFile
from gen_ip.content.local import LocalStore
from tests.support.chain import prepare


def test_it_starts_on_a_free_port_and_says_nothing(
    anvil_binary: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Anvil() as first, Anvil() as second:
        urls = {first.start(), second.start()}
        assert len(urls) == 2
        for url in urls:
            assert Web3(HTTPProvider(url)).eth.chain_id == 31337
    assert (first.url, second.url) == ("", "")
    assert capfd.readouterr() == ("", "")
    for url in urls:
        assert not Web3(HTTPProvider(url)).is_connected()


def test_its_state_outlives_it_logs_included(anvil_binary: Path, tmp_path: Path) -> None:
    path, store = tmp_path / "dev" / "state.json", LocalStore(tmp_path / "store")
    with StateFile(path) as state, Anvil() as anvil:
        assert not state.exists()
        url = anvil.start(state=state)
        chain = prepare(Web3(HTTPProvider(url)), url)
        client = GenIP(url, chain.alice, store=store)
        work = client.certify(b"kept").work_id
        client.pay(work, 5)
    # The last state and the history of blocks, not the state after each of them.
    kept = json.loads(path.read_text())
    assert not kept["historical_states"]
    assert len(kept["blocks"]) > 5
    with StateFile(path) as state, Anvil() as anvil:
        assert state.exists()
        again = GenIP(anvil.start(state=state), chain.alice, store=store)
        assert [claim.work for claim in again.works()] == [work]
        assert again.work(work).name == "Untitled"
        assert again.earnings(work).credit == 5
        assert again.collect(work).amount == 5


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="the tie is setpriv's")
def test_anvil_ends_with_a_process_that_is_killed(anvil_binary: Path) -> None:
    script = (
        "import sys; from gen_ip.chain.anvil import Anvil; "
        "print(Anvil().start(), flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        web3 = Web3(HTTPProvider(process.stdout.readline().strip()))
        assert web3.is_connected()
        process.kill()
    until = time.monotonic() + 30
    while web3.is_connected():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_anvil_outlives_the_thread_that_starts_it(anvil_binary: Path) -> None:
    with Anvil() as anvil:
        thread = threading.Thread(target=anvil.start)
        thread.start()
        thread.join()
        time.sleep(0.2)
        assert Web3(HTTPProvider(anvil.url)).is_connected()


def test_a_port_that_is_taken(anvil_binary: Path) -> None:
    with socket.socket() as taken, Anvil() as anvil:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(AnvilFailed, match="check the port") as failed:
            anvil.start(port=taken.getsockname()[1])
        assert str(failed.value).isprintable()


def test_a_binary_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "anvil"
    fake.write_text("#!/bin/sh\necho out of order\nexit 3\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("GENIP_ANVIL", str(fake))
    with pytest.raises(AnvilFailed, match="out of order"):
        Anvil().start()
    fake.write_bytes(b"\x7fELF broken")
    with pytest.raises(AnvilFailed):
        Anvil().start()


def test_where_the_binary_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENIP_ANVIL", raising=False)
    monkeypatch.setattr(anvil_module, "_CHECKOUT", tmp_path / "checkout")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AnvilNotFound, match="GENIP_ANVIL"):
        find()
    places = [
        "checkout/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil",
        "checkout/.toolchain/bin/anvil",
        "node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil",
        ".toolchain/bin/anvil",
        "bin/anvil",
        "named",
    ]
    for place in places:
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
        if place == "named":
            monkeypatch.setenv("GENIP_ANVIL", str(path))
        # Each place goes before those above it.
        assert find() == path
    monkeypatch.setenv("GENIP_ANVIL", os.devnull)
    with pytest.raises(AnvilNotFound):
        find()
