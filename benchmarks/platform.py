"""`python -m benchmarks.platform [--json] [--works N]`: a platform's uploads, anchored.

Random files on disk, signed by their creators, go the whole way: `Platform.prepare`, the signature,
`Platform.submit`, the rounds of a `Submitter` on a private anvil. The time of the creators' signing
is left out. Beside it, in the same run and on the same files: their sha2-256 and the check of their
signatures, which no way can do without. Then some, chosen at random, are minted with a sale, and
checked by a verifier that shares no code with the package. Memory is the process's own peak, as the
operating system tells it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys.datatypes import Signature
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from benchmarks import _verifier
from gen_ip import GenIP
from gen_ip.chain.anvil import Anvil
from gen_ip.chain.deploy import deploy
from gen_ip.chain.receipts import Receipt
from gen_ip.content.local import LocalStore
from gen_ip.platform import Entry, Platform, Policy, Ready, Way
from gen_ip.platform.queue import Queue
from gen_ip.signing import Payee
from gen_ip.signing.statements import CONSENT, SignedConsent, registry_domain
from gen_ip.terms import COMMERCIAL

_CHUNK = 1_000
_FILE_BYTES = 4_096
_SEED = 20_261_124
T, R = TypeVar("T"), TypeVar("R")


class _Clock:
    """Seconds spent in parts of the way."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


class _Site:
    """A platform on a private anvil."""

    def __init__(self, url: str, folder: Path, creators: int, most: int) -> None:
        self.url, self.folder = url, folder
        self.web3 = Web3(HTTPProvider(url))
        self.gas: list[int] = []
        account = self._rich()
        client = GenIP(
            url,
            account,
            deployment=deploy(self.web3, account),
            store=LocalStore(folder / "store"),
            on_receipt=self._note,
        )
        self.buyer = client.using(self._rich())
        self.queue = Queue(folder / "queue.sqlite")
        self.platform = Platform(
            client,
            self.queue,
            Policy(way=Way.ANCHORED, seconds=3_600, most=most),
            share=Payee(account.address, 500),
        )
        self.creators: list[LocalAccount] = [Account.create() for _ in range(creators)]

    def _note(self, receipt: Receipt) -> None:
        self.gas.append(receipt.gas_used)

    def _rich(self) -> LocalAccount:
        account: LocalAccount = Account.create()
        wanted = [account.address, hex(10**24)]
        self.web3.provider.make_request(RPCEndpoint("anvil_setBalance"), wanted)
        return account

    def creator(self, number: int) -> LocalAccount:
        return self.creators[number % len(self.creators)]

    def sign(self, number: int, ready: Ready) -> tuple[bytes, bytes]:
        """What a creator's wallet answers; and the digest that it signed."""
        certify = ready.certificate.certify
        domain = registry_domain(certify.home_chain_id, ready.certificate.registry)
        digest = domain.digest(CONSENT.hash(SignedConsent(certify, ready.deadline)))
        return bytes(self.creator(number).unsafe_sign_hash(digest).signature), digest


def measure(works: int, creators: int, minted: int, threads: int, most: int) -> dict[str, Any]:
    """What is printed."""
    clock = _Clock()
    with Anvil() as node, tempfile.TemporaryDirectory(prefix="gen-ip-bench-") as name:
        site = _Site(node.start(), Path(name), creators, most)
        with ThreadPoolExecutor(threads) as pool:
            for begin in range(0, works, _CHUNK):
                _chunk(site, clock, pool, range(begin, min(begin + _CHUNK, works)))
                _told(begin + _CHUNK, works)
                with clock.of("rounds"):
                    site.platform.submitter().round()
        with clock.of("rounds"):
            # The last ones need not wait for others.
            site.platform.submitter(lambda: time.time() + 3_601).round()
        anchoring = sum(site.gas)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rng = random.Random(_SEED)  # noqa: S311 - the same every time
        checked = _checked(site, rng.sample(range(works), minted), works)
        site.queue.close()
    way = sum(clock.seconds[name] for name in ("prepare", "submit", "rounds"))
    bare = clock.seconds["hashes"] + clock.seconds["signatures"]
    return {
        "works": works,
        "creators": creators,
        "threads": threads,
        "works_per_second": round(works / way, 1),
        "bare_works_per_second": round(works / bare, 1),
        "ratio": round(bare / way, 4),
        "seconds": {name: round(each, 2) for name, each in clock.seconds.items()},
        "anchors": len(site.gas) - checked.pop("transactions"),
        "anchoring_gas": anchoring,
        "anchoring_gas_per_work": round(anchoring / works, 2),
        "peak_memory_mib": round(peak / 1024, 1),
        **checked,
    }


