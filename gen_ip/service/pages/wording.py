"""The words of the pages, in each language: `words/en.toml` and `words/fr.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gen_ip.terms.clauses import Language

_NAMES: tuple[Language, ...] = ("en", "fr")


@cache
def catalog(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Everything that the pages say in one language."""
    source = files("gen_ip.service.pages") / "words" / f"{language}.toml"
    return tomllib.loads(source.read_text("utf-8"))


class Wording:
    """`say("work", "owner")` is a text; names in braces are filled in."""

    def __init__(self, language: Language) -> None:
        self.language, self._words = language, catalog(language)

    def __call__(self, part: str, key: str, **values: Any) -> str:
        """A text with its names filled in."""
        text = self._words[part][key]
        return text.format(**values) if values else text

    def has(self, part: str, key: str) -> bool:
        """Whether there is such a text."""
        return key in self._words[part]


def preferred(wanted: str | None, accepted: str) -> Language:
    """The language that was chosen, or the one that a browser likes best (RFC 9110, section
    12.5.4)."""
    if wanted in _NAMES:
        return wanted
    best: tuple[float, Language] = (0.0, "en")
    for each in accepted.split(",")[:16]:
        name, _, weight = each.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        base = name.strip().lower().partition("-")[0]
        if base in _NAMES and quality > best[0]:
            best = quality, base
    return best[1]
