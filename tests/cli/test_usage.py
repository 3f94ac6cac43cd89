"""The frame around the commands: help, version, usage errors, colors, interruption."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gen_ip.cli import main
from tests.cli.conftest import Run


def test_help_without_arguments(run: Run) -> None:
    for args in ((), ("--help",), ("-h",), ("account",), ("certify", "--help")):
        ended = run(*args).ok()
        assert "Usage: gen-ip" in ended.out
        assert ended.err == ""


def test_version(run: Run) -> None:
    from importlib.metadata import version

    assert run("--version").ok().out == f"gen-ip {version('gen-ip')}\n"


@pytest.mark.parametrize(
    "args",
    [
        ("frobnicate",),
        ("certify",),
        ("certify", "a", "b"),
        ("show", "1", "--nope"),
        ("buy", "0x00"),
        ("buy", "0x00", "--max-price", "1", "--count", "0"),
        ("dev", "--port", "99999"),
        ("verify",),
        ("verify", "a.png", "--cid", "x"),
        ("demo", "--chain", "ganache"),
    ],
)
def test_usage_errors_end_with_2_and_one_line(run: Run, args: tuple[str, ...]) -> None:
    run(*args).failed("UsageError", "--help", code=2)
    ended = run(*args, "--json").failed("UsageError", code=2)
    assert ended.err == ""


def test_importing_the_commands_imports_nothing_heavy() -> None:
    heavy = ["web3", "eth_account", "PIL", "imagehash", "numpy", "ipfshttpclient", "eth", "ape"]
    script = (
        f"import sys, gen_ip.cli.app; print([name for name in {heavy!r} if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert ended.stdout == "[]\n", ended.stderr


def test_no_color_leaves_no_escape_codes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from gen_ip.cli.output import console

    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    colored = console()
    assert colored.color_system is not None
    monkeypatch.setenv("NO_COLOR", "1")
    assert console().no_color


def test_an_interruption_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gen_ip.accounts.list_accounts", interrupt)
    ended = run("account", "list")
    assert (ended.code, ended.out, ended.err) == (130, "", "error: interrupted\n")
    run("account", "list", "--json").failed("Interrupted", "interrupted", code=130)


def test_an_interruption_before_a_command_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gen_ip.cli._run", interrupt)
    for arguments, said in (
        (["show", "7"], ("", "error: interrupted\n")),
        (
            ["show", "7", "--json"],
            ('{"error": {"type": "Interrupted", "message": "interrupted"}}\n', ""),
        ),
    ):
        monkeypatch.setattr("sys.argv", ["gen-ip", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert (ended.value.code, *capsys.readouterr()) == (130, *said)


def test_a_terminal_that_lacks_our_signs(process: Run) -> None:
    ended = process("account", "list", PYTHONIOENCODING="ascii").ok()
    assert "No accounts yet" in ended.out
    assert process("demo", "--help", PYTHONIOENCODING="ascii").ok().out.isascii()


def test_a_reader_that_goes_away_is_no_traceback() -> None:
    command = f"{sys.executable} -m gen_ip.cli --help | head -c 1"
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert "Traceback" not in ended.stderr
    assert "Exception" not in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_full_disk_under_stdout_is_one_line(home: Path, option: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "gen_ip.cli", "account", "list", *option]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: ")
    assert "No space left" in ended.stderr
    assert ended.stderr.count("\n") == 1
