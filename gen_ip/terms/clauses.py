"""The clauses of a contract: which of them the rights call for, and their texts.

The same clauses, in the same order, make up the English and the French text; the words lie in
`clauses/en.toml` and `clauses/fr.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias, get_args

from gen_ip.terms.rights import PERMISSIONS, Rights

Language: TypeAlias = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_MACHINE = Rights.TRAIN | Rights.GENERATE
_GRANTED = {
    Rights.TRAIN: "train",
    Rights.GENERATE: "generate",
    Rights.SELL_ORIGINAL: "sell-original",
    Rights.MERCH: "merch",
    Rights.SUBLICENSE: "sublicense",
    Rights.NSFW: "adult",
}


@cache
def wording(language: Language) -> Mapping[str, Any]:
    """Everything that is written in one language: clauses, titles, notice."""
    source = files("gen_ip.terms") / "clauses" / f"{language}.toml"
    return tomllib.loads(source.read_text("utf-8"))


def clauses(language: Language, grant: Rights) -> list[dict[str, str]]:
    """The clauses for `grant`, in order: each an `id`, a `title` and a `text`."""
    words = wording(language)
    found = []
    for name in clause_ids(grant):
        clause = words[name]
        text = clause["text"]
        if name == "limits":
            items = "; " if language == "en" else "\u00a0; "
            text = text.replace("{items}", items.join(_limits(words["limit"], grant)))
        found.append({"id": name, "title": clause["title"], "text": text})
    return found


def clause_ids(grant: Rights) -> Iterator[str]:
    """Names of the clauses for `grant`, the same in every language."""
    yield "parties"
    yield "contract"
    yield _use(grant)
    derive = Rights.DERIVE in grant
    if derive:
        yield from ("derive", "shares")
        yield "share-alike" if Rights.SHARE_ALIKE in grant else "pass"
    yield from (name for right, name in _GRANTED.items() if right in grant)
    if PERMISSIONS & ~grant:
        yield "limits"
    yield "attribution" if Rights.ATTRIBUTION in grant else "no-attribution"
    if Rights.EXCLUSIVE in grant:
        yield "exclusive"
    yield "time"
    if derive:
        yield "derivatives-end" if Rights.ENDS_WITH_LICENSE in grant else "derivatives-stay"
    yield "transfer" if Rights.TRANSFERABLE in grant else "no-transfer"
    yield "breach-revocable" if Rights.REVOCABLE_FOR_BREACH in grant else "breach"
    yield from ("human-contribution", "upstream", "others", "warranty", "law", "order")


def _use(grant: Rights) -> str:
    if Rights.COMMERCIAL in grant:
        return "use-commercial"
    if Rights.EDITORIAL in grant:
        return "use-editorial"
    permissions = grant & PERMISSIONS
    if permissions and not permissions & ~_MACHINE:
        return "use-machine"
    return "use-noncommercial"


def _limits(words: Mapping[str, str], grant: Rights) -> Iterator[str]:
    for right in PERMISSIONS & ~grant:
        name = right.name or ""
        # Whoever may remix, may do so with a model.
        if right is Rights.GENERATE and Rights.DERIVE in grant:
            name = "GENERATE-but-derive"
        yield words[name]
