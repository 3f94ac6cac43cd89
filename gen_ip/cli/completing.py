"""What a shell offers for values. Each reads local files at most: a keystroke calls no node."""

from __future__ import annotations

import re
from contextlib import suppress

from gen_ip.errors import GenIPError

VARIABLE = "_GEN_IP_COMPLETE"
"""In the environment of a command that a shell asks what could come next."""


# The scripts of some shells evaluate what they are told.
_HARMLESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]*")


def account_names() -> list[str]:
    """Names of stored accounts, by their files; then those of development. A file may be called
    anything: what a shell could take for more than a name is left out."""
    from gen_ip.accounts import DEV_ACCOUNTS, accounts_folder, ape_folder

    found: list[str] = []
    for folder in (accounts_folder(), ape_folder()):
        # One that is not there holds none.
        with suppress(OSError):
            found += sorted(path.stem for path in folder.iterdir() if path.suffix == ".json")
    found = [name for name in found if _HARMLESS.fullmatch(name)]
    return [*found, *(f"dev{number}" for number in range(DEV_ACCOUNTS))]


def terms_names() -> list[str]:
    """Names of the ready-made terms."""
    from gen_ip.terms import READY

    return list(READY)


def network_names() -> list[str]:
    """Names of networks, own ones first."""
    from gen_ip.config import load

    try:
        return list(load().all_networks())
    except GenIPError:
        # A shell has no place for an error; the command itself will tell.
        return []
