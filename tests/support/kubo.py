"""A real Kubo daemon for tests, cut off from every network.

Its repository is temporary; its RPC listens on a free port of 127.0.0.1 and there is no swarm.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.require import require

START_SECONDS = 60.0


class Kubo(NamedTuple):
    """A running daemon: the multiaddr of its RPC, its program and its environment."""

    address: str
    binary: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The RPC's address as a URL."""
        return f"http://127.0.0.1:{self.address.rsplit('/', 2)[-2]}"

    def kill(self) -> None:
        """Ends the daemon at once, as a crash does."""
        self.process.kill()
        self.process.wait()

    def ipfs(self, *arguments: str, stdin: bytes | None = None) -> str:
        """Runs `ipfs` with `arguments` against the daemon and returns what it prints."""
        done = subprocess.run(
            [self.binary, *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            check=True,
            timeout=120,
        )
        return done.stdout.decode().strip()


@contextmanager
def running_kubo(binary: Path, folder: Path) -> Iterator[Kubo]:
    """A daemon that keeps its repository in `folder`; stopped at the end of the block.

    Where a daemon ran before it goes on with what that one kept.

    Raises:
        RuntimeError: it did not start within a minute; the message holds its log.
    """
    environment = {"IPFS_PATH": str(folder), "HOME": str(folder), "PATH": os.defpath}
    if not (folder / "config").exists():
        _run(binary, environment, "init", "--empty-repo")
        _configure(folder / "config")
    # Of a daemon that did not end by itself.
    (folder / "api").unlink(missing_ok=True)
    log = folder / "daemon.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [binary, "daemon", "--offline", "--routing=none"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            address = _wait(process, folder / "api", log)
            yield Kubo(f"{address}/http", binary, environment, process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def kubo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubo]:
    """One daemon for the whole run. Skips, or fails when required, where there is none."""
    binary = require("kubo")
    with running_kubo(binary, tmp_path_factory.mktemp("kubo")) as daemon:
        yield daemon


def _configure(path: Path) -> None:
    config = json.loads(path.read_text("utf-8"))
    config["Bootstrap"] = []
    config["Addresses"].update(
        API="/ip4/127.0.0.1/tcp/0", Gateway="", Swarm=["/ip4/127.0.0.1/tcp/0"]
    )
    config["AutoConf"] = {"Enabled": False}
    config["AutoTLS"] = {"Enabled": False}
    config["DNS"] = {"Resolvers": {}}
    config["Discovery"] = {"MDNS": {"Enabled": False}}
    config["Ipns"] |= {"DelegatedPublishers": []}
    config["Plugins"] = {"Plugins": {"telemetry": {"Disabled": True}}}
    config["Routing"] = {"DelegatedRouters": []}
    config["Swarm"] |= {"DisableNatPortMap": True}
    # Settings unlike this package's: what it sends with a call must win.
    config["Import"] = {"CidVersion": 0, "UnixFSRawLeaves": False, "UnixFSChunker": "size-1048576"}
    path.write_text(json.dumps(config), "utf-8")


def _wait(process: subprocess.Popen[bytes], api: Path, log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        # The daemon writes its address once it listens, and says when it serves.
        if api.exists() and b"Daemon is ready" in log.read_bytes():
            return api.read_text("utf-8").strip()
        time.sleep(0.05)
    raise RuntimeError(f"Kubo did not start:\n{log.read_text('utf-8', 'replace')}")


def _run(binary: Path, environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [binary, *arguments], env=environment, capture_output=True, check=True, timeout=60
    )
