"""The service's guide runs from top to bottom as it stands."""

from __future__ import annotations

import contextlib
import os
import signal

from tests.support.reader import Reader, reader
from tests.support.require import ROOT

__all__ = ["reader"]


def test_the_guide_runs(reader: Reader) -> None:
    try:
        assert reader.follow(ROOT / "docs" / "service.md") >= 6
    finally:
        # Where the guide stopped halfway.
        if number := os.environ.get("SERVICE"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGTERM)
