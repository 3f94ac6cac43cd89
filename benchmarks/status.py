"""`python -m benchmarks.status [--json]`: verdicts from the chain's index over HTTP.

By hash and by work, and the page of a work, beside an empty route of the same server: requests a
second of a few clients together, and milliseconds. The works are synthetic events on a real anvil
(`benchmarks.index`).
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from web3 import HTTPProvider, Web3

from benchmarks import service
from benchmarks.index import log_events
from gen_ip.accounts import dev_account
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.chain.rpc import Rpc
from gen_ip.index.database import Database
from gen_ip.index.making import ready
from gen_ip.index.reducing import Reducers
from gen_ip.index.source import Source
from gen_ip.index.writer import Writer

_EVENTS_OF_A_WORK = 4


@dataclass(frozen=True)
class Samples:
    """How many works, and seconds for each route."""

    works: int = 10_000
    seconds: float = 5.0


def measure(samples: Samples, say: Callable[[str], None]) -> dict[str, Any]:
    """Everything; milliseconds unless said."""
    with Anvil(("--gas-limit", str(2**40))) as anvil, tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url = anvil.start()
        rpc = Rpc(Web3(HTTPProvider(url, request_kwargs={"timeout": 300})))
        deployer = dev_account("dev0")
        assert deployer is not None
        deployment = deploy(rpc.web3, deployer)
        say(f"{samples.works:,} works")
        log_events(rpc, deployment, _EVENTS_OF_A_WORK * samples.works)
        database = Database(folder / "chain.sqlite", make=True)
        ready(database)
        writer = Writer(database, Source(rpc, deployment), Reducers(deployment))
        while writer.step().behind:
            pass
        writer.close()
        database.close()
        say("asking")
        chain = ("--on-chain", "--role", "api", "--rpc", url)
        with service.served(folder, *chain, "--database", str(folder / "chain.sqlite")) as served:
            chosen = random.Random(0)  # noqa: S311 - which works are asked about
            numbers = [chosen.randint(1, samples.works) for _ in range(10_000)]
            paths = {
                "empty": ["/health"],
                "by_hash": [f"/v1/status?sha256={each:064x}" for each in numbers],
                "by_work": [f"/v1/status?work={each}" for each in numbers],
                "page": [f"/works/{each}" for each in numbers],
            }
            wanted = service.Samples(seconds=samples.seconds)
            found = {
                name: service.rate_of(served, itertools.cycle(each), wanted)
                for name, each in paths.items()
            }
    empty = found["empty"]["per_second"]
    return {
        "works": samples.works,
        **found,
        "by_hash_to_empty": round(found["by_hash"]["per_second"] / empty, 3),
        "by_work_to_empty": round(found["by_work"]["per_second"] / empty, 3),
        "page_p99_to_empty": round(found["page"]["p99"] / found["empty"]["p99"], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--works", type=int, default=Samples.works)
    parser.add_argument("--seconds", type=float, default=Samples.seconds)
    options = parser.parse_args()
    samples = Samples(options.works, options.seconds)
    measured = measure(samples, lambda line: print(line, file=sys.stderr))
    if options.json:
        print(json.dumps(measured, indent=2))
        return
    for name, value in measured.items():
        print(f"{name:<20} {value}")


if __name__ == "__main__":
    main()
