"""What a stranger's file is, for a certificate of it; read in limited processes throughout."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gen_ip.content.detection.found import Detected
from gen_ip.content.files import FileSummary, read_chunks
from gen_ip.content.unixfs import UnixFSHasher
from gen_ip.fingerprint.canonical import AUTOV3
from gen_ip.fingerprint.confined import Limits
from gen_ip.fingerprint.image import of_picture
from gen_ip.generation.confined import pool, read_confined
from gen_ip.generation.reading import Reading
from gen_ip.index.queries import works
from gen_ip.index.queries.view import View
from gen_ip.match.index.errors import NoIndex
from gen_ip.match.works.kind import IMAGE, kind_of, kinds
from gen_ip.service.errors import NotFoundAgain
from gen_ip.service.matching import Matched, Matching
from gen_ip.service.pages.thumbnails import drawn
from gen_ip.service.staging import Upload
from gen_ip.works.documents import Described
from gen_ip.works.ingredients import used

_CANONICAL = {"text": "text-1", "prompt": "prompt-1", "workflow": "graph-settings-1"}
_MOST_KEPT = 64
_MOST_PARENTS = 8


@dataclass(frozen=True)
class Seen:
    """An uploaded file.

    Attributes:
        described: its identity and fingerprints.
        reading: what it says of its making.
        matched: the certified works it is like; None where its kind is not found again.
        thumbnail: a small PNG of a picture; empty for anything else.
    """

    described: Described
    reading: Reading
    matched: Matched | None
    thumbnail: bytes


class Describer:
    """Looks at uploaded files, and remembers the latest. May be used from several threads."""

    def __init__(self, matching: Matching, limits: Limits) -> None:
        self._matching, self._limits = matching, limits
        self._readings = pool(limits)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Seen] = OrderedDict()

    def knows(self, upload: Upload) -> bool:
        """Whether it need not be looked at."""
        with self._lock:
            return upload.name in self._kept

    def see(self, upload: Upload) -> Seen:
        """What the file is.

        Raises:
            FileProblem: it is not usable.
            ConfinementFailed, MissingLibrary, IndexProblem.
        """
        with self._lock:
            known = self._kept.get(upload.name)
        if known is not None:
            return known
        seen = self._seen(upload)
        with self._lock:
            self._kept[upload.name] = seen
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return seen

    def close(self) -> None:
        """Ends its processes."""
        self._readings.close()

    def _seen(self, upload: Upload) -> Seen:
        path, matching = upload.path, self._matching
        found = matching.detect(path)
        described = Described(path, upload.title, self._summary(path, found), found)
        thumbnail = b""
        if found.kind == IMAGE:
            sha256, picture = matching.picture(path)
            described = replace(described, fingerprint=of_picture(sha256, picture))
            thumbnail = drawn(picture)
        elif found.kind in kinds():
            hashes = _canonical(found.kind, matching.fingerprint(found.kind, path, found.format))
            described = replace(described, canonical=hashes)
        try:
            matched = matching.ask(path)
        except (NotFoundAgain, NoIndex):
            matched = None
        return Seen(described, read_confined(path, self._readings), matched, thumbnail)

    def _summary(self, path: Path, found: Detected) -> FileSummary:
        tree, sha256, size = UnixFSHasher(), hashlib.sha256(), 0
        for chunk in read_chunks(path, self._limits.file_bytes):
            tree.update(chunk)
            sha256.update(chunk)
            size += len(chunk)
        return FileSummary(tree.cid(), sha256.hexdigest(), size, found.media_type)


def _canonical(kind: str, fingerprint: Any) -> dict[str, str]:
    """The hash of a file's content by its algorithm, as `gen_ip.fingerprint.canonical` names it."""
    if kind == "model":
        return {AUTOV3: fingerprint.autov3.hex()}
    content = kind_of(kind).record("file", fingerprint).content
    return {} if content is None else {_CANONICAL[kind]: content.hex()}


def parents_said(view: View, reading: Reading, own: bytes) -> Iterator[int]:
    """Certified works that a file says it was made with, by hashes of 40 bits or more."""
    told: set[int] = set()
    for each in used(reading):
        if each.method == AUTOV3:
            continue
        if own.hex().startswith(each.digits):
            continue
        for work in works.with_content_like(view, each.digits, _MOST_PARENTS):
            if work not in told:
                told.add(work)
                yield work
        if len(told) >= _MOST_PARENTS:
            return
