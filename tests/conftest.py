"""Settings of the whole test run; fixtures live in tests/support/."""

from __future__ import annotations

import pytest

from tests.support.chain import anvil_binary, chain, shared_chain
from tests.support.require import required

__all__ = ["anvil_binary", "chain", "shared_chain"]


def pytest_configure(config: pytest.Config) -> None:
    """Refuses a GENIP_REQUIRE with unknown names before any test runs."""
    required()


def pytest_report_header(config: pytest.Config) -> str:
    """Says which missing parts would fail the run."""
    return f"GENIP_REQUIRE: {', '.join(sorted(required())) or 'nothing'}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a test after its argument where that is a whole file, whose bytes name nothing: two
    workers may make them different, and must know each test by the same name."""
    return argname if isinstance(val, bytes) and len(val) > 48 else None
