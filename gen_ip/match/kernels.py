"""The compiled inner loops of `codes`; importing this imports numba and compiles, or loads from
the user's cache folder, for the processor at hand.

A code is four words of 64 bits. A block holds 8,192 of them word by word (word 0 of all, word 1 of
all, ...), so that one vector instruction counts the differing bits of as many codes as a register
has words, and so that a look at the first words alone reads those and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import platformdirs
from numba import types
from numba.extending import intrinsic

#: Codes that are compared with a query in one go, before the next query: 16 KiB, half of an
#: ordinary first-level cache.
STRIP = 512
_SHIFT = 48
_ROWS = (1 << _SHIFT) - 1


def _compiled(signature: Any, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """`numba.njit` of one signature, kept in the user's cache folder where that can be written."""

    def compile_it(function: Callable[..., Any]) -> Any:
        settings: Any = numba.config
        before = settings.CACHE_DIR
        if not before:
            settings.CACHE_DIR = str(Path(platformdirs.user_cache_dir("gen-ip")) / "numba")
        try:
            return numba.njit(signature, nogil=True, cache=True, **options)(function)
        except (OSError, RuntimeError):
            # RuntimeError is numba's for "no folder to cache in".
            return numba.njit(signature, nogil=True, **options)(function)
        finally:
            settings.CACHE_DIR = before

    return compile_it


def _count_ones(_: Any, word: Any) -> Any:
    """How many bits of a word are set: LLVM's ctpop, which it knows to vectorize."""

    def generate(_: Any, builder: Any, __: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generate


_ones: Any = intrinsic(_count_ones)

_words = types.Array(types.uint64, 2, "C", readonly=True)
_blocks = types.Array(types.uint64, 3, "C", readonly=True)
_bits = types.Array(types.uint8, 1, "C", readonly=True)
_keys = types.Array(types.int64, 2, "C")
_counts = types.Array(types.int64, 1, "C")


@_compiled(types.int64(types.Array(types.int64, 1, "C"), types.int64, types.int64))
def prune(keys: Any, count: int, limit: int) -> int:
    """Keeps the `limit` smallest of `count` keys, in their order; returns the worst distance kept.

    Keys come by rising rows, so of equal distances the first are the smaller.
    """
    histogram = np.zeros(257, np.int64)
    for index in range(count):
        histogram[keys[index] >> _SHIFT] += 1
    worst = 0
    nearer = 0
    while nearer + histogram[worst] < limit:
        nearer += histogram[worst]
        worst += 1
    left = limit - nearer
    kept = 0
    for index in range(count):
        far = keys[index] >> _SHIFT
        if far < worst or (far == worst and left > 0):
            left -= far == worst
            keys[kept] = keys[index]
            kept += 1
    return worst


@_compiled(
    types.void(
        _blocks, types.int64, types.int64, types.int64, _words, _bits,
        types.int64, types.int64, types.int64, _keys, _counts,
    )
)  # fmt: skip
def scan(
    blocks: Any,
    first: int,
    end: int,
    rows: int,
    queries: Any,
    dead: Any,
    radius: int,
    prefix: int,
    limit: int,
    keys: Any,
    counts: Any,
) -> None:
    """Gathers, of the blocks from `first` to before `end`, what lies within `radius` of a query.

    Args:
        blocks: (n, 4, 8192); rows from `rows` on are none.
        queries: (m, 4).
        dead: a bit a row, or empty; a row whose bit is set is none.
        radius: 0 to 256.
        prefix: rows whose first 128 bits differ in more than this are passed over; 128 for none.
        limit: how many of the nearest a query wants, at least 1.
        keys: (m, at least 2 * limit or as many as there are rows): distance << 48 | row.
        counts: (m,): how many keys of each query are filled; zeros at first.
    """
    size = blocks.shape[2]
    capacity = keys.shape[1]
    below = np.full(queries.shape[0], radius + 1, np.uint64)
    distances = np.empty(STRIP, np.uint64)
    first_below = np.uint64(prefix + 1)
    for block in range(first, end):
        for start in range(0, min(size, rows - block * size), STRIP):
            words_0 = blocks[block, 0, start : start + STRIP]
            words_1 = blocks[block, 1, start : start + STRIP]
            words_2 = blocks[block, 2, start : start + STRIP]
            words_3 = blocks[block, 3, start : start + STRIP]
            for query in range(queries.shape[0]):
                query_0 = queries[query, 0]
                query_1 = queries[query, 1]
                query_2 = queries[query, 2]
                query_3 = queries[query, 3]
                bound = below[query]
                # Below the bound the difference borrows, and its highest bit is set.
                any_within = np.uint64(0)
                if prefix < 128:
                    for index in range(STRIP):
                        near = _ones(words_0[index] ^ query_0) + _ones(words_1[index] ^ query_1)
                        any_within |= near - first_below
                else:
                    for index in range(STRIP):
                        far = (
                            _ones(words_0[index] ^ query_0)
                            + _ones(words_1[index] ^ query_1)
                            + _ones(words_2[index] ^ query_2)
                            + _ones(words_3[index] ^ query_3)
                        )
                        any_within |= far - bound
                if not any_within >> np.uint64(63):
                    continue
                for index in range(STRIP):
                    near = _ones(words_0[index] ^ query_0) + _ones(words_1[index] ^ query_1)
                    rest = _ones(words_2[index] ^ query_2) + _ones(words_3[index] ^ query_3)
                    distances[index] = near + rest if near < first_below else np.uint64(512)
                for index in range(STRIP):
                    if distances[index] >= bound:
                        continue
                    row = block * size + start + index
                    if row >= rows:
                        break
                    if dead.size and dead[row >> 3] >> (row & 7) & 1:
                        continue
                    keys[query, counts[query]] = np.int64(distances[index]) << _SHIFT | row
                    counts[query] += 1
                    if counts[query] == capacity and capacity > limit:
                        # Later rows lose against equally near ones, so only nearer ones matter.
                        bound = np.uint64(prune(keys[query], capacity, limit))
                        below[query] = bound
                        counts[query] = limit
