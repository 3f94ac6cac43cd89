"""The works of a half, and what is asked about them: files in a folder."""

from __future__ import annotations

import hashlib
import os
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import platformdirs

from benchmarks._recognition import Asked
from benchmarks.texts import edits, sources

CACHE = Path(os.environ.get("GENIP_TEXTS") or platformdirs.user_cache_path("gen-ip") / "texts")
HALVES = ("development", "test")
# Manual pages of fewer words are mere pointers to others.
_LEAST_WORDS = 250
# Texts that share more of their words in rows of five than this, or of prompts in rows of three,
# are versions of each other: the first is kept, strangers are asked about apart.
_ROWS = {"text": 5, "prompt": 3}
_SHARED = 0.08
# So many translations of strangers are asked about in each language.
_UNKNOWN_TRANSLATED = 25
# Of five texts two are works.
_WORKS = 2


def ours(
    kind: str, half: str, works: int | None, languages: Sequence[str] = ()
) -> tuple[dict[str, Path], list[Asked], dict[str, object]]:
    """A half's gallery, the questions about it, and what it was made from.

    Args:
        kind: `text` or `prompt`.
        half: of `HALVES`.
        works: ask about the edits of so many works only.
        languages: translations that are asked about.

    Raises:
        PicturesUnavailable, PromptsUnavailable: the packages cannot be fetched.
    """
    every = _texts(kind)
    mine = {
        name: text for name, text in every.items() if _drawn("half", name) % 2 == HALVES.index(half)
    }
    gallery = {name: text for name, text in mine.items() if _drawn("work", name) % 5 < _WORKS}
    gallery = _distinct(kind, gallery)
    others = {name: text for name, text in mine.items() if name not in gallery}
    rows = [_rows(kind, text) for text in gallery.values()]
    folder = CACHE / kind / half
    shared = {name for name, text in others.items() if _is_version(_rows(kind, text), rows)}
    asked = []
    for name, text in others.items():
        group = "shared" if name in shared else "stranger"
        path = _written(folder / "strangers" / f"{name}.txt", text.encode())
        asked.append(Asked(f"stranger-{name}", group, group, frozenset(), path))
    donors = [text for name, text in others.items() if name not in shared]
    every_edit = edits.TEXTS if kind == "text" else edits.PROMPTS
    for name in list(gallery)[:works]:
        for edit in every_edit:
            chance = random.Random(f"{edit.name} {name}")  # noqa: S311
            content = edit.apply(gallery[name], chance.choice(donors), chance)
            path = _written(folder / edit.name / f"{name}.{edit.ending}", content)
            truths = frozenset([name])
            asked.append(Asked(f"{edit.name}-{name}", edit.name, edit.group, truths, path))
    for language in languages:
        unknown = [name for name in others if name not in shared]
        asked += _translations(language, gallery, list(gallery)[:works], folder)
        asked += _translations(language, gallery, unknown[:_UNKNOWN_TRANSLATED], folder)
    paths = {
        name: _written(folder / "works" / f"{name}.txt", text.encode())
        for name, text in gallery.items()
    }
    data = {
        "half": half,
        "works": len(paths),
        "strangers": sum(each.stranger for each in asked),
        "words": sum(len(text.split()) for text in gallery.values()),
        "sha256": hashlib.sha256("\0".join(gallery.values()).encode()).hexdigest(),
        "from": sources.PROMPTS
        if kind == "prompt"
        else "Debian: manpages, manpages-dev, manpages-*",
    }
    return paths, asked, data


def _texts(kind: str) -> dict[str, str]:
    if kind == "text":
        found = sources.pages(sources.ENGLISH, CACHE / "packages")
        return {name: text for name, text in found.items() if len(text.split()) >= _LEAST_WORDS}
    found_prompts = sources.prompts(CACHE / "packages")
    return {hashlib.sha256(text.encode()).hexdigest()[:16]: text for text in found_prompts}


def _translations(
    language: str, gallery: Mapping[str, str], names: Iterable[str], folder: Path
) -> list[Asked]:
    """Questions by translated pages of these names, those of no work among them."""
    pages = sources.pages(sources.TRANSLATED[language], CACHE / "packages")
    asked = []
    for name in names:
        text = pages.get(name, "")
        if len(text.split()) >= _LEAST_WORDS or (language == "ja" and len(text) > 4 * _LEAST_WORDS):
            known = name in gallery
            path = _written(folder / language / f"{name}.txt", text.encode())
            kind, group = (language, "translations") if known else ("stranger", "stranger")
            truths = frozenset([name] if known else [])
            asked.append(Asked(f"{language}-{name}", kind, group, truths, path))
    return asked


def _distinct(kind: str, texts: Mapping[str, str]) -> dict[str, str]:
    kept: dict[str, str] = {}
    rows: list[frozenset[int]] = []
    for name, text in texts.items():
        mine = _rows(kind, text)
        if not _is_version(mine, rows):
            kept[name] = text
            rows.append(mine)
    return kept


def _is_version(mine: frozenset[int], others: Sequence[frozenset[int]]) -> bool:
    return any(len(mine & each) > _SHARED * max(1, min(len(mine), len(each))) for each in others)


def _rows(kind: str, text: str) -> frozenset[int]:
    words = re.findall(r"\w+", text.lower())
    size = _ROWS[kind]
    return frozenset(hash(tuple(words[at : at + size])) for at in range(len(words) - size + 1))


def _drawn(what: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{what} {name}".encode()).digest()[:4])


def _written(path: Path, content: bytes) -> Path:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return path
