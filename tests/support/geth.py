"""A real geth in developer mode for tests: one process, a chain of its own, no network."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60.0

_LISTENS = re.compile(r"HTTP server started\s+endpoint=(127\.0\.0\.1:\d+)")


@contextmanager
def running_geth(binary: Path, folder: Path) -> Iterator[str]:
    """The URL of a geth that mines a block for every transaction, for http and ws alike; stopped
    at the end of the block.

    Raises:
        RuntimeError: it did not start within a minute; the message holds its log.
    """
    log = folder / "geth.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                binary,
                "--dev",
                "--datadir",
                folder / "data",
                "--ipcdisable",
                "--nodiscover",
                "--maxpeers",
                "0",
                "--http",
                "--http.addr",
                "127.0.0.1",
                "--http.port",
                "0",
                # On the same port.
                "--ws",
                "--ws.addr",
                "127.0.0.1",
                "--ws.port",
                "0",
                "--authrpc.port",
                "0",
                # The factory's transaction is older than EIP-155.
                "--rpc.allow-unprotected-txs",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield f"http://{_wait(process, log)}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := _LISTENS.search(log.read_text("utf-8", "replace")):
            return found[1]
        time.sleep(0.05)
    raise RuntimeError(f"geth did not start:\n{log.read_text('utf-8', 'replace')}")
