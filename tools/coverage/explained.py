"""What need not be covered, each with its reason: explained.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from tools.coverage import CoverageError

FILE = Path(__file__).with_name("explained.toml")
KINDS = ("if", "else", "line")


class Gap(NamedTuple):
    """Something no test reached, named by what it is, not where: edits elsewhere change nothing.

    `what` is "line", or "if" (a condition never true) or "else" (never false) of that line.
    """

    file: str
    function: str
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}, {self.function}: {self.what} of `{self.code}`"


def read(path: Path = FILE) -> dict[Gap, str]:
    """Gap -> why nothing is to be done about it.

    Raises:
        CoverageError: an entry is incomplete, of an unknown kind, or there twice.
    """
    found: dict[Gap, str] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("gap", []):
        where = f"{path.name}: {entry}"
        try:
            gap = Gap(*(str(entry[name]) for name in Gap._fields))
            why = str(entry["why"]).strip()
        except KeyError as error:
            raise CoverageError(f"{where} lacks {error}; add it") from error
        if gap.what not in KINDS or not why:
            raise CoverageError(f"{where} wants a why, and as what one of {', '.join(KINDS)}")
        if gap in found:
            raise CoverageError(f"{where} is there twice; remove one")
        found[gap] = why
    return found
