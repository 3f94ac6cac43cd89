"""Laying a work on a picture without features: by which way brightness rises, everywhere.

Smooth pictures, a sky or an abstract of soft bands, have hardly a corner to be found again. What
stays under most edits is the direction in which brightness rises at every place. So those of the
work, small, are moved over those of the picture, upright and mirrored, at every scale and place at
once by Fourier transforms (orientation correlation: A. Fitch, A. Kadyrov, W. Christmas and
J. Kittler, 2002). Where most directions agree, both are compared as they are under any other
alignment (`agreement`). Turned pictures are not found: hashes in eight orientations and features
do that.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from gen_ip.match.agreement import compared
from gen_ip.match.geometry import Alignment, Size
from gen_ip.match.gray import luminance, opencv, reduced

if TYPE_CHECKING:
    from numpy import complex64, float32, float64, uint8
    from numpy.typing import NDArray

# Longer side in pixels at the finest scale, and what both pictures are padded to, so that those
# that lie beside each other do not meet.
_SIDE = 48
_PADDED = 2 * _SIDE
# Scales: one picture is as large as can be, the other up to 3.1 times smaller.
_STEPS = 11
_STEP = 1.12
# Brightness that rises by less in a pixel, of 255, has hardly a direction; a pixel's blur.
_FAINT = 1.0
_BLUR = 0.7
# By what Sobel's filter multiplies the rise in a pixel.
_SOBEL = 8
_LEAST_SIDE = 4
# So many placements are compared; those as near as that, in pixels and steps of scale, are one.
_TRIES = 4
_APART = 4
_STEPS_APART = 1


class _Placement(NamedTuple):
    """How far directions agree, and where: the scales of query and work, mirrored, the shift."""

    agrees: float
    asked: int
    kept: int
    mirrored: bool
    right: int
    down: int

    def near(self, other: _Placement) -> bool:
        steps = self.asked - self.kept - other.asked + other.kept
        apart = max(abs(self.right - other.right), abs(self.down - other.down))
        return self.mirrored == other.mirrored and abs(steps) <= _STEPS_APART and apart <= _APART


class Slopes:
    """Which way a picture's brightness rises, at the scales it is laid at; computed once each.

    Args:
        picture: RGB, shape (h, w, 3).
        size: width and height of the copy that it is, or is a smaller picture of.

    Raises:
        MissingLibrary: OpenCV is not installed.
    """

    def __init__(self, picture: NDArray[uint8], size: Size) -> None:
        self.picture, self.size = picture, size
        gray = luminance(picture)
        # Twice as fine as the finest scale, so that every scale is made from little.
        finer = 2 * _SIDE / max(gray.shape)
        self._gray = reduced(gray, gray.shape[1] * finer, gray.shape[0] * finer)
        self._spectra: dict[tuple[int, bool], NDArray[complex64]] = {}

    def drawn(self, step: int) -> Size:
        """Width and height at a scale; at 0 the longer side has 48 pixels."""
        factor = _SIDE / _STEP**step / max(self.size)
        width, height = (max(_LEAST_SIDE, round(side * factor)) for side in self.size)
        return width, height

    def spectrum(self, step: int, mirrored: bool = False) -> NDArray[complex64]:
        """The Fourier transform of the directions as complex numbers, shape (96, 96)."""
        from scipy import fft

        key = step, mirrored
        if key not in self._spectra:
            rises = _rises(self._gray, self.drawn(step), mirrored)
            self._spectra[key] = fft.fft2(rises, (_PADDED, _PADDED))
        return self._spectra[key]


def register(query: Slopes, work: Slopes) -> Alignment:
    """How a work lies in a query, compared: of the likeliest placements the one that agrees best.

    There is always one; whether it is right, its numbers of agreement tell.

    Raises:
        MissingLibrary: OpenCV or numba is not installed.
    """
    import numpy

    none = numpy.zeros((0, 2), numpy.float32)
    found = [
        compared(
            query.picture,
            work.picture,
            Alignment(_affine(query, work, each), query.size, work.size, 0, none, none),
        )
        for each in _placements(query, work)
    ]
    return max(found, key=lambda at: at.told)


def _rises(gray: NDArray[float32], size: Size, mirrored: bool) -> NDArray[complex64]:
    """Directions as complex numbers of length 1, shorter where brightness hardly rises."""
    import numpy

    cv2 = opencv()
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small[:, ::-1] if mirrored else small, (0, 0), _BLUR)
    across, down = (
        cv2.Sobel(small, cv2.CV_32F, *axis, scale=1 / _SOBEL) for axis in ((1, 0), (0, 1))
    )
    rises = across + 1j * down
    directions: NDArray[complex64] = (rises / (numpy.abs(rises) + _FAINT)).astype(numpy.complex64)
    return directions


def _placements(query: Slopes, work: Slopes) -> list[_Placement]:
    """The likeliest, best first."""
    from scipy import fft

    found = []
    scales = [(step, 0) for step in range(_STEPS)] + [(0, step) for step in range(1, _STEPS)]
    for asked, kept in scales:
        smaller = min(math.prod(query.drawn(asked)), math.prod(work.drawn(kept)))
        moving = work.spectrum(kept).conj()
        for mirrored in (False, True):
            sums = fft.ifft2(query.spectrum(asked, mirrored) * moving, overwrite_x=True).real
            down, right = divmod(int(sums.argmax()), _PADDED)
            # Directions that agree by chance add up to the root of their number.
            agrees = float(sums[down, right]) / math.sqrt(smaller)
            width, height = query.drawn(asked)
            # What lies to the left of the query's edge, or above it, comes out at the far end.
            right -= _PADDED if right >= width else 0
            down -= _PADDED if down >= height else 0
            found.append(_Placement(agrees, asked, kept, mirrored, right, down))
    chosen: list[_Placement] = []
    for each in sorted(found, reverse=True):
        if len(chosen) < _TRIES and not any(each.near(other) for other in chosen):
            chosen.append(each)
    return chosen


def _affine(query: Slopes, work: Slopes, at: _Placement) -> NDArray[float64]:
    """From the work's copy to the query's."""
    import numpy

    # From copies to what was drawn, pixels being squares.
    across, down = (a / b for a, b in zip(query.drawn(at.asked), query.size, strict=True))
    wide, high = (a / b for a, b in zip(work.drawn(at.kept), work.size, strict=True))
    affine = numpy.array(
        [
            [wide / across, 0, (0.5 * wide + at.right) / across - 0.5],
            [0, high / down, (0.5 * high + at.down) / down - 0.5],
        ]
    )
    if at.mirrored:
        affine[0] = -affine[0]
        affine[0, 2] += query.size[0] - 1
    return affine
