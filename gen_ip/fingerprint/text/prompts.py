"""Prompts: what is wished for, what is not, and the settings, apart from each other."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from gen_ip.content.detection.parameters import NEGATIVE, PAIR, is_settings
from gen_ip.content.detection.structures import MAX_JSON_BYTES, MAX_JSON_DEPTH
from gen_ip.content.detection.structures import NEGATIVE as NEGATIVE_NAMES
from gen_ip.content.detection.structures import POSITIVE as POSITIVE_NAMES
from gen_ip.nesting import parse

# How much a word counts, `(word:1.2)`, `[a:b:0.5]`, `<lora:name:0.8>`: said to the sampler.
_WEIGHT = re.compile(r":\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*(?=[)\]>}:])")


@dataclass(frozen=True)
class Prompt:
    """A prompt in its parts.

    Attributes:
        positive: what is wished for.
        negative: what is not; "" where nothing is said.
        settings: all else, by name.
    """

    positive: str
    negative: str = ""
    settings: tuple[tuple[str, str], ...] = field(default=())


def parsed(text: str, form: str) -> Prompt:
    """A prompt from a file's characters; what is of no known form is wished for as a whole.

    Args:
        text: the characters.
        form: of the file: `a1111`, `prompt-json`, or anything else.
    """
    if form == "prompt-json" and (found := _of_json(text)) is not None:
        return found
    return _of_parameters(text)


def plain(text: str) -> str:
    """A part of a prompt without how much its words count."""
    return _WEIGHT.sub("", text)


def _of_parameters(text: str) -> Prompt:
    """As Automatic1111's web UI writes them."""
    lines = text.rstrip().splitlines()
    settings: tuple[tuple[str, str], ...] = ()
    if lines and is_settings(lines[-1]):
        settings = tuple((name.strip(), value.strip()) for name, value in PAIR.findall(lines.pop()))
    at = next((n for n, line in enumerate(lines) if line.startswith(NEGATIVE)), len(lines))
    negative = "\n".join(lines[at:]).removeprefix(NEGATIVE)
    return Prompt("\n".join(lines[:at]).strip(), negative.strip(), settings)


def _of_json(text: str) -> Prompt | None:
    if len(text) > MAX_JSON_BYTES:
        return None
    try:
        value = parse(text.removeprefix("\ufeff"), MAX_JSON_DEPTH)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    inner = value.get("sui_image_params", value)
    if not isinstance(inner, dict):
        return None
    lower = {str(name).lower(): each for name, each in inner.items()}
    positive = _first(lower, POSITIVE_NAMES)
    if positive is None:
        return None
    settings = tuple(
        (name, each if isinstance(each, str) else json.dumps(each, sort_keys=True))
        for name, each in sorted(lower.items())
        if name not in (*POSITIVE_NAMES, *NEGATIVE_NAMES)
    )
    return Prompt(positive.strip(), (_first(lower, NEGATIVE_NAMES) or "").strip(), settings)


def _first(members: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((members[name] for name in names if isinstance(members.get(name), str)), None)
