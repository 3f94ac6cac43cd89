"""Shell completion, asked for as the shells do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_accounts import keystore
from tests.support.require import ROOT, require


@pytest.fixture
def program(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`gen-ip` on the path, of this tree."""
    path = home / "bin" / "gen-ip"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gen_ip.cli "$@"\n')
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return path


@pytest.fixture
def offered(program: Path, run: Run, home: Path) -> Callable[..., list[str]]:
    """`offered("show", "--net")`: what bash offers for the last word, with the printed script."""
    script = home / "completion.bash"
    script.write_text(run("completion", "bash").ok().out)

    def ask(*words: str) -> list[str]:
        line = ["gen-ip", *words]
        quoted = " ".join(f"'{word}'" for word in line)
        code = (
            f"source {script}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(line) - 1}\n"
            'function=$(complete -p gen-ip | sed "s/.*-F \\([^ ]*\\) .*/\\1/")\n'
            "$function gen-ip\nprintf '%s\\n' \"${COMPREPLY[@]}\""
        )
        ended = subprocess.run(
            ["/bin/bash", "-c", code], capture_output=True, text=True, timeout=60
        )
        assert ended.stderr == ""
        return ended.stdout.split()

    return ask


def test_commands_and_options(offered: Callable[..., list[str]]) -> None:
    assert {"certify", "cancel", "collect"} <= set(offered("c"))
    assert offered("doct") == ["doctor"]
    assert set(offered("network", "")) == {"list", "add", "use", "remove"}
    assert set(offered("show", "7", "--")) >= {"--rpc", "--network", "--store", "--json"}
    assert offered("show", "7", "--net") == ["--network"]


def test_values(offered: Callable[..., list[str]], home: Path, run: Run) -> None:
    keystore(home / "data" / "gen-ip" / "accounts" / "ada.json")
    keystore(home / ".ape" / "accounts" / "adele.json")
    run("config", "set", "networks.basement.rpc", "http://127.0.0.1:1").ok()
    assert offered("pay", "7", "1", "--account", "ad") == ["ada", "adele"]
    assert offered("account", "show", "ade") == ["adele"]
    assert "dev9" in offered("certify", "x", "--account", "dev")
    assert offered("show", "7", "--network", "bas") == ["basement", "base", "base-sepolia"]
    assert offered("offer", "7", "--terms", "comm") == ["commercial", "commercial-remix"]
    assert offered("terms", "show", "ai") == ["ai-train"]
    assert "networks.basement.rpc" in offered("config", "get", "networks.basem")
    assert set(offered("completion", "")) == {"bash", "zsh", "fish"}


def test_broken_settings_do_not_disturb(
    offered: Callable[..., list[str]], home: Path, run: Run
) -> None:
    path = Path(run("config", "path", "--json").json["path"])
    path.parent.mkdir(parents=True)
    path.write_text("acount = ")
    assert offered("doct") == ["doctor"]
    assert offered("show", "7", "--network", "b") == []
    assert offered("pay", "7", "1", "--account", "dev1") == ["dev1"]


def test_it_loads_neither_web3_nor_accounts_libraries(home: Path) -> None:
    code = (
        "import sys\n"
        "from gen_ip.cli.app import app\n"
        "try: app()\n"
        "finally: print(sorted({'web3', 'eth_account', 'PIL'} & set(sys.modules)))"
    )
    environment = {
        **os.environ,
        "_GEN_IP_COMPLETE": "complete_bash",
        "COMP_WORDS": "gen-ip pay 7 1 --account dev",
        "COMP_CWORD": "5",
    }
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.split("\n")[0] == "dev0"
    assert ended.stdout.rstrip().endswith("[]"), ended


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_read_their_script(run: Run, home: Path, shell: str) -> None:
    binary = require(shell)
    script = home / "script"
    script.write_text(run("completion", shell).ok().out)
    ended = subprocess.run([binary, "-n", script], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_fish_completes(program: Path, run: Run, home: Path) -> None:
    binary = require("fish")
    script = home / "script.fish"
    script.write_text(run("completion", "fish").ok().out)
    code = f"source {script}; complete -C 'gen-ip show 7 --network ba'"
    ended = subprocess.run([binary, "-c", code], capture_output=True, text=True, timeout=60)
    assert [line.split("\t")[0] for line in ended.stdout.splitlines()] == ["base", "base-sepolia"]


def test_it_is_installed_where_the_shell_looks(run: Run, program: Path, home: Path) -> None:
    (home / ".bashrc").write_text("alias ll='ls -l'\n")
    for _ in range(2):
        told = run("completion", "bash", "--install", "--json").ok().json
    assert Path(told["path"]).read_text().strip() == run("completion", "bash").ok().out.strip()
    settings = (home / ".bashrc").read_text()
    assert settings.startswith("alias ll='ls -l'\n")
    assert settings.count(told["path"]) == 1
    code = "source ~/.bashrc; complete -p gen-ip"
    ended = subprocess.run(["/bin/bash", "-c", code], capture_output=True, text=True, timeout=60)
    assert "gen-ip" in ended.stdout
    for shell in ("zsh", "fish"):
        path = Path(run("completion", shell, "--install", "--json").ok().json["path"])
        assert path.is_relative_to(home)
        assert "gen-ip" in path.read_text()


def test_a_shell_that_is_none(run: Run, home: Path) -> None:
    run("completion", "tcsh").failed("UsageError", "tcsh", code=2)
    run("completion", "--json").failed("UsageError", code=2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_name_of_a_file_is_no_command(program: Path, home: Path, shell: str) -> None:
    """A keystore may come from anybody, under any name; zsh evaluates what it is offered."""
    folder = home / "data" / "gen-ip" / "accounts"
    folder.mkdir(parents=True)
    for name in (
        r"\$(touch pwned)",
        "`touch pwned`",
        "a'b",
        'a"b',
        "a b",
        "a\nb",
        "--yes",
        "fine-1",
    ):
        (folder / f"{name}.json").write_text("{}")
    words = "gen-ip doctor --account "
    asked = {"COMP_WORDS": words, "COMP_CWORD": "3", "_TYPER_COMPLETE_ARGS": words}
    asked |= {"_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    ended = subprocess.run(
        [program],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **asked, "_GEN_IP_COMPLETE": f"complete_{shell}"},
    )
    assert "fine-1" in ended.stdout
    assert "dev9" in ended.stdout
    for part in ("pwned", "a'", 'a"', "a b", "a\n", "--yes"):
        assert part not in ended.stdout
