"""A tensor's elements as half-precision numbers, for digests, and as float32, for sketches.

So that saves of the same weights agree, every floating-point element is rounded to IEEE 754
binary16, to nearest, ties to even: F64 by way of F32; BF16 and the 8-bit kinds hold few enough
digits to be converted exactly wherever binary16 reaches. What that makes equal is told in
docs/works-models.md. Other kinds (whole numbers, packed ones, scales) are left as they are.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import float32
    from numpy.typing import NDArray

#: The kinds that are rounded to binary16, and how many bytes an element takes.
FLOATS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1}


def halves(dtype: str, data: Any) -> Any:
    """The elements as little-endian binary16: a buffer, or `data` itself where it is that.

    Args:
        dtype: a key of `FLOATS`.
        data: a buffer of whole elements.
    """
    import numpy

    if dtype == "F16":
        return data
    with numpy.errstate(over="ignore", under="ignore", invalid="ignore"):
        if dtype == "F8_E4M3":
            return _e4m3().astype("<f2")[numpy.frombuffer(data, numpy.uint8)]
        return floats(dtype, data).astype("<f2")


def floats(dtype: str, data: Any) -> NDArray[float32]:
    """The elements as float32, shape (n,); `dtype` and `data` as in `halves`."""
    import numpy

    with numpy.errstate(over="ignore", under="ignore", invalid="ignore"):
        if dtype == "F32":
            return numpy.frombuffer(data, "<f4").astype(numpy.float32, copy=False)
        if dtype in ("F16", "F64"):
            kind = "<f2" if dtype == "F16" else "<f8"
            return numpy.frombuffer(data, kind).astype(numpy.float32)
        if dtype == "BF16":
            # The upper half of a binary32.
            upper = numpy.frombuffer(data, "<u2").astype(numpy.uint32)
            return (upper << 16).view(numpy.float32)
        codes = numpy.frombuffer(data, numpy.uint8)
        if dtype == "F8_E4M3":
            return _e4m3()[codes]
        # E5M2 is the upper half of a binary16.
        return (codes.astype(numpy.uint16) << 8).view(numpy.float16).astype(numpy.float32)


@functools.cache
def _e4m3() -> NDArray[float32]:
    """The value of each of the 256 codes (OCP 8-bit Floating Point Specification, E4M3)."""
    import numpy

    codes = numpy.arange(256)
    exponent, fraction = (codes >> 3) & 15, codes & 7
    size = numpy.where(
        exponent == 0,
        fraction * 2.0**-9,
        (1 + fraction / 8) * 2.0 ** (exponent - 7.0),
    )
    size[(codes & 127) == 127] = numpy.nan
    return numpy.where(codes & 128, -size, size).astype(numpy.float32)
