"""The chain that is followed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks._chain import Chain
from tests.sdk.conftest import alice, bob, carol, derive, store
from tests.support.require import require

from .scene import Scene

__all__ = ["alice", "bob", "carol", "derive", "store"]


@pytest.fixture(scope="module")
def private_chain() -> Iterator[Chain]:
    require("anvil")
    with Chain(b"index scene") as chain:
        yield chain


@pytest.fixture
def scene(private_chain: Chain) -> Iterator[Scene]:
    """A scene that is gone after the test."""
    with private_chain.undone():
        yield Scene(private_chain)
