"""Keystores: encrypted, private, never overwritten, and shared with ape."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from gen_ip import accounts
from gen_ip.cli.passwords import ask_password
from tests.cli.conftest import Run
from tests.support.chain import LocalChain
from tests.support.require import require

KEY = "0x" + "11" * 32
ADDRESS = Account.from_key(KEY).address
PASSWORD = "correct horse"


def keystore(path: Path, **changes: Any) -> Path:
    """A keystore of KEY whose key derivation is quick."""
    document = Account.encrypt(KEY, PASSWORD, kdf="pbkdf2", iterations=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**document, **changes}))
    return path


def test_a_new_account_is_private_encrypted_and_opens_again(run: Run, home: Path) -> None:
    made = run("account", "new", "ada", "--json", GENIP_PASSWORD=PASSWORD).ok()
    path = Path(made.json["path"])
    assert path == home / "data" / "gen-ip" / "accounts" / "ada.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["ada.json"]
    opened = accounts.unlock(accounts.find("ada"), PASSWORD)
    assert opened.address == made.json["address"]
    assert opened.key.hex() not in path.read_text()
    with pytest.raises(accounts.WrongPassword, match="'ada'"):
        accounts.unlock(accounts.find("ada"), "wrong")


def test_a_key_is_imported_without_ever_being_shown(
    run: Run, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = run("account", "import", "eve", stdin=f"{KEY}\n", GENIP_PASSWORD=PASSWORD).ok()
    assert ADDRESS in made.out
    for place in (made.out, made.err, caplog.text):
        assert KEY[2:] not in place
        assert PASSWORD not in place
    assert accounts.unlock(accounts.find("eve"), PASSWORD).key.hex() == KEY[2:]


@pytest.mark.parametrize("key", ["", "xyz", "0x" + "00" * 32, "ff" * 32, "11" * 31, "11" * 33])
def test_a_bad_key_is_refused_and_not_repeated(run: Run, home: Path, key: str) -> None:
    ended = run("account", "import", "eve", stdin=f"{key}\n", GENIP_PASSWORD=PASSWORD)
    ended.failed("BadPrivateKey", "64 hex digits")
    assert len(key) < 4 or key not in ended.err
    assert accounts.list_accounts() == []


def test_a_bad_key_is_refused_before_a_password_is_asked_for(run: Run, home: Path) -> None:
    # There is neither terminal nor variable: asking would be an error of its own.
    run("account", "import", "eve", stdin="xyz\n").failed("BadPrivateKey")
    run("account", "import", "eve", stdin=f"{KEY}\n").failed("BadPassword")


def test_an_account_is_funded_on_a_local_chain(run: Run, home: Path, rpc: LocalChain) -> None:
    keystore(accounts.accounts_folder() / "ada.json")
    before = rpc.web3.eth.get_balance(ADDRESS)
    told = run("account", "fund", "ada", "--json").ok().json
    assert told["address"] == ADDRESS
    assert rpc.web3.eth.get_balance(ADDRESS) == before + 10 * 10**18 == int(told["balance"])
    assert "holds" in run("account", "fund", ADDRESS, "--amount", "0.5").ok().out
    assert rpc.web3.eth.get_balance(ADDRESS) == before + 10_500_000_000_000_000_000
    run("account", "fund", "nobody").failed("UnknownAccount", "'nobody'")
    run("account", "fund", "ada", "--amount", "much").failed("BadValue", "'much'")
    run("account", "fund", "ada", "--amount", "999999").failed("NodeError")
    unreachable = ("--rpc", "http://127.0.0.1:1")
    run("account", "fund", "ada", *unreachable).failed("ConnectionFailed")


def test_no_account_is_funded_on_a_public_chain(
    run: Run, home: Path, rpc: LocalChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "DEV_CHAIN_IDS", frozenset({1337}))
    before = rpc.web3.eth.get_balance(ADDRESS)
    run("account", "fund", ADDRESS).failed("NoFaucet", "chain 31337", "another wallet")
    assert rpc.web3.eth.get_balance(ADDRESS) == before


def test_a_keystore_is_imported_with_its_password(run: Run, home: Path, tmp_path: Path) -> None:
    file = keystore(tmp_path / "old.json")
    args = ("account", "import", "old", "--keystore", file)
    run(*args, GENIP_PASSWORD="wrong").failed("WrongPassword", "'old'")
    assert accounts.list_accounts() == []
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    run(*args, "--password-file", password).ok()
    assert accounts.unlock(accounts.find(ADDRESS), PASSWORD).address == ADDRESS


def test_keystores_are_never_overwritten(run: Run, home: Path) -> None:
    path = keystore(accounts.accounts_folder() / "ada.json")
    before = path.read_bytes()
    run("account", "new", "ada", GENIP_PASSWORD="x").failed("AccountExists", "another name")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "-x", "a b", "x" * 65, "dev0", ADDRESS])
def test_names_that_cannot_be_files_or_are_taken(run: Run, home: Path, name: str) -> None:
    run("account", "new", "--", name, GENIP_PASSWORD="x").failed("BadAlias")
    assert not accounts.accounts_folder().exists()


def test_a_password_is_needed(run: Run, home: Path, tmp_path: Path) -> None:
    run("account", "new", "ada", stdin="").failed("BadPassword", "GENIP_PASSWORD")
    run("account", "new", "ada", GENIP_PASSWORD="").failed("BadPassword", "empty")
    run("account", "new", "ada", GENIP_PASSWORD="x").failed("BadPassword", "1 of at least 8")
    piped = run("account", "import", "ada", stdin=f"{KEY}\n", GENIP_PASSWORD="1234567")
    piped.failed("BadPassword", "7 of at least 8")
    assert accounts.list_accounts() == []
    missing = ("account", "new", "ada", "--password-file", tmp_path / "none")
    run(*missing).failed("BadPassword", "cannot be read")
    assert accounts.list_accounts() == []


def test_the_list_holds_own_accounts_and_those_of_ape(run: Run, home: Path) -> None:
    assert run("account", "list", "--json").ok().json == {"accounts": []}
    keystore(accounts.accounts_folder() / "mine.json")
    theirs = keystore(home / ".ape" / "accounts" / "theirs.json")
    (accounts.accounts_folder() / "notes.json").write_text("{}")
    (accounts.accounts_folder() / "readme.txt").write_text("no keystore")
    listed = run("account", "list", "--json").ok().json["accounts"]
    assert [(entry["alias"], entry["source"]) for entry in listed] == [
        ("mine", "gen-ip"),
        ("theirs", "ape"),
    ]
    shown = run("account", "show", "theirs", "--json").ok().json
    assert shown["path"] == str(theirs)
    assert "theirs" in run("account", "list").ok().out
    run("account", "show", "nobody").failed("UnknownAccount", "known are 'mine', 'theirs'")


def test_names_in_the_folder_of_ape_cannot_steer_the_terminal(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keystore(home / ".ape" / "accounts" / "a\x1b[31mb\x07.json")
    ended = run("account", "show", "nobody").failed("UnknownAccount", r"'a\x1b[31mb\x07'")
    assert "\x1b" not in ended.err
    assert "\x1b" not in run("account", "list").ok().out
    prompts: list[str] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or PASSWORD)
    monkeypatch.delenv("GENIP_PASSWORD", raising=False)
    assert ask_password(f"Password of {accounts.find(ADDRESS).alias}", None) == PASSWORD
    assert prompts == [r"Password of a\x1b[31mb\x07: "]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "not JSON"),
        (b"[]", "version 3"),
        (b'{"version": 1}', "version 3"),
        (b'{"version": 3}', "key derivation"),
        (b"\xff" * 10, "not JSON"),
        (b"[" * 60_000, "not JSON"),
        (b" " * 70_000, "more than 65,536 bytes"),
    ],
)
def test_a_file_that_is_no_keystore(
    run: Run, home: Path, tmp_path: Path, content: bytes, problem: str
) -> None:
    file = tmp_path / "strange.json"
    file.write_bytes(content)
    ended = run("account", "import", "x", "--keystore", file, GENIP_PASSWORD="x")
    ended.failed("BadKeystore", problem)


@pytest.mark.parametrize(
    "changes", [{"n": 2**30}, {"n": 2**18, "r": 2**20}, {"p": 10**6}, {"n": -1}, {"n": "x"}]
)
def test_a_keystore_may_not_ask_for_any_amount_of_memory(
    run: Run, home: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    file = keystore(tmp_path / "greedy.json")
    document = json.loads(file.read_text())
    document["crypto"]["kdf"] = "scrypt"
    document["crypto"]["kdfparams"] = {"n": 2, "r": 1, "p": 1, "dklen": 32, "salt": "00"} | changes
    file.write_text(json.dumps(document))
    ended = run("account", "import", "x", "--keystore", file, GENIP_PASSWORD="x")
    ended.failed("BadKeystore", "key derivation")


def test_a_keystore_with_another_key_than_it_says(home: Path) -> None:
    keystore(accounts.accounts_folder() / "liar.json", address="22" * 20)
    with pytest.raises(accounts.BadKeystore, match="its key belongs to"):
        accounts.unlock(accounts.find("liar"), PASSWORD)


def test_a_folder_that_cannot_be_read(run: Run, home: Path) -> None:
    folder = accounts.accounts_folder()
    folder.parent.mkdir(parents=True)
    # A link to itself: not even root can read it.
    folder.symlink_to(folder)
    run("account", "list").failed("AccountsUnavailable", "check its permissions")
    run("account", "new", "ada", GENIP_PASSWORD=PASSWORD).failed("AccountsUnavailable")


def test_dev_accounts_are_those_that_anvil_funds() -> None:
    first = accounts.dev_account("dev0")
    assert first is not None
    assert first.address == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert accounts.dev_account("dev10") is None
    assert accounts.dev_account("developer") is None


def test_ape_opens_a_keystore_of_ours(run: Run, home: Path) -> None:
    ape = require("ape")
    made = run("account", "import", "shared", stdin=f"{KEY}\n", GENIP_PASSWORD=PASSWORD).ok()
    assert ADDRESS in made.out
    folder = home / ".ape" / "accounts"
    folder.mkdir(parents=True)
    (accounts.accounts_folder() / "shared.json").rename(folder / "shared.json")
    script = (
        "from ape import accounts; account = accounts.load('shared'); "
        f"account.set_autosign(True, passphrase={PASSWORD!r}); "
        "signature = account.sign_message('hello'); "
        "print(account.address, account.check_signature('hello', signature))"
    )
    ended = subprocess.run(
        [ape.parent / "python", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=home,
    )
    # Above it ape warns of signing unasked.
    assert ended.stdout.splitlines()[-1:] == [f"{ADDRESS} True"], ended.stderr
    assert run("account", "list", "--json").ok().json["accounts"][0]["source"] == "ape"


def test_demo_tokens_for_an_account(run: Run, rpc: LocalChain) -> None:
    fund = ("account", "fund", "dev5", "--token")
    told = run(*fund, rpc.token, "--amount", "2.5", "--json").ok().json
    assert (told["amount"], told["balance"]) == ("2500000", "2500000")
    assert "holds 12.5 DUSD" in run(*fund, rpc.token).ok().out
    # `gen-ip dev` puts it where its code says; this chain has another one only.
    run(*fund, "DUSD").failed("NotAToken")
    run(*fund, "0x12").failed("InvalidArgument")
    run(*fund, rpc.token, "--amount", "1.2345678").failed("BadValue", "6 decimals")
