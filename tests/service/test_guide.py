"""The service's guide runs from top to bottom as it stands."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

from tests.support.reader import Reader, reader
from tests.support.require import ROOT

__all__ = ["reader"]

# Told before a test gives itself another home: what is compiled there need not be compiled again.
_CACHE = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")


def test_the_guide_runs(reader: Reader) -> None:
    # The command itself: a signal to who asks a warm one would not reach the service.
    command = reader.folder / "bin" / "gen-ip"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gen_ip.cli "$@"\n')
    command.chmod(0o755)
    os.environ["PATH"] = os.pathsep.join([str(command.parent), os.environ["PATH"]])
    os.environ["XDG_CACHE_HOME"] = _CACHE
    try:
        assert reader.follow(ROOT / "docs" / "service.md") >= 6
    finally:
        # Where the guide stopped halfway.
        if number := os.environ.get("SERVICE"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(number), signal.SIGTERM)
