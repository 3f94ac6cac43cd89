"""What searches 256-bit codes, one shape for all: the package's index, FAISS's binary indexes.

Each is built and asked in a process of its own, so that its memory is what the operating system
says of that process, and its threads nobody else's.
"""

from __future__ import annotations

import itertools
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy

if TYPE_CHECKING:
    from numpy import bool_, uint8
    from numpy.typing import NDArray

    from benchmarks._codes import Questions

_APPENDED = 20_000
# Of each picture's candidates so many are wanted; FAISS is asked for as many.
LIMIT = 20


class Engine(Protocol):
    """An index that is built and asked."""

    def build(self, codes: NDArray[uint8]) -> None:
        """Takes the codes in."""

    def search(self, codes: NDArray[uint8], radius: int) -> list[set[int]]:
        """For each code the rows found."""


class GenIPIndex:
    """A code file of the package's index, on disk, as `PictureIndex.search` searches it."""

    def __init__(self, folder: Path, threads: int) -> None:
        from gen_ip.match.codes import pack, search
        from gen_ip.match.index.code_file import CodeEngine

        # Compiles the search, or loads what was compiled.
        search(pack([bytes(32)]), [bytes(32)], 0, 1)
        self._engine, self._threads = CodeEngine(folder, "pdq-1", "benchmark"), threads

    def build(self, codes: NDArray[uint8]) -> None:
        from gen_ip.match.index.records import Row

        mark = None
        for start in range(0, len(codes), _APPENDED):
            rows = [
                Row(start + number, {"pdq-1": bytes(code)}, None)
                for number, code in enumerate(codes[start : start + _APPENDED])
            ]
            mark = self._engine.append(rows, mark)
        assert mark is not None
        self.view = self._engine.open(mark)

    def search(self, codes: NDArray[uint8], radius: int) -> list[set[int]]:
        from gen_ip.match.codes import as_words

        found = self.view.search(as_words(codes), radius, LIMIT, self._threads)
        rows: list[set[int]] = [set() for _ in codes]
        for query, handle in zip(found.queries.tolist(), found.handles.tolist(), strict=True):
            rows[query].add(handle)
        return rows


class FaissFlat:
    """`IndexBinaryFlat`: every code is looked at. Asked for the nearest, or for all within."""

    def __init__(self, threads: int, within: bool) -> None:
        import faiss

        faiss.omp_set_num_threads(threads)
        self._index, self._within = faiss.IndexBinaryFlat(256), within

    def build(self, codes: NDArray[uint8]) -> None:
        self._index.add(codes)

    def search(self, codes: NDArray[uint8], radius: int) -> list[set[int]]:
        if self._within:
            # FAISS means nearer than its radius.
            limits, _, rows = self._index.range_search(codes, radius + 1)
            spans = itertools.pairwise(limits.tolist())
            return [set(rows[start:end].tolist()) for start, end in spans]
        return _nearest(self._index, codes, radius)


class FaissMultiHash:
    """`IndexBinaryMultiHash`: tables of parts of the codes, looked up with bits flipped."""

    def __init__(self, threads: int, tables: int, bits: int, flips: int) -> None:
        import faiss

        faiss.omp_set_num_threads(threads)
        self._index = faiss.IndexBinaryMultiHash(256, tables, bits)
        self._index.nflip = flips

    def build(self, codes: NDArray[uint8]) -> None:
        self._index.add(codes)

    def search(self, codes: NDArray[uint8], radius: int) -> list[set[int]]:
        return _nearest(self._index, codes, radius)


def _nearest(index: Any, codes: NDArray[uint8], radius: int) -> list[set[int]]:
    distances, rows = index.search(codes, LIMIT)
    near: NDArray[bool_] = (distances <= radius) & (rows >= 0)
    return [set(row[each].tolist()) for row, each in zip(rows, near, strict=True)]


def best(call: Callable[[], object], seconds: float) -> float:
    """The fewest seconds that a call took, of those that fit into `seconds`; at least one.

    What else the machine does only ever adds time.
    """
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while not taken or time.perf_counter() < end:
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return min(taken)


def recall(found: Sequence[set[int]], asked: Questions) -> float:
    """Which share of the questions found the row they were made from."""
    hits = sum(int(row) in rows for row, rows in zip(asked.rows, found, strict=True))
    return hits / len(asked.rows)


def batches(codes: NDArray[uint8], size: int) -> Iterator[NDArray[uint8]]:
    """The codes, so many at once; a rest is left out."""
    for start in range(0, len(codes) - size + 1, size):
        yield numpy.ascontiguousarray(codes[start : start + size])


def resident() -> int:
    """Bytes of this process in memory now, mapped files' pages among them."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def peak() -> int:
    """The most bytes this process ever had in memory."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


class Bandwidth:
    """Reading memory as fast as it goes, with as many threads as the search: what bounds a scan.

    Every word is read once and added to one of several sums, as in STREAM (McCalpin, 1995), whose
    kernels write as well.
    """

    def __init__(self, words: NDArray[Any], threads: int) -> None:
        import numba

        self._pool = ThreadPoolExecutor(threads)
        flat = words.reshape(-1)
        self._parts = numpy.array_split(flat, 8 * threads)
        self.bytes = flat.nbytes

        @numba.njit("uint64(Array(uint64, 1, 'C', readonly=True))", nogil=True)
        def read(words: Any) -> Any:
            total = numpy.uint64(0)
            for index in range(numpy.uint64(0), numpy.uint64(words.size)):
                total += words[index]
            return total

        self._read = read

    def __call__(self) -> int:
        return sum(int(each) for each in self._pool.map(self._read, self._parts))
