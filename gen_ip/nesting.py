"""How deep a JSON text is nested, told before a parser runs into it.

Parsers recurse in C, and packages used here raise Python's recursion limit: a hostile text would
end the process instead of raising `RecursionError`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|$)|[\[\]{}]', re.DOTALL)


def nested_deeper_than(limit: int, text: str) -> bool:
    """Whether lists and objects in a JSON text lie in more than `limit` of each other.

    Linear in the text; brackets inside strings do not count. The text need not be valid JSON.
    """
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        token = match.group()
        if token in ("[", "{"):
            depth += 1
            if depth > limit:
                return True
        elif token in ("]", "}"):
            depth -= 1
    return False


def parse(
    text: str | bytes,
    limit: int,
    object_pairs_hook: Callable[[list[tuple[str, Any]]], Any] | None = None,
) -> Any:
    """The value of a JSON text of a stranger; the hook as that of `json.loads`.

    Raises:
        ValueError: it is no JSON in UTF-8, or lists and objects lie in more than `limit` of each
            other.
    """
    decoded = text if isinstance(text, str) else text.decode()
    if nested_deeper_than(limit, decoded):
        raise ValueError(f"it is nested deeper than {limit} levels")
    return json.loads(decoded, object_pairs_hook=object_pairs_hook)
