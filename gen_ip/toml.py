"""TOML by whomever, read within bounds.

`tomllib` keeps all prefixes of a dotted key, so that 64 KiB of them take gigabytes, and it recurses
into lists; nobody writes either by hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from typing import Any

MAX_NESTING = 16

# Strings and comments in one piece, as the parser meets them; in the rest what nests or ends a key.
_TOKENS = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''.*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*+"?'
    r"|'[^'\n]*+'?"
    r"|\#[^\n]*+"
    r"|[.,=\[\]{}\n]",
    re.DOTALL,
)


def read(data: bytes, *, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """The document; `parse_float` makes its numbers with a fraction or an exponent.

    Raises:
        ValueError: it is no TOML in UTF-8, or nested deeper than 16 levels; says why, in one line.
    """
    text = data.decode("utf-8")
    if _too_deep(text):
        raise ValueError(f"it is nested deeper than {MAX_NESTING} levels")
    return tomllib.loads(text, parse_float=parse_float)


def _too_deep(text: str) -> bool:
    brackets = dots = 0
    for match in _TOKENS.finditer(text):
        part = match.group()
        if part == ".":
            dots += 1
        elif part in (",", "=", "\n", "[", "]", "{", "}"):
            dots = 0
            brackets += (part in "[{") - (part in "]}")
        if brackets + dots > MAX_NESTING:
            return True
    return False
