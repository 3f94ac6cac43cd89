"""`gen-ip serve --on-chain` as a process of its own: all in one, and in several on PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.signing.profiles import Profile
from gen_ip.status.profiles import SignedProfile
from tests.support.chain import LocalChain
from tests.support.postgres import Postgres

from .files import COFFEE, edited

# Three processes on two cores that others use, too, need long to begin.
_SECONDS = 180.0


@contextmanager
def running(*arguments: object, home: Path) -> Iterator[subprocess.Popen[str]]:
    """A process, ended by SIGTERM at the end; it must end well."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("GENIP_") or "ANVIL" in k}
    # What is compiled once stays in the user's cache.
    settings = {"XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    env |= {**settings, "GENIP_PASSWORD": "x"}
    process = subprocess.Popen(
        [sys.executable, "-m", "gen_ip.cli", "serve", "--on-chain", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=_SECONDS)
        assert process.returncode == 0, err
        assert "Traceback" not in err, err
    finally:
        process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.stderr.read() if process.stderr else ""
    return str(json.loads(line)["url"])


def until(ask: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + _SECONDS
    while True:
        found = ask()
        if done(found):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


@pytest.mark.parametrize("kind", ["all in one", "postgresql"])
def test_a_work_is_found_soon_after_it_is_certified(
    chain: LocalChain, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    store = LocalStore(tmp_path / "store")
    alice = GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)
    common = ("--rpc", chain.url, "--store", tmp_path / "store")
    common = (*common, "--index", tmp_path / "match", "--match-rate", "9999/minute", "--json")
    with ExitStack() as stack:
        if kind == "postgresql":
            postgres: Postgres = request.getfixturevalue("postgres")
            common = (*common, "--database", postgres.database())
            for role in ("indexer", "matcher"):
                stack.enter_context(running("--role", role, *common, home=tmp_path / role))
        common = (*common, "--ask-domains", "--ens-rpc", chain.url, "--open-inbox")
        role = ("--role", "api") if kind == "postgresql" else ()
        server = stack.enter_context(
            running("--port", 0, "--account", "dev0", *role, *common, home=tmp_path / "api")
        )
        client = stack.enter_context(httpx.Client(base_url=url_of(server), timeout=30))
        # No such name can be, so that nothing is asked.
        message = Profile(chain.alice.address, "Alice", "artist.invalid", (), int(time.time()))
        here = chain.web3.eth.chain_id, chain.deployment.registry
        profile = SignedProfile.signed(chain.alice, message, *here)
        assert client.post("/v1/profiles", json=profile.to_json()).status_code == 200
        made = alice.certify(COFFEE, name="Coffee")
        query = {"sha256": made.content_hash.hex(), "statement": True}
        found = until(
            lambda: client.get("/v1/status", params=query).json(),
            lambda each: each.get("verdict") == "license-required",
        )
        assert client.get(found["statement"]).json()["message"]["verdict"] == "license-required"
        # Once its file has come through the store, its likeness is known, too.
        found = until(
            lambda: client.post("/v1/status", files={"file": edited()}).json(),
            lambda each: each.get("work") is not None,
        )
        assert (found["work"], found["evidence"]["method"]) == (
            str(made.work_id),
            "near-duplicate",
        )
        works = until(
            lambda: client.get("/v1/search", params={"q": "coff"}).json(),
            lambda each: bool(each.get("works")),
        )["works"]
        assert [each["work"] for each in works] == [str(made.work_id)]
        domain = until(
            lambda: client.get(f"/v1/creators/{chain.alice.address}").json()["domain"],
            lambda each: each["proof"] != "unasked",
        )
        assert (domain["domain"], domain["proof"]) == ("artist.invalid", "unreachable")
        until(
            lambda: client.get("/ready").json(),
            lambda each: each.get("works", {}).get("image") == 1,
        )
        assert "genip_chain_lag_blocks" in client.get("/metrics").text
