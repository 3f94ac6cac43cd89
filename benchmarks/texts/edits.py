"""What people do to texts and prompts before others meet them again."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from gen_ip.fingerprint.text import samples

_LOOKALIKES = str.maketrans("aceiopsxyABCEHIKMOPTX", "асеіорѕхуАВСЕНІКМОРТХ")  # noqa: RUF001
_INVISIBLE = "\u200b"
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
# Parts of a prompt.
_PHRASE = re.compile(r"\s*[,.;\n]\s*")
_TYPOS, _SUBSTITUTED, _EXCERPT = 0.05, 0.2, 0.1
# So many times as long as the excerpt is what it stands in.
_AROUND = 3
_TAGS = "masterpiece, best quality, highly detailed, 8k, sharp focus"
_NEGATIVE = "lowres, bad anatomy, bad hands, text, error, cropped, worst quality, blurry"
_SETTINGS = "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: {seed}, Size: 832x1216"


@dataclass(frozen=True)
class Edit:
    """A change.

    Attributes:
        apply: from the text, another's text and a random source to a file's bytes.
        ending: of the file's name.
    """

    name: str
    group: str
    apply: Callable[[str, str, random.Random], bytes]
    ending: str = "txt"


def typos(text: str, _: str, chance: random.Random) -> str:
    """One word in twenty with two letters exchanged, one left out, or one doubled."""

    def wrong(word: str) -> str:
        if len(word) < 4 or chance.random() >= _TYPOS:
            return word
        at = chance.randrange(1, len(word) - 1)
        a, b = word[at], word[at + 1]
        return word[:at] + chance.choice((b + a, a, a + a + b)) + word[at + 2 :]

    return _by_words(text, wrong)


def homoglyphs(text: str, _: str, chance: random.Random) -> str:
    """Latin letters as the Cyrillic ones that look like them, and invisible characters within."""

    def dressed(word: str) -> str:
        word = word.translate(_LOOKALIKES)
        return word[:1] + _INVISIBLE + word[1:] if chance.random() < 0.2 else word

    return _by_words(text, dressed)


def substitution(text: str, other: str, chance: random.Random) -> str:
    """One word in five exchanged for one of another text."""
    words = other.split() or ["other"]
    return _by_words(
        text, lambda word: chance.choice(words) if chance.random() < _SUBSTITUTED else word
    )


def reordering(text: str, _: str, chance: random.Random) -> str:
    """Its sentences in any order."""
    parts = [each for each in _SENTENCE.split(text) if each.strip()]
    chance.shuffle(parts)
    return "\n".join(parts)


def excerpt(text: str, _: str, chance: random.Random) -> str:
    """A tenth of its words in a row."""
    words = text.split()
    count = max(1, int(_EXCERPT * len(words)))
    at = chance.randrange(len(words) - count + 1)
    return " ".join(words[at : at + count])


def quoted(text: str, other: str, chance: random.Random) -> str:
    """A tenth of its words in a row within three times as many of another text."""
    inner, outer = excerpt(text, other, chance), other.split()
    outer = outer[: _AROUND * len(inner.split())]
    at = len(outer) // 2
    return " ".join([*outer[:at], inner, *outer[at:]])


def phrases(text: str, _: str, chance: random.Random) -> str:
    """A prompt's phrases in any order."""
    parts = [each for each in _PHRASE.split(text) if each]
    chance.shuffle(parts)
    return ", ".join(parts)


def _by_words(text: str, change: Callable[[str], str]) -> str:
    return re.sub(r"\S+", lambda found: change(found[0]), text)


def _plain(change: Callable[[str, str, random.Random], str]) -> Callable[..., bytes]:
    return lambda text, other, chance: change(text, other, chance).encode()


def _html(text: str, _: str, __: random.Random) -> bytes:
    blocks = "".join(f"<p>{escape(each)}</p>\n" for each in text.split("\n\n"))
    head = "<head><meta charset='utf-8'><title>page</title><script>var a = 'b';</script></head>"
    return f"<!doctype html><html>{head}<body>{blocks}</body></html>".encode()


def _docx(text: str, _: str, __: random.Random) -> bytes:
    return samples.docx(*(escape(each) for each in text.split("\n\n")))


def _parameters(text: str, _: str, chance: random.Random) -> bytes:
    settings = _SETTINGS.format(seed=chance.randrange(2**32))
    return f"{text}, {_TAGS}\nNegative prompt: {_NEGATIVE}\n{settings}".encode()


def _weights(text: str, _: str, chance: random.Random) -> bytes:
    parts = [each for each in _PHRASE.split(text) if each]
    return ", ".join(
        f"({each}:{chance.choice(('0.8', '1.1', '1.3'))})" if chance.random() < 0.5 else each
        for each in parts
    ).encode()


_COMMON = (
    Edit("case", "edits", lambda text, _, __: text.upper().encode()),
    Edit("typos", "edits", _plain(typos)),
    Edit("homoglyphs", "edits", _plain(homoglyphs)),
    Edit("substitution", "edits", _plain(substitution)),
)
TEXTS: Sequence[Edit] = (
    *_COMMON,
    Edit("reordering", "edits", _plain(reordering)),
    Edit("html", "edits", _html, "html"),
    Edit("docx", "edits", _docx, "docx"),
    Edit("excerpt", "excerpts", _plain(excerpt)),
    Edit("quoted", "excerpts", _plain(quoted)),
)
PROMPTS: Sequence[Edit] = (
    *_COMMON,
    Edit("reordering", "edits", _plain(phrases)),
    Edit("parameters", "edits", _parameters),
    Edit("weights", "edits", _weights),
)
