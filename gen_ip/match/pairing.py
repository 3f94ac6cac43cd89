"""The compiled inner loops of `alignment`: which features are each other's nearest, and how pairs
of them place one picture in the other. Importing this imports numba.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from gen_ip.match.compiling import compiled, count_ones

# Pairs farther than so many of 256 bits are none; the second nearest must be clearly farther.
_FAR = 80
_RATIO = 0.92
# Two pairs agree when they change scale alike within a factor of 1.65 and turn alike within 26
# degrees; ORB measures both roughly.
_SCALE_TOLERANCE = 0.5
_TURN_TOLERANCE = 0.45
# Where one pair places another: within pixels, and within a share of the distance to it.
_PLACE_TOLERANCE = 10.0
_DISTANCE_TOLERANCE = 0.2
# In pixels: how far a pair may be off, round by round; from the third round on the map is affine.
_ROUNDS = np.array([12.0, 8.0, 6.0, 4.0, 4.0])
_AFFINE_FROM = 2
#: How many placements are tried, best first.
_TRIES = 4
_LEAST_PAIRS = 4
# A placement that the pair itself and one more vote for is chance.
_LEAST_VOTES = 2.2
_LARGEST = 8.0
_STRETCH = 2.2

_codes = types.Array(types.uint64, 2, "C", readonly=True)
_places = types.Array(types.float64, 2, "C", readonly=True)
_map = types.Array(types.float64, 2, "C")
_numbers = types.Array(types.float64, 1, "C", readonly=True)
_flags = types.Array(types.boolean, 1, "C")


@compiled(types.Array(types.int64, 2, "C")(_codes, _codes))
def pairs(asked: Any, kept: Any) -> Any:
    """The pairs of features that are each other's nearest, and near enough.

    Args:
        asked: (n, 4), codes of a picture.
        kept: (4, m), codes of another, word by word, so that the loop over them is vectorized.

    Returns:
        (pairs, 2): rows of `asked` and columns of `kept`.
    """
    n, m = asked.shape[0], kept.shape[1]
    bits = np.empty(m, np.uint64)
    nearest = np.full(m, 257, np.int64)
    nearest_of = np.full(m, -1, np.int64)
    chosen = np.full(n, -1, np.int64)
    for i in range(n):
        a, b, c, d = asked[i, 0], asked[i, 1], asked[i, 2], asked[i, 3]
        for j in range(m):
            bits[j] = (
                count_ones(a ^ kept[0, j])
                + count_ones(b ^ kept[1, j])
                + count_ones(c ^ kept[2, j])
                + count_ones(d ^ kept[3, j])
            )
        first = second = np.int64(257)
        at = -1
        for j in range(m):
            far = np.int64(bits[j])
            if far < second:
                if far < first:
                    second = first
                    first = far
                    at = j
                else:
                    second = far
            if far < nearest[j]:
                nearest[j] = far
                nearest_of[j] = i
        if first <= _FAR and first < _RATIO * second:
            chosen[i] = at
    found = np.empty((n, 2), np.int64)
    count = 0
    for i in range(n):
        if chosen[i] >= 0 and nearest_of[chosen[i]] == i:
            found[count, 0] = i
            found[count, 1] = chosen[i]
            count += 1
    return found[:count].copy()


@compiled(types.boolean(_places, _places, _flags, types.boolean, _map))
def _fit(asked: Any, kept: Any, used: Any, affine: Any, out: Any) -> bool:
    """The least-squares map of `kept` onto `asked`, of the pairs used: a similarity, or affine."""
    count = 0
    qx = qy = wx = wy = 0.0
    for i in range(used.shape[0]):
        if used[i]:
            count += 1
            qx += asked[i, 0]
            qy += asked[i, 1]
            wx += kept[i, 0]
            wy += kept[i, 1]
    if count < _LEAST_PAIRS:
        return False
    qx /= count
    qy /= count
    wx /= count
    wy /= count
    xx = xy = yy = ax = ay = bx = by = 0.0
    for i in range(used.shape[0]):
        if used[i]:
            x, y = kept[i, 0] - wx, kept[i, 1] - wy
            u, v = asked[i, 0] - qx, asked[i, 1] - qy
            xx += x * x
            xy += x * y
            yy += y * y
            ax += u * x
            ay += u * y
            bx += v * x
            by += v * y
    if affine:
        area = xx * yy - xy * xy
        # Points on a line say nothing about what is beside it.
        if not area > 1e-3 * (xx + yy) ** 2 / 4:
            return False
        out[0, 0] = (ax * yy - ay * xy) / area
        out[0, 1] = (ay * xx - ax * xy) / area
        out[1, 0] = (bx * yy - by * xy) / area
        out[1, 1] = (by * xx - bx * xy) / area
    else:
        if not xx + yy > 1e-6:
            return False
        along = (ax + by) / (xx + yy)
        across = (bx - ay) / (xx + yy)
        out[0, 0] = along
        out[0, 1] = -across
        out[1, 0] = across
        out[1, 1] = along
    out[0, 2] = qx - out[0, 0] * wx - out[0, 1] * wy
    out[1, 2] = qy - out[1, 0] * wx - out[1, 1] * wy
    return True


@compiled(types.boolean(_map))
def _sane(out: Any) -> bool:
    """Neither mirrored nor collapsed: scales of 1/8 to 8, one at most 2.2 times the other."""
    a, b, c, d = out[0, 0], out[0, 1], out[1, 0], out[1, 1]
    area = a * d - b * c
    squares = a * a + b * b + c * c + d * d
    if not area > 0:
        return False
    # The singular values, from their product and the sum of their squares.
    root = math.sqrt(max(0.0, squares * squares - 4 * area * area))
    most = math.sqrt((squares + root) / 2)
    least = area / most
    return most <= _LARGEST and least >= 1 / _LARGEST and most <= _STRETCH * least


@compiled(types.int64(_places, _places, _numbers, _numbers, _flags, _map))
def place(asked: Any, kept: Any, scales: Any, turns: Any, used: Any, best: Any) -> int:
    """Where most pairs agree that one picture lies in the other.

    Every pair alone says where, how large and how turned, roughly; all others vote. The placements
    with most votes are refined by least squares, at first as similarities, then affine. No chance
    is involved: the same pairs give the same map.

    Args:
        asked, kept: (n, 2), the points of each pair in the one and the other picture.
        scales: (n,), by which factor each pair is larger in `asked`, as natural logarithm.
        turns: (n,), by which angle it is turned, in radians from -pi to pi.
        used: (n,), filled: which pairs the map fits.
        best: (2, 3), filled: the map of points of `kept` to points of `asked`.

    Returns:
        How many pairs the map fits; 0 where there is none, and then nothing is filled.
    """
    n = asked.shape[0]
    votes = np.zeros(n)
    for i in range(n):
        size = math.exp(scales[i])
        along, across = size * math.cos(turns[i]), size * math.sin(turns[i])
        for j in range(n):
            if abs(scales[j] - scales[i]) > _SCALE_TOLERANCE:
                continue
            turn = abs(turns[j] - turns[i])
            if min(turn, 2 * math.pi - turn) > _TURN_TOLERANCE:
                continue
            x, y = kept[j, 0] - kept[i, 0], kept[j, 1] - kept[i, 1]
            right = asked[i, 0] + along * x - across * y - asked[j, 0]
            down = asked[i, 1] + across * x + along * y - asked[j, 1]
            within = _PLACE_TOLERANCE + _DISTANCE_TOLERANCE * size * math.sqrt(x * x + y * y)
            off = (right * right + down * down) / (within * within)
            if off < 1:
                votes[i] += 1 - off
    most = 0
    fits = np.zeros(n, np.bool_)
    alike = np.zeros(n, np.bool_)
    out = np.empty((2, 3))
    tried = np.empty((2, 3))
    for _ in range(_TRIES):
        i = int(np.argmax(votes))
        if votes[i] < _LEAST_VOTES:
            break
        size = math.exp(scales[i])
        out[0, 0] = out[1, 1] = size * math.cos(turns[i])
        out[1, 0] = size * math.sin(turns[i])
        out[0, 1] = -out[1, 0]
        out[0, 2] = asked[i, 0] - out[0, 0] * kept[i, 0] - out[0, 1] * kept[i, 1]
        out[1, 2] = asked[i, 1] - out[1, 0] * kept[i, 0] - out[1, 1] * kept[i, 1]
        for j in range(n):
            turn = abs(turns[j] - turns[i])
            alike[j] = (
                abs(scales[j] - scales[i]) <= _SCALE_TOLERANCE
                and min(turn, 2 * math.pi - turn) <= _TURN_TOLERANCE
            )
        # The first round's pairs are those that voted.
        count = 0
        for step in range(_ROUNDS.shape[0] + 1):
            count = 0
            for j in range(n):
                right = out[0, 0] * kept[j, 0] + out[0, 1] * kept[j, 1] + out[0, 2] - asked[j, 0]
                down = out[1, 0] * kept[j, 0] + out[1, 1] * kept[j, 1] + out[1, 2] - asked[j, 1]
                if step == 0:
                    x, y = kept[j, 0] - kept[i, 0], kept[j, 1] - kept[i, 1]
                    away = size * math.sqrt(x * x + y * y)
                    within = _PLACE_TOLERANCE + _DISTANCE_TOLERANCE * away
                else:
                    within = _ROUNDS[step - 1]
                fits[j] = alike[j] and right * right + down * down < within * within
                if fits[j]:
                    count += 1
                    if step == 0:
                        # What voted for this placement makes no other.
                        votes[j] = 0
            votes[i] = 0
            if step == _ROUNDS.shape[0]:
                break
            if not _fit(asked, kept, fits, step >= _AFFINE_FROM, tried):
                break
            out[:] = tried
        if count > most and count >= _LEAST_PAIRS and _sane(out):
            most = count
            used[:] = fits
            best[:] = out
    return most
