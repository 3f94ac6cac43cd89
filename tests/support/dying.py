"""The command line in a process that ends itself at a chosen step: kill -9, or Ctrl-C.

    python -m tests.support.dying POINT COUNT SIGNAL ARGUMENTS...

dies when the step `POINT` has happened `COUNT` times.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from tests.support.require import ROOT


def command(point: str, *arguments: object, count: int = 1, by: str = "SIGKILL") -> list[str]:
    """The process's command."""
    words = [point, str(count), by, *map(str, arguments)]
    return [sys.executable, "-m", "tests.support.dying", *words]


def run(*arguments: Any, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs it to its end."""
    return subprocess.run(
        command(*arguments, **options), cwd=ROOT, capture_output=True, text=True, timeout=120
    )


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


def main() -> None:
    point, count, by, *arguments = sys.argv[1:]
    owner, name, counts = _points()[point]
    original, left = getattr(owner, name), int(count)

    def dying(*values: Any, **options: Any) -> Any:
        nonlocal left
        result = original(*values, **options)
        if counts(*values, **options):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.Signals[by])
        return result

    setattr(owner, name, dying)
    from gen_ip.cli.app import app

    app(arguments)


if __name__ == "__main__":
    main()
