"""The command line in a process that ends itself at a chosen step: kill -9, or Ctrl-C.

`dying("mined", "certify", path, count=2)` dies when the step has happened twice. The process is a
fork of the warm one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.require import ROOT

#: Names the step, how many times it is to happen, and the signal.
VARIABLE = "TESTS_DYING"

Dying = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def dying(warm: Path) -> Dying:
    """Runs it to its end."""

    def run(
        point: str, *arguments: object, count: int = 1, by: str = "SIGKILL"
    ) -> subprocess.CompletedProcess[str]:
        ended = subprocess.run(
            [str(warm), *map(str, arguments)],
            cwd=ROOT,
            env={**os.environ, VARIABLE: json.dumps([point, count, by])},
            capture_output=True,
            text=True,
            timeout=120,
        )
        # Who asks the warm process ends with a number, whatever ended the fork.
        if ended.returncode == 128 + signal.SIGKILL:
            ended.returncode = -signal.SIGKILL
        return ended

    return run


def _points() -> dict[str, tuple[object, str, Callable[..., bool]]]:
    """What is patched: the object, its attribute, and which calls of it count."""
    from gen_ip.chain import broadcasting, session, waiting
    from gen_ip.client import GenIP
    from gen_ip.folders.journal import Journal
    from gen_ip.works.certificates import Anchored

    def always(*_: object, **__: object) -> bool:
        return True

    def status(wanted: str) -> Callable[..., bool]:
        return lambda journal, made, found, *_: found == wanted

    return {
        "read": (Journal, "read", always),
        "prepared": (Journal, "keep", status("prepared")),
        "before signing": (GenIP, "_require_here", always),
        "signed": (Journal, "keep", status("signed")),
        "kept": (Journal, "sending", always),
        "handed over": (broadcasting, "broadcast", always),
        "mined": (waiting, "settled", always),
        "settled": (Journal, "settled", always),
        "before sending": (session.Session, "keeping", always),
        "anchor kept": (Anchored, "save", lambda anchored, path: anchored.sent is not None),
    }


def prepare(asked: str) -> None:
    """In the process itself, before its command begins."""
    point, left, by = json.loads(asked)
    owner, name, counts = _points()[point]
    original = getattr(owner, name)

    def dying(*values: Any, **options: Any) -> Any:
        nonlocal left
        result = original(*values, **options)
        if counts(*values, **options):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.Signals[by])
        return result

    setattr(owner, name, dying)
