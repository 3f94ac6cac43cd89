"""`gen-ip platform run` as a process of its own, through all that happens to one."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.platform import Policy, State, Way
from tests.support.chain import LocalChain
from tests.support.postgres import Postgres
from tests.support.proxy import Fault, Proxy
from tests.support.require import require

from .conftest import Site

_SECONDS = 120.0


@pytest.fixture
def server() -> Iterator[Postgres]:
    """One of its own, for it is restarted."""
    initdb = require("postgres")
    folder = Path(tempfile.mkdtemp(prefix="gen-ip-postgres-"))
    server = Postgres(initdb, folder)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)


def _begun(where: str, rpc: str, home: Path) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("GENIP_")}
    env |= {"XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), "GENIP_RPC": rpc}
    words = ("platform", "run", "--queue", where, "--account", "dev0", "--wait", "0", "--json")
    return subprocess.Popen(
        [sys.executable, "-m", "gen_ip.cli", *words],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _until_certified(site: Site, *keys: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while {site.platform.status(key).state for key in keys} != {State.CERTIFIED}:
        assert time.monotonic() < deadline, [site.platform.status(key) for key in keys]
        time.sleep(0.1)


def test_it_outlives_database_node_and_itself(
    chain: LocalChain, carol: GenIP, server: Postgres, tmp_path: Path
) -> None:
    site = Site(chain, carol, server.database(), tmp_path, Policy(way=Way.NOW))
    works = []

    def upload(words: str) -> None:
        works.append(site.upload(words).work)

    with Proxy(chain.url) as proxy:
        process = _begun(str(site.where), proxy.url, tmp_path)
        try:
            upload("first")
            _until_certified(site, "first")
            # The database ends as in a crash, and is started again.
            server.kill()
            time.sleep(2)
            server.start()
            upload("after the database")
            _until_certified(site, "after the database")
            # The node is away.
            proxy.faults = deque([Fault.DOWN] * 100_000)
            upload("without a node")
            time.sleep(2)
            assert site.platform.status("without a node").state is not State.CERTIFIED
            assert process.poll() is None
            proxy.faults = deque()
            # What waits is tried again in a minute; meanwhile it is killed, and started again.
            for words in ("one more", "another"):
                upload(words)
                process.kill()
                process.communicate()
                process = _begun(str(site.where), proxy.url, tmp_path)
            _until_certified(site, "one more", "another", "without a node")
            assert process.poll() is None
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=_SECONDS)
            assert process.returncode == 130, err
            assert '"certified": 5' in out or '"certified":5' in out
        finally:
            process.kill()
            process.communicate()
    assert len(set(works)) == 5
    for work in works:
        assert carol.work(work).creator == chain.alice.address
    site.queue.close()


@pytest.fixture
def where(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


def test_a_transaction_that_is_stuck_is_replaced(site: Site) -> None:
    """No block comes: it is signed again with higher fees, and one of all is mined."""
    hasty = GenIP(
        site.chain.web3,
        site.chain.carol,
        deployment=site.chain.deployment,
        store=site.client.store,
        replace_after=0.3,
    )
    site.client = hasty
    site.upload("one", Way.NOW)
    seen: dict[str, int] = {}
    site.chain.rpc("evm_setAutomine", False)
    try:
        worker = threading.Thread(target=site.submitter.round)
        worker.start()
        deadline = time.monotonic() + _SECONDS
        while len(seen) < 2:
            assert time.monotonic() < deadline
            pending = site.chain.rpc("txpool_content")["pending"]
            for of_one in pending.values():
                for each in of_one.values():
                    seen[each["hash"]] = int(each["maxFeePerGas"], 16)
            time.sleep(0.05)
        site.chain.rpc("evm_mine")
        worker.join(_SECONDS)
        assert not worker.is_alive()
    finally:
        site.chain.rpc("evm_setAutomine", True)
    first, *_, last = seen.values()
    assert last > first
    assert site.platform.status("one").state is State.CERTIFIED
    [send] = site.queue.unsettled()
    assert send.sent is not None
    # The first was kept before the node had it: whoever comes next finds its nonce used.
    assert send.sent.tx_hash == next(iter(seen))
