"""Survivors that may survive, each with its reason: survivors.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from tools.mutate.errors import MutationError
from tools.mutate.identity import Identity

FILE = Path(__file__).with_name("survivors.toml")
#: No caller can tell an `equivalent` mutant from the contract; an `accepted` one counts against
#: the rate.
KINDS = ("equivalent", "accepted")


class Justification(NamedTuple):
    """Why a mutant may survive."""

    kind: str
    reason: str


def read(path: Path = FILE) -> dict[Identity, Justification]:
    """The justified survivors of the file.

    Raises:
        MutationError: for an entry without a reason, of an unknown kind, or named twice.
    """
    found: dict[Identity, Justification] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("survivor", []):
        where = f"{path.name}: {entry}"
        try:
            identity = Identity(
                contract=str(entry["contract"]),
                function=str(entry["function"]),
                before=str(entry["before"]),
                after=str(entry["after"]),
                nth=int(entry.get("nth", 1)),
            )
            kind, reason = str(entry["kind"]), str(entry["reason"]).strip()
        except KeyError as error:
            raise MutationError(f"{where} lacks {error}; add it") from error
        if kind not in KINDS or not reason:
            raise MutationError(f"{where} wants a reason and a kind of {', '.join(KINDS)}")
        if identity in found:
            raise MutationError(f"{where} is there twice; remove one")
        found[identity] = Justification(kind, reason)
    return found
