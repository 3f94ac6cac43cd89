"""Running the command line: inside this process, and as a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.support.chain import LocalChain
from tests.support.kubo import kubo

__all__ = ["kubo"]

PICTURES = Path(__file__).resolve().parents[2] / "gen_ip" / "demo" / "pictures"
DEV_DOLLARS = 10_000 * 10**6


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, stdout, stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    def ok(self) -> Ended:
        assert self.code == 0, self
        return self

    def failed(self, kind: str, *words: str, code: int = 1) -> Ended:
        """One line on stderr that holds `words`, nothing on stdout, no traceback; or, after
        --json, an error document of this `kind`."""
        assert self.code == code, self
        if self.out:
            error = self.json["error"]
            assert error["type"] == kind, error
            message = error["message"]
            assert self.err == ""
        else:
            assert self.err.startswith("error: "), self
            assert self.err.count("\n") == 1, self
            message = self.err
        assert "Traceback" not in self.err
        for word in words:
            assert word in message, message
        return self


Run = Callable[..., Ended]


def commands() -> Iterator[tuple[str, Any]]:
    """Every command by its words, such as `terms show`; groups are not among them."""
    from typer.main import get_command

    from gen_ip.cli.app import app

    def walk(found: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        if not hasattr(found, "commands"):
            yield " ".join(words), found
            return
        for name, inner in found.commands.items():
            yield from walk(inner, (*words, name))

    return walk(get_command(app), ())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; no setting of the user's reaches the command."""
    for name in [name for name in os.environ if name.startswith("GENIP_")]:
        if name not in ("GENIP_ANVIL", "GENIP_REQUIRE"):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setenv("COLUMNS", "100")
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """`run("show", "7", stdin="...")` inside this process."""
    from gen_ip.cli.app import app

    def call(*args: object, stdin: str | None = None, **env: str) -> Ended:
        result = CliRunner().invoke(app, [str(arg) for arg in args], input=stdin, env=env)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture
def process(home: Path) -> Run:
    """The same as a process of its own."""

    def call(*args: object, stdin: str | None = None, **env: str) -> Ended:
        ended = subprocess.run(
            [sys.executable, "-m", "gen_ip.cli", *map(str, args)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, **env},
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return call


@pytest.fixture
def rpc(chain: LocalChain, monkeypatch: pytest.MonkeyPatch) -> LocalChain:
    """The run's chain as the command's default; dev1 and dev2 hold 10,000 tokens each."""
    from gen_ip.accounts import dev_account
    from gen_ip.chain import abi, artifacts, transactions
    from gen_ip.chain.rpc import Rpc

    mint = artifacts.load("DemoToken").functions["mint"]
    for name in ("dev1", "dev2"):
        account = dev_account(name)
        assert account is not None
        data = abi.encode_call(mint, account.address, DEV_DOLLARS)
        transactions.send(Rpc(chain.web3), account, chain.token, data)
    monkeypatch.setenv("GENIP_RPC", chain.url)
    return chain


@pytest.fixture
def picture() -> Path:
    return PICTURES / "cat.png"


@pytest.fixture
def work(run: Run, rpc: LocalChain, picture: Path) -> str:
    """A picture certified by dev0: the work's number."""
    made = run("certify", picture, "--name", "Chelsea", "--account", "dev0", "--json").ok()
    return str(made.json["work"])


@pytest.fixture
def license_of(run: Run) -> Callable[..., int]:
    """`license_of(work, "commercial-remix", "--units", "2")`: dev1 gets one from dev0 for free."""

    def get(work: str, terms: str, *options: str) -> int:
        offered = run(
            *("offer", work, "--terms", terms, "--price", "0", *options),
            *("--account", "dev0", "--json"),
        ).ok()
        bought = run(
            *(
                "buy",
                offered.json["offer"],
                "--max-price",
                "0",
                "--yes",
                "--account",
                "dev1",
                "--json",
            )
        ).ok()
        return int(bought.json["licenses"][0]["license"])

    return get
