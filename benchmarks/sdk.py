"""`python -m benchmarks.sdk [--json]`: certificates a second, round trips, and starting times.

Certificates are sent from one account to a private anvil: one by one with plain web3.py, as its
documentation shows, then by the package with many in flight, from threads and from asyncio. All in
one run on the same node, so that the ratios tell of the code and not of the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from gen_ip import AsyncGenIP, GenIP
from gen_ip.accounts import dev_account
from gen_ip.chain import artifacts
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.chain.deployment import Deployment
from gen_ip.chain.http import NodeProvider
from gen_ip.content.local import LocalStore
from gen_ip.errors import GenIPError
from gen_ip.signing.statements import NOBODY, Certify
from gen_ip.terms import COMMERCIAL, COMMERCIAL_REMIX

_FUNDS = 10**24
# Seconds between two looks for a receipt; web3.py's own are 0.1, of use on real chains.
_IMPATIENT = 0.005
_RECEIPT, _SEND = "eth_getTransactionReceipt", "eth_sendRawTransaction"
_STARTS = {
    "web3": ("-c", "import web3"),
    "gen_ip": ("-c", "import gen_ip"),
    "client": ("-c", "from gen_ip import GenIP"),
    "help": ("-m", "gen_ip.cli", "--help"),
}


@dataclass(frozen=True, slots=True)
class Samples:
    """How much of everything to measure.

    Attributes:
        instant: certificates where each is mined at once: by web3.py, and by the package.
        slow: the same where a block comes every second.
        flight: certificates in flight at once, where each is mined at once, and where a block
            comes every second.
        ancestors: of the work whose lineage is asked for.
        starts: how often each program is started.
    """

    instant: tuple[int, int] = (40, 200)
    slow: tuple[int, int] = (8, 200)
    flight: tuple[int, int] = (12, 64)
    ancestors: int = 50
    starts: int = 7


class _Counting(NodeProvider):
    """Counts the round trips by method; several requests in one are one, "batch"."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.trips: Counter[str] = Counter()
        self._guard = threading.Lock()

    def _make_request(self, method: RPCEndpoint, request_data: bytes) -> bytes:
        with self._guard:
            self.trips[str(method)] += 1
        return super()._make_request(method, request_data)


class _Node:
    """An anvil with the contracts, and a store in a folder of its own."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.store = url, LocalStore(folder)
        self.web3 = Web3(HTTPProvider(url))
        deployer = dev_account("dev0")
        assert deployer is not None
        self.deployment: Deployment = deploy(self.web3, deployer)

    def request(self, method: str, *params: Any) -> Any:
        """The result of one of the node's own methods."""
        return self.web3.provider.make_request(RPCEndpoint(method), list(params))["result"]

    def account(self) -> LocalAccount:
        """A new account, rich in ETH."""
        account: LocalAccount = Account.create()
        self.request("anvil_setBalance", account.address, hex(_FUNDS))
        return account

    @contextmanager
    def block_every_second(self) -> Iterator[None]:
        """A block comes every second, and not with every transaction."""
        self.request("evm_setAutomine", False)
        self.request("evm_setIntervalMining", 1)
        try:
            yield
        finally:
            self.request("evm_setIntervalMining", 0)
            self.request("evm_setAutomine", True)


def measure(samples: Samples) -> dict[str, Any]:
    """Rates and ratios of sending, round trips by operation, starting times and their ratios.

    Raises:
        GenIPError: there is no anvil, or the chain refuses a step.
    """
    with tempfile.TemporaryDirectory() as folder, Anvil() as anvil:
        node = _Node(anvil.start(), Path(folder))
        sending = {"instant": _rates(node, samples.instant, samples.flight[0])}
        with node.block_every_second():
            sending["block_every_second"] = _rates(node, samples.slow, samples.flight[1])
        trips = round_trips(node, samples.ancestors)
        client = str(node.request("web3_clientVersion"))
    return {
        "certificates_per_second": sending,
        "round_trips": trips,
        "ancestors": samples.ancestors,
        "start": start_times(samples.starts),
        "node": client,
    }


def _rates(node: _Node, counts: tuple[int, int], flight: int) -> dict[str, float]:
    few, many = counts
    rates = {
        "web3_one_by_one": few / _seconds(lambda: _by_web3(node, few)),
        "web3_impatient": few / _seconds(lambda: _by_web3(node, few, _IMPATIENT)),
        "threads": many / _seconds(lambda: _by_threads(node, many, flight)),
        "asyncio": many / _seconds(lambda: asyncio.run(_by_asyncio(node, many, flight))),
    }
    for name in ("threads", "asyncio"):
        rates[f"{name}_ratio"] = rates[name] / rates["web3_one_by_one"]
    return {"in_flight": flight} | {name: round(rate, 2) for name, rate in rates.items()}


def _seconds(run: Callable[[], int]) -> float:
    """How long `run` takes, which returns how many of its account's certificates it wants back."""
    before = time.perf_counter()
    missing = run()
    assert missing == 0, f"{missing} certificates were not mined"
    return time.perf_counter() - before


