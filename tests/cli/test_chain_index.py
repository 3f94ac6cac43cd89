"""`chain-index`: followed, looked at, compared, made anew."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL
from tests.support.chain import LocalChain

from .conftest import Run


def test_the_chain_is_followed_and_compared(run: Run, rpc: LocalChain, tmp_path: Path) -> None:
    alice = GenIP(
        rpc.web3, rpc.alice, deployment=rpc.deployment, store=LocalStore(tmp_path / "store")
    )
    work = alice.certify(b"a work", name="Fox").work_id
    offer = alice.offer(work, COMMERCIAL, price=5)
    path, store = tmp_path / "index" / "chain.sqlite", tmp_path / "store"
    place = ("--database", path)
    run("chain-index", "status", *place, "--json").failed("NoChainIndex", "chain-index run")
    done = run("chain-index", "run", "--once", *place, "--store", store, "--json").ok().json
    assert done["block"] == done["latest"] == rpc.web3.eth.block_number
    found = run("chain-index", "status", *place, "--json").ok().json
    assert (found["works"], found["documents"], found["licenses"]) == (1, 1, 0)
    alice.using(rpc.bob).buy(offer, max_price=5)
    text = run("chain-index", "run", "--once", *place, "--store", store).ok().out
    assert f"{rpc.web3.eth.block_number:,} of" in text
    assert "licenses   1" in run("chain-index", "status", *place).ok().out
    assert run("chain-index", "verify", *place, "--json").ok().json["rows"] > 5
    assert run("chain-index", "rebuild", *place, "--json").ok().json == {"rebuilt": True}
    assert "all as they should be" in run("chain-index", "verify", *place).ok().out


def test_ctrl_c_lets_another_write(home: Path, rpc: LocalChain, run: Run) -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "chain-index", "run", "--json"]
    following = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "GENIP_RPC": rpc.url},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    assert following.stdout is not None
    first = json.loads(following.stdout.readline())
    assert first["did"] == "went on"
    run("chain-index", "run", "--once", "--json").failed("LeaseHeld", "is being written by")
    time.sleep(0.2)
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=30)
    assert following.returncode == 130, err
    assert "Traceback" not in err
    assert run("chain-index", "run", "--once", "--json").ok().json["did"] == "nothing"
