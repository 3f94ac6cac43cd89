"""What people say about their own pictures: which query was made from which works."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from gen_ip.errors import FileProblem
from gen_ip.nesting import parse

# An object of lists.
_DEPTH = 2


class BadTruth(FileProblem):
    """The truth file, or a folder named beside it, is not what is asked for."""


def truth_of(
    path: Path, gallery: Collection[str], queries: Collection[str]
) -> dict[str, frozenset[str]]:
    """The works that each query was made from, by file name; none where the file says null.

    The file holds a JSON object that maps every query's name to a work's, to a list of works'
    names (a collage: naming any of them is right), or to null.

    Raises:
        BadTruth: it cannot be read, leaves a query out, or names what is not in the folders.
    """
    try:
        known = parse(path.read_bytes(), _DEPTH)
    except OSError as error:
        raise BadTruth(path, f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise BadTruth(path, f"is no JSON object of names ({error})") from None
    if not isinstance(known, dict):
        raise BadTruth(path, "is no JSON object that maps queries' file names to works'")
    for name in known:
        if name not in queries:
            raise BadTruth(path, f"speaks of {name!r}, which is not among the queries")
    truths = {}
    for name in queries:
        if name not in known:
            raise BadTruth(path, f"says nothing of {name!r}; give its work's file name, or null")
        truths[name] = frozenset(_names(path, name, known[name]))
        for work in sorted(truths[name]):
            if work not in gallery:
                raise BadTruth(path, f"names {work!r} for {name!r}, which is not in the gallery")
    return truths


def files(folder: Path) -> dict[str, Path]:
    """The files in a folder by name, without hidden ones.

    Raises:
        BadTruth: there is no such folder, or no file in it.
    """
    try:
        found = sorted(each for each in folder.iterdir() if each.is_file())
    except OSError as error:
        raise BadTruth(folder, f"cannot be listed ({error.strerror})") from None
    named = {each.name: each for each in found if not each.name.startswith(".")}
    if not named:
        raise BadTruth(folder, "holds no file")
    return named


def _names(path: Path, query: str, value: Any) -> list[str]:
    names = [] if value is None else value if isinstance(value, list) else [value]
    if value == [] or not all(isinstance(each, str) for each in names):
        raise BadTruth(path, f"gives {query!r} neither a name, nor a list of names, nor null")
    return names
