"""Names of mutants that survive edits elsewhere, reformatting and new comments."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_OPENING = re.compile(r"([(\[{.])\s+")
_CLOSING = re.compile(r"\s+([)\]};,.])")


class Identity(NamedTuple):
    """A mutant by what it changes: no line numbers.

    ``nth`` counts equal changes within one function, from 1.
    """

    contract: str
    function: str
    before: str
    after: str
    nth: int = 1

    @property
    def short(self) -> str:
        """Ten hex digits for the command line."""
        return hashlib.sha256("\0".join(map(str, self)).encode()).hexdigest()[:10]

    def __str__(self) -> str:
        nth = f" (#{self.nth})" if self.nth > 1 else ""
        return f"{self.contract}.{self.function}: {self.before} => {self.after}{nth}"


def normalized(source: str) -> str:
    """Source text without comments, and with spaces only where a formatter would not move them.

    Texts between quotes are not told apart: no string of the contracts holds ``//`` or two spaces.
    """
    text = _SPACE.sub(" ", _COMMENT.sub(" ", source))
    return _CLOSING.sub(r"\1", _OPENING.sub(r"\1", text)).strip()
