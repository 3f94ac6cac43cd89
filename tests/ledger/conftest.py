"""The chain that the ledger's shared and searched histories run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks._chain import Chain
from tests.support.require import require

from .stage import Cast


@pytest.fixture(scope="package")
def cast() -> Iterator[Cast]:
    """One anvil with the contracts, tokens and people."""
    require("anvil")
    with Chain(b"histories") as chain:
        yield Cast(chain)
