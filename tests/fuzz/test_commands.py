"""Every command with every option and argument in turn given nonsense: one line or one JSON error,
exit code 1 or 2, nothing sent, nothing written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from gen_ip.cli.app import app
from tests.cli.conftest import Ended, Run, home, license_of, picture, rpc, run, work
from tests.ledger.profile import LONG
from tests.support.chain import LocalChain

__all__ = ["home", "license_of", "picture", "rpc", "run", "work"]

NONSENSE = (
    "",
    " ",
    "-1",
    "1.5e400",
    "9" * 100,
    "0x12",
    "\x1b[31mred",
    "\u202egnp.tac",
    "line\nline",
    "/",
    "%s{0}",
    "half\ud800",
)
# These run until they are stopped, or ask for a terminal.
ENDLESS = {
    ("dev",),
    ("demo",),
    ("serve",),
    ("chain-index", "run"),
    ("platform", "run"),
    ("keeper", "run"),
}
# What they write is theirs: names and values of settings are checked there.
SETTINGS = {"network", "config"}
# Names of keys, works as an index calls them, and folders are the operator's.
FREE = {*SETTINGS, "service", "account", "doctor", "licenses", "terms"}
# What a development account, or a command that keeps nothing, has no use for.
UNUSED = {"password_file", "store"}
# What they find wrong, with one of several files, is their result.
REPORTS = {("doctor",), ("fingerprint",)}


class Case(NamedTuple):
    command: tuple[str, ...]
    place: str
    words: tuple[str, ...]


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if hasattr(command, "commands"):
        for name, each in command.commands.items():
            yield from _commands(each, (*path, name))
    elif path not in ENDLESS:
        yield path, command


# A value for what a command requires, by the parameter's name.
VALUES = {
    "amount": "1",
    "file": "missing.png",
    "files": "missing.json",
    "key": "rpc",
    "license_": "1",
    "licenses": "1",
    "max_price": "1",
    "name": "somebody",
    "offer_hash": "0x" + "11" * 32,
    "output": "out.json",
    "price": "1",
    "rpc": "http://127.0.0.1:1",
    "terms": "commercial",
    "to": "0x" + "11" * 20,
    "value": "x",
    "work": "5",
    "works": "1",
}


def _cases() -> Iterator[Case]:
    for path, command in _commands(typer.main.get_command(app)):
        options = [each for each in command.params if not getattr(each, "is_flag", False)]
        for turn, wrong in enumerate(options):
            for step in range(len(NONSENSE) if LONG else 1):
                given = NONSENSE[(turn + len(path[-1]) + step) % len(NONSENSE)]
                named, ordered = [], []
                for each in options:
                    if each is not wrong and not each.required:
                        continue
                    value = given if each is wrong else VALUES.get(each.name, "5")
                    if each.param_type_name == "argument":
                        ordered.append(value)
                    else:
                        named.append(f"{each.opts[0]}={value}")
                yield Case(path, f"{wrong.name}-{step}", (*path, *named, "--", *ordered))


CASES = list(_cases())


def _written(folder: Path) -> list[str]:
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())


def check_refusal(ended: Ended, as_json: bool) -> None:
    """One error, in the form that was asked for."""
    assert ended.code in (1, 2), ended
    if as_json:
        said = json.loads(ended.out)["error"]
        assert set(said) >= {"type", "message"}
        assert said["message"].isprintable(), ascii(said)
        assert len(said["message"]) <= 1_000
        assert ended.err == ""
    else:
        assert ended.out == ""
        assert ended.err.startswith("error: "), ended
        assert ended.err.count("\n") == 1
        assert ended.err.rstrip("\n").isprintable(), ascii(ended.err)
    assert "Traceback" not in ended.out + ended.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{'-'.join(case.command)}-{case.place}")
def test_nonsense(
    run: Run, shared_chain: LocalChain, home: Path, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = home / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GENIP_RPC", shared_chain.url)
    monkeypatch.setenv("GENIP_ACCOUNT", "dev0")
    monkeypatch.setenv("GENIP_PASSWORD", "x")
    block, before = shared_chain.web3.eth.block_number, _written(home)
    for as_json in (False, True) if LONG else (len(case.place) % 2 == 0,):
        flag = ["--json"] if as_json else []
        words = (*case.command, *flag, *case.words[len(case.command) :])
        ended = run(*words)
        if ended.code == 0:
            # A text of any kind, or an option that changes nothing here.
            assert case.command[0] in FREE or case.place.split("-")[0] in UNUSED, ended
            assert ended.out.replace("\n", "").isprintable(), ascii(ended.out)
        elif case.command not in REPORTS:
            check_refusal(ended, as_json)
    assert shared_chain.web3.eth.block_number == block
    if ended.code != 0:
        assert _written(home) == before


@pytest.mark.parametrize("store", ["half\ud800", "nul\0", "~nobody-of-the-name", "ftp://x"])
@pytest.mark.parametrize("command", [("show", "5"), ("lineage", "5"), ("works",)], ids=" ".join)
def test_stores_that_cannot_be(
    run: Run, shared_chain: LocalChain, home: Path, command: tuple[str, ...], store: str
) -> None:
    for flags in ((), ("--json",)):
        ended = run(*command, "--store", store, *flags, GENIP_RPC=shared_chain.url)
        ended.failed("BadStoreAddress", "give a folder")
    assert _written(home) == []
