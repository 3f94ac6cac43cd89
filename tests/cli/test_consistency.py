"""All commands are alike: options, help, JSON, and how they end after an error."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from gen_ip.cli.app import app
from tests.cli.conftest import Run

Found = tuple[tuple[str, ...], Any]


def _walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[Found]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, each in inner.items():
        yield from _walk(each, (*path, name))


COMMANDS = list(_walk(typer.main.get_command(app)))
each_command = pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS]
)
# Its --rpc is what it stores, not where it asks.
STORES_RPC = ("network", "add")
# Its --account is whom events name; what signs by default must not narrow them.
FILTERS_ACCOUNT = ("events",)


def options(command: Any) -> dict[str, Any]:
    return {param.opts[0]: param for param in command.params if param.param_type_name == "option"}


@each_command
def test_no_option_is_there_twice(path: tuple[str, ...], command: Any) -> None:
    named = [name for param in command.params for name in param.opts]
    assert len(named) == len(set(named))


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 40


@each_command
def test_everything_has_words(path: tuple[str, ...], command: Any) -> None:
    assert command.help
    assert command.help.split("\n\n")[0].endswith(".")
    for param in command.params:
        assert param.help, param.name


@each_command
def test_what_belongs_together_is_there(path: tuple[str, ...], command: Any) -> None:
    found = options(command)
    assert found["--json"].is_flag
    if "--rpc" in found and path != STORES_RPC:
        assert "--network" in found
        assert found["--rpc"].envvar == "GENIP_RPC"
        assert found["--network"].envvar == "GENIP_NETWORK"
    if "--max-fee" in found and path != STORES_RPC:
        together = {"--rpc", "--account", "--password-file", "--confirmations"}
        assert together <= set(found)
        assert {"--unsigned", "--safe"} <= set(found)
        assert found["--max-fee"].envvar == "GENIP_MAX_FEE"
        assert found["--confirmations"].envvar == "GENIP_CONFIRMATIONS"
    if "--account" in found and path != FILTERS_ACCOUNT:
        assert found["--account"].envvar == "GENIP_ACCOUNT"
        # A name from the settings is as good as one on the command line.
        assert not found["--account"].required
    if "--store" in found:
        assert found["--store"].envvar == "GENIP_STORE"
    if "--yes" in found:
        assert found["--yes"].is_flag


def test_options_of_one_name_are_of_one_kind() -> None:
    kinds: dict[str, dict[tuple[bool, bool], list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, command in COMMANDS:
        for name, param in options(command).items():
            assert name == name.lower()
            assert "_" not in name
            kinds[name][param.is_flag, param.multiple].append(" ".join(path))
    mixed = {name: dict(found) for name, found in kinds.items() if len(found) > 1}
    # `buy --sign FILE` names the one file that comes of it; elsewhere --output does.
    assert set(mixed.pop("--sign")) == {(False, False), (True, False)}
    # Where several make sense it is repeatable.
    assert all(len({flag for flag, _ in found}) == 1 for found in mixed.values()), mixed


@each_command
def test_a_usage_error_is_one_document(
    run: Run, home: Path, path: tuple[str, ...], command: Any
) -> None:
    ended = run(*path, "--no-such-option", "--json").failed("UsageError", code=2)
    assert set(ended.json) == {"error"}
    assert set(ended.json["error"]) == {"type", "message"}
    run(*path, "--no-such-option").failed("UsageError", "--help", code=2)


def _minimal(command: Any) -> list[str]:
    """Words that fill what a command requires, enough for its options to be read."""
    words = []
    for param in command.params:
        if not param.required:
            continue
        value = "1"
        if param.param_type_name == "argument":
            words.append(value)
        else:
            words += [param.opts[0], value]
    return words


ASKING = [
    (path, command)
    for path, command in COMMANDS
    if "--rpc" in options(command) and path not in (STORES_RPC, ("doctor",))
]


@pytest.mark.parametrize(("path", "command"), ASKING, ids=[" ".join(path) for path, _ in ASKING])
def test_wrong_settings_are_one_document(
    run: Run, home: Path, path: tuple[str, ...], command: Any
) -> None:
    settings = home / "config.toml"
    settings.write_text("acount = 'ada'\n")
    asked = (*path, *_minimal(command), "--json")
    ended = run(*asked, GENIP_CONFIG=str(settings)).failed("BadSetting", "'acount'")
    assert json.loads(ended.out)["error"]["message"].startswith("setting 'acount' in ")
    unknown = run(*asked, "--network", "nowhere").failed("UnknownNetwork", "'nowhere'")
    assert unknown.err == ""
    both = run(*asked, "--network", "local", "--rpc", "http://127.0.0.1:1")
    both.failed("UsageError", "not both", code=2)
