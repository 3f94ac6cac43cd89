"""Settings of the whole test run; fixtures live in tests/support/."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.chain import anvil_binary, chain, shared_chain
from tests.support.postgres import postgres
from tests.support.require import required
from tests.support.warm import warm

__all__ = ["anvil_binary", "chain", "postgres", "shared_chain", "warm"]

# Begun first: a worker that meets one of these last works on alone while the others are done.
_LONG = (
    "test_artifacts.py",
    "test_guides.py",
    "test_folders.py",
    "test_faults.py",
    "test_scripts.py",
    "test_async.py",
    "test_doctor.py",
    "test_dev.py",
    "test_chain_server.py",
    "test_server.py",
    "test_following.py",
    "test_pages.py",
    "test_show.py",
    "test_demo.py",
    "test_commands_doc.py",
    "test_service.py",
    "test_guide.py",
    "test_readme.py",
    "test_site.py",
    "test_limits.py",
    "test_narrow.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Puts the files that take longest first, the rest as they were. Slow tests are left out unless
    they are asked for: by `GENIP_PROFILE=long`, by `-m`, or one of them by its name."""
    items.sort(key=lambda item: item.path.name not in _LONG)
    asked = config.option.markexpr or any("::" in each for each in config.args)
    if asked or os.environ.get("GENIP_PROFILE") == "long":
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item.get_closest_marker("slow") is None]


def pytest_configure(config: pytest.Config) -> None:
    """Refuses a GENIP_REQUIRE with unknown names before any test runs, and names the cache folder:
    a test that gives itself another home would compile numba's loops anew, half a minute."""
    required()
    os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))


def pytest_report_header(config: pytest.Config) -> str:
    """Says which missing parts would fail the run."""
    return f"GENIP_REQUIRE: {', '.join(sorted(required())) or 'nothing'}"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Names a test after its argument where that is a whole file, whose bytes name nothing: two
    workers may make them different, and must know each test by the same name."""
    return argname if isinstance(val, bytes) and len(val) > 48 else None
