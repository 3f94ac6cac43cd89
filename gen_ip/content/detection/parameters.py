"""Whether a text is written as Automatic1111's web UI writes the parameters of a picture.

    a castle, oil on canvas
    Negative prompt: blurry
    Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512

Its own reader (`parse_generation_parameters` in modules/infotext_utils.py) takes the last line for
settings where at least three pairs stand in it.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 1_048_576
NEGATIVE = "Negative prompt:"
PAIR = re.compile(r'\s*(\w[\w \-/]{0,99}):\s*("(?:\\.|[^\\"])*+"|[^,]*)(?:,|$)')
_LEAST_PAIRS = 3
_SETTINGS = re.compile(r"\s*Steps:\s*\d{1,6}\s*,")
_MAX_LINE = 65_536


def is_settings(line: str) -> bool:
    """Whether a line is one of settings."""
    if len(line) > _MAX_LINE or not _SETTINGS.match(line):
        return False
    return sum(1 for _ in PAIR.finditer(line)) >= _LEAST_PAIRS


def are_parameters(text: str) -> bool:
    """Whether a whole text is such parameters: it ends with settings, or one line of it begins
    with "Negative prompt:"."""
    if len(text) > MAX_CHARACTERS:
        return False
    lines = text.rstrip().splitlines()
    if not lines:
        return False
    if is_settings(lines[-1]):
        return True
    return sum(1 for line in lines if line.startswith(NEGATIVE)) == 1 and len(text) <= _MAX_LINE
