"""A missing part skips a test, unless GENIP_REQUIRE names the part."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support import require as parts


@pytest.fixture
def no_kubo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GENIP_CACHE", str(tmp_path))
    monkeypatch.delenv("GENIP_REQUIRE", raising=False)


@pytest.mark.usefixtures("no_kubo")
def test_a_missing_part_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIP_REQUIRE", "anvil, forge")
    with pytest.raises(pytest.skip.Exception, match="make kubo"):
        parts.require("kubo")


@pytest.mark.usefixtures("no_kubo")
def test_a_missing_part_fails_when_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIP_REQUIRE", "anvil, kubo")
    with pytest.raises(pytest.fail.Exception, match="required by GENIP_REQUIRE: no daemon here"):
        parts.require("kubo", "no daemon here")


@pytest.mark.usefixtures("no_kubo")
def test_a_part_in_place_is_returned(tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception):
        parts.require("kubo")
    version = (parts.ROOT / "tools/kubo/go.mod").read_text("utf-8").rsplit(" v", 1)[1].strip()
    binary = tmp_path / f"kubo-{version}" / "ipfs"
    binary.parent.mkdir()
    binary.touch()
    assert parts.require("kubo") == binary


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENIP_REQUIRE", "kubo,kybo")
    with pytest.raises(pytest.UsageError, match="names kybo; known are anvil, ape,"):
        parts.required()


def test_ape_is_the_one_of_this_environment() -> None:
    assert parts.require("ape").parent == Path(sys.executable).parent
