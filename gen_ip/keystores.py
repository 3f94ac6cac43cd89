"""What is done with a stored account's keystore: copying it, changing its password, removing it.

Accounts of ape are read only: ape changes its own.
"""

# ruff: noqa: N818

from __future__ import annotations

import json
import os
from pathlib import Path

from gen_ip import atomic_file
from gen_ip.accounts import (
    AccountError,
    AccountsUnavailable,
    StoredAccount,
    check_password,
    read_text,
    unlock,
)
from gen_ip.errors import shown


class NotOurs(AccountError):
    """The account is ape's, whose files are never written."""

    def __init__(self, account: StoredAccount) -> None:
        self.account = account
        super().__init__(
            f"account {shown(account.alias)} is kept by ape ({shown(account.path)}); "
            f"use `ape accounts`, or keep a copy: `gen-ip account import NAME --keystore FILE`"
        )


class BackupExists(AccountError):
    """There is something at the path already. Backups never overwrite."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{shown(path)} exists already; name another file")


def export(account: StoredAccount) -> str:
    """The encrypted keystore as it lies on disk, for another wallet or another machine.

    Raises:
        BadKeystore, AccountsUnavailable: it cannot be read.
    """
    return read_text(account.path)


def backup(account: StoredAccount, password: str, path: str | Path) -> Path:
    """Copies the keystore to a new file that only its user can read, once `password` is found to
    open it, and reads the copy back.

    Raises:
        WrongPassword: it does not.
        BackupExists, AccountsUnavailable: it cannot be written there.
        BadKeystore: the keystore is damaged.
    """
    unlock(account, password)
    text = export(account)
    target = Path(path)
    if target.is_dir():
        target = target / account.path.name
    try:
        # O_EXCL: whatever is there may be the only copy of another key.
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.read_text("utf-8") != text:
            raise AccountsUnavailable(target, "what was written is not read back")
    except FileExistsError:
        raise BackupExists(target) from None
    except OSError as error:
        raise AccountsUnavailable(target, error.strerror or str(error)) from None
    return target


def change_password(account: StoredAccount, old: str, new: str) -> None:
    """Encrypts the key anew. Copies of the old keystore still open with the old password.

    Raises:
        NotOurs: it is ape's.
        WrongPassword: `old` does not open it.
        BadPassword: `new` is empty or short.
        BadKeystore, AccountsUnavailable: it cannot be read or written; it is as it was then.
    """
    if account.source != "gen-ip":
        raise NotOurs(account)
    check_password(new)
    key = unlock(account, old)
    try:
        atomic_file.write_text(account.path, json.dumps(key.encrypt(new)))
    except OSError as error:
        raise AccountsUnavailable(account.path, error.strerror or str(error)) from None


def remove(account: StoredAccount) -> None:
    """Deletes the keystore. Without a copy of it the key is lost for ever.

    Raises:
        NotOurs: it is ape's.
        AccountsUnavailable: it cannot be deleted.
    """
    if account.source != "gen-ip":
        raise NotOurs(account)
    try:
        account.path.unlink()
    except OSError as error:
        raise AccountsUnavailable(account.path, error.strerror or str(error)) from None
