"""Texts of strangers as papers hold them: what reorders, hides or is no character stays out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from gen_ip.content.metadata_schema import HIDDEN

#: A title of more characters ends with an ellipsis; most end earlier, where the room does.
MOST_TITLE = 600
# Surrogates and what Unicode and XML say is no character.
_NONE = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NONE_ABOVE = frozenset(
    chr(plane << 16 | low) for plane in range(1, 17) for low in (0xFFFE, 0xFFFF)
)
# Letters of any language carry fewer; more are drawn over the lines around.
_MOST_MARKS = 8


def written(value: Any) -> Any:
    """Facts for a template, every text in them clean: without controls but tab and line feed,
    without marks that reorder or hide others; U+FFFD in place of what is no character."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {key: written(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [written(each) for each in value]
    return value


def titled(text: str) -> str:
    """A title on one line, clean, of at most `MOST_TITLE` characters; "" where nothing is left that
    can be seen."""
    line = " ".join(_clean(text).split())
    kept: list[str] = []
    marks = 0
    for character in line:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    if not any(unicodedata.category(character)[0] not in "CZM" for character in kept):
        return ""
    if len(kept) <= MOST_TITLE:
        return "".join(kept)
    end = MOST_TITLE - 1
    # Not between a letter and its marks.
    while end and unicodedata.category(kept[end])[0] == "M":
        end -= 1
    return "".join(kept[:end]).rstrip() + "…"


def _clean(text: str) -> str:
    seen = HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    seen = _NONE.sub("\ufffd", seen)
    return "".join("\ufffd" if character in _NONE_ABOVE else character for character in seen)
