"""`python -m benchmarks.pictures.alike [--sheets DIR]`: pictures that may show one another's parts.

A gallery that holds a work twice makes "the wrong work is named" mean nothing. Every picture of
both halves is asked about among all others; what is listed is for a person to look at, who then
names the versions of one picture by `family` in `sources.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from PIL import Image as PillowImage
from PIL import ImageDraw, ImageOps

from benchmarks._recognition import build, fresh_processes
from benchmarks.pictures.collection import HALVES, Collection, Picture, load
from gen_ip.errors import GenIPError
from gen_ip.fingerprint import descriptor
from gen_ip.fingerprint.reduced import reduced_copy
from gen_ip.match.index.pictures import PictureIndex
from gen_ip.match.matcher import Matcher
from gen_ip.match.question import Question

_LOOKED_AT = 24
_TILE, _PAIRS_A_SHEET = 300, 8


class Pair(NamedTuple):
    """Two pictures by name, and what was measured, the first laid over the second."""

    score: float
    points: int
    pdq: int | None
    sscd: int | None
    first: str
    second: str


class _Worker:
    matcher: ClassVar[Matcher]

    @classmethod
    def start(cls, index: Path, sscd: bool) -> None:
        import cv2

        cv2.setNumThreads(1)
        found = descriptor.load() if sscd else None
        cls.matcher = Matcher(PictureIndex(index), found, threads=1)

    @classmethod
    def ask(cls, name: str, path: Path) -> list[Pair]:
        matcher = cls.matcher
        return [
            Pair(each.score(matcher.table), each.points, each.pdq, each.descriptor, name, key)
            for key, each in matcher.likenesses(Question(reduced_copy(path)), _LOOKED_AT)
            if key != name
        ]


def pairs(gallery: dict[str, Path], sscd: bool, processes: int) -> list[Pair]:
    """Every pair that is a candidate, the likest first, each pair once."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        build(index, gallery, descriptor.load() if sscd else None, lambda *_: None)
        with fresh_processes(processes, _Worker.start, index, sscd) as pool:
            asked = pool.map(_Worker.ask, gallery, gallery.values(), chunksize=8)
            found: dict[tuple[str, ...], Pair] = {}
            for each in sorted((pair for one in asked for pair in one), reverse=True, key=_likest):
                found.setdefault(tuple(sorted((each.first, each.second))), each)
    return list(found.values())


def _likest(pair: Pair) -> tuple[float, str, str]:
    return pair.score, pair.first, pair.second


def sheet(found: Sequence[Pair], gallery: dict[str, Path], path: Path) -> None:
    """Draws pairs below one another, with their names and what was measured."""
    page = PillowImage.new("RGB", (4 * _TILE, (len(found) + 1) // 2 * (_TILE + 16)), "white")
    pen = ImageDraw.Draw(page)
    for number, pair in enumerate(found):
        left, top = number % 2 * 2 * _TILE, number // 2 * (_TILE + 16)
        words = f"{pair.first[:6]} {pair.second[:6]} {pair.score:.3f} {pair.points} {pair.sscd}"
        pen.text((left + 4, top + 2), words, "black")
        for side, name in enumerate((pair.first, pair.second)):
            with PillowImage.open(gallery[name]) as image:
                tile = ImageOps.contain(image.convert("RGB"), (_TILE - 4, _TILE - 4))
            page.paste(tile, (left + side * _TILE, top + 16))
    page.save(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pictures.alike")
    parser.description = __doc__
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--least", type=float, default=0.5, help="score from which to list a pair")
    parser.add_argument("--without-sscd", action="store_true", help="without the descriptor")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--sheets", type=Path, help="draw the pairs into this folder, as PNG")
    options = parser.parse_args(arguments)
    try:
        known: dict[str, tuple[Picture, Collection]] = {}
        for half in HALVES:
            each = load(half, progress=lambda line: print(line, file=sys.stderr))
            for one in (*each.works, *each.strangers, *each.alike):
                known[one.name] = one, each
        gallery = {name: each.path(one) for name, (one, each) in known.items()}
        found = pairs(gallery, not options.without_sscd, options.processes)
        listed = [each for each in found if each.score >= options.least]
        for pair in listed:
            print(f"{pair.score:.3f}  points {pair.points}  pdq {pair.pdq}  sscd {pair.sscd}")
            for name in (pair.first, pair.second):
                one = known[name][0]
                role = "work" if one.work else "stranger"
                print(f"    {name[:12]} {one.half} {role} {one.alike}  {Path(one.source).name}")
        if options.sheets:
            options.sheets.mkdir(parents=True, exist_ok=True)
            for start in range(0, len(listed), _PAIRS_A_SHEET):
                path = options.sheets / f"{start // _PAIRS_A_SHEET + 1:03}.png"
                sheet(listed[start : start + _PAIRS_A_SHEET], gallery, path)
    except (GenIPError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
