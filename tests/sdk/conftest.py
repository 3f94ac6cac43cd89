"""Clients on the run's chain, and pictures to certify."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gen_ip import GenIP
from gen_ip.content.local import LocalStore
from gen_ip.terms import COMMERCIAL_REMIX, Terms
from gen_ip.works.registry import Certificate
from tests.support.chain import LocalChain

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store")


@pytest.fixture
def alice(chain: LocalChain, store: LocalStore) -> GenIP:
    """A creator's client; `alice.using(chain.bob)` is another's on the same store."""
    return GenIP(chain.web3, chain.alice, deployment=chain.deployment, store=store)


@pytest.fixture
def bob(chain: LocalChain, alice: GenIP) -> GenIP:
    return alice.using(chain.bob)


@pytest.fixture
def carol(chain: LocalChain, alice: GenIP) -> GenIP:
    return alice.using(chain.carol)


Derive = Callable[..., Certificate]


@pytest.fixture
def derive(chain: LocalChain) -> Derive:
    """`derive(client, content, {parent: terms})`: buys what is needed from each parent's owner (an
    account of the chain) for nothing, and certifies the derivative."""
    by_address = {each.address: each for each in chain.accounts.values()}

    def run(
        client: GenIP,
        content: bytes,
        parents: dict[int, Terms] | int,
        **options: object,
    ) -> Certificate:
        wanted = {parents: COMMERCIAL_REMIX} if isinstance(parents, int) else parents
        licenses = []
        for parent, terms in wanted.items():
            owner = client.using(by_address[client.work(parent).owner])
            offer = owner.offer(parent, terms, price=0)
            licenses += client.buy(offer, max_price=0)
        ids = [license_.id for license_ in licenses]
        return client.derive(content, licenses=ids, **options)

    return run
