"""The words of verdicts, in each language: `words/en.toml` and `words/fr.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from gen_ip.terms.clauses import Language


@cache
def catalog(language: Language) -> Mapping[str, Mapping[str, str]]:
    """Everything that verdicts say in one language."""
    source = files("gen_ip.status") / "words" / f"{language}.toml"
    return tomllib.loads(source.read_text("utf-8"))


def said(language: Language, part: str, key: str, values: Mapping[str, str] | None = None) -> str:
    """A text with its names filled in."""
    return catalog(language)[part][key].format(**(values or {}))