def _by_web3(node: _Node, count: int, poll: float = 0.1) -> int:
    """The way of web3.py's documentation: build, sign, send, wait, looking every `poll` seconds, by
    default its own 0.1. The chain's part alone: no file is read or kept."""
    account, web3 = node.account(), Web3(HTTPProvider(node.url))
    registry = web3.eth.contract(
        web3.to_checksum_address(node.deployment.registry), abi=artifacts.load("IPRegistry").abi
    )
    function = registry.get_function_by_signature(_certify_signature())
    statuses = []
    for content in _contents(count):
        statement = Certify(
            creator=account.address,
            content_hash=web3.keccak(content),
            home_chain_id=web3.eth.chain_id,
            metadata=web3.keccak(content),
            resale_royalty=0,
            arbiter=NOBODY,
            arbiter_powers=0,
            lien_cap=0,
            edges=(),
            payees=(),
        )
        transaction = function(statement).build_transaction(
            {
                "from": account.address,
                "nonce": web3.eth.get_transaction_count(account.address),
            }
        )
        signed = account.sign_transaction(transaction)
        tx_hash = web3.eth.send_raw_transaction(signed.raw_transaction)
        statuses.append(web3.eth.wait_for_transaction_receipt(tx_hash, poll_latency=poll)["status"])
    return count - statuses.count(1)


def _by_threads(node: _Node, count: int, flight: int) -> int:
    client = GenIP(node.url, node.account(), deployment=node.deployment, store=node.store)
    with ThreadPoolExecutor(flight) as pool:
        made = list(pool.map(client.certify, _contents(count)))
    return count - len({each.work_id for each in made})


async def _by_asyncio(node: _Node, count: int, flight: int) -> int:
    client = AsyncGenIP(
        node.url,
        node.account(),
        deployment=node.deployment,
        store=node.store,
        max_workers=flight,
    )
    async with client, asyncio.TaskGroup() as group:
        tasks = [group.create_task(client.certify(content)) for content in _contents(count)]
    return count - len({task.result().work_id for task in tasks})


_numbers = itertools.count()


def _contents(count: int) -> Iterator[bytes]:
    """Bytes that nobody certified before."""
    return (b"benchmark %d" % next(_numbers) for _ in range(count))


def _certify_signature() -> str:
    from gen_ip.chain import abi

    return abi.signature(artifacts.load("IPRegistry").functions["certify"])


def round_trips(node: _Node, ancestors: int) -> dict[str, int]:
    """Round trips of operations by a client that is connected. Of asking for a receipt until it is
    there, one is counted."""
    provider = _Counting(node.url)
    owner, buyer = node.account(), node.account()
    client = GenIP(Web3(provider), owner, deployment=node.deployment, store=node.store)
    works = [client.certify(next(_contents(1))).work_id]
    for _ in range(ancestors):
        (license_,) = client.issue(works[-1], COMMERCIAL_REMIX, owner.address)
        works.append(client.derive(next(_contents(1)), licenses=[license_.id]).work_id)
    client.pay(works[-1], 10**18)
    offers = [client.offer(works[-1], COMMERCIAL_REMIX, price=1) for _ in range(10)]
    client.register_terms(COMMERCIAL)
    other = client.using(buyer)
    found: dict[str, int] = {}

    def count(name: str, operation: Callable[[], object]) -> None:
        provider.trips.clear()
        operation()
        trips = provider.trips
        found[name] = trips.total() - trips[_RECEIPT] + trips[_SEND]

    count("certify", lambda: client.certify(next(_contents(1))))
    count("pay", lambda: other.pay(works[-1], 1))
    count("buy", lambda: other.buy(offers[0], max_price=1))
    count("work", lambda: client.work(works[-1]))
    count("lineage", lambda: client.lineage(works[-1]))
    count("lineage_of_original", lambda: client.lineage(works[0]))
    count("offers", lambda: client.offers(works[-1]))
    count("licenses", lambda: client.licenses(holder=owner.address))
    count("earnings", lambda: client.earnings(works[-1]))
    count("earnings_of_original", lambda: client.earnings(works[0]))
    return found


def start_times(starts: int) -> dict[str, float]:
    """Seconds of the processor until a program has started, and ratios to importing web3; medians.
    Bytecode is cached, as it is after the first start."""
    taken: dict[str, list[float]] = {name: [] for name in _STARTS}
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": cache, "COLUMNS": "80"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(starts + 1):
            for name, arguments in _STARTS.items():
                before = _used()
                subprocess.run(
                    [sys.executable, *arguments],
                    env=environment,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                if turn:
                    taken[name].append(_used() - before)
    medians = {name: statistics.median(each) for name, each in taken.items()}
    found = {name: round(seconds, 3) for name, seconds in medians.items()}
    return found | {
        f"{name}_ratio": round(medians[name] / medians["web3"], 2)
        for name in _STARTS
        if name != "web3"
    }


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def table(measured: dict[str, Any]) -> str:
    """The measurement for people."""
    lines = ["certificates a second from one account:"]
    for mining, rates in measured["certificates_per_second"].items():
        lines.append(
            f"  {mining.replace('_', ' ')}: web3.py one by one {rates['web3_one_by_one']:.1f} "
            f"(looking every 5 ms {rates['web3_impatient']:.1f}), "
            f"{rates['in_flight']} in flight: "
            f"threads {rates['threads']:.1f} ({rates['threads_ratio']:.1f}x), "
            f"asyncio {rates['asyncio']:.1f} ({rates['asyncio_ratio']:.1f}x)"
        )
    lines.append(f"round trips, with {measured['ancestors']} ancestors:")
    for name, trips in measured["round_trips"].items():
        lines.append(f"  {name.replace('_', ' ')}: {trips}")
    lines.append("seconds of the processor to start, and ratios to importing web3:")
    start = measured["start"]
    for name in _STARTS:
        ratio = "" if name == "web3" else f" ({start[f'{name}_ratio']:.2f}x)"
        lines.append(f"  {' '.join(('python', *_STARTS[name]))}: {start[name]:.3f}{ratio}")
    lines.append(f"on {measured['node']}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sdk", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    try:
        measured = measure(Samples())
    except (GenIPError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(measured, indent=2) if options.json else table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
