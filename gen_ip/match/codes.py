"""Searching 256-bit codes by Hamming distance: every code is looked at, as fast as memory gives it.

At the radii that pictures need (60 to 90 of 256 bits) tables of parts of codes ("multi-index
hashing") and graphs have to look at most of the codes anyway, or miss some. A scan misses none, and
several queries share one pass: the views and orientations of one picture cost little more than one.

The loops are compiled by numba when they are first needed.
"""

from __future__ import annotations

import functools
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gen_ip.match.errors import InvalidQuery
from gen_ip.match.loops import loops

if TYPE_CHECKING:
    from numpy import int16, int32, int64, uint8, uint64
    from numpy.typing import NDArray

BITS = 256
WORDS = 4
#: Codes in a block of the layout that is searched.
BLOCK = 8192

# Below so many rows for each, more threads cost more than they give.
_ROWS_A_THREAD = 8 * BLOCK
# A thread that got less of the processor leaves more pieces to the others.
_PIECES_A_THREAD = 8
# Queries of one pass; with the codes at hand they fill half of a first-level cache.
_QUERIES_A_PASS = 128


class Hits(NamedTuple):
    """What a search found: by query, each query's nearest first, equally near ones by row.

    All of the same length: `queries` numbers the codes asked with, `rows` the codes found.
    """

    queries: NDArray[int32]
    rows: NDArray[int64]
    distances: NDArray[int16]


@dataclass(frozen=True, eq=False)
class Blocks:
    """Codes laid out for searching.

    Attributes:
        words: uint64 of shape (blocks, 4, 8192), little-endian words of the codes, word by word.
        rows: how many of them are codes.
        dead: one bit for each row, lowest bit first, set where the code is removed; or empty.
    """

    words: NDArray[uint64]
    rows: int
    dead: NDArray[uint8] | None = None


