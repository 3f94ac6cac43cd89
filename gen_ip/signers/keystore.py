"""Encrypted keystore files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip import accounts

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount


def keystore(path: str | Path, password: str) -> LocalAccount:
    """The account of an encrypted keystore (Web3 Secret Storage, version 3) anywhere on disk. Takes
    about a second: the key derivation is slow on purpose.

    Raises:
        BadKeystore: the file is none, or asks for more memory or work than the caps.
        WrongPassword: `password` does not open it.
        AccountsUnavailable: it cannot be read.
    """
    return accounts.open_keystore(path, password)
