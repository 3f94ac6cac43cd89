"""QR codes (ISO/IEC 18004) as runs of dark modules."""

from __future__ import annotations

from itertools import groupby
from typing import TypedDict

from gen_ip.errors import MissingLibrary


class Code(TypedDict):
    """`side` modules a side, without the quiet zone; `runs` as (row, first column, length)."""

    side: int
    runs: list[tuple[int, int, int]]


def qr(text: str) -> Code:
    """The code of a text, of error correction level M.

    Raises:
        MissingLibrary: segno is not installed.
    """
    try:
        import segno
    except ImportError:
        raise MissingLibrary("segno", "papers", "drawing QR codes") from None
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    runs = []
    for number, row in enumerate(rows):
        column = 0
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                runs.append((number, column, length))
            column += length
    return Code(side=len(rows), runs=runs)
