"""`python -m benchmarks.text_folding [--write]`: makes the table that texts are normalized by.

Every code point is given what it is compared as: nothing, a separator, or letters. It follows from
Python's character database (compatibility decomposition, case folding, categories) and from the
confusables of Unicode TR39, as the package confusable-homoglyphs ships them. The table is frozen
as `folding-1`: newer versions of either would give other fingerprints.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import sys
import unicodedata
import zlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from gen_ip.fingerprint.text import folding

# What TR39 calls the letter m by.
_LOOKS_LIKE = {"rn": "m"}
# Scripts that put no spaces between words: each of their characters counts as a word.
_ALONE = (
    "CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "HIRAGANA", "KATAKANA", "THAI ", "LAO ", "KHMER ",
    "MYANMAR ", "BOPOMOFO",
)  # fmt: skip
# Accents and the like, not the vowels that other scripts write as marks.
_ACCENTS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
# Default_Ignorable_Code_Point beyond the category of formats, which Python does not tell.
_IGNORED = ((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164),
            (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF))  # fmt: skip
# Pictographs are said like words; other symbols are ornament.
_PICTOGRAPHS = (0x1F000, 0x1FAFF)


@functools.cache
def confusables() -> dict[str, str]:
    """From a letter to what TR39 says that it looks like."""
    import confusable_homoglyphs

    path = Path(confusable_homoglyphs.__file__).parent / "confusables.json"
    found = {}
    for char, others in json.loads(path.read_text("utf-8")).items():
        # A prototype has all that look like it; the others have their prototype alone.
        if len(others) == 1 and not char.isascii():
            found[char] = others[0]["c"].strip("\u200e")
    return found


def within(code: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LN"


def once(char: str) -> str:
    """A step towards what a character is compared as; a space is a separator."""
    if char.isascii():
        return char.lower() if char.isalnum() else " "
    code, category = ord(char), unicodedata.category(char)
    if category == "Cf" or within(code, _ACCENTS) or within(code, _IGNORED):
        return ""
    apart = unicodedata.normalize("NFKD", char.casefold()).casefold()
    if apart != char:
        return apart
    if category[0] in "LN":
        like = confusables().get(char, "")
        like = _LOOKS_LIKE.get(like, like)
        # What looks like punctuation stays a letter.
        return like.casefold() if like and all(map(is_letter, like)) else char
    kept = category[0] == "M" or within(code, (_PICTOGRAPHS,)) or category in ("Cn", "Co")
    return char if kept else " "


def folded(char: str) -> str:
    """What a character is compared as, once nothing changes it further."""
    seen = [char]
    while True:
        following = "".join(map(once, seen[-1]))
        if following == seen[-1]:
            return following
        if following in seen:
            # Two letters that are said to look like each other.
            return min(seen[seen.index(following) :])
        seen.append(following)


def is_alone(char: str) -> bool:
    return unicodedata.name(char, "").startswith(_ALONE) and is_letter(char)


def table() -> bytes:
    """The table as it is shipped."""
    targets = np.zeros(0x110000, np.uint32)
    longer: list[list[int]] = []
    for code in range(0x110000):
        # Halves of surrogate pairs separate.
        found = folded(chr(code)) if not 0xD800 <= code < 0xE000 else " "
        codes = [ord(each) | (folding.ALONE if is_alone(each) else 0) for each in found]
        if found.isspace():
            codes = [folding.SEPARATOR]
        codes = [folding.SEPARATOR if each == ord(" ") else each for each in codes]
        if len(codes) > 1:
            targets[code] = folding.LONGER + len(longer)
            longer.append(codes)
        elif codes:
            targets[code] = codes[0]
    return zlib.compress(folding.packed(targets, longer), 9)


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.text_folding", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--write", action="store_true", help=f"into {folding.TABLE.name}")
    options = parser.parse_args(arguments)
    made = table()
    if options.write:
        folding.TABLE.write_bytes(made)
    print(
        f"Unicode {unicodedata.unidata_version}, confusable-homoglyphs "
        f"{version('confusable-homoglyphs')}: {len(made):,} bytes, sha256 of the table "
        f"{hashlib.sha256(zlib.decompress(made)).hexdigest()}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
