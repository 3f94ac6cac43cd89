"""Which fonts a text needs, and in which direction it runs."""

from __future__ import annotations

import unicodedata
from importlib.util import find_spec
from pathlib import Path

from gen_ip.errors import MissingLibrary

_NOTO, _CJK = "manimgx_fonts", "justmytype_intl_cjk"
_KANA, _HANGUL, _IDEOGRAPH = ("HIRAGANA", "KATAKANA"), ("HANGUL",), ("CJK",)
_JAPANESE, _KOREAN = "Noto Sans JP", "Noto Sans KR"
_SIMPLIFIED, _TRADITIONAL = "Noto Sans SC", "Noto Sans TC"


def runs_right_to_left(text: str) -> bool:
    """Whether the first letter of a text that has a direction is of a script such as Arabic or
    Hebrew (Unicode annex 9, rules P2 and P3)."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def families(text: str) -> list[str]:
    """The fonts for Chinese, Japanese and Korean, the one first whose letters a text has: they draw
    the same ideographs differently."""
    names = _names(text)
    if any(name.startswith(_KANA) for name in names):
        first = _JAPANESE
    elif any(name.startswith(_HANGUL) for name in names):
        first = _KOREAN
    else:
        first = _SIMPLIFIED
    every = (_SIMPLIFIED, _TRADITIONAL, _JAPANESE, _KOREAN)
    return [first, *(each for each in every if each != first)]


def folders(text: str) -> list[Path]:
    """Where the fonts lie that a text needs, as far as they are installed: see `lacks_fonts`.

    Raises:
        MissingLibrary: those that every paper needs are not.
    """
    first = _folder(_NOTO)
    if first is None:
        raise MissingLibrary("manimgx-fonts", "papers", "papers")
    more = _folder(_CJK) if _is_cjk(text) else None
    return [first] if more is None else [first, more]


def lacks_fonts(text: str) -> bool:
    """Whether a text has letters of Chinese, Japanese or Korean and their fonts are not installed:
    `pip install "gen-ip[papers-cjk]"`. They are drawn as boxes then; an SVG and a PDF still name
    them in their titles."""
    return _is_cjk(text) and _folder(_CJK) is None


def _is_cjk(text: str) -> bool:
    return any(name.startswith((*_KANA, *_HANGUL, *_IDEOGRAPH)) for name in _names(text))


def _folder(module: str) -> Path | None:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _names(text: str) -> list[str]:
    return [unicodedata.name(character, "") for character in set(text)]
