"""The compiled inner loops of `codes`; importing this imports numba and compiles, or loads from
the user's cache folder, for the processor at hand.

A code is four words of 64 bits. A block holds 8,192 of them word by word (word 0 of all, word 1 of
all, ...), so that one vector instruction counts the differing bits of as many codes as a register
has words.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types

from gen_ip.match.compiling import compiled, count_ones

# Codes that are compared with four queries in one go, before the next four: few enough to stay in
# the first-level cache, and few enough that one candidate costs a look at little else.
_STRIP = np.uint64(128)
# Four queries share what is loaded, and keep the processor's vector units busy.
_TOGETHER = 4
_FAR = 512
# Unsigned, as all that numbers words: numba then leaves out Python's counting from the end.
_0, _1, _2, _3 = np.uint64(0), np.uint64(1), np.uint64(2), np.uint64(3)
_SHIFT = 48
_ROWS = (1 << _SHIFT) - 1


_words = types.Array(types.uint64, 2, "C", readonly=True)
_blocks = types.Array(types.uint64, 3, "C", readonly=True)
_bits = types.Array(types.uint8, 1, "C", readonly=True)
_keys = types.Array(types.int64, 2, "C")
_counts = types.Array(types.int64, 1, "C")


@compiled(types.int64(types.Array(types.int64, 1, "C"), types.int64, types.int64))
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


@numba.njit
def _apart(w_0: int, w_1: int, w_2: int, w_3: int, query: tuple[int, int, int, int]) -> Any:
    return (
        count_ones(w_0 ^ query[0])
        + count_ones(w_1 ^ query[1])
        + count_ones(w_2 ^ query[2])
        + count_ones(w_3 ^ query[3])
    )


@numba.njit
def _query(queries: Any, number: int) -> Any:
    return queries[number, 0], queries[number, 1], queries[number, 2], queries[number, 3]


@compiled(
    types.uint64(
        _blocks, types.uint64, types.uint64, types.int64, _words, _bits, types.uint64,
        types.int64, _keys, _counts, types.int64, types.Array(types.uint64, 1, "C"),
    )
)  # fmt: skip
def gather(
    blocks: Any,
    block: int,
    start: int,
    rows: int,
    queries: Any,
    dead: Any,
    bound: Any,
    limit: int,
    keys: Any,
    counts: Any,
    number: int,
    distances: Any,
) -> Any:
    """Adds a strip's rows nearer than `bound` to the keys of query `number`; the bound from then
    on.

    Args:
        distances: as long as the strip; written over.
    """
    query = _query(queries, number)
    length = np.uint64(distances.size)
    for index in range(_0, length):
        place = start + index
        w_0, w_1 = blocks[block, _0, place], blocks[block, _1, place]
        w_2, w_3 = blocks[block, _2, place], blocks[block, _3, place]
        distances[index] = _apart(w_0, w_1, w_2, w_3, query)
    capacity = keys.shape[1]
    for index in range(_0, length):
        if distances[index] >= bound:
            continue
        row = np.int64(block) * blocks.shape[2] + np.int64(start + index)
        if row >= rows:
            break
        if dead.size and dead[row >> 3] >> (row & 7) & 1:
            continue
        keys[number, counts[number]] = np.int64(distances[index]) << _SHIFT | row
        counts[number] += 1
        if counts[number] == capacity and capacity > limit:
            # Later rows lose against equally near ones, so only nearer ones matter.
            bound = np.uint64(prune(keys[number], capacity, limit))
            counts[number] = limit
    return bound


@compiled(
    types.void(
        _blocks, types.int64, types.int64, types.int64, _words, _bits,
        types.int64, types.int64, _keys, _counts,
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
    limit: int,
    keys: Any,
    counts: Any,
) -> None:
    """Gathers, of the blocks from `first` to before `end`, what lies within `radius` of a query.

    Args:
        blocks: (n, 4 or more, 8192); rows from `rows` on are none.
        queries: (m, 4).
        dead: a bit a row, or empty; a row whose bit is set is none.
        radius: 0 to 256.
        limit: how many of the nearest a query wants, at least 1.
        keys: (m, at least 2 * limit or as many as there are rows): distance << 48 | row.
        counts: (m,): how many keys of each query are filled; zeros at first.
    """
    size = blocks.shape[2]
    count = queries.shape[0]
    distances = np.empty(_STRIP, np.uint64)
    below = np.full(count, radius + 1, np.uint64)
    for number_of in range(first, end):
        block = np.uint64(number_of)
        held = np.uint64(min(size, rows - number_of * size))
        for start in range(_0, held, _STRIP):
            together = count // _TOGETHER * _TOGETHER
            for number in range(0, together, _TOGETHER):
                query_0 = _query(queries, number)
                query_1 = _query(queries, number + 1)
                query_2 = _query(queries, number + 2)
                query_3 = _query(queries, number + 3)
                near_0 = near_1 = near_2 = near_3 = np.uint64(_FAR)
                for index in range(_0, _STRIP):
                    place = start + index
                    w_0, w_1 = blocks[block, _0, place], blocks[block, _1, place]
                    w_2, w_3 = blocks[block, _2, place], blocks[block, _3, place]
                    near_0 = min(near_0, _apart(w_0, w_1, w_2, w_3, query_0))
                    near_1 = min(near_1, _apart(w_0, w_1, w_2, w_3, query_1))
                    near_2 = min(near_2, _apart(w_0, w_1, w_2, w_3, query_2))
                    near_3 = min(near_3, _apart(w_0, w_1, w_2, w_3, query_3))
                for offset, near in enumerate((near_0, near_1, near_2, near_3)):
                    which = number + offset
                    if near < below[which]:
                        below[which] = gather(
                            blocks, block, start, rows, queries, dead,
                            below[which], limit, keys, counts, which, distances,
                        )  # fmt: skip
            for number in range(together, count):
                query_0 = _query(queries, number)
                near_0 = np.uint64(_FAR)
                for index in range(_0, _STRIP):
                    place = start + index
                    w_0, w_1 = blocks[block, _0, place], blocks[block, _1, place]
                    w_2, w_3 = blocks[block, _2, place], blocks[block, _3, place]
                    near_0 = min(near_0, _apart(w_0, w_1, w_2, w_3, query_0))
                if near_0 < below[number]:
                    below[number] = gather(
                        blocks, block, start, rows, queries, dead,
                        below[number], limit, keys, counts, number, distances,
                    )  # fmt: skip
