"""Backups, passwords and removal: nothing overwritten, nothing half-written, no key shown."""

from __future__ import annotations

import json
import stat
from pathlib import Path

from eth_account import Account

from gen_ip import accounts
from tests.cli.conftest import Run
from tests.cli.test_accounts import ADDRESS, KEY, PASSWORD, keystore

SECRET = {"GENIP_PASSWORD": PASSWORD}


def ours() -> Path:
    path = keystore(accounts.accounts_folder() / "ada.json")
    path.chmod(0o600)
    return path


def test_a_backup_opens_and_is_private(run: Run, home: Path, tmp_path: Path) -> None:
    path = ours()
    told = run("account", "backup", "ada", tmp_path / "copy.json", "--json", **SECRET).ok().json
    copy = tmp_path / "copy.json"
    assert told["backup"] == str(copy)
    assert copy.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    path.unlink()
    run("account", "import", "ada", "--keystore", copy, **SECRET).ok()
    assert accounts.unlock(accounts.find("ada"), PASSWORD).address == ADDRESS
    folder = tmp_path / "usb"
    folder.mkdir()
    assert str(folder / "ada.json") in run("account", "backup", "ada", folder, **SECRET).ok().out


def test_a_backup_never_overwrites(run: Run, home: Path, tmp_path: Path) -> None:
    ours()
    taken = tmp_path / "taken.json"
    taken.write_text("another key")
    run("account", "backup", "ada", taken, **SECRET).failed("BackupExists", "taken.json")
    assert taken.read_text() == "another key"
    wrong = run("account", "backup", "ada", tmp_path / "new.json", GENIP_PASSWORD="wrong")
    wrong.failed("WrongPassword", "'ada'")
    assert not (tmp_path / "new.json").exists()
    nowhere = ("account", "backup", "ada", tmp_path / "none" / "new.json")
    run(*nowhere, **SECRET).failed("AccountsUnavailable")


def test_export_prints_the_keystore_and_no_key(run: Run, home: Path) -> None:
    path = ours()
    out = run("account", "export", "ada").ok().out
    assert json.loads(out) == json.loads(path.read_text())
    assert Account.decrypt(json.loads(out), PASSWORD).hex().removeprefix("0x") == KEY[2:]
    told = run("account", "export", "ada", "--json").ok()
    assert told.json["keystore"] == json.loads(out)
    assert KEY[2:] not in out + told.out


def test_a_password_is_changed(run: Run, home: Path, tmp_path: Path) -> None:
    path = ours()
    before = path.read_bytes()
    change = ("account", "change-password", "ada")
    run(*change, GENIP_PASSWORD="wrong", GENIP_NEW_PASSWORD="another one").failed("WrongPassword")
    run(*change, GENIP_NEW_PASSWORD="", **SECRET).failed("BadPassword", "empty")
    run(*change, GENIP_NEW_PASSWORD="new", **SECRET).failed("BadPassword", "3 of at least 8")
    run(*change, stdin="", **SECRET).failed("BadPassword", "GENIP_NEW_PASSWORD")
    assert path.read_bytes() == before
    (tmp_path / "new").write_text("another one\n")
    run(*change, "--new-password-file", tmp_path / "new", **SECRET).ok()
    assert accounts.unlock(accounts.find("ada"), "another one").address == ADDRESS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["ada.json"]


def test_an_account_is_removed_when_that_is_meant(run: Run, home: Path) -> None:
    path = ours()
    remove = ("account", "remove", "ada")
    run(*remove, GENIP_PASSWORD="wrong").failed("WrongPassword")
    run(*remove, stdin="", **SECRET).failed("NotConfirmed", ADDRESS, "--yes")
    assert path.exists()
    assert run(*remove, "--yes", "--json", **SECRET).ok().json["removed"] is True
    assert not path.exists()
    run(*remove, **SECRET).failed("UnknownAccount")


def test_the_files_of_ape_are_left_alone(run: Run, home: Path, tmp_path: Path) -> None:
    path = keystore(home / ".ape" / "accounts" / "theirs.json")
    before = path.read_bytes()
    run("account", "remove", "theirs", "--yes", **SECRET).failed("NotOurs", "ape accounts")
    change = ("account", "change-password", "theirs")
    run(*change, GENIP_NEW_PASSWORD="new", **SECRET).failed("NotOurs")
    run("account", "backup", "theirs", tmp_path / "copy.json", **SECRET).ok()
    assert path.read_bytes() == before
