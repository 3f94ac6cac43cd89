"""tools/setup tells what is missing before it fetches anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NEEDED = ("tools/setup", "tools/uv.lock", "requirements.lock", "pyproject.toml")


@pytest.fixture
def checkout() -> Iterator[Path]:
    """A checkout without anything installed, in a folder that anyone may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (*NEEDED, "package-lock.json"):
            (folder / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / file, folder / file)
        for part in (folder, folder / "tools"):
            part.chmod(0o755)
        yield folder
        folder.chmod(0o755)


def refusal(checkout: Path, tools: dict[str, str], as_nobody: bool = False) -> str:
    """Runs tools/setup with a few programs on the PATH (name -> script, "" for the real one);
    what it says when it refuses."""
    programs = checkout.with_name(f"{checkout.name}-bin")
    programs.mkdir()
    try:
        for name in ("cat", "dirname", "rm", "uname"):
            (programs / name).symlink_to(shutil.which(name) or "")
        for name, script in tools.items():
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)
        ended = subprocess.run(
            ["/bin/sh", str(checkout / "tools" / "setup")],
            env={"PATH": str(programs), "PYTHON": "fake-python"},
            capture_output=True,
            text=True,
            timeout=60,
            user=65534 if as_nobody else None,
        )
    finally:
        shutil.rmtree(programs)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    assert not (checkout / ".venv").exists()
    return ended.stderr


def test_without_npm(checkout: Path) -> None:
    assert "npm not found" in refusal(checkout, {"fake-python": "exit 0"})


def test_with_an_old_node(checkout: Path) -> None:
    tools = {"fake-python": "exit 0", "npm": "exit 0", "node": "echo 18"}
    assert "Node.js 20 or newer is needed" in refusal(checkout, tools)


def test_without_python(checkout: Path) -> None:
    assert "fake-python not found" in refusal(checkout, {})


def test_in_a_checkout_that_cannot_be_written(checkout: Path) -> None:
    checkout.chmod(0o555)
    # Root may write anywhere.
    said = refusal(checkout, {"fake-python": "exit 0"}, as_nobody=os.getuid() == 0)
    assert "cannot be written" in said
