"""Works that content credentials name: the one that a file is a copy of, and its ingredients.

Anybody can write a manifest, so all of it is a claim; whether a manifest is whole, or who signed
it, makes no difference.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from gen_ip.arguments import InvalidArgument
from gen_ip.embedding.credentials import LABEL
from gen_ip.embedding.saying import flat
from gen_ip.work import WorkAddress

#: What a named work is to the file: the same one, or one that it was made from.
ORIGINAL, INGREDIENT = "original", "ingredient"
_SHA256 = re.compile(r"(?:urn:)?sha-?256:([0-9a-f]{64})", re.IGNORECASE)
_IDENTIFIERS = ("instance_id", "document_id", "informational_URI")
_MOST_NAMED, _MOST_INGREDIENTS, _MOST_TEXT = 64, 1_000, 300


class Named(NamedTuple):
    """A work that credentials name, by its address or by the sha2-256 of its bytes (64 hex digits).

    `title` is what they call it; `role` is `ORIGINAL` or `INGREDIENT`.
    """

    title: str
    role: str
    work: WorkAddress | None = None
    sha256: str | None = None


def named(store: Mapping[str, Any]) -> list[Named]:
    """What a manifest store as C2PA's reader puts it names, at most 64 works, each once.

    An ingredient is known by an identifier, or by our assertion in the manifest it came with. Below
    one that is known nothing is looked for: those are its parents, not the file's.
    """
    firsts: dict[WorkAddress | str | None, Named] = {}
    for each in islice(_walked(store), _MOST_INGREDIENTS):
        firsts.setdefault(each.work or each.sha256, each)
    return [*firsts.values()][:_MOST_NAMED]


def address(said: Mapping[str, str]) -> WorkAddress | None:
    """The work that `gen_ip.embedding.saying.flat` read; None where it is no work's."""
    return _address(f"gen-ip:{said.get('chain', '')}:{said.get('work', '')}")


def _walked(store: Mapping[str, Any]) -> Iterator[Named]:
    manifests = _mapping(store.get("manifests"))
    label = str(store.get("active_manifest"))
    active = _mapping(manifests.get(label))
    said = _certificate(active)
    if (work := address(said)) is not None:
        yield Named(_text(active.get("title")), ORIGINAL, work)
    waiting, seen, left = deque([active]), {label}, _MOST_INGREDIENTS
    while waiting:
        for each in _ingredients(waiting.popleft())[:left]:
            left -= 1
            label = str(each.get("active_manifest"))
            manifest = _mapping(manifests.get(label))
            found = [*_identified(each), *_copied(each, manifest)]
            yield from found
            if not found and label not in seen:
                seen.add(label)
                waiting.append(manifest)
    # Those of the list are among the ingredients, with their titles, unless others rewrote these.
    for number in filter(None, said.get("parents", "").split(", ")):
        if (work := _address(f"gen-ip:{said.get('chain', '')}:{number}")) is not None:
            yield Named("", INGREDIENT, work)


def _identified(ingredient: Mapping[str, Any]) -> Iterator[Named]:
    title = _text(ingredient.get("title"))
    for value in (_text(ingredient.get(name)) for name in _IDENTIFIERS):
        if (work := _address(value)) is not None:
            yield Named(title, INGREDIENT, work)
        elif (found := _SHA256.fullmatch(value)) is not None:
            yield Named(title, INGREDIENT, sha256=found[1].lower())


def _copied(ingredient: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[Named]:
    if (work := address(_certificate(manifest))) is not None:
        title = _text(manifest.get("title")) or _text(ingredient.get("title"))
        yield Named(title, INGREDIENT, work)


def _certificate(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    """What our assertion in a manifest says; nothing where there is none."""
    for each in _list(manifest.get("assertions")):
        # A second assertion of a label has a number behind it.
        if isinstance(each, Mapping) and each.get("label") == LABEL:
            return flat(each.get("data")) or {}
    return {}


def _ingredients(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [each for each in _list(manifest.get("ingredients")) if isinstance(each, Mapping)]


def _address(text: str) -> WorkAddress | None:
    try:
        return WorkAddress.parse(text)
    except InvalidArgument:
        return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:_MOST_TEXT] if isinstance(value, str) else ""
