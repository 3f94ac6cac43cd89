"""Where an account's password comes from: a file, the environment, or a hidden prompt."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from gen_ip.accounts import BadPassword
from gen_ip.cli.show.text import plain
from gen_ip.errors import shown

VARIABLE = "GENIP_PASSWORD"
NEW_VARIABLE = "GENIP_NEW_PASSWORD"
_MAX_BYTES = 4096


def ask_password(
    prompt: str, file: Path | None, *, twice: bool = False, variable: str = VARIABLE
) -> str:
    """The password; asked for on the terminal, unechoed, when neither file nor variable has one.

    Raises:
        BadPassword: the file cannot be read, the two entries differ, or nobody can be asked.
    """
    if file is not None:
        return _from_file(file)
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise BadPassword(
            f"no terminal to ask for the password on; set {variable} or give "
            f"--{'new-' if variable == NEW_VARIABLE else ''}password-file FILE"
        )
    # It holds the account's name: that of a file, which need not be one of ours.
    password = getpass.getpass(f"{plain(prompt)}: ")
    if twice and getpass.getpass("Once more: ") != password:
        raise BadPassword("the two passwords differ; try again")
    return password


def read_secret(prompt: str) -> str:
    """A private key from the terminal, unechoed, or the first line of a pipe."""
    if sys.stdin.isatty():
        return getpass.getpass(f"{prompt}: ")
    return sys.stdin.readline(_MAX_BYTES).strip()


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise BadPassword(f"password file {shown(path)} is too long; one line is expected")
        # One line end belongs to the file, not to the password.
        return data.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadPassword(
            f"password file {shown(path)} cannot be read ({reason}); check the path"
        ) from None
    except UnicodeDecodeError:
        raise BadPassword(f"password file {shown(path)} is not text in UTF-8") from None
