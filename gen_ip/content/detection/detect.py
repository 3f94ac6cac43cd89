"""What a file is, by its bytes and never by its name.

Of a file that programs could take for several things, the strictest reading wins: a signature at
the first byte before an archive's list at the end, a header that must describe every byte before
one that need not, a graph before a prompt before a mere text. What else it could be taken for is
told in `Detected.also`. Only a bounded part of a file is read: the first and the last 64 KiB, an
archive's list of at most 4 MiB, a model's header of at most 100 MB, a JSON text of at most 8 MiB.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from gen_ip.content.detection.archives import by_archive, entries
from gen_ip.content.detection.found import UNKNOWN, Detected
from gen_ip.content.detection.models import by_tensors
from gen_ip.content.detection.pickles import PICKLED, by_pickle
from gen_ip.content.detection.signatures import by_signature
from gen_ip.content.detection.texts import by_text
from gen_ip.content.detection.window import Window

# Readers of PDF look for its mark so far into a file.
_PDF_WITHIN = 1_024
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|script)[\s>]", re.IGNORECASE)


def detect(file: BinaryIO) -> Detected:
    """What an open file is; where it is read next is undefined. Never fails for what is in it.

    Raises:
        OSError: the system cannot read the file.
    """
    window = Window(file)
    found = (
        by_signature(window.head)
        or by_archive(window)
        or by_pickle(window.head, window.tail)
        or by_tensors(window)
        or by_text(window)
        or UNKNOWN
    )
    return found._replace(also=_also(window, found))


def _also(window: Window, found: Detected) -> tuple[str, ...]:
    """What else the file could be taken for."""
    others = []
    if found.kind != "text" and found.format not in ("zip", "pickle"):
        if names := list(entries(window)):
            pickled = any(name.rpartition("/")[2] == "data.pkl" for name in names)
            others.append(PICKLED.format if pickled else "zip")
        if b"%PDF-" in window.head[:_PDF_WITHIN]:
            others.append("pdf")
        if found.format != "svg" and _PAGE.search(window.head[:_PDF_WITHIN]):
            others.append("html")
    elif found.format in ("pdf", "plain", "markdown", "html") and any(entries(window)):
        others.append("zip")
    return tuple(others)
