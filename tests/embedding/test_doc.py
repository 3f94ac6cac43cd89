"""docs/embedding.md runs from top to bottom as it stands."""

from __future__ import annotations

from tests.support.reader import Reader, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_the_page_runs(reader: Reader) -> None:
    assert reader.follow(ROOT / "docs/embedding.md") == 2
