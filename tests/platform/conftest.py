"""A platform on the run's chain, with a queue on each kind of database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eth_account.signers.local import LocalAccount

from gen_ip import GenIP
from gen_ip.platform import Entry, Platform, Policy, Ready, Submitter, Way
from gen_ip.platform.queue import Queue
from gen_ip.signing.statements import Payee
from tests.sdk.conftest import alice, bob, carol, derive, store
from tests.support.chain import LocalChain
from tests.support.postgres import Postgres

__all__ = ["alice", "bob", "carol", "derive", "store"]

SHARE = 500


def consent(account: LocalAccount, ready: Ready) -> bytes:
    """What a wallet answers to `eth_signTypedData_v4`."""
    return bytes(account.sign_typed_data(full_message=ready.typed_data).signature)


@dataclass
class Site:
    """A platform whose account is Carol's, and its clock, which may be `ahead` by some seconds."""

    chain: LocalChain
    client: GenIP
    where: str | Path
    folder: Path
    policy: Policy = field(default_factory=Policy)
    ahead: float = 0.0

    def __post_init__(self) -> None:
        self.queue = Queue(self.where)

    def now(self) -> float:
        return time.time() + self.ahead

    @property
    def share(self) -> Payee:
        return Payee(self.chain.carol.address, SHARE)

    @property
    def platform(self) -> Platform:
        return Platform(self.client, self.queue, self.policy, share=self.share)

    @property
    def submitter(self) -> Submitter:
        return self.platform.submitter(self.now)

    def file(self, words: str) -> Path:
        path = self.folder / f"{words}.txt"
        path.write_text(f"What {words} wrote, and nobody else.")
        return path

    def upload(self, words: str, way: Way | None = None, creator: str = "alice") -> Entry:
        """An upload of a creator, signed and handed in."""
        account = getattr(self.chain, creator)
        ready = self.platform.prepare(self.file(words), account.address)
        return self.platform.submit(ready, consent(account, ready), key=words, way=way)

    def finalize(self) -> None:
        """Mines until every block so far is final."""
        self.chain.rpc("anvil_mine", hex(100))

    def reopened(self) -> None:
        """Another process's connection to the same queue."""
        self.queue.close()
        self.queue = Queue(self.where)


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str | Path]:
    if request.param == "sqlite":
        yield tmp_path / "queue.sqlite"
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.database()


@pytest.fixture
def site(chain: LocalChain, carol: GenIP, where: str | Path, tmp_path: Path) -> Iterator[Site]:
    made = Site(chain, carol, where, tmp_path)
    yield made
    made.queue.close()
