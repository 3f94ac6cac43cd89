"""`gen-ip config` and `gen-ip network`: the user's file is changed whole or not at all."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.support.chain import LocalChain

WRITTEN = """\
# mine
account = "ada"  # who signs

[networks.away]   # not used
rpc = "http://u:secret1@127.0.0.1:1/secret2?k=secret3"
"""


@pytest.fixture
def config(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = home / "settings" / "config.toml"
    monkeypatch.setenv("GENIP_CONFIG", str(path))
    return path


@pytest.fixture
def written(config: Path) -> Path:
    config.parent.mkdir()
    config.write_text(WRITTEN)
    return config


def test_the_file_lies_where_settings_do(run: Run, home: Path) -> None:
    told = run("config", "path", "--json").ok().json
    assert told == {"path": str(home / "config" / "gen-ip" / "config.toml"), "exists": False}
    run("config", "set", "account", "ada").ok()
    assert Path(told["path"]).read_text() == 'account = "ada"\n'


def test_a_setting_is_set_read_and_unset(run: Run, config: Path) -> None:
    set_ = run("config", "set", "confirmations", "3", "--json").ok().json
    assert set_ == {"key": "confirmations", "value": 3, "path": str(config)}
    run("config", "set", "timeout", "2.5").ok()
    run("config", "set", "max_fee", "0.10").ok()
    run("config", "set", "networks.base.rpc", "http://127.0.0.1:1").ok()
    assert tomllib.loads(config.read_text()) == {
        "confirmations": 3,
        "timeout": 2.5,
        "max_fee": "0.10",
        "networks": {"base": {"rpc": "http://127.0.0.1:1"}},
    }
    assert "[networks]" not in config.read_text()
    assert run("config", "get", "confirmations").ok().out == "3\n"
    assert run("config", "get", "max_fee", "--json").ok().json["value"] == "0.10"
    run("config", "unset", "confirmations").ok()
    run("config", "get", "confirmations").failed("SettingNotSet", "'confirmations'")
    run("config", "unset", "confirmations").failed("SettingNotSet", "config show")
    run("config", "unset", "networks.base.chain_id").failed("SettingNotSet")


def test_only_its_user_reads_the_file(run: Run, config: Path) -> None:
    run("config", "set", "account", "ada").ok()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    config.chmod(0o644)
    run("config", "set", "account", "eve").ok()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert os.listdir(config.parent) == ["config.toml"]


def test_comments_and_order_stay(run: Run, written: Path) -> None:
    run("config", "set", "account", "eve").ok()
    run("config", "set", "network", "away").ok()
    run("config", "set", "networks.away.chain_id", "5").ok()
    text = written.read_text()
    assert text.startswith('# mine\naccount = "eve"  # who signs\n')
    assert "[networks.away]   # not used\n" in text
    assert tomllib.loads(text)["networks"]["away"]["chain_id"] == 5
    assert tomllib.loads(text)["network"] == "away"


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("acount", "ada", "did you mean 'account'?"),
        ("confirmations", "many", "whole number"),
        ("confirmations", "1e999999", "whole number"),
        ("timeout", "nan", "seconds"),
        ("max_fee", "1e3", "plain amount"),
        ("network", "nowhere", "no network"),
        ("networks.base", "x", "is not known"),
        ("networks.a b.rpc", "http://x", "letters"),
        ("networks.base.rpc", "ftp://u:secret@x", "http://"),
        ("account", "a\nb", "account list"),
    ],
)
def test_what_cannot_be_set_leaves_the_file(
    run: Run, written: Path, key: str, value: str, word: str
) -> None:
    ended = run("config", "set", key, value).failed("BadSetting", word)
    assert "secret" not in ended.err
    assert written.read_text() == WRITTEN
    assert os.listdir(written.parent) == ["config.toml"]


def test_a_broken_file_is_not_written_over(run: Run, written: Path) -> None:
    written.write_text("account = \n")
    run("config", "set", "account", "ada").failed("ConfigUnusable", "line 1")
    run("network", "add", "x", "--rpc", "http://127.0.0.1:1", "--no-check").failed("ConfigUnusable")
    assert written.read_text() == "account = \n"


def test_a_folder_that_cannot_be_written(run: Run, written: Path) -> None:
    if os.geteuid() == 0:
        # Root writes everywhere but where the kernel keeps its own.
        run("config", "set", "account", "eve", GENIP_CONFIG="/proc/self/config.toml").failed(
            "ConfigUnusable", "permissions"
        )
        return
    written.parent.chmod(0o500)
    run("config", "set", "account", "eve").failed("ConfigUnusable", "permissions")
    written.parent.chmod(0o700)
    assert written.read_text() == WRITTEN


def test_a_file_in_the_place_of_the_folder(run: Run, config: Path) -> None:
    config.parent.write_text("")
    run("config", "set", "account", "eve").failed("ConfigUnusable")


def test_a_link_stays_one(run: Run, written: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    written.rename(real)
    written.symlink_to(real)
    run("config", "set", "account", "eve").ok()
    assert written.is_symlink()
    assert '"eve"' in real.read_text()


def test_nothing_shows_what_a_url_holds(run: Run, written: Path) -> None:
    for command in (
        ("config", "show"),
        ("config", "get", "networks.away.rpc"),
        ("network", "list"),
        ("network", "use", "away"),
        ("config", "set", "networks.away.rpc", "http://u:secret4@127.0.0.1:1/secret5"),
        ("network", "remove", "away"),
    ):
        for as_json in ((), ("--json",)):
            ended = run(*command, *as_json, GENIP_RPC="http://127.0.0.1:2/secret6")
            assert "secret" not in ended.out + ended.err
            assert "127.0.0.1" in ended.out or command[1] == "remove"


@pytest.mark.parametrize(
    "address",
    ["http://u:secret1@127.0.0.1:5001", "https://127.0.0.1:5001?key=secret1", "ftp://u:secret1@a"],
)
def test_no_store_has_a_password(run: Run, config: Path, address: str) -> None:
    ended = run("config", "set", "store", address).failed("BadSetting", "without user name")
    assert "secret1" not in ended.err
    assert not config.exists()
    shown = run("config", "show", "--json", GENIP_STORE=address).ok()
    assert "secret1" not in shown.out
    told = run("doctor", GENIP_STORE=address)
    assert "secret1" not in told.out + told.err
    for good in ("http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001", "a@b"):
        run("config", "set", "store", good).ok()


def test_amounts_are_in_the_coin_of_the_network(
    run: Run, rpc: LocalChain, config: Path, work: str
) -> None:
    run("network", "add", "here", "--rpc", rpc.url, "--symbol", "POL").ok()
    here = ("--network", "here")
    run("pay", work, "2", *here, "--account", "dev1").ok()
    assert "2 POL" in run("earnings", work, *here).ok().out
    dear = run("pay", work, "100000000", *here, "--account", "dev1")
    dear.failed("InsufficientFunds", "100,000,000", " POL are needed")
    gas = ("--max-fee", "0.0000000001", "--account", "dev1")
    run("pay", work, "1", *here, *gas).failed("GasTooExpensive", "POL by what", "POL; wait for")
    collected = run("collect", work, *here, "--account", "dev0").ok().out
    assert "Collected 2 POL" in collected
    assert "ETH" not in collected
    assert (
        "0.5 POL" in run("pay", work, "0.5", *here, "--token", "pol", "--account", "dev1").ok().out
    )
    run("pay", work, "0.5", *here, "--token", "ETH", "--account", "dev1").failed("BadValue", "POL")
    # Known by the chain's id, too, where the node is named by its URL.
    assert "0.5 POL" in run("earnings", work, "--rpc", rpc.url).ok().out
    run("network", "remove", "here").ok()
    assert "0.5 ETH" in run("earnings", work, "--rpc", rpc.url).ok().out


def test_show_says_where_each_comes_from(run: Run, written: Path) -> None:
    found = run("config", "show", "--json", GENIP_RPC="http://127.0.0.1:2/x", GENIP_STORE="s").json
    assert found["settings"]["account"] == {"value": "ada", "source": "config file"}
    assert found["settings"]["rpc"] == {"value": "http://127.0.0.1:2", "source": "GENIP_RPC"}
    assert found["settings"]["store"] == {"value": "s", "source": "GENIP_STORE"}
    assert "account = ada  (config file)" in run("config", "show").ok().out
    assert "eve  (GENIP_ACCOUNT)" in run("config", "show", GENIP_ACCOUNT="eve").ok().out


def test_a_network_is_added_used_and_removed(run: Run, rpc: LocalChain, config: Path) -> None:
    added = run("network", "add", "here", "--rpc", rpc.url, "--symbol", "TST", "--json").ok().json
    assert (added["chain_id"], added["rpc"], added["symbol"]) == (31337, rpc.url, "TST")
    run("network", "use", "here").ok()
    rows = run("network", "list", "--json").ok().json["networks"]
    assert [row["name"] for row in rows if row["used"]] == ["here"]
    assert rows[0]["name"] == "here"
    assert "here" in run("network", "list").ok().out
    # Changing one thing keeps the rest.
    again = run("network", "add", "here", "--rpc", rpc.url, "--confirmations", "2", "--json").ok()
    assert (again.json["symbol"], again.json["confirmations"]) == ("TST", 2)
    removed = run("network", "remove", "here").ok()
    assert "used by default" in removed.err
    assert tomllib.loads(config.read_text()) in ({}, {"networks": {}})
    run("network", "remove", "here").failed("UnknownNetwork", "'here'")
    run("network", "use", "here").failed("UnknownNetwork")
    run("network", "use", "base").failed("NoRpc", "gen-ip network add base --rpc URL")


def test_a_node_of_another_chain_is_not_added(run: Run, rpc: LocalChain, config: Path) -> None:
    run("network", "add", "base", "--rpc", rpc.url).failed("WrongNetwork", "8453", "31337")
    other = ("network", "add", "x", "--rpc", rpc.url, "--chain-id", "5")
    run(*other).failed("WrongNetwork", "chain 5")
    down = ("network", "add", "x", "--rpc", "http://u:secret@127.0.0.1:1/secret")
    ended = run(*down).failed("ConnectionFailed", "http://127.0.0.1:1")
    assert "secret" not in ended.err
    run("network", "add", "a b", "--rpc", rpc.url).failed("BadSetting", "letters")
    run("network", "add", "x", "--rpc", "ws://x/secret").failed("BadSetting", "http://")
    assert not config.exists()
    run(*down, "--no-check").ok()
    assert "chain_id" not in config.read_text()


def test_a_url_is_taken_from_a_pipe(run: Run, rpc: LocalChain, config: Path) -> None:
    run("network", "add", "here", "--rpc", "-", stdin=f"{rpc.url}\n").ok()
    assert rpc.url in config.read_text()
