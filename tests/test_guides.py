"""Every guide runs from top to bottom as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.reader import Reader, reader
from tests.support.require import ROOT

__all__ = ["reader"]

# That for browsers is run by node: tests/browser.
GUIDES = [path for path in sorted((ROOT / "docs/guides").glob("*.md")) if path.stem != "browser"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_guide_runs(reader: Reader, guide: Path) -> None:
    assert reader.follow(guide) >= 5
