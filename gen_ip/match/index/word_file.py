"""Postings of local features as mapped files that never change: more are added in new ones.

A file is a head of 4,096 bytes (JSON), then little-endian columns: a signature of 8 bytes for each
posting, the rows' handles (8 bytes), the postings' places (4), for each word that has postings how
many (4), and the words' numbers (2). When files are added, the last ones are merged with the new
one as long as they are not more than twice its size, so that there are few.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.local import LocalFeatures
from gen_ip.match.index.engine import BadFile
from gen_ip.match.index.files import keep_name, opened, write
from gen_ip.match.index.records import WORDS, Row
from gen_ip.match.words.postings import (
    MAX_POSTINGS,
    MAX_ROWS,
    Postings,
    file_features,
    merge,
)
from gen_ip.match.words.searching import Ranked, WordIndex
from gen_ip.match.words.vocabulary import NAME, SIZE, vocabulary

if TYPE_CHECKING:
    from numpy import int64, uint8
    from numpy.typing import NDArray

ENDING = ".words"

_HEAD_BYTES = 4096
_FORMAT = 1
_TWICE = 2
_KINDS = ("<u8", "<i8", "<u4", "<u4", "<u2")


@dataclass(frozen=True, eq=False)
class WordView:
    """The files that a mark covers, as they were when it was opened.

    Attributes:
        paths: the files.
        index: their postings, to be searched.
        gone: rising handles of works taken out, here or not.
    """

    paths: tuple[Path, ...]
    index: WordIndex
    gone: NDArray[int64]

    def search(self, asked: Sequence[LocalFeatures], limit: int) -> Ranked:
        """See `WordIndex.search`."""
        return self.index.search(asked, limit)

    def without(self, handles: NDArray[int64]) -> WordView:
        """The same with these works taken out too; a handle without a row is passed over."""
        import numpy

        gone: NDArray[int64] = numpy.union1d(self.gone, handles)
        dead = tuple(_dead(part, gone) for part in self.index.parts)
        index = WordIndex(self.index.vocabulary, self.index.parts, dead)
        return WordView(self.paths, index, gone)


class WordEngine:
    """The words of an index's works, an `Engine`."""

    name = WORDS

    def __init__(self, folder: Path, index_id: str) -> None:
        self._folder, self._index_id = folder, index_id

    def append(self, rows: Sequence[Row], mark: str | None) -> str:
        """See `Engine.append`; rows without local features are passed over.

        Raises:
            MatchingUnavailable: numba is not installed.
            DamagedVocabulary: the installation is damaged.
        """
        paths = [] if mark is None else self._read(mark)
        works = []
        for row in rows:
            if row.features is not None:
                try:
                    works.append((row.handle, LocalFeatures.from_bytes(row.features)))
                except MalformedFingerprint:
                    # The catalog is damaged there, as its checksums tell.
                    continue
        if not works:
            return _mark(paths)
        parts = [file_features(works, vocabulary())]
        while paths and (last := self._open(paths[-1])) is not None:
            held, count = sum(map(len, parts)), sum(part.rows for part in parts)
            many = held + len(last) > MAX_POSTINGS or count + last.rows > MAX_ROWS
            if many or len(last) > _TWICE * held:
                break
            parts.insert(0, last)
            paths.pop()
        paths.append(self._write(parts[0] if len(parts) == 1 else merge(parts)))
        return _mark(paths)

    def open(self, mark: str, before: WordView | None = None) -> WordView:
        """See `Engine.open`."""
        import numpy

        held = {} if before is None else dict(zip(before.paths, before.index.parts, strict=True))
        paths = tuple(self._read(mark))
        parts = tuple(held.get(path) or self._open(path) for path in paths)
        index = WordIndex(vocabulary(), parts)
        if before is not None and len(before.gone):
            return WordView(paths, index, before.gone[:0]).without(before.gone)
        return WordView(paths, index, numpy.zeros(0, numpy.int64))

    def files(self, mark: str) -> list[Path]:
        """See `Engine.files`."""
        return self._read(mark)

    def problems(self, mark: str) -> list[str]:
        """What of the files is not what was written."""
        found = []
        for path in self._read(mark):
            try:
                self._open(path, whole=True)
            except BadFile as error:
                found.append(str(error))
        return found

    def _read(self, mark: str) -> list[Path]:
        try:
            names = json.loads(mark)["files"]
            right = all(isinstance(name, str) and name == Path(name).name for name in names)
        except (ValueError, TypeError, KeyError):
            right = False
        if not right:
            raise BadFile(self.name, f"its mark is {mark!r}")
        return [self._folder / name for name in names]

    def _write(self, postings: Postings) -> Path:
        """A new file, on the disk when this returns."""
        import numpy

        counts = numpy.diff(postings.starts)
        words = numpy.flatnonzero(counts)
        arrays: tuple[NDArray[Any], ...] = (
            postings.signatures, postings.handles, postings.places, counts[words], words,
        )  # fmt: skip
        columns = [
            array.astype(kind, copy=False) for kind, array in zip(_KINDS, arrays, strict=True)
        ]
        head = self._head(postings.rows, len(postings), len(words))
        head |= {"crc32": [zlib.crc32(column.data) for column in columns]}
        # Never a name again: a copy under way may still be looking for the file that had it.
        path = self._folder / f"{self.name}.{secrets.token_hex(8)}{ENDING}"
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            start = _HEAD_BYTES
            for column in columns:
                write(file, column.data.cast("B"), start)
                start += column.nbytes
            write(file, json.dumps(head).encode().ljust(_HEAD_BYTES, b"\0"), 0)
            os.fsync(file)
        except BaseException:
            # On a full disk, the more so.
            path.unlink()
            raise
        finally:
            os.close(file)
        keep_name(self._folder)
        return path

    def _open(self, path: Path, whole: bool = False) -> Postings:
        """A file's postings, mapped; all of it is looked at, or only what cannot be wrong.

        Raises:
            BadFile: it is missing or damaged.
        """
        import numpy

        file = opened(path)
        try:
            head, sizes = self._sizes(os.pread(file, _HEAD_BYTES, 0), path)
            size, expected = os.fstat(file).st_size, _HEAD_BYTES + sum(sizes)
            if size != expected:
                raise BadFile(path.name, f"it has {size:,} bytes of {expected:,}")
            mapped = mmap.mmap(file, size, access=mmap.ACCESS_READ)
        finally:
            os.close(file)
        columns, start = [], _HEAD_BYTES
        for kind, length in zip(_KINDS, sizes, strict=True):
            count = length // numpy.dtype(kind).itemsize
            columns.append(numpy.frombuffer(mapped, kind, count, start))
            start += length
        signatures, handles, places, counts, words = columns
        # The large ones only where all is looked at; what they may say is checked where it is used.
        for number, column in enumerate(columns):
            large = number in (0, 2)
            if (whole or not large) and zlib.crc32(column.data) != head["crc32"][number]:
                raise BadFile(path.name, "its checksum is another")
        starts = numpy.zeros(SIZE + 1, numpy.uint32)
        filled = numpy.zeros(SIZE, numpy.int64)
        filled[words] = counts
        starts[1:] = numpy.cumsum(filled)
        if int(starts[-1]) != len(places):
            raise BadFile(path.name, "its words have another number of postings")
        return Postings(handles, starts, signatures, places)

    def _head(self, rows: int, postings: int, words: int) -> dict[str, Any]:
        return {
            "format": _FORMAT,
            "set": self.name,
            "index": self._index_id,
            "vocabulary": NAME,
            "rows": rows,
            "postings": postings,
            "words": words,
        }

    def _sizes(self, data: bytes, path: Path) -> tuple[dict[str, Any], list[int]]:
        """A file's head, and the columns' lengths in bytes."""
        try:
            head = json.loads(data.rstrip(b"\0"))
            counts = [head["rows"], head["postings"], head["words"]]
            right = all(type(count) is int and count >= 0 for count in counts)
            rows, postings, words = counts
            right = right and len(head["crc32"]) == len(_KINDS)
            right = right and head == self._head(*counts) | {"crc32": head["crc32"]}
            right = right and rows <= MAX_ROWS and postings <= MAX_POSTINGS and words <= SIZE
        except (ValueError, TypeError, KeyError, RecursionError):
            right = False
        if not right:
            raise BadFile(path.name, "its head is not this index's")
        return head, [8 * postings, 8 * rows, 4 * postings, 4 * words, 2 * words]


def _mark(paths: Sequence[Path]) -> str:
    return json.dumps({"files": [path.name for path in paths]})


def _dead(part: Postings, gone: NDArray[int64]) -> NDArray[uint8] | None:
    """Which rows are among rising handles: a bit each, or None where none is."""
    import numpy

    found = numpy.isin(part.handles, gone, assume_unique=True)
    return numpy.packbits(found, bitorder="little") if found.any() else None
