"""Follows a document as a reader does: runs its code in order, and compares what it prints.

A fenced block of ```sh is run by bash, which stops at the first command that fails; one of
```python in this process. What a block defines or exports is there in the next one. A block of
```text is what the block before it prints, with … for what differs from run to run.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from tests.support.chain import LocalChain
from tests.support.require import ROOT

PICTURES = ROOT / "gen_ip" / "demo" / "pictures"
SECONDS = 300
BASH = "/bin/bash"

_BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks of one language."""
    text = document.read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


@dataclass
class Reader:
    """One reader in a folder of their own; their environment is this process's."""

    folder: Path
    names: dict[str, Any] = field(default_factory=dict)

    def follow(self, document: Path) -> int:
        """Runs all blocks of a document; how many there are.

        Raises:
            AssertionError: a command fails, or prints something else than the document says.
        """
        text, count, printed = document.read_text("utf-8"), 0, ""
        for block in _BLOCK.finditer(text):
            language, code = block.groups()
            line = text.count("\n", 0, block.start()) + 2
            where = f"{document.name}, line {line}"
            if language == "text":
                _compare(printed, code, where)
                continue
            count += 1
            # Tracebacks then name the document's lines.
            run = self.shell if language == "sh" else self.python
            printed = run(code, where, line)
        return count

    def shell(self, code: str, where: str, line: int = 1) -> str:
        """Runs lines of bash; what they print. What they set or define stays."""
        kept = self.folder / ".environment"
        script = f"set -aeuo pipefail\ntrap 'env -0 > {kept}' EXIT\n{code}"
        ended = subprocess.run(
            [BASH, "-c", script],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert ended.returncode == 0, f"{where}:\n{ended.stdout}{ended.stderr}"
        for entry in kept.read_text("utf-8").split("\0"):
            name, _, value = entry.partition("=")
            if name and name not in ("_", "SHLVL", "PWD", "OLDPWD"):
                os.environ[name] = value
        return ended.stdout

    def python(self, code: str, where: str, line: int = 1) -> str:
        """Runs lines of Python; what they print. Their names stay."""
        printed = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(printed):
            exec(compile("\n" * (line - 1) + code, where, "exec"), self.names)  # noqa: S102
        return printed.getvalue()


def _compare(printed: str, expected: str, where: str) -> None:
    found = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    pattern = re.escape(expected.strip()).replace("…", ".*?")
    assert re.fullmatch(pattern, found, re.DOTALL), f"{where} says\n{expected}\nit prints\n{found}"


@pytest.fixture
def reader(chain: LocalChain, warm: Path, tmp_path: Path) -> Iterator[Reader]:
    """A reader with the pictures that documents name, and what `gen-ip dev` tells to export."""
    from gen_ip.accounts import dev_account
    from gen_ip.chain import abi, artifacts, transactions
    from gen_ip.chain.rpc import Rpc

    folder = tmp_path / "reader"
    folder.mkdir()
    shutil.copy(PICTURES / "coffee.jpg", folder / "picture.jpg")
    with Image.open(folder / "picture.jpg") as picture:
        ImageOps.mirror(picture).save(folder / "remix.jpg")
        picture.resize((picture.width // 2, picture.height // 2)).save(folder / "some-copy.jpg")
    with Image.open(PICTURES / "cat.png") as picture:
        picture.convert("RGB").save(folder / "duet.jpg")
    environment = dict(os.environ)
    for name in [name for name in environment if name.startswith("GENIP_")]:
        if name not in ("GENIP_ANVIL", "GENIP_REQUIRE"):
            del os.environ[name]
    python = Path(sys.executable).parent
    os.environ |= {
        "PATH": os.pathsep.join([str(warm.parent), str(python), environment["PATH"]]),
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / ".data"),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "COLUMNS": "100",
        "GENIP_RPC": chain.url,
        "GENIP_PASSWORD": "long enough",
        "TOKEN": chain.token,
    }
    mint = artifacts.load("DemoToken").functions["mint"]
    for name, variable in (("dev1", "ARTIST_KEY"), ("dev2", "BRAND_KEY")):
        account = dev_account(name)
        assert account is not None
        os.environ[variable] = f"0x{account.key.hex().removeprefix('0x')}"
        data = abi.encode_call(mint, account.address, 10_000 * 10**6)
        transactions.send(Rpc(chain.web3), account, chain.token, data)
    yield Reader(folder)
    os.environ.clear()
    os.environ.update(environment)