def as_words(codes: Any) -> NDArray[uint64]:
    """Codes as (n, 4) uint64, from that, from (n, 32) uint8, or from a sequence of 32 bytes each.

    Raises:
        InvalidQuery: they have another form.
    """
    import numpy

    if isinstance(codes, list | tuple) and all(isinstance(code, bytes) for code in codes):
        if any(len(code) != BITS // 8 for code in codes):
            raise InvalidQuery("codes", codes, "32 bytes each")
        codes = numpy.frombuffer(b"".join(codes), numpy.uint8).reshape(-1, BITS // 8)
    if isinstance(codes, numpy.ndarray) and codes.ndim == 2:
        if codes.dtype == numpy.uint8 and codes.shape[1] == BITS // 8:
            return numpy.ascontiguousarray(codes).view("<u8").astype(numpy.uint64, copy=False)
        if codes.dtype == numpy.uint64 and codes.shape[1] == WORDS:
            return numpy.ascontiguousarray(codes)
    shape = getattr(codes, "shape", type(codes).__name__)
    raise InvalidQuery("codes", shape, "uint64 of shape (n, 4) or uint8 of shape (n, 32)")


def pack(codes: Any) -> Blocks:
    """Codes of any form that `as_words` takes, laid out for searching."""
    import numpy

    words = as_words(codes)
    count = -(-len(words) // BLOCK)
    blocks = numpy.zeros((count, WORDS, BLOCK), numpy.uint64)
    for number, block in enumerate(blocks):
        part = words[number * BLOCK : (number + 1) * BLOCK]
        block[:, : len(part)] = part.T
    return Blocks(blocks, len(words))


def unpack(blocks: Blocks) -> NDArray[uint64]:
    """The codes of `blocks`, (rows, 4) uint64, removed ones among them."""
    return blocks.words.transpose(0, 2, 1).reshape(-1, WORDS)[: blocks.rows]


def search(
    blocks: Blocks,
    queries: Any,
    radius: int,
    limit: int,
    *,
    threads: int | None = None,
) -> Hits:
    """The codes within `radius` bits of each query, at most the `limit` nearest of each.

    Args:
        blocks: what to search.
        queries: codes, in any form that `as_words` takes.
        radius: 0 to 256.
        limit: at least 1. Of equally near codes those of lower rows come first.
        threads: how many threads search; all processors by default.

    Raises:
        InvalidQuery: an argument is out of its range.
        MatchingUnavailable: numba is not installed.
    """
    import numpy

    words = as_words(queries)
    check_search(radius, limit)
    if threads is None:
        threads = _processors()
    _check("threads", threads, 1, 4096)
    found = [
        _pass(blocks, words[start : start + _QUERIES_A_PASS], radius, limit, threads)
        for start in range(0, len(words), _QUERIES_A_PASS)
    ]
    keys = [each for part in found for each in part]
    if not keys:
        return no_hits()
    numbers = numpy.repeat(numpy.arange(len(keys), dtype=numpy.int32), [len(each) for each in keys])
    every = numpy.concatenate(keys)
    return Hits(numbers, every & ((1 << 48) - 1), (every >> 48).astype(numpy.int16))


def reference(codes: Any, queries: Any, radius: int, limit: int) -> Hits:
    """What `search` finds, in plain numpy and slowly: the definition it is tested against."""
    import numpy

    stored = as_words(codes).view(numpy.uint8)
    numbers, rows, distances = [], [], []
    for number, query in enumerate(as_words(queries).view(numpy.uint8)):
        differing = numpy.unpackbits(stored ^ query, axis=1)
        far = differing.sum(axis=1, dtype=numpy.int16)
        within = numpy.flatnonzero(far <= radius)
        nearest = within[numpy.argsort(far[within], kind="stable")][:limit]
        numbers.append(numpy.full(len(nearest), number, numpy.int32))
        rows.append(nearest)
        distances.append(far[nearest])
    if not numbers:
        return no_hits()
    return Hits(numpy.concatenate(numbers), numpy.concatenate(rows), numpy.concatenate(distances))


def no_hits() -> Hits:
    """What a search that finds nothing returns."""
    import numpy

    return Hits(
        numpy.empty(0, numpy.int32), numpy.empty(0, numpy.int64), numpy.empty(0, numpy.int16)
    )


def check_search(radius: int, limit: int) -> None:
    """Raises InvalidQuery for what `search` would not take."""
    _check("radius", radius, 0, BITS)
    _check("limit", limit, 1, 2**40)


def _check(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise InvalidQuery(name, value, f"a whole number from {least} to {most:,}")


def _pass(
    blocks: Blocks, queries: NDArray[uint64], radius: int, limit: int, threads: int
) -> list[NDArray[int64]]:
    """For each query the keys (distance << 48 | row) of its nearest, rising."""
    import numpy

    scan = loops("kernels").scan
    dead = numpy.empty(0, numpy.uint8) if blocks.dead is None else blocks.dead
    count = -(-blocks.rows // BLOCK)

    def piece(first: int, end: int) -> tuple[NDArray[int64], NDArray[int64]]:
        capacity = min(2 * limit, (end - first) * BLOCK)
        keys = numpy.empty((len(queries), capacity), numpy.int64)
        counts = numpy.zeros(len(queries), numpy.int64)
        scan(
            blocks.words, first, end, blocks.rows, queries, dead,
            radius, limit, keys, counts,
        )  # fmt: skip
        return keys, counts

    threads = max(1, min(threads, blocks.rows // _ROWS_A_THREAD))
    if threads == 1:
        pieces = [piece(0, count)]
    else:
        parts = threads * _PIECES_A_THREAD
        edges = [count * part // parts for part in range(parts + 1)]
        pieces = list(_pool(threads).map(piece, edges[:-1], edges[1:]))
    merged = []
    for query in range(len(queries)):
        keys = numpy.concatenate([keys[query, : counts[query]] for keys, counts in pieces])
        keys.sort()
        merged.append(keys[:limit])
    return merged


def _processors() -> int:
    """Those that this process may use, not all of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="gen-ip-search")


if hasattr(os, "register_at_fork"):
    # A forked process has the pool, but none of its threads.
    os.register_at_fork(after_in_child=_pool.cache_clear)
