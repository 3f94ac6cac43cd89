"""The audit's own Python environment: Halmos and its solvers, by lock, installed once."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

FOLDER = ".toolchain/audit"
LOCK = "tools/audit/requirements.lock"


def install(root: Path) -> None:
    """Makes FOLDER hold what LOCK names; does nothing while the lock is unchanged. What fails is
    told on stderr: the steps that need the environment then name what they miss.
    """
    folder, lock = root / FOLDER, root / LOCK
    stamp = folder / ".stamp"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    print("audit: installing Halmos and its solvers", flush=True)
    uv = str(root / ".venv" / "bin" / "uv")
    python = str(folder / "bin" / "python")
    commands = (
        [uv, "venv", "-q", "--clear", "--python", sys.executable, str(folder)],
        [uv, "pip", "install", "-q", "--require-hashes", "--python", python, "-r", str(lock)],
    )
    for command in commands:
        try:
            subprocess.run(command, check=True)
        except (OSError, subprocess.CalledProcessError) as problem:
            print(f"audit: {LOCK} was not installed: {problem}", file=sys.stderr)
            return
    stamp.write_text(digest, "utf-8")
