"""The compiled inner loop of `agreement`: two pictures compared cell by cell. Importing this
imports numba."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from gen_ip.match.compiling import compiled

# Correlation that a pixel of shift must gain to count.
_SHIFT_COST = 0.02
# No picture of 8 bits has less spread than this, unless it is flat.
_FLAT = 0.05

_picture = types.Array(types.float32, 2, "C", readonly=True)
_mask = types.Array(types.boolean, 2, "C", readonly=True)


@compiled(types.Array(types.float64, 2, "C")(_picture, _picture, _mask, *(types.int64,) * 3))
def compare(one: Any, other: Any, both: Any, side: int, step: int, reach: int) -> Any:
    """The correlation of square cells of two pictures of one shape, at the best small shift.

    Args:
        one, other: luminance, shape (h, w).
        both: where both pictures show something; cells that reach outside are left out.
        side, step: of the cells, in pixels.
        reach: by how many pixels a cell of `one` may be shifted over `other`, each way.

    Returns:
        (cells, 7): x and y of the cell's upper left corner, the correlation (-1 to 1, 0 where
        either is flat), the shift right and down, the standard deviations of both at no shift.
    """
    height, width = one.shape
    rows = max(0, (height - side) // step + 1)
    columns = max(0, (width - side) // step + 1)
    found = np.empty((rows * columns, 7))
    count = 0
    size = side * side
    for row in range(rows):
        for column in range(columns):
            top, left = row * step, column * step
            inside = True
            total = squares = 0.0
            for y in range(top, top + side):
                for x in range(left, left + side):
                    inside = inside and both[y, x]
                    value = one[y, x]
                    total += value
                    squares += value * value
            if not inside:
                continue
            spread = math.sqrt(max(0.0, squares / size - (total / size) ** 2))
            best, right, down, still = -2.0, 0, 0, 0.0
            for dy in range(-reach, reach + 1):
                if top + dy < 0 or top + dy + side > height:
                    continue
                for dx in range(-reach, reach + 1):
                    if left + dx < 0 or left + dx + side > width:
                        continue
                    product = there = there_squares = 0.0
                    for y in range(top, top + side):
                        for x in range(left, left + side):
                            value = other[y + dy, x + dx]
                            there += value
                            there_squares += value * value
                            product += value * one[y, x]
                    deviation = math.sqrt(max(0.0, there_squares / size - (there / size) ** 2))
                    if dx == 0 and dy == 0:
                        still = deviation
                    correlation = 0.0
                    if spread > _FLAT and deviation > _FLAT:
                        covariance = product / size - total * there / (size * size)
                        correlation = covariance / (spread * deviation)
                    gain = correlation - _SHIFT_COST * (abs(dx) + abs(dy))
                    if gain > best:
                        best, right, down = gain, dx, dy
            found[count, 0] = left
            found[count, 1] = top
            found[count, 2] = best + _SHIFT_COST * (abs(right) + abs(down))
            found[count, 3] = right
            found[count, 4] = down
            found[count, 5] = spread
            found[count, 6] = still
            count += 1
    return found[:count].copy()
