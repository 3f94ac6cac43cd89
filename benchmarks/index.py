"""`python -m benchmarks.index [--json]`: events a second into the index of the chain.

Synthetic events on a real anvil: code that does nothing but log is put where the registry and the
splitter lie, and logs certificates and payments. The whole pipeline (headers, logs, decoding,
reducers, one transaction a step) is measured beside asking the same node for the same logs and
decoding them, in turns in one run; and what the process takes of memory after each tenth.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3

from gen_ip.accounts import dev_account
from gen_ip.chain import logs
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.events import kinds
from gen_ip.chain.logs import Query
from gen_ip.chain.rpc import Rpc
from gen_ip.index.database import Database
from gen_ip.index.making import ready
from gen_ip.index.reducing import Reducers
from gen_ip.index.source import Source
from gen_ip.index.writer import Writer

_PER_BLOCK = 1_000
_BLOCKS = 50
_GAS = 2**40


@dataclass(frozen=True)
class Samples:
    """How many events."""

    events: int = 1_000_000


def measure(samples: Samples, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything; events a second."""
    with Anvil(("--gas-limit", str(_GAS))) as anvil, tempfile.TemporaryDirectory() as temporary:
        web3 = Web3(HTTPProvider(anvil.start(), request_kwargs={"timeout": 300}))
        rpc = Rpc(web3)
        deployer = dev_account("dev0")
        assert deployer is not None
        deployment = deploy(web3, deployer)
        start = rpc.block().number + 1
        say(f"logging {samples.events:,} events")
        log_events(rpc, deployment, samples.events)
        last = rpc.block().number
        # None of it can be undone: what is measured is the catching up.
        rpc.request("anvil_mine", hex(70))
        say("following")
        return {
            "events": samples.events,
            "events_per_block": _PER_BLOCK,
            "node": str(rpc.request("web3_clientVersion")),
            **_followed(rpc, deployment, Path(temporary) / "chain.sqlite", start, last, say),
        }


def _followed(
    rpc: Rpc,
    deployment: Deployment,
    path: Path,
    start: int,
    last: int,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """The index and the bare reading, by turns over the same blocks."""
    database = Database(path, make=True)
    ready(database)
    source = Source(rpc, deployment, most_blocks=_BLOCKS)
    writer = Writer(database, source, Reducers(deployment))
    query = Query(list(deployment.addresses().values()), [])
    index_seconds = bare_seconds = 0.0
    indexed = decoded = 0
    memory: list[int] = []
    while True:
        begun = time.perf_counter()
        done = writer.step()
        index_seconds += time.perf_counter() - begun
        indexed += done.logs
        begun = time.perf_counter()
        if done.block >= start:
            first = max(start, done.block - _BLOCKS + 1)
            for _, found in logs.steps(rpc, [query], first, min(done.block, last), _BLOCKS):
                decoded += sum(1 for _ in logs.decoded(found))
        bare_seconds += time.perf_counter() - begun
        tenth = 10 * (done.block - start) // max(1, last - start)
        if tenth > len(memory):
            memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
            say(f"{min(10, len(memory))} of 10")
        if done.block >= last:
            break
    writer.close()
    database.close()
    size = sum(each.stat().st_size for each in path.parent.iterdir())
    pipeline, bare = indexed / index_seconds, decoded / bare_seconds
    return {
        "pipeline_events_per_second": round(pipeline),
        "bare_events_per_second": round(bare),
        "ratio": round(pipeline / bare, 3),
        "peak_mib_after_each_tenth": memory,
        "database_bytes_per_event": round(size / max(1, indexed)),
    }


def log_events(rpc: Rpc, deployment: Deployment, events: int) -> None:
    """Mines synthetic events: half of them payments, the other half certificates and their making.

    The works are numbered from 1, and so are their contents.
    """
    codes = {
        deployment.registry: _code(
            (
                ("Transfer", (b"\x60\x00", b"\x33", _ID), 0),
                ("Certified", (_ID, b"\x33", _ID), 64),
            )
        ),
        deployment.splitter: _code(
            (("Paid", (_ID, b"\x60\x00", b"\x33"), 32),) * 2,
        ),
    }
    account = dev_account("dev1")
    assert account is not None
    kept = {address: rpc.request("eth_getCode", address, "latest") for address in codes}
    for address, code in codes.items():
        rpc.request("anvil_setCode", address, f"0x{code.hex()}")
    rounds = _PER_BLOCK // 4
    rpc.request("evm_setAutomine", False)
    for begin in range(0, events // 4, rounds):
        for address in codes:
            data = (begin + 1).to_bytes(32, "big") + rounds.to_bytes(32, "big")
            rpc.request(
                "eth_sendTransaction",
                {
                    "from": account.address,
                    "to": address,
                    "data": f"0x{data.hex()}",
                    "gas": hex(2**30),
                },
            )
        rpc.request("evm_mine")
    rpc.request("evm_setAutomine", True)
    for address, code in kept.items():
        rpc.request("anvil_setCode", address, code)


# The number of the round: on the stack behind what a log has pushed so far.
_ID = b"id"
_Entry = tuple[str, Sequence[bytes], int]


def _code(entries: Sequence[_Entry]) -> bytes:
    """EVM code: for each round from calldata's first word on, as many as the second says, these
    logs.

    The stack holds the end and the round; a log's data are the round's number.
    """
    body = b""
    for name, topics, size in entries:
        # mstore(0, round)
        body += b"\x80\x60\x00\x52"
        for pushed, topic in enumerate(reversed(topics)):
            body += bytes([0x80 + pushed]) if topic == _ID else topic
        body += b"\x7f" + kinds()[name].topic + bytes([0x60, size]) + b"\x60\x00\xa4"
    head = bytes.fromhex("600035806020350190")
    loop = len(head)
    # while round < end
    test = b"\x5b\x81\x81\x10\x15\x61"
    tail = b"\x60\x01\x01\x60" + bytes([loop]) + b"\x56"
    leave = len(head) + len(test) + 3 + len(body) + len(tail)
    return head + test + leave.to_bytes(2, "big") + b"\x57" + body + tail + b"\x5b\x00"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--events", type=int, default=Samples.events)
    asked = parser.parse_args()
    found = measure(Samples(asked.events), lambda text: print(text, file=sys.stderr, flush=True))
    if asked.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        print(f"{name:<32} {value}")


if __name__ == "__main__":
    main()
