"""PDQ-256, a likeness hash for pictures, computed in whole numbers: `pdq-1`.

PDQ (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019):
luminance, a tent filter made of two box filters in each direction, 64 x 64 samples, the 16 x 16
lowest frequencies of their DCT without the constant one, a bit each for lying above their median.

Meta's code computes in 32-bit floats, so compilers and processors may round a frequency near the
median to either side. Filter, decimation and luminance are linear maps with rational weights;
here they run exactly, in integers, and the DCT in fixed point, so that every machine finds the
same bits. The vectors that ship (`vectors/pdq-1.json`) carry the hashes of Meta's code as well:
they are the same wherever a picture has structure.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from gen_ip.errors import MalformedFingerprint
from gen_ip.fingerprint.reduced import SIDE

if TYPE_CHECKING:
    from numpy import bool_, int64, uint8
    from numpy.typing import NDArray

PDQ = "pdq-1"
BITS = 256
#: Longest side that `pdq` takes: up to it the filter's windows are 1 to 4 pixels wide.
MAX_SIDE = SIDE
#: Below this side length Meta's code declines: no hash but zeros, quality 0.
MIN_SIDE = 5

_CELLS = 64
_FREQUENCIES = 16
_HASH_BYTES = BITS // 8
_BINARY_VERSION = 1
_HEX = re.compile(f"[0-9a-f]{{{2 * (_HASH_BYTES + 2)}}}")
_MAX_QUALITY = 100

# Two windows of 1 to 4 pixels divide by a product of theirs: 12 * 12 is a multiple of each.
_WINDOWS = 12
_AXIS_SCALE = _WINDOWS * _WINDOWS
# Rec. 601, in thousandths.
_LUMA = (299, 587, 114)
_SCALE = _AXIS_SCALE * _AXIS_SCALE * sum(_LUMA)

_COSINE_BITS = 20
# |samples| < 2**32.4 and the sum of 64 |cosines| < 2**5.4, so both products stay below 2**60.
_SHIFT = 24


class Orientation(Enum):
    """The eight ways to turn and mirror a picture, named as Pillow does (turns to the left)."""

    UPRIGHT = "upright"
    ROTATE_90 = "rotate-90"
    ROTATE_180 = "rotate-180"
    ROTATE_270 = "rotate-270"
    FLIP_LEFT_RIGHT = "flip-left-right"
    FLIP_TOP_BOTTOM = "flip-top-bottom"
    TRANSPOSE = "transpose"
    TRANSVERSE = "transverse"


# Of the turned picture's frequencies: taken over the diagonal? negated where the row's, where the
# column's number is odd? A mirrored cosine changes its sign exactly when its frequency is odd.
_TURNS: dict[Orientation, tuple[bool, bool, bool]] = {
    Orientation.UPRIGHT: (False, False, False),
    Orientation.ROTATE_90: (True, True, False),
    Orientation.ROTATE_180: (False, True, True),
    Orientation.ROTATE_270: (True, False, True),
    Orientation.FLIP_LEFT_RIGHT: (False, False, True),
    Orientation.FLIP_TOP_BOTTOM: (False, True, False),
    Orientation.TRANSPOSE: (True, False, False),
    Orientation.TRANSVERSE: (True, True, True),
}


@dataclass(frozen=True)
class Pdq:
    """A picture's PDQ hash.

    Attributes:
        hash: 32 bytes, as Meta's hex: the bit of row i and column j of the frequencies counts
            2**(16 * i + j) of the big-endian number.
        quality: 0 to 100, how much structure the picture has. Hashes of little structure
            are noise; Meta discards those below 50.

    Raises:
        MalformedFingerprint: `hash` is not 32 bytes, or `quality` not within 0 to 100.
    """

    hash: bytes
    quality: int

    def __post_init__(self) -> None:
        if not isinstance(self.hash, bytes) or len(self.hash) != _HASH_BYTES:
            raise MalformedFingerprint(PDQ, self.hash, "a hash of 32 bytes")
        if type(self.quality) is not int or not 0 <= self.quality <= _MAX_QUALITY:
            raise MalformedFingerprint(PDQ, self.quality, "a quality from 0 to 100")

    def to_bytes(self) -> bytes:
        """34 bytes: the version 1, the hash, the quality."""
        return bytes([_BINARY_VERSION]) + self.hash + bytes([self.quality])

    @classmethod
    def from_bytes(cls, data: bytes) -> Pdq:
        """What `to_bytes` made.

        Raises:
            MalformedFingerprint: another length or version, or a quality above 100.
        """
        if len(data) != _HASH_BYTES + 2 or data[0] != _BINARY_VERSION:
            expected = f"34 bytes of which the first is {_BINARY_VERSION}"
            raise MalformedFingerprint(PDQ, data, expected)
        return cls(bytes(data[1:-1]), data[-1])

    def to_hex(self) -> str:
        """The 34 bytes as 68 hex digits."""
        return self.to_bytes().hex()

    @classmethod
    def from_hex(cls, text: Any) -> Pdq:
        """What `to_hex` made.

        Raises:
            MalformedFingerprint: it is not 68 lower-case hex digits of a hash and its quality.
        """
        if not isinstance(text, str) or not _HEX.fullmatch(text):
            raise MalformedFingerprint(PDQ, text, "68 lower-case hex digits")
        return cls.from_bytes(bytes.fromhex(text))

    def to_json(self) -> dict[str, Any]:
        """`{"algorithm": "pdq-1", "hash": 64 hex digits, "quality": 0 to 100}`."""
        return {"algorithm": PDQ, "hash": self.hash.hex(), "quality": self.quality}

    @classmethod
    def from_json(cls, value: Any) -> Pdq:
        """What `to_json` made, parsed from JSON by the caller.

        Raises:
            MalformedFingerprint: a field is missing, unknown, or out of form.
        """
        if not isinstance(value, dict) or set(value) != {"algorithm", "hash", "quality"}:
            raise MalformedFingerprint(PDQ, value, "an object of algorithm, hash and quality")
        if value["algorithm"] != PDQ:
            raise MalformedFingerprint(PDQ, value["algorithm"], f"the algorithm {PDQ}")
        text = value["hash"]
        digits = set("0123456789abcdef")
        if not isinstance(text, str) or len(text) != 2 * _HASH_BYTES or not set(text) <= digits:
            raise MalformedFingerprint(PDQ, text, "64 lower-case hex digits")
        return cls(bytes.fromhex(text), value["quality"])


def distance(a: Pdq, b: Pdq) -> int:
    """In how many of 256 bits two hashes differ (Hamming)."""
    return (int.from_bytes(a.hash) ^ int.from_bytes(b.hash)).bit_count()


def pdq(pixels: NDArray[uint8]) -> Pdq:
    """The hash of a picture of 8-bit RGB, shape (height, width, 3), sides up to 512.

    Raises:
        ValueError: another shape, sample type or size.
    """
    return oriented(pixels)[Orientation.UPRIGHT]


def oriented(pixels: NDArray[uint8]) -> dict[Orientation, Pdq]:
    """The hashes of a picture and its seven turned or mirrored forms, all from one DCT.

    Each is close to the hash of the picture turned beforehand, but seldom equal: the filter's
    windows of even width and the sampling lie half a pixel off center.

    Args:
        pixels: 8-bit RGB, shape (height, width, 3), sides up to 512.

    Raises:
        ValueError: another shape, sample type or size.
    """
    _check(pixels)
    if min(pixels.shape[:2]) < MIN_SIDE:
        return dict.fromkeys(_TURNS, Pdq(bytes(_HASH_BYTES), 0))
    samples = _samples(pixels)
    quality = _quality(samples)
    hashes = _bits(_frequencies(samples), list(_TURNS.values()))
    return {turn: Pdq(hash_, quality) for turn, hash_ in zip(_TURNS, hashes, strict=True)}


def _check(pixels: NDArray[uint8]) -> None:
    if pixels.dtype != "uint8" or pixels.ndim != 3 or pixels.shape[2] != 3:
        found = f"{pixels.dtype} of shape {pixels.shape}"
        raise ValueError(f"pixels are {found}; give uint8 RGB of shape (height, width, 3)")
    if not 1 <= min(pixels.shape[:2]) <= max(pixels.shape[:2]) <= MAX_SIDE:
        height, width, _ = pixels.shape
        raise ValueError(f"a picture of {width} x {height} pixels; give 1 to {MAX_SIDE} a side")


@functools.cache
def _taps(size: int) -> tuple[NDArray[int64], NDArray[int64]]:
    """Which of `size` pixels make up each of 64 samples along an axis, and their weights.

    Both of shape (taps, 64); the weights of a sample add up to 144. Past an edge windows shrink,
    as in Meta's code; missing taps weigh nothing.
    """
    import numpy

    window = -(-size // (2 * _CELLS))
    right = (window + 2) // 2
    left = window - right

    def box(center: int) -> range:
        return range(max(0, center - left), min(size, center + right))

    weights: list[dict[int, int]] = []
    for cell in range(_CELLS):
        sums: dict[int, int] = {}
        second = box((2 * cell + 1) * size // (2 * _CELLS))
        for middle in second:
            first = box(middle)
            for pixel in first:
                share = _AXIS_SCALE // (len(first) * len(second))
                sums[pixel] = sums.get(pixel, 0) + share
        weights.append(sums)
    count = max(map(len, weights))
    at = numpy.zeros((count, _CELLS), numpy.int64)
    weight = numpy.zeros((count, _CELLS), numpy.int64)
    for cell, sums in enumerate(weights):
        at[: len(sums), cell] = list(sums)
        weight[: len(sums), cell] = list(sums.values())
    return at, weight


def _samples(pixels: NDArray[uint8]) -> NDArray[int64]:
    """The filtered luminance at 64 x 64 points, exact, in units of 1 / 20,736,000."""
    import numpy

    height, width, _ = pixels.shape
    at, weight = _taps(height)
    # 144 * 255 fits 16 bits, 144 * 144 * 255 fits 32.
    rows = numpy.zeros((_CELLS, width, 3), numpy.uint16)
    for index, share in zip(at, weight.astype(numpy.uint16), strict=True):
        rows += pixels[index] * share[:, None, None]
    at, weight = _taps(width)
    both = numpy.zeros((_CELLS, _CELLS, 3), numpy.uint32)
    for index, share in zip(at, weight.astype(numpy.uint32), strict=True):
        both += rows[:, index] * share[:, None]
    samples: NDArray[int64] = (both * numpy.array(_LUMA, numpy.int64)).sum(axis=2)
    return samples


def _quality(samples: NDArray[int64]) -> int:
    """Steps between neighboring samples, in whole percents of the range, added up over 90."""
    import numpy

    steps = sum(
        int((numpy.abs(numpy.diff(samples, axis=axis)) * 100 // (255 * _SCALE)).sum())
        for axis in (0, 1)
    )
    return min(steps // 90, _MAX_QUALITY)


@functools.cache
def _cosines() -> NDArray[int64]:
    """Rows 1 to 16 of the DCT of 64 samples, shape (16, 64), in units of 1 / 2**20.

    No cosine comes near half a unit, so any mathematical library rounds to the same integers.
    """
    import numpy

    angles = [
        [(row + 1) * (2 * column + 1) for column in range(_CELLS)] for row in range(_FREQUENCIES)
    ]
    unit = math.pi / (2 * _CELLS)
    table = [[round(math.cos(angle * unit) * 2**_COSINE_BITS) for angle in row] for row in angles]
    return numpy.array(table, numpy.int64)


def _frequencies(samples: NDArray[int64]) -> NDArray[int64]:
    """DCT rows and columns 1 to 16, shape (16, 16), up to a common factor."""
    cosines = _cosines()
    # A constant adds nothing to these frequencies; taken off, it adds no rounding either, and a
    # picture of one color has the hash zero.
    contrast = samples - samples[0, 0]
    frequencies: NDArray[int64] = ((cosines @ contrast) >> _SHIFT) @ cosines.T
    return frequencies


def _bits(frequencies: NDArray[int64], turns: Sequence[tuple[bool, bool, bool]]) -> list[bytes]:
    import numpy

    odd = numpy.where(numpy.arange(_FREQUENCIES) % 2 == 0, -1, 1)
    stack = numpy.empty((len(turns), _FREQUENCIES, _FREQUENCIES), numpy.int64)
    for turned, (over, rows, columns) in zip(stack, turns, strict=True):
        turned[:] = frequencies.T if over else frequencies
        if rows:
            turned *= odd[:, None]
        if columns:
            turned *= odd
    flat = stack.reshape(len(turns), BITS)
    # The lower of the two middle ones; a tie with it is no bit.
    median = numpy.partition(flat, BITS // 2 - 1, axis=1)[:, BITS // 2 - 1]
    above: NDArray[bool_] = flat > median[:, None]
    return [row.tobytes() for row in numpy.packbits(above[:, ::-1], axis=1)]
