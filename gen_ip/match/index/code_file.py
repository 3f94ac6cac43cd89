"""A set of codes as one mapped file: appended at its end while others search it.

The file is a head of 4,096 bytes and blocks of 8,192 rows. A block holds the four words of the
codes, word by word as `gen_ip.match.codes` searches them, and after them the rows' handles: five
times 8,192 little-endian numbers of 64 bits. Blocks are written whole at first, so that a mapping
never ends within one. Rows beyond those that the mark names are nobody's: left by a writer that
died, they are written over.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gen_ip.match.codes import BLOCK, WORDS, Blocks, Hits, as_words, search
from gen_ip.match.index.engine import BadFile, Found
from gen_ip.match.index.files import keep_name, opened, write
from gen_ip.match.index.records import Row

if TYPE_CHECKING:
    from numpy import int64, uint8, uint64
    from numpy.typing import NDArray

ENDING = ".codes"

_HEAD_BYTES = 4096
_FORMAT = 1
_PLANES = WORDS + 1
_WORD_BYTES = 8
_BLOCK_BYTES = _PLANES * BLOCK * _WORD_BYTES


@dataclass(frozen=True, eq=False)
class CodeView:
    """The rows of a code file that a mark covers, as they were when it was opened.

    Attributes:
        path: the file.
        planes: the mapped file, uint64 of shape (blocks, 5, 8192).
        rows: how many rows count.
        dead: the rows taken out, a bit each as in `Blocks`; None where there are none.
    """

    path: Path
    planes: NDArray[uint64]
    rows: int
    dead: NDArray[uint8] | None = None

    def search(self, codes: NDArray[uint64], radius: int, limit: int, threads: int | None) -> Found:
        """As `gen_ip.match.codes.search`, with handles in place of rows."""
        blocks = Blocks(self.planes, self.rows, self.dead)
        hits: Hits = search(blocks, codes, radius, limit, threads=threads)
        return Found(hits.queries, self.handles(hits.rows), hits.distances)

    def handles(self, rows: NDArray[int64]) -> NDArray[int64]:
        """The handles of rows."""
        import numpy

        found: NDArray[int64] = self.planes[rows // BLOCK, WORDS, rows % BLOCK].astype(numpy.int64)
        return found

    def without(self, handles: NDArray[int64]) -> CodeView:
        """The same with these rows taken out too; a handle without a row here is passed over.

        Args:
            handles: rising.
        """
        import numpy

        none = numpy.zeros(-(-self.rows // 8), numpy.uint8)
        dead = none if self.dead is None else self.dead.copy()
        wanted = handles.astype(numpy.uint64)
        # Handles rise along the file: first the block, then the place in it.
        firsts = numpy.ascontiguousarray(self.planes[: -(-self.rows // BLOCK), WORDS, 0])
        blocks = numpy.searchsorted(firsts, wanted, side="right") - 1
        for block in numpy.unique(blocks[blocks >= 0]):
            count = min(BLOCK, self.rows - int(block) * BLOCK)
            here = self.planes[block, WORDS, :count]
            asked = wanted[blocks == block]
            places = numpy.searchsorted(here, asked)
            places = numpy.minimum(places, count - 1)
            rows = int(block) * BLOCK + places[here[places] == asked]
            numpy.bitwise_or.at(dead, rows >> 3, (1 << (rows & 7)).astype(numpy.uint8))
        return replace(self, dead=dead)

    def codes(self, block: int) -> tuple[NDArray[int64], NDArray[uint64]]:
        """A block's handles, (n,), and codes, (n, 4)."""
        import numpy

        count = min(BLOCK, self.rows - block * BLOCK)
        planes = self.planes[block, :, :count]
        return planes[WORDS].astype(numpy.int64), numpy.ascontiguousarray(planes[:WORDS].T)