def _chunk(site: _Site, clock: _Clock, pool: ThreadPoolExecutor, numbers: Sequence[int]) -> None:
    """Some works, from their files to the queue."""
    folder = site.folder / "files"
    folder.mkdir(exist_ok=True)
    files = [folder / f"{number}.bin" for number in numbers]
    for file in files:
        file.write_bytes(os.urandom(_FILE_BYTES))
    work = list(zip(numbers, files, strict=True))

    def prepare(given: tuple[int, Path]) -> Ready:
        number, file = given
        return site.platform.prepare(file, site.creator(number).address, name=f"Work {number}")

    with clock.of("prepare"):
        ready = _each(pool, prepare, work)
    signed = [site.sign(number, each) for number, each in zip(numbers, ready, strict=True)]

    def submit(given: tuple[int, Ready, bytes]) -> Entry:
        number, each, signature = given
        return site.platform.submit(each, signature, key=str(number))

    with clock.of("submit"):
        given = [
            (number, each, signature)
            for number, each, (signature, _) in zip(numbers, ready, signed, strict=True)
        ]
        _each(pool, submit, given)
    with clock.of("hashes"):
        hashes = [hashlib.sha256(file.read_bytes()).digest() for file in files]
    with clock.of("signatures"):
        makers = [
            Signature(each[:64] + bytes([each[64] - 27])).recover_public_key_from_msg_hash(digest)
            for each, digest in signed
        ]
    for number, each, digest, maker in zip(numbers, ready, hashes, makers, strict=True):
        if each.certificate.certify.content_hash != digest:
            raise AssertionError(f"work {number} has another hash")
        if maker.to_checksum_address() != site.creator(number).address:
            raise AssertionError(f"work {number} is signed by another")
    for file in files:
        file.unlink()


def _each(pool: ThreadPoolExecutor, do: Callable[[T], R], given: Sequence[T]) -> list[R]:
    return list(pool.map(do, given))


def _checked(site: _Site, numbers: Sequence[int], works: int) -> dict[str, Any]:
    """Some works minted with a sale each, and checked."""
    sizes, gas, transactions = [], [], 0
    for number in numbers:
        entry = site.platform.status(str(number))
        document = json.loads(json.dumps(entry.certificate.to_json()))
        if not _verifier.anchored_at(site.url, document):
            raise AssertionError(f"work {number} is not under its anchor")
        sizes.append(64 + 32 * len(document["anchor"]["path"]))
        creator = site.platform.client.using(site.creator(number))
        offer = creator.draft_offer(entry.certificate, COMMERCIAL, price=10**15)
        (signed,) = creator.sign_offers([offer])
        before = len(site.gas)
        (license_,) = site.buyer.certify_and_buy(entry.certificate, signed, max_price=10**15)
        gas.append(site.gas[-1])
        transactions += len(site.gas) - before
        if license_.work != entry.work:
            raise AssertionError(f"work {number} was not bought")
    return {
        "minted": len(numbers),
        "minting_with_sale_gas": sorted(gas)[len(gas) // 2] if gas else 0,
        "proof_bytes": max(sizes, default=0),
        "transactions": transactions,
    }


def _told(done: int, works: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{min(done, works):,} of {works:,}", end="", file=sys.stderr, flush=True)


def main() -> None:
    """Prints what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platform", description=__doc__)
    parser.add_argument("--works", type=int, default=1_000_000)
    parser.add_argument("--creators", type=int, default=10_000)
    parser.add_argument("--minted", type=int, default=1_000)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--most", type=int, default=10_000, help="works under one anchor")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(given.works, given.creators, given.minted, given.threads, given.most)
    if given.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:<24}{value}")


if __name__ == "__main__":
    main()