class CodeEngine:
    """The codes of one set in an index's folder; an `Engine`."""

    def __init__(self, folder: Path, name: str, index_id: str) -> None:
        self.name = name
        self._folder, self._index_id = folder, index_id

    def append(self, rows: Sequence[Row], mark: str | None) -> str:
        """See `Engine.append`; rows without a code of this set are passed over."""
        import numpy

        own = [row for row in rows if self.name in row.codes]
        if mark is None:
            path, count = self._unused(), 0
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        else:
            path, count = self._read(mark)
            if not own:
                return mark
            file = opened(path)
        try:
            if mark is None:
                write(file, self._head(), 0)
            else:
                self._check(file, path, count)
            planes = numpy.empty((_PLANES, len(own)), numpy.dtype("<u8"))
            planes[:WORDS] = as_words([row.codes[self.name] for row in own]).T
            planes[WORDS] = [row.handle for row in own]
            _lay(file, planes, count)
            os.fsync(file)
        finally:
            os.close(file)
        if mark is None:
            keep_name(self._folder)
        return _mark(path, count + len(own))

    def open(self, mark: str, before: CodeView | None = None) -> CodeView:
        """See `Engine.open`."""
        import numpy

        path, rows = self._read(mark)
        count = -(-rows // BLOCK)
        if before is not None and before.path == path and len(before.planes) >= count:
            return replace(before, rows=rows, dead=_longer(before.dead, rows))
        file = opened(path)
        try:
            self._check(file, path, rows)
            # Blocks laid out after these may be mapped as well; they are complete.
            count = (os.fstat(file).st_size - _HEAD_BYTES) // _BLOCK_BYTES
        finally:
            os.close(file)
        shape = (count, _PLANES, BLOCK)
        if count == 0:
            return CodeView(path, numpy.empty(shape, numpy.uint64), 0)
        planes = numpy.memmap(path, numpy.dtype("<u8"), "r", _HEAD_BYTES, shape)
        dead = None if before is None or before.path != path else _longer(before.dead, rows)
        return CodeView(path, planes.view(numpy.ndarray), rows, dead)

    def files(self, mark: str) -> list[Path]:
        """See `Engine.files`."""
        return [self._read(mark)[0]]

    def _read(self, mark: str) -> tuple[Path, int]:
        try:
            value = json.loads(mark)
            name, rows = value["file"], value["rows"]
        except (ValueError, TypeError, KeyError):
            raise BadFile(self.name, f"its mark is {mark!r}") from None
        right = isinstance(name, str) and name == Path(name).name and type(rows) is int
        if not right or rows < 0:
            raise BadFile(self.name, f"its mark is {mark!r}")
        return self._folder / name, rows

    def _unused(self) -> Path:
        # Never a name again: a copy under way may still be looking for the file that had it.
        return self._folder / f"{self.name}.{secrets.token_hex(8)}{ENDING}"

    def _head(self) -> bytes:
        head = {"format": _FORMAT, "set": self.name, "index": self._index_id, "block": BLOCK}
        return json.dumps(head).encode().ljust(_HEAD_BYTES, b"\0")

    def _check(self, file: int, path: Path, rows: int) -> None:
        if os.pread(file, _HEAD_BYTES, 0) != self._head():
            raise BadFile(path.name, "its head is not this index's")
        least = _HEAD_BYTES + -(-rows // BLOCK) * _BLOCK_BYTES
        size = os.fstat(file).st_size
        if size < least:
            raise BadFile(path.name, f"it has {size:,} bytes of {least:,}")


def _longer(dead: NDArray[uint8] | None, rows: int) -> NDArray[uint8] | None:
    """A copy of `dead` for so many rows, of which the later ones live."""
    import numpy

    if dead is None:
        return None
    longer = numpy.zeros(-(-rows // 8), numpy.uint8)
    longer[: len(dead)] = dead
    return longer


def _mark(path: Path, rows: int) -> str:
    return json.dumps({"file": path.name, "rows": rows})


def _lay(file: int, planes: NDArray[uint64], row: int) -> None:
    """Writes columns of `planes`, (5, n), as rows from `row` on."""
    import numpy

    done = 0
    while done < planes.shape[1]:
        block, place = divmod(row + done, BLOCK)
        count = min(BLOCK - place, planes.shape[1] - done)
        part = planes[:, done : done + count]
        start = _HEAD_BYTES + block * _BLOCK_BYTES
        if place == 0:
            whole = numpy.zeros((_PLANES, BLOCK), planes.dtype)
            whole[:, :count] = part
            write(file, whole.tobytes(), start)
        else:
            for plane in range(_PLANES):
                at = start + (plane * BLOCK + place) * _WORD_BYTES
                write(file, part[plane].tobytes(), at)
        done += count
